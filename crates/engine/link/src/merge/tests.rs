use super::{Record, survivors};

fn record<'a>(values: &'a [&'a str], verified: &'a [bool], at: i64, source_rank: u32, row: u32) -> Record<'a> {
    Record { values, verified, at, source_rank, row }
}

#[test]
fn verified_then_new_then_source_then_row() {
    let verified = record(&["a@example.com"], &[true], 1, 9, 9);
    let newer = record(&["b@example.com"], &[], 2, 9, 8);
    let better = record(&["c@example.com"], &[], 2, 0, 7);
    let first = record(&["d@example.com"], &[], 2, 0, 1);
    let wins = |records: &[Record<'_>]| survivors(records)[0].as_ref().unwrap().from;
    assert_eq!(wins(&[newer, verified]), 1);
    assert_eq!(wins(&[record(&["x"], &[], 1, 0, 0), newer]), 1);
    assert_eq!(wins(&[newer, better]), 1);
    assert_eq!(wins(&[better, first]), 1);
    assert_eq!(wins(&[first, better]), 0);
}

#[test]
fn each_field_by_itself_and_nothing_lost() {
    let old = record(&["Müller", "+49 30 1", ""], &[], 1, 0, 0);
    let new = record(&["MULLER", "n/a", ""], &[], 2, 0, 1);
    let other = record(&["Meier", "", ""], &[], 0, 0, 2);
    let kept = survivors(&[old, new, other]);
    let name = kept[0].as_ref().unwrap();
    assert_eq!((name.from, name.agreeing.as_slice(), name.differing.as_slice()), (1, &[0][..], &[2][..]));
    assert_eq!(kept[1].as_ref().unwrap().from, 0);
    assert_eq!(kept[2], None);
}
