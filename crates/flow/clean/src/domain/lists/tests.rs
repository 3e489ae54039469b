use super::*;

#[test]
fn holds_its_lines_and_nothing_else() {
    let set = LineSet::new("# a remark\nexample.com\nexample.org\n\nexample.com\nlast.example");
    assert_eq!(set.len(), 3);
    for line in ["example.com", "example.org", "last.example"] {
        assert!(set.contains(line), "{line}");
    }
    for line in ["example.co", "xample.com", "example.com\nexample.org", "", "# a remark", "last.exampl"] {
        assert!(!set.contains(line), "{line}");
    }
}

#[test]
fn an_empty_list_holds_nothing() {
    assert!(!LineSet::new("# nothing\n").contains("example.com"));
}
