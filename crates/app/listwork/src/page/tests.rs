use super::{grouped, percent};

#[test]
fn numbers_are_readable() {
    assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    assert_eq!(grouped(999), "999");
    assert_eq!((percent(1, 8), percent(1, 100_000)), ("12.5 %".to_owned(), "< 0.1 %".to_owned()));
}
