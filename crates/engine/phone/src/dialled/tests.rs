use crate::read;

/// E.164 of a text as dialled in a country.
fn dialled(text: &str, home: &str) -> String {
    read(text, home.parse().ok()).unwrap().e164().to_owned()
}

#[test]
fn the_way_out_is_the_countrys_own() {
    assert_eq!(dialled("00 44 20 7946 0000", "DE"), "+442079460000");
    assert_eq!(dialled("011 44 20 7946 0000", "US"), "+442079460000");
    assert_eq!(dialled("0011 44 20 7946 0000", "AU"), "+442079460000");
    assert_eq!(dialled("010 44 20 7946 0000", "JP"), "+442079460000");
}

#[test]
fn a_code_without_plus_is_seen_where_the_number_makes_no_sense_with_it() {
    assert_eq!(dialled("49 30 12345678", "DE"), "+493012345678");
    assert_eq!(dialled("1 212 555 0100", "US"), "+12125550100");
    assert_eq!(dialled("+0044 20 7946 0000", "DE"), "+442079460000", "a plus before the way out");
}

#[test]
fn rules_rewrite_what_was_dialled_near_by() {
    assert_eq!(dialled("011 15 2345 6789", "AR"), "+5491123456789");
    assert_eq!(dialled("0 15 11 98765-4321", "BR"), "+5511987654321");
    assert_eq!(dialled("234 5678", "BB"), "+12462345678");
    assert_eq!(dialled("886 123", "SM"), "+3780549886123");
}

#[test]
fn zeros_that_belong_to_a_number_stay() {
    assert_eq!(dialled("+39 06 698 12345", ""), "+390669812345");
    assert_eq!(dialled("+49 (0) 30 123456", ""), "+4930123456");
}
