//! A file that is being written: rows in, bytes out.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use plumb_base::Cells;
use plumb_base::csv::guard;
use plumb_table::columnar;
use plumb_table::refusal::Refusal;
use plumb_table::write::push_cells;
use sha2::{Digest as _, Sha256};

use crate::domain::{Format, Layout};

/// Bytes of one stored piece.
pub(crate) const PIECE_BYTES: usize = 256 * 1024;

/// Writes a file. What was written and not yet taken is in memory: of CSV a page, of Parquet a group of rows.
pub(crate) struct Writer {
    rows: Rows,
    written: Shared,
    /// What does not fill a piece yet.
    rest: Vec<u8>,
    bytes: u64,
    hash: Sha256,
}

enum Rows {
    Csv,
    // Large, and one of a file.
    Parquet(Box<columnar::Writer<Shared>>),
}

impl Writer {
    /// Begins a file.
    pub(crate) fn new(format: Format, layout: &Layout) -> Result<Self, Refusal> {
        let (mut written, names) = (Shared::default(), layout.names());
        let rows = match format {
            Format::Csv => {
                let mut header = Vec::new();
                push_cells(&mut header, names.iter().map(String::as_str), b',');
                header.push(b'\n');
                written.write_all(&header)?;
                Rows::Csv
            }
            Format::Parquet => Rows::Parquet(Box::new(columnar::Writer::of_text(written.clone(), &names, &[])?)),
        };
        Ok(Self { rows, written, rest: Vec::new(), bytes: 0, hash: Sha256::new() })
    }

    /// Writes rows, and answers the pieces that are full.
    pub(crate) fn write(&mut self, cells: &Cells) -> Result<Vec<Vec<u8>>, Refusal> {
        match &mut self.rows {
            Rows::Csv => {
                let mut text = Vec::with_capacity(cells.bytes() * 5 / 4);
                for row in cells.iter() {
                    let guarded: Vec<_> = row.iter().map(guard).collect();
                    push_cells(&mut text, guarded.iter().map(AsRef::as_ref), b',');
                    text.push(b'\n');
                }
                self.written.write_all(&text)?;
            }
            Rows::Parquet(writer) => {
                writer.write(cells)?;
            }
        }
        Ok(self.full())
    }

    /// Ends the file. Answers its last pieces, its length in bytes, and the SHA-256 of all of it.
    pub(crate) fn finish(mut self) -> Result<(Vec<Vec<u8>>, u64, String), Refusal> {
        if let Rows::Parquet(writer) = mem::replace(&mut self.rows, Rows::Csv) {
            writer.finish()?;
        }
        let mut pieces = self.full();
        if !self.rest.is_empty() {
            pieces.push(mem::take(&mut self.rest));
        }
        Ok((pieces, self.bytes, plumb_base::hex::encode(&self.hash.finalize())))
    }

    fn full(&mut self) -> Vec<Vec<u8>> {
        let written = self.written.take();
        self.hash.update(&written);
        self.bytes += written.len() as u64;
        self.rest.extend_from_slice(&written);
        let later = self.rest.split_off(self.rest.len() / PIECE_BYTES * PIECE_BYTES);
        let full = mem::replace(&mut self.rest, later);
        full.chunks(PIECE_BYTES).map(<[u8]>::to_vec).collect()
    }
}

/// Bytes that one side writes and the other takes.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn take(&self) -> Vec<u8> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
