use super::*;

#[test]
fn values_are_told_from_names() {
    for value in
        ["ada@example.com", " +49 30 12345-67", "https://example.com/x", "www.example.com", "10115", "2026-11-20"]
    {
        assert!(is_value(value), "{value}");
    }
    for name in ["E-mail", "Phone 2", "Street 1", "", "Name (first)", "@", "Company/Account", "Q3 contacts"] {
        assert!(!is_value(name), "{name}");
    }
}

#[test]
fn nul_and_length() {
    assert_eq!(storable("a\0b", 100), "a\u{fffd}b");
    assert_eq!(storable("aéb", 2), "a", "never in the middle of a character");
}
