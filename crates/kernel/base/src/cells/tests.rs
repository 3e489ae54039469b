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
fn cells_of_a_text_that_was_handed_over_are_not_copied() {
    let (mut handed, mut pushed) = (Cells::default(), Cells::default());
    handed.push_span(0, 3);
    handed.push_span(13, 16);
    assert_eq!(handed.set_text("ada,\"o\"\"x\",üo\"x".to_owned()), "");
    handed.push_span(11, 13);
    handed.end_row();
    pushed.push_row(["ada", "o\"x", "ü"]);
    assert_eq!(handed, pushed);
    pushed.push_row(["more"]);
    assert_ne!(handed, pushed);
}

#[test]
fn debug_output_holds_no_cell() {
    let mut cells = Cells::default();
    cells.push_row(["ada@example.com"]);
    assert!(!format!("{cells:?} {:?}", cells.row(0)).contains("ada"));
}
