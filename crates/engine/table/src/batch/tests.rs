use crate::{Batch, Chunk, Dialect, Fault};

fn read(text: &[u8], width: usize, header: &str) -> Batch {
    let mut batch = Batch::default();
    batch.read(&mut Chunk::of(text.to_vec()), Dialect::default(), width, header);
    batch
}

fn faults(batch: &Batch) -> Vec<Option<Fault>> {
    batch.records().iter().map(|record| record.fault).collect()
}

#[test]
fn records_know_their_line_and_their_text() {
    let batch = read(b"a,b\n\n\"c\nd\",e\r\n\r\nf,g", 2, "");
    let lines: Vec<u32> = batch.records().iter().map(|record| record.number).collect();
    assert_eq!(lines, [1, 3, 5]);
    assert_eq!((batch.lines(), batch.blank_lines()), (5, 2));
    assert_eq!(&batch.text()[batch.records()[1].raw.clone()], "\"c\nd\",e");
    assert_eq!(batch.cells().row(1).get(0), Some("c\nd"));
}

#[test]
fn each_fault_is_told() {
    let long = "x".repeat(70_000);
    let text = format!("a\na,b,c\na,b,,\na,\0\n{long},b\nh1,h2\n");
    let batch = read(text.as_bytes(), 2, "h1,h2");
    assert_eq!(
        faults(&batch),
        [
            Some(Fault::TooFewCells),
            Some(Fault::TooManyCells),
            None,
            Some(Fault::Nul),
            Some(Fault::FieldTooLong),
            Some(Fault::RepeatedHeader)
        ]
    );
    let verbatim: Vec<bool> = batch.records().iter().map(|record| record.verbatim).collect();
    assert_eq!(verbatim, [false, false, false, true, true, true], "empty cells past the last column are no part of it");
}

#[test]
fn the_header_is_known_again_whatever_its_quotation_marks() {
    let header = "\"Name\",Mail";
    let text = b"Name,Mail\n\"Name\",\"Mail\"\n\"Name\",Mail,,\nName,Mailbox\nName Mail,x\n";
    let repeated = Some(Fault::RepeatedHeader);
    assert_eq!(faults(&read(text, 2, header)), [repeated, repeated, repeated, None, None]);
    assert_eq!(faults(&read(b",Mail\n\"\",Mail\n", 2, ",Mail")), [repeated, None], "by its text alone");
}

#[test]
fn blank_cells_past_the_last_column_are_no_cells() {
    let batch = read(b"a,b, ,\"\"\n a ,b,, x\n", 2, "");
    assert_eq!(faults(&batch), [None, Some(Fault::TooManyCells)]);
    let cells: Vec<Vec<&str>> = batch.cells().iter().map(|row| row.iter().collect()).collect();
    assert_eq!(cells, [vec!["a", "b"], vec![" a ", "b", "", " x"]]);
}

#[test]
fn a_record_that_is_no_utf_8_is_read_as_windows_1252() {
    let batch = read(b"J\xfcrgen,M\xfcller\nJos\xc3\xa9,x\n\"a\n\x80\",b\n", 2, "");
    let rows: Vec<Vec<&str>> = batch.cells().iter().map(|row| row.iter().collect()).collect();
    assert_eq!(rows, [vec!["Jürgen", "Müller"], vec!["José", "x"], vec!["a\n€", "b"]]);
    assert_eq!(batch.windows_1252(), 2);
    let which: Vec<bool> = batch.records().iter().map(|record| batch.is_windows_1252(record)).collect();
    assert_eq!(which, [true, false, true]);
}

#[test]
fn formulas_are_counted_and_numbers_are_none() {
    let batch = read(b"=1+1,+49 30 1\n@x,=y\n", 2, "");
    let formulas: Vec<u32> = batch.records().iter().map(|record| record.formulas).collect();
    assert_eq!(formulas, [1, 2]);
}
