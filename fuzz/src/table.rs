//! Reading files of tables.

use std::io::{Cursor, Read as _};

use plumb_table::{Asked, Batch, Chunk, Cutter, Dialect, Fault, Input, Layout, Read, Refusal};

/// A row's cells and what is wrong with it.
pub type Row = (Vec<String>, Option<Fault>);

/// Opens a file of these bytes.
pub fn open(bytes: &[u8]) -> Result<Input, Refusal> {
    Input::open(Cursor::new(bytes.to_vec()), None, Asked::default(), &|_| 0, Read::default())
}

/// The layout of a file and the text below its header.
pub fn text(bytes: &[u8]) -> Option<(Layout, Vec<u8>)> {
    let mut input = open(bytes).ok()?;
    let mut text = Vec::new();
    input.read_to_end(&mut text).ok()?;
    Some((input.layout, text))
}

/// The rows of the chunk.
pub fn rows(chunk: &mut Chunk, dialect: Dialect, width: usize, header: &str) -> Vec<Row> {
    let mut batch = Batch::default();
    batch.read(chunk, dialect, width, header);
    let cells = batch.cells().iter().map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>());
    let rows: Vec<Row> = cells.zip(batch.records().iter().map(|record| record.fault)).collect();
    for (record, (cells, fault)) in batch.records().iter().zip(&rows) {
        assert!(fault.is_some() || cells.len() == width, "a good row has the list's columns");
        if fault.is_none() && record.verbatim {
            let mut copied = Batch::default();
            let raw = batch.text()[record.raw.clone()].to_owned();
            copied.read(&mut Chunk::of(raw.into_bytes()), dialect, width, header);
            assert_eq!(copied.cells().rows(), 1, "what may be copied is one row");
            assert!(copied.cells().row(0).iter().eq(cells.iter().map(String::as_str)));
        }
    }
    rows
}

/// Reads a text as a program does, from a file.
pub fn read(text: &[u8], dialect: Dialect, width: usize, header: &str) -> Vec<Row> {
    let (mut cutter, mut chunk, mut all) = (Cutter::new(dialect), Chunk::default(), Vec::new());
    let mut file = Cursor::new(text);
    while cutter.read(&mut file, &mut chunk).expect("memory can be read") {
        all.extend(rows(&mut chunk, dialect, width, header));
    }
    all
}

/// Reads a text as a server does, as it comes: `head` at once, `tail` in pieces of so many bytes.
pub fn receive(head: &[u8], tail: &[u8], piece_bytes: usize, dialect: Dialect, width: usize) -> Vec<Row> {
    let (mut cutter, mut chunk, mut all) = (Cutter::new(dialect), Chunk::default(), Vec::new());
    for piece in std::iter::once(head).chain(tail.chunks(piece_bytes.max(1))) {
        cutter.push(piece);
        while cutter.take(&mut chunk) {
            all.extend(rows(&mut chunk, dialect, width, ""));
        }
    }
    while cutter.finish(&mut chunk) {
        all.extend(rows(&mut chunk, dialect, width, ""));
    }
    all
}
