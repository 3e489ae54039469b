use chrono::TimeDelta;
use plumb_base::Clock;

use super::NewLead;
use super::score::{Facts, is_own_domain, score};
use super::usable::{Unusable, usable};

fn full() -> NewLead {
    let some = |text: &str| Some(text.to_owned());
    NewLead {
        email: some("ada@shop.example"),
        email_domain: some("shop.example"),
        org_domain: some("shop.example"),
        first_name: some("Ada"),
        last_name: some("Lind"),
        title: some("Buyer"),
        company: some("Shop"),
        phone_e164: some("+493023125000"),
        country: some("DE"),
        linkedin: some("ada-lind"),
        ..NewLead::default()
    }
}

#[test]
fn everything_known_and_verified_is_a_hundred() {
    let lead = full();
    let facts = Facts { verdict: Some("verified"), ..Facts::of(&lead, true) };
    assert_eq!(score(&facts).0, 100);
    assert_eq!(score(&Facts::default()).0, 0);
}

#[test]
fn the_parts_add_up_and_a_cap_says_so() {
    let mut lead = full();
    let (plain, parts) = score(&Facts::of(&lead, false));
    assert_eq!(plain, parts.iter().map(|part| part.points).sum::<i16>());
    lead.flags.push("email_disposable".to_owned());
    let (capped, parts) = score(&Facts { verdict: Some("undeliverable"), ..Facts::of(&lead, false) });
    assert_eq!(capped, 10);
    assert!(parts.last().unwrap().reason.contains("disposable"));
}

#[test]
fn own_domain_is_the_domain_or_below_it() {
    assert!(is_own_domain(Some("shop.example"), Some("shop.example")));
    assert!(is_own_domain(Some("mail.shop.example"), Some("shop.example")));
    assert!(!is_own_domain(Some("workshop.example"), Some("shop.example")));
    assert!(!is_own_domain(None, Some("shop.example")));
}

#[test]
fn only_a_fresh_verified_verdict_may_be_used() {
    let now = Clock::System.now();
    let (later, before) = (Some(now + TimeDelta::days(1)), Some(now - TimeDelta::seconds(1)));
    assert_eq!(usable(false, true, Some("verified"), later, now), Ok(()));
    assert_eq!(usable(true, true, Some("verified"), later, now), Err(Unusable::Suppressed));
    assert_eq!(usable(false, false, None, None, now), Err(Unusable::NoEmail));
    assert_eq!(usable(false, true, None, None, now), Err(Unusable::NotChecked));
    assert_eq!(usable(false, true, Some("verified"), before, now), Err(Unusable::Expired));
    assert_eq!(usable(false, true, Some("verified"), None, now), Err(Unusable::Expired));
    for (verdict, why) in
        [("undeliverable", Unusable::Undeliverable), ("risky", Unusable::Risky), ("unverified", Unusable::Unverified)]
    {
        assert_eq!(usable(false, true, Some(verdict), later, now), Err(why));
    }
}
