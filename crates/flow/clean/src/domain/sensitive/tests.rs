use std::collections::BTreeSet;

use super::*;

#[test]
fn headers_in_several_languages() {
    let cases = [
        ("Health status", Sensitive::Health),
        ("Schwerbehinderung", Sensitive::Health),
        ("Discapacidad", Sensitive::Health),
        ("Religion", Sensitive::Religion),
        ("Konfession", Sensitive::Religion),
        ("Ethnic origin", Sensitive::Ethnicity),
        ("origine ethnique", Sensitive::Ethnicity),
        ("Political party", Sensitive::Politics),
        ("Gewerkschaftsmitglied", Sensitive::Union),
        ("Sexual orientation", Sensitive::SexLife),
        ("Fingerprint", Sensitive::Biometric),
        ("Criminal record", Sensitive::Criminal),
        ("SSN", Sensitive::NationalId),
        ("Codice fiscale", Sensitive::NationalId),
        ("Kinder", Sensitive::Children),
        ("children_names", Sensitive::Children),
    ];
    for (name, wanted) in cases {
        assert_eq!(Sensitive::of(name, &[]), Some(wanted), "{name}");
    }
}

#[test]
fn headers_of_business_are_left_alone() {
    for name in [
        "First Name",
        "Company",
        "Healthcare vertical",
        "Industry",
        "Party size",
        "Notes",
        "Email",
        "Phone",
        "Unit",
        "Department",
        "Company Address",
        "Region",
        "Title",
        "Account Owner",
        "Race condition tracker id",
        "Kindle",
        "Website",
    ] {
        let warned = Sensitive::of(name, &[]);
        // The one word that is on the list stands in a longer name.
        assert_eq!(warned.is_some(), name.starts_with("Race "), "{name}: {warned:?}");
    }
}

#[test]
fn cells_speak_for_themselves() {
    assert_eq!(Sensitive::of("x", &["078-05-1120", "", "219-09-9999", "457-55-5462"]), Some(Sensitive::NationalId));
    assert_eq!(Sensitive::of("Notes", &["Catholic", "muslim", "Jewish", "Hindu"]), Some(Sensitive::Religion));
    assert_eq!(Sensitive::of("Notes", &["Catholic", "likes tea", "wants a call", "sent offer"]), None);
    assert_eq!(Sensitive::of("Phone", &["202-555-0123", "202-555-0124", "202-555-0125"]), None);
}

#[test]
fn every_word_is_folded_and_every_class_known() {
    let mut classes = BTreeSet::new();
    for mut row in lists::rows(SENSITIVE) {
        let (class, how, words) = (row.next().unwrap(), row.next().unwrap(), row.next().unwrap());
        assert!(Sensitive::ALL.iter().any(|sensitive| sensitive.code() == class), "{class}");
        assert!(["in", "cell", "shape"].contains(&how));
        classes.insert(class);
        if how != "shape" {
            words.split(' ').for_each(|word| assert_eq!(fold::solid(word), word));
        }
    }
    assert_eq!(classes.len(), Sensitive::ALL.len());
}
