use plumb_vault::Keys;

use super::*;

fn lead(n: u128, values: &[(&str, &str)]) -> Comparable {
    let value = |name: &str| values.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Comparable {
        id: Uuid::from_u128(n),
        email: value("email"),
        first_name: value("first"),
        last_name: value("last"),
        company: value("company"),
        org_domain: value("domain"),
        phone_e164: value("phone"),
        city: value("city"),
        linkedin: value("linkedin"),
        ..Comparable::default()
    }
}

fn blinds(org: u128) -> Blinds {
    Blinds::of(&Keys::generate(), OrgId(Uuid::from_u128(org)))
}

#[test]
fn keys_tell_nothing_across_organisations() {
    let ada =
        lead(1, &[("email", "ada@shop.example"), ("first", "Ada"), ("last", "Brook"), ("domain", "shop.example")]);
    let keys = Keys::generate();
    let of = |org: u128| Blinds::of(&keys, OrgId(Uuid::from_u128(org)));
    let (ours, again, theirs) = (of(1).keyed(ada.clone()), of(1).keyed(ada.clone()), of(2).keyed(ada.clone()));
    assert!(!ours.keys.is_empty());
    assert_eq!((&ours.keys, ours.content), (&again.keys, again.content));
    assert!(ours.keys.iter().all(|key| !theirs.keys.contains(key)) && ours.content != theirs.content);
    let other_installation = blinds(1).keyed(ada);
    assert!(ours.keys.iter().all(|key| !other_installation.keys.contains(key)));
}

#[test]
fn a_change_of_what_is_compared_is_seen() {
    let blinds = blinds(1);
    let content = |values: &[(&str, &str)]| blinds.keyed(lead(1, values)).content;
    assert_ne!(content(&[("first", "Ada")]), content(&[("last", "Ada")]), "which cell counts");
    assert_ne!(content(&[("first", "Ada")]), content(&[("first", "Ida")]));
}

#[test]
fn only_pairs_with_a_new_lead_are_answered() {
    let same = |n| lead(n, &[("email", "ada@shop.example"), ("first", "Ada"), ("last", "Quillfeather")]);
    let (new, others) = (same(1), [same(2), same(3)]);
    let found = compare(&[&new], &others, 100_000);
    assert!(!found.is_empty());
    assert!(found.iter().all(|found| found.a == new.id && found.is_same), "{found:?}");
}
