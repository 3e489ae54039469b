use proptest::prelude::*;

use super::*;

#[test]
fn folds_what_lists_write_in_two_ways() {
    let cases = [
        ("Müller-Lüdenscheidt", "muller ludenscheidt"),
        ("O'Brien", "obrien"),
        ("O’Brien", "obrien"),
        ("  Straße, Øre & Łódź ", "strasse ore lodz"),
        ("İSTANBUL ısı", "istanbul isi"),
        ("ＡＢＣ１２", "abc12"),
        ("Ёлкин", "елкин"),
        ("Ελλάδα", "ελλαδα"),
        ("サンプル", "サンプル"),
        ("김민수", "김민수"),
        ("हिन्दी", "हिन्दी"),
        ("—", ""),
    ];
    for (text, wanted) in cases {
        assert_eq!(words(text), wanted, "{text}");
    }
    assert_eq!(solid("E-Mail Adresse"), "emailadresse");
}

proptest! {
    #[test]
    fn folding_latin_twice_is_folding_once(text in "[\\u{20}-\\u{17f}]{0,30}") {
        let once = words(&text);
        prop_assert_eq!(words(&once), once);
    }
}

proptest! {
    #[test]
    fn the_short_way_is_the_long_way(text in "[\\u{0}-\\u{190}]{0,30}") {
        prop_assert!(usual_words(&text).is_none_or(|short| short == any_words(&text)));
    }
}

#[test]
fn the_short_way_folds_each_usual_letter() {
    for c in ('\0'..=char::MAX).filter(|c| is_usual(*c)) {
        let text = format!("a{c}{c}b");
        assert_eq!(usual_words(&text).as_deref(), Some(any_words(&text).as_str()), "{c:?}");
    }
}

#[test]
fn usual_letters_are_the_same_in_nfkc() {
    for c in ('\0'..=char::MAX).filter(|c| is_usual(*c)) {
        assert!([c].into_iter().nfkc().eq([c]), "{c:?}");
        assert!(!is_combining_mark(c), "{c:?}");
    }
}
