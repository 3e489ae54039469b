use proptest::prelude::*;

use super::{likeness, marks, may_be_near, typos};

#[test]
fn mistakes_of_each_sort() {
    for (a, b, count) in [
        ("smith", "smith", 0),
        ("smith", "smyth", 1),
        ("smith", "smit", 1),
        ("smith", "smitth", 1),
        ("smith", "simth", 1),
        ("kitten", "sitting", 3),
        ("", "abc", 3),
    ] {
        assert_eq!(typos(a.as_bytes(), b.as_bytes(), 8), count, "{a} {b}");
    }
    assert!(typos(b"abcdefgh", b"ijklmnop", 2) > 2);
}

#[test]
fn winklers_examples() {
    // Published with three places; whole numbers round down on the way.
    assert!((960..=961).contains(&likeness(b"martha", b"marhta")));
    assert!((839..=840).contains(&likeness(b"dwayne", b"duane")));
    assert_eq!(likeness(b"abc", b"xyz"), 0);
}

proptest! {
    #[test]
    fn neither_asks_which_comes_first(a in "[a-d]{0,9}", b in "[a-d]{0,9}") {
        prop_assert_eq!(typos(a.as_bytes(), b.as_bytes(), 20), typos(b.as_bytes(), a.as_bytes(), 20));
        prop_assert_eq!(typos(a.as_bytes(), b.as_bytes(), 20) == 0, a == b);
        prop_assert_eq!(likeness(a.as_bytes(), b.as_bytes()), likeness(b.as_bytes(), a.as_bytes()));
    }

    #[test]
    fn marks_refuse_nothing_that_is_near(a in "[a-f0-3]{0,12}", b in "[a-f0-3]{0,12}") {
        let slips = typos(a.as_bytes(), b.as_bytes(), 20) as u32;
        prop_assert!(may_be_near(marks(a.as_bytes()), marks(b.as_bytes()), slips));
    }
}
