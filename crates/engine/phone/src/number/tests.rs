use crate::{Kind, Unreadable, read};

#[test]
fn a_number_has_its_parts() {
    let number = read("02 1234 5678 ext. 9", "IT".parse().ok()).unwrap();
    assert_eq!((number.e164(), number.code(), number.national()), ("+390212345678", "39", "0212345678"));
    assert_eq!((number.region(), number.kind(), number.extension()), (Some("IT"), Some(Kind::FixedLine), Some("9")));
    assert!(number.is_valid() && number.is_possible());
    assert_eq!(number.to_string(), "+390212345678");
}

#[test]
fn a_range_that_is_not_in_use_is_possible_and_not_valid() {
    let number = read("+1 212 055 0100", None).unwrap();
    assert!(number.is_possible() && !number.is_valid());
    assert_eq!((number.kind(), number.region(), number.extension()), (None, None, None));
    assert!(!number.is_local() && !read("+1 212 55", None).unwrap().is_possible());
    let near = read("555-0123", "US".parse().ok()).unwrap();
    assert!(near.is_possible() && near.is_local());
}

#[test]
fn a_code_of_no_country_has_a_region_too() {
    let number = read("+800 1234 5678", None).unwrap();
    assert_eq!((number.region(), number.kind()), (Some("001"), Some(Kind::TollFree)));
}

#[test]
fn a_log_does_not_see_the_digits() {
    let number = read("+49 30 123456 ext 77", None).unwrap();
    assert_eq!(format!("{number:?}"), "Number(+49, Some(\"DE\"), Some(FixedLine))");
}

#[test]
fn why_a_text_is_no_number() {
    let why = |text: &str, home: &str| read(text, home.parse().ok()).unwrap_err();
    assert_eq!(why("call me", "US"), Unreadable::NotANumber);
    assert_eq!(why("+", "US"), Unreadable::NotANumber);
    assert_eq!(why("030 123456", ""), Unreadable::NoCountry);
    assert_eq!(why("030 123456", "ZZ"), Unreadable::NoCountry);
    assert_eq!(why("+999 1234567", ""), Unreadable::NoCountry);
    assert_eq!(why("+491", ""), Unreadable::TooShort);
    assert_eq!(why(&format!("+49{}", "1".repeat(18)), ""), Unreadable::TooLong);
    assert_eq!(why(&"1".repeat(251), "US"), Unreadable::TooLong);
}
