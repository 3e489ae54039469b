use proptest::prelude::*;

use super::*;

#[test]
fn tidies_what_nobody_sees() {
    let cases = [
        ("  Ada  Example ", "Ada Example"),
        ("\u{feff}Ada\u{200b}Example", "AdaExample"),
        ("Ada\u{a0}Example", "Ada Example"),
        ("\u{202a}+49 30 1234567\u{202c}", "+49 30 1234567"),
        ("Mu\u{308}ller", "Müller"),
        ("a\tb\r\nc", "a b c"),
        ("Soft\u{ad}ware", "Software"),
        ("\u{3000}東京\u{3000}", "東京"),
        // The joiner changes a Persian word and has no place in a Latin one.
        ("می\u{200c}خواهم", "می\u{200c}خواهم"),
        ("Ada\u{200c}Example", "AdaExample"),
        ("", ""),
    ];
    for (cell, tidied) in cases {
        assert_eq!(tidy(cell), tidied, "{cell:?}");
    }
}

#[test]
fn a_tidy_cell_is_not_copied() {
    assert!(matches!(tidy("Jürgen Example"), Cow::Borrowed(_)));
    assert!(matches!(tidy("plain ascii"), Cow::Borrowed(_)));
}

#[test]
fn placeholders_are_sorted_and_found() {
    assert!(PLACEHOLDERS.is_sorted());
    for cell in ["N/A", "n/a", "NULL", "(none)", "-", "--", "?", "#N/A", "Unbekannt", "TEST", "<null>"] {
        assert!(is_placeholder(cell, Field::Company), "{cell}");
    }
    for cell in ["Nathan", "Test Systems", "0", "5", "Testa"] {
        assert!(!is_placeholder(cell, Field::Company), "{cell}");
    }
}

#[test]
fn na_is_a_name_and_a_country_too() {
    assert!(!is_placeholder("Na", Field::LastName));
    assert!(is_placeholder("NA", Field::LastName));
    assert!(!is_placeholder("NA", Field::Country));
}

#[test]
fn garbled_text_is_noticed() {
    for cell in ["MÃ¼ller", "Itâ€™s", "SociÃ©tÃ©", "M\u{fffd}ller", "Ã–sterreich"] {
        assert!(looks_garbled(cell), "{cell}");
    }
    for cell in ["Müller", "SÃO PAULO", "Âge", "château", "50 €"] {
        assert!(!looks_garbled(cell), "{cell}");
    }
}

proptest! {
    #[test]
    fn tidying_twice_is_tidying_once(cell in any::<String>()) {
        let once = tidy(&cell).into_owned();
        prop_assert_eq!(tidy(&once), once.as_str());
    }
}
