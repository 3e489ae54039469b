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
        ("Race", Sensitive::Ethnicity),
        ("Race / Ethnicity", Sensitive::Ethnicity),
        ("Child", Sensitive::Children),
        ("Patient ID", Sensitive::Health),
        ("Medical condition", Sensitive::Health),
        ("Ethnische Herkunft", Sensitive::Ethnicity),
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
        "Race day",
        "Child account",
        "Patient volume",
        "Account health",
        "Health score",
        "Herkunft",
        "Disabled",
        "Golf handicap",
        "Browser fingerprint",
        "Medical devices",
        "Disease area",
        "Kindle",
        "Website",
    ] {
        assert_eq!(Sensitive::of(name, &[]), None, "{name}");
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
        assert!(["in", "is", "cell", "shape"].contains(&how));
        classes.insert(class);
        if how != "shape" {
            words.split(' ').for_each(|word| assert_eq!(fold::solid(word), word));
        }
    }
    assert_eq!(classes.len(), Sensitive::ALL.len());
}

/// Numbers that the states themselves print as examples, or made by their rule; none is a person's.
#[test]
fn national_numbers_are_known_by_their_checks() {
    let numbers = [
        "12345678Z",
        "X1234567L",
        "S1234567D",
        "44051401359",
        "10000000146",
        "11144477735",
        "811228-9874",
        "010203-1234",
        "131052-308T",
        "8001015009087",
        "2345 6789 0123",
        "11010519491231002X",
        "AB 12 34 56 C",
        "RSSMRA80A01H501U",
        "111.444.777-35",
        "756.1234.5678.97",
        "255081416802538",
    ];
    for number in numbers {
        assert_eq!(Sensitive::of("x", &[number; 3]), Some(Sensitive::NationalId), "{number}");
    }
    for number in
        ["12345678A", "02025550123", "2025550123", "202-555-0123", "556036-0793", "12345678901", "030 23125000"]
    {
        assert_eq!(Sensitive::of("x", &[number; 3]), None, "{number}");
    }
}
