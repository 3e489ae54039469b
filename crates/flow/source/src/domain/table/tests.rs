use super::*;

const PLAIN: Dialect = Dialect { encoding: Encoding::Utf8, mark_bytes: 0, delimiter: b',', rows_above: 1 };

fn read(dialect: Dialect, bytes: &[u8], step: usize) -> Vec<Row> {
    let mut table = Table::new(dialect);
    let mut rows = Vec::new();
    for piece in bytes.chunks(step) {
        table.push(piece, &mut |row| rows.push(row)).expect("short records");
    }
    table.finish(&mut |row| rows.push(row)).expect("short records");
    rows
}

fn faults(text: &str) -> Vec<(u64, Option<Fault>)> {
    read(PLAIN, text.as_bytes(), 7).into_iter().map(|row| (row.number, row.fault)).collect()
}

#[test]
fn faults_are_named_and_good_rows_go_on() {
    let text = "a,b\n1,2\n1\n1,2,3\n1,2,,\nx\0,y\na,b\n3,4\n5,\"6\n";
    assert_eq!(
        faults(text),
        [
            (2, None),
            (3, Some(Fault::Ragged { found: 1, wanted: 2 })),
            (4, Some(Fault::Ragged { found: 3, wanted: 2 })),
            (5, None),
            (6, Some(Fault::Nul)),
            (7, Some(Fault::RepeatedHeader)),
            (8, None),
            (9, Some(Fault::OpenQuote)),
        ]
    );
}

#[test]
fn a_long_cell_is_a_fault_of_its_row() {
    let text = format!("a,b\n1,{}\n3,4\n", "x".repeat(FIELD_BYTES_MAX + 1));
    assert_eq!(faults(&text), [(2, Some(Fault::FieldTooLong { column: 2 })), (3, None)]);
}

#[test]
fn utf_16_with_its_mark_wherever_it_is_cut() {
    let text = "\u{feff}Name,Stadt\r\nZoë,Köln 🦀\r\n";
    let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (bytes, encoding) in [(le, Encoding::Utf16Le), (be, Encoding::Utf16Be)] {
        for step in 1..bytes.len() {
            let rows = read(Dialect { encoding, mark_bytes: 2, ..PLAIN }, &bytes, step);
            assert_eq!(rows.len(), 1, "{encoding:?} in pieces of {step}");
            assert_eq!(rows[0].cells, ["Zoë", "Köln 🦀"]);
        }
    }
}

#[test]
fn records_that_are_no_utf_8_are_windows_1252() {
    let mut bytes = "name,town\nZoë,Köln\n".as_bytes().to_vec();
    bytes.extend_from_slice(b"Zo\xeb,K\xf6ln \x80\n");
    let rows = read(PLAIN, &bytes, 3);
    assert_eq!((rows[0].windows_1252, rows[0].wide), (false, true));
    assert_eq!(rows[0].cells, ["Zoë", "Köln"]);
    assert_eq!((rows[1].windows_1252, rows[1].wide), (true, false));
    assert_eq!(rows[1].cells, ["Zoë", "Köln €"]);
}

#[test]
fn a_mark_of_utf_8_is_no_part_of_the_first_name() {
    let rows = read(Dialect { mark_bytes: 3, ..PLAIN }, b"\xef\xbb\xbfa,b\n1,2\na,b\n", 2);
    assert_eq!(rows[1].fault, Some(Fault::RepeatedHeader), "the header is a,b without the mark");
}
