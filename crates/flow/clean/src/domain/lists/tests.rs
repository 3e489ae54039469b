use super::*;

#[test]
fn holds_its_lines_and_nothing_else() {
    let set = LineSet::new("# a remark\nexample.com\r\nexample.org\n\nexample.com\nlast.example", &mut Vec::new());
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
    assert!(!LineSet::new("# nothing\n", &mut Vec::new()).contains("example.com"));
}

#[test]
fn a_table_keeps_the_first_value_of_a_text() {
    let table = Table::new((0..100).map(|n| (format!("text {}", n % 60), n)));
    for n in 0..60 {
        assert_eq!(table.get(format!("text {n}").as_bytes()), Some(&n));
    }
    assert_eq!(table.get(b"text 60"), None);
    assert_eq!(Table::<u8>::new([]).get(b""), None);
}

#[test]
fn a_sieve_lets_every_line_through_and_little_else() {
    let list = include_str!("../../../lists/free_mail.txt");
    let mut hashes = Vec::new();
    let set = LineSet::new(list, &mut hashes);
    let sieve = Sieve::of(&hashes);
    assert_eq!(hashes.len(), set.len());
    assert!(said(list).all(|line| set.contains(line) && sieve.may_hold(xxh3_64(line.as_bytes()))));
    let through = (0..10_000).filter(|n| sieve.may_hold(xxh3_64(format!("absent {n}").as_bytes()))).count();
    assert!(through < 400, "{through}");
}
