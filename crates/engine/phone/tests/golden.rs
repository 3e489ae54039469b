//! What libphonenumber makes of 102,000 texts, and what we make of them. `data/oracle.py` wrote the file.

mod answer;

#[test]
fn every_answer_is_libphonenumbers() {
    let file = include_bytes!("../data/golden.tsv.zst").as_slice();
    let text = String::from_utf8(zstd::decode_all(file).unwrap()).unwrap();
    let differences: Vec<String> = text.lines().filter_map(|line| answer::check(line).err()).collect();
    assert!(differences.is_empty(), "{} differ, such as {:#?}", differences.len(), &differences[..1]);
    assert!(text.lines().count() >= 100_000);
}

#[test]
fn another_answer_is_a_difference() {
    let line = |kind: &str| format!("030 123456\tDE\t+4930123456\tDE\t{kind}\t-\tpossible");
    assert_eq!(answer::check(&line("FixedLine")), Ok(()));
    assert!(answer::check(&line("Mobile")).is_err());
    assert!(answer::check("030 123456\t-\tTooShort").is_err());
}
