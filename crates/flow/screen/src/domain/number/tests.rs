use super::*;

#[test]
fn forms_of_one_number_are_one_number() {
    let number = Number::of_e164("+12025550123").unwrap();
    let forms: [&[u8]; 7] = [
        b"2025550123",
        b"202,5550123",
        b"(202) 555-0123",
        b"1-202-555-0123",
        b"+1 202.555.0123",
        b"12025550123",
        b" 2025550123\r",
    ];
    for form in forms {
        assert_eq!(Number::read(form), Some(number), "{}", String::from_utf8_lossy(form));
    }
    assert_eq!((number.area(), number.bit()), (202, 355 * 10_000 + 123));
    assert_eq!(number.e164(), "+12025550123");
    assert_eq!(Number::of_parts(b"202", b"5550123"), Some(number));
    assert_eq!(format!("{number:?}"), "Number(202…)", "the rest is personal");
}

#[test]
fn what_the_plan_does_not_allow_is_no_number() {
    let none: [&[u8]; 11] = [
        b"",
        b"1025550123",
        b"2021550123",
        b"202555012",
        b"20255501234",
        b"120255501234",
        b"22025550123",
        b"202555012x",
        b"2025550123+",
        "２０２５５５０１２３".as_bytes(),
        b"0000000000",
    ];
    for form in none {
        assert_eq!(Number::read(form), None, "{}", String::from_utf8_lossy(form));
    }
    assert_eq!(Number::of_e164("+442079460123"), None);
    assert_eq!(Number::of_e164("2025550123"), None);
}

#[test]
fn every_bit_is_within_its_area_and_comes_back() {
    for digits in [b"2002000000", b"9999999999", b"2029999999", b"9172000000"] {
        let number = Number::of_digits(digits).unwrap();
        assert!(number.bit() < LINES_PER_AREA);
        assert_eq!(Number::of_bit(number.area(), number.bit()), number);
        assert_eq!(Number::of_e164(&number.e164()), Some(number));
    }
}
