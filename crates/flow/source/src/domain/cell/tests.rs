use super::*;

#[test]
fn nul_and_length() {
    assert_eq!(storable("a\0b", 100), "a\u{fffd}b");
    assert_eq!(storable("aéb", 2), "a", "never in the middle of a character");
}
