use super::{chance, log2, log2_share};

#[test]
fn powers_and_between() {
    for (x, bits) in [(1, 0), (2, 100), (3, 158), (10, 332), (1000, 996), (1 << 40, 4000)] {
        assert!((log2(x) - bits).abs() <= 1, "{x}: {}", log2(x));
    }
    assert!((log2_share(1, 1024) + 1000).abs() <= 1);
}

#[test]
fn odds_as_chances() {
    assert_eq!(chance(0), 50);
    assert_eq!(chance(100), 67);
    assert_eq!(chance(-100), 33);
    assert_eq!((chance(700), chance(2000), chance(-2000)), (99, 100, 0));
}
