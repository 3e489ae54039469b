use super::*;

type Seen = Vec<(u64, Vec<String>)>;

/// Everything in `text`, fed in pieces of `step` bytes.
fn read(text: &[u8], step: usize) -> (Seen, bool) {
    let mut records = Records::new(b',');
    let mut seen = Seen::new();
    let keep = |record: Record<'_>, seen: &mut Seen| {
        let cells = record.cells().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        seen.push((record.number, cells));
    };
    for piece in text.chunks(step) {
        let mut input = piece;
        while let Some(record) = records.next(&mut input).expect("short") {
            keep(record, &mut seen);
        }
    }
    let mut open = false;
    if let Some((record, unclosed)) = records.finish().expect("short") {
        keep(record, &mut seen);
        open = unclosed;
    }
    (seen, open)
}

fn row(number: u64, cells: &[&str]) -> (u64, Vec<String>) {
    (number, cells.iter().map(|&cell| cell.to_owned()).collect())
}

#[test]
fn line_ends_quotes_and_blank_lines() {
    let text = b"a,b\r\n\r\n\"1,\r\n2\",\"say \"\"x\"\"\"\n\nc,\rd,e";
    let wanted = vec![row(1, &["a", "b"]), row(3, &["1,\r\n2", "say \"x\""]), row(5, &["c", ""]), row(6, &["d", "e"])];
    for step in 1..=text.len() {
        assert_eq!(read(text, step), (wanted.clone(), false), "in pieces of {step}");
    }
}

#[test]
fn an_open_quote_at_the_end_is_told() {
    for step in [1, 3, 100] {
        assert_eq!(read(b"a,b\n1,\"2\n3,4\n", step), (vec![row(1, &["a", "b"]), row(2, &["1", "2\n3,4\n\n"])], true));
        assert_eq!(read(b"a,b\n1,\"2\"", step), (vec![row(1, &["a", "b"]), row(2, &["1", "2"])], false));
    }
}

#[test]
fn the_same_as_the_csv_crate_wherever_it_is_cut() {
    let text = b"x,\"y \"\"q\"\" z\",\n1,2,3,4\n\"\",\"\",\"\"\n,,\n\"a\nb\",c\r\nlast";
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&text[..]);
    let wanted: Vec<Vec<String>> =
        reader.records().map(|record| record.expect("parses").iter().map(str::to_owned).collect()).collect();
    for step in 1..=text.len() {
        let cells: Vec<Vec<String>> = read(text, step).0.into_iter().map(|(_, cells)| cells).collect();
        assert_eq!(cells, wanted, "in pieces of {step}");
    }
}

#[test]
fn a_record_without_end_is_refused_at_the_limit() {
    let mut records = Records::new(b',');
    let piece = vec![b'x'; 64 * 1024];
    let mut fed = 0;
    let refusal = loop {
        let mut input = &piece[..];
        match records.next(&mut input) {
            Ok(None) => fed += piece.len(),
            Ok(Some(_)) => panic!("there is no end of a record"),
            Err(refusal) => break refusal,
        }
        assert!(fed <= 2 * RECORD_BYTES_MAX, "noticed in time");
    };
    assert_eq!(refusal, Refusal::RecordTooLong { row: 1 });
}

#[test]
fn many_cells_are_counted() {
    let text = "x,".repeat(5_000);
    let (seen, _) = read(text.as_bytes(), 700);
    assert_eq!(seen[0].1.len(), 5_001);
}
