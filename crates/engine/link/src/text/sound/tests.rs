use super::key;

#[test]
fn spellings_meet() {
    for (a, b) in
        [("smith", "smyth"), ("philip", "filip"), ("catherine", "kathryn"), ("stephen", "steven"), ("meyer", "maier")]
    {
        assert_eq!(key(a.as_bytes()), key(b.as_bytes()), "{a} {b}");
    }
}

#[test]
fn other_names_do_not() {
    for (a, b) in [("smith", "jones"), ("anna", "emily"), ("thorp", "head")] {
        assert_ne!(key(a.as_bytes()), key(b.as_bytes()), "{a} {b}");
    }
    assert_eq!(key(b""), 0);
}
