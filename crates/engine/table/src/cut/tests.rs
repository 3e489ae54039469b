use plumb_base::limits::RECORD_BYTES_MAX;
use proptest::prelude::*;

use super::{Broken, Chunk, Cutter};
use crate::{Batch, Dialect, Fault};

/// Cuts a text that comes in pieces; the chunks as they are.
fn chunks(text: &[u8], piece_bytes: usize, chunk_bytes: usize) -> Vec<(Vec<u8>, Option<Broken>)> {
    let mut cutter = Cutter::with_chunks_of(Dialect::default(), chunk_bytes);
    let (mut chunk, mut all) = (Chunk::default(), Vec::new());
    for piece in text.chunks(piece_bytes) {
        cutter.push(piece);
        while cutter.take(&mut chunk) {
            all.push((std::mem::take(&mut chunk.text), chunk.broken));
        }
    }
    while cutter.finish(&mut chunk) {
        all.push((std::mem::take(&mut chunk.text), chunk.broken));
    }
    all
}

/// Every record's cells and fault, however it is cut.
fn rows(text: &[u8], piece_bytes: usize, chunk_bytes: usize, width: usize) -> Vec<(Vec<String>, Option<Fault>)> {
    let mut batch = Batch::default();
    let mut all = Vec::new();
    for (text, broken) in chunks(text, piece_bytes, chunk_bytes) {
        batch.read(&mut Chunk { text, broken, offset: 0 }, Dialect::default(), width, "");
        let cells = batch.cells().iter().map(|row| row.iter().map(str::to_owned).collect());
        all.extend(cells.zip(batch.records().iter().map(|record| record.fault)));
    }
    all
}

#[test]
fn chunks_end_where_records_do() {
    let text = b"a,b\n\"x\ny\",1\r\nc,\"d \"\"e\"\"\n\"\n5\" disk,2";
    let whole: Vec<u8> = chunks(text, 3, 4).into_iter().flat_map(|(text, _)| text).collect();
    assert_eq!(whole, text);
    let rows = rows(text, 1, 1, 2);
    let cells: Vec<_> = rows.iter().map(|(cells, fault)| (cells.join("|"), *fault)).collect();
    let good = |cells: &str| (cells.to_owned(), None);
    assert_eq!(cells, [good("a|b"), good("x\ny|1"), good("c|d \"e\"\n"), good("5\" disk|2")]);
}

#[test]
fn a_quote_that_is_never_closed_costs_one_row() {
    let rows = rows(b"a,1\n\"b,2\nc,3\nd,4\n", 5, 4, 2);
    let faults: Vec<_> = rows.iter().map(|(_, fault)| *fault).collect();
    assert_eq!(faults, [None, Some(Fault::OpenQuote), None, None]);
    assert_eq!(rows[1].0, ["\"b", "2"]);
}

#[test]
fn a_record_over_the_limit_is_cut_and_the_next_one_is_read() {
    for opening in ["x", "\"x"] {
        let mut text = format!("a,1\n{opening}").into_bytes();
        text.extend(std::iter::repeat_n(b'y', RECORD_BYTES_MAX * 3));
        text.extend_from_slice(b"\",2\nb,3\nc,4\n");
        for piece in [1 << 16, 1 << 20, 1 << 23] {
            let rows = rows(&text, piece, 1 << 19, 2);
            let faults: Vec<_> = rows.iter().map(|(_, fault)| *fault).collect();
            assert_eq!(faults, [None, Some(Fault::RecordTooLong), None, None], "{opening} {piece}");
            assert_eq!(rows[3].0, ["c", "4"]);
        }
    }
}

proptest! {
    /// However a text comes and is divided, the rows are the same.
    #[test]
    fn pieces_do_not_matter(text in "[a,\"\n\r ü]{0,60}", piece in 1_usize..20, chunk in 1_usize..20) {
        prop_assert_eq!(rows(text.as_bytes(), piece, chunk, 2), rows(text.as_bytes(), 1000, 1000, 2));
    }

    /// Where no quote stays open, rows are those of another reader.
    #[test]
    fn as_another_reader_has_it(text in "[ab,\"\n]{0,40}") {
        let (ours, theirs) = (rows(text.as_bytes(), 7, 3, 1000), other(text.as_bytes()));
        prop_assume!(ours.iter().all(|(_, fault)| *fault != Some(Fault::OpenQuote)));
        let ours: Vec<Vec<String>> = ours.into_iter().map(|(cells, _)| cells).collect();
        prop_assert_eq!(ours, theirs);
    }
}

fn other(text: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv_core::Reader::new();
    let (mut rows, mut out, mut ends, mut input) = (Vec::new(), [0; 4096], [0; 64], text);
    let (mut at, mut cells) = (0, 0);
    loop {
        let (result, read, written, ended) = reader.read_record(input, &mut out[at..], &mut ends[cells..]);
        input = &input[read..];
        (at, cells) = (at + written, cells + ended);
        match result {
            csv_core::ReadRecordResult::Record => {
                let starts = std::iter::once(0).chain(ends[..cells].iter().copied());
                let row = starts.zip(&ends[..cells]).map(|(a, b)| String::from_utf8(out[a..*b].to_vec()).unwrap());
                rows.push(row.collect());
                (at, cells) = (0, 0);
            }
            csv_core::ReadRecordResult::End => return rows,
            _ => {}
        }
    }
}
