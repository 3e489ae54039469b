use super::Cells;

#[test]
fn rows_come_back_as_they_went_in() {
    let rows: [&[&str]; 4] = [&["a", "", "ü"], &[], &[""], &["d"]];
    let mut cells = Cells::default();
    for row in rows {
        cells.push_row(row.iter().copied());
    }
    assert_eq!(cells.rows(), 4);
    assert_eq!(cells.bytes(), 4);
    let back: Vec<Vec<&str>> = cells.iter().map(|row| row.iter().collect()).collect();
    assert_eq!(back, rows);
    assert_eq!(cells.row(0).get(2), Some("ü"));
    assert_eq!(cells.row(0).get(3), None);
    assert_eq!(cells.row(0).get(usize::MAX), None);
    assert!(cells.row(1).is_empty());
    cells.clear();
    assert_eq!((cells.rows(), cells.bytes()), (0, 0));
}

#[test]
fn debug_output_holds_no_cell() {
    let mut cells = Cells::default();
    cells.push_row(["ada@example.com"]);
    assert!(!format!("{cells:?} {:?}", cells.row(0)).contains("ada"));
}
