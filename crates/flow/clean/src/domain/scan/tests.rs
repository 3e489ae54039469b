use unicode_normalization::{IsNormalized, is_nfc_quick};

use super::*;

#[test]
fn kinds_of_every_character() {
    for c in '\0'..=char::MAX {
        let mut text = [0; 4];
        let kinds = Kinds::of(c.encode_utf8(&mut text));
        assert_eq!(kinds.is_ascii(), c.is_ascii(), "{c:?}");
        assert_eq!(kinds.only(Kinds::LOWER), c.is_ascii_lowercase(), "{c:?}");
        assert_eq!(kinds.only(Kinds::UPPER), c.is_ascii_uppercase(), "{c:?}");
        assert_eq!(kinds.only(Kinds::DIGIT), c.is_ascii_digit(), "{c:?}");
        assert_eq!(kinds.any(Kinds::CONTROL), c.is_ascii_control(), "{c:?}");
        assert_eq!(kinds.only(Kinds::LATIN), ('\u{c0}'..='\u{2ff}').contains(&c), "{c:?}");
        if kinds.only(Kinds::LATIN) {
            assert!(!c.is_whitespace() && !c.is_control() && !c.is_numeric(), "{c:?}");
            assert_eq!(is_nfc_quick([c].into_iter()), IsNormalized::Yes, "{c:?}");
        }
        assert!(!kinds.any(Kinds::VISIBLE) || !(c.is_whitespace() || c.is_control()), "{c:?}");
    }
}

#[test]
fn gaps() {
    for (text, gap) in [("a b", false), ("a  b", true), ("  ", true), (" a b c ", false), ("", false)] {
        assert_eq!(Kinds::of(text).any(Kinds::GAP), gap, "{text:?}");
    }
    for before in 0..20 {
        for after in 0..20 {
            let [one, two] = [" ", "  "].map(|gap| format!("{}{gap}{}", "x".repeat(before), "¡".repeat(after)));
            assert!(!Kinds::of(&one).any(Kinds::GAP) && Kinds::of(&two).any(Kinds::GAP), "{before} {after}");
        }
    }
}
