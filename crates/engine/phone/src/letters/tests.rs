use super::*;

#[test]
fn a_digit_of_any_script_has_its_value() {
    for row in ["0123456789", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿"]
    {
        assert!(row.chars().filter_map(digit).eq(0..10), "{row}");
    }
    for other in ['a', '²', 'Ⅷ', '①', '٪', '/', ':', '\u{10ffff}'] {
        assert_eq!(digit(other), None, "{other}");
    }
}

#[test]
fn letters_are_on_their_keys() {
    let dialled: Vec<u8> = "1-800-FLOWERSz".chars().filter_map(key).collect();
    assert_eq!(dialled, [1, 8, 0, 0, 3, 5, 6, 9, 3, 7, 7, 9]);
    assert_eq!(key('é'), None);
}

#[test]
fn what_a_number_may_end_with() {
    assert!("9#aé字²Ⅷ".chars().all(may_end));
    assert!(!")_.*+\u{301}\u{940}Ⓐ \u{200e}".chars().any(may_end));
}
