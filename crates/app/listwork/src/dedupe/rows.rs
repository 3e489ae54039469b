//! The rows on their way: written once, read through, and looked up by number. Each is a text of the output's dialect
//! without its line break.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crate::spool;

const BUFFER_BYTES: usize = 1024 * 1024;

/// Takes rows.
pub(crate) struct Collect {
    file: File,
    buffer: Vec<u8>,
    flushed: u64,
    /// Where each row ends.
    ends: Vec<u64>,
}

impl Collect {
    /// None yet; they wait in a file without a name in `dir`.
    pub(crate) fn new(dir: &Path) -> io::Result<Self> {
        Ok(Self { file: spool::unnamed(dir)?, buffer: Vec::with_capacity(BUFFER_BYTES), flushed: 0, ends: Vec::new() })
    }

    /// Adds a row, which is written to the buffer by `write`.
    pub(crate) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        write(&mut self.buffer);
        self.ends.push(self.flushed + self.buffer.len() as u64);
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.flushed += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// No more rows.
    pub(crate) fn close(mut self) -> io::Result<Stored> {
        self.flush()?;
        self.ends.shrink_to_fit();
        Ok(Stored { file: self.file, ends: self.ends })
    }
}

/// Has rows.
pub(crate) struct Stored {
    file: File,
    ends: Vec<u64>,
}

impl Stored {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn start(&self, row: usize) -> u64 {
        row.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// Adds the text of one row to `out`.
    pub(crate) fn get(&self, row: u32, out: &mut Vec<u8>) -> io::Result<()> {
        let row = row as usize;
        let (start, at) = (self.start(row), out.len());
        out.resize(at + (self.ends[row] - start) as usize, 0);
        self.file.read_exact_at(&mut out[at..], start)
    }

    /// All rows, from the first.
    pub(crate) fn read(&mut self) -> io::Result<InOrder<'_>> {
        self.file.rewind()?;
        Ok(InOrder { file: BufReader::with_capacity(BUFFER_BYTES, &self.file), ends: &self.ends, at: 0, start: 0 })
    }
}

/// Rows one after another.
pub(crate) struct InOrder<'s> {
    file: BufReader<&'s File>,
    ends: &'s [u64],
    at: usize,
    start: u64,
}

impl InOrder<'_> {
    /// Adds the text of the next row to `out`. Asked for no more often than there are rows.
    pub(crate) fn next(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let (end, at) = (self.ends[self.at], out.len());
        out.resize(at + (end - self.start) as usize, 0);
        self.file.read_exact(&mut out[at..])?;
        (self.at, self.start) = (self.at + 1, end);
        Ok(())
    }
}
