use proptest::prelude::*;

use super::{likeness, typos};

#[test]
fn mistakes_of_each_sort() {
    for (a, b, count) in [
        ("smith", "smith", 0),
        ("smith", "smyth", 1),
        ("smith", "smit", 1),
        ("smith", "smitth", 1),
        ("smith", "simth", 1),
        ("phipson", "thorp", 5),
        ("", "abc", 3),
    ] {
        assert_eq!(typos(a.as_bytes(), b.as_bytes(), 8), count, "{a} {b}");
    }
    assert!(typos(b"abcdefgh", b"ijklmnop", 2) > 2);
}

#[test]
fn winklers_examples() {
    assert_eq!(likeness(b"martha", b"marhta"), 961);
    assert_eq!(likeness(b"dwayne", b"duane"), 839);
    assert_eq!(likeness(b"abc", b"xyz"), 0);
}

proptest! {
    #[test]
    fn neither_asks_which_comes_first(a in "[a-d]{0,9}", b in "[a-d]{0,9}") {
        prop_assert_eq!(typos(a.as_bytes(), b.as_bytes(), 20), typos(b.as_bytes(), a.as_bytes(), 20));
        prop_assert_eq!(typos(a.as_bytes(), b.as_bytes(), 20) == 0, a == b);
    }
}
