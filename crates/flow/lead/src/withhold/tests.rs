use super::addresses;

#[test]
fn addresses_are_found_wherever_a_cell_hides_them() {
    for text in [
        "ada@example.com",
        " Ada Lovelace <ada@example.com>",
        "bo@example.com;ada@example.com",
        "mailto:ada@example.com?subject=x",
        "see (ada@example.com).",
        "'ada@example.com'",
        "office, ada@example.com.",
    ] {
        assert!(addresses(text).any(|email| email.expose() == "ada@example.com"), "{text}");
    }
    assert_eq!(addresses("no address, @handle, 3 @ 5 EUR").count(), 0);
}
