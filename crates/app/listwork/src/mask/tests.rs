use super::mask;

#[test]
fn no_word_is_left_in_full() {
    assert_eq!(mask("ada.lovelace@example.com"), "a….l…@e….com");
    assert_eq!(mask("Ada  LOVELACE"), "A…  L…");
    assert_eq!(mask("+49 30 23125-0"), "+4… 3… 2…-0");
    assert_eq!(mask("https://www.linkedin.com/in/ada/"), "h…://w….l….c…/i…/a…/");
    assert_eq!(mask("Müller & Söhne"), "M… & S…");
    assert_eq!(mask("secret"), "s…");
    assert_eq!(mask("ends with a word.secret"), "e… w… a w….s…");
    assert!(mask(&"long ".repeat(100)).len() < 80);
}
