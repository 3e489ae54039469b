//! Dividing a stream of bytes into chunks of whole records, with a bound on the length of a record.
//!
//! A quotation mark counts where a cell begins and nowhere else (RFC 4180, and what programs make of it: `5" disk`).
//! A quote that is still open after [`RECORD_BYTES_MAX`], or at the end of the file, was none: its line becomes a record
//! of its own with a fault, and the lines after it are read as if it were not there. So one bad line costs one row.

use std::io::Read;

use memchr::{memchr, memchr2, memchr3, memrchr2};
use plumb_base::limits::RECORD_BYTES_MAX;

use super::sniff::Dialect;

/// About as many bytes make a chunk.
const CHUNK_BYTES: usize = 256 * 1024;

/// What is wrong with the only record of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A quotation mark that is not closed.
    OpenQuote,
    /// A line over the limit; what is beyond it is left out.
    TooLong,
}

/// Whole records, as they stand in the file.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Chunk {
    pub(crate) text: Vec<u8>,
    pub(crate) broken: Option<Broken>,
    /// Where it begins in what was pushed.
    pub(crate) offset: u64,
}

impl Chunk {
    /// A text of whole records.
    #[must_use]
    pub fn of(text: Vec<u8>) -> Self {
        Self { text, broken: None, offset: 0 }
    }

    /// How many bytes of the decoded file it holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }
}

/// Shows its size only: the records are personal.
impl std::fmt::Debug for Chunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chunk({} bytes, {:?})", self.text.len(), self.broken)
    }
}

/// Divides what is pushed into chunks. Holds a chunk and a record at most.
pub struct Cutter {
    dialect: Dialect,
    chunk_bytes: usize,
    buffer: Vec<u8>,
    /// Bytes that have left the buffer.
    taken: u64,
    /// The rest of a line over the limit goes by.
    skipping: bool,
}

/// How far a look at the buffer got.
enum Found {
    /// Whole records up to here.
    Records(usize),
    /// The first record is broken: its line, with its end, is as long as this.
    Broken(Broken, usize),
    /// No record ends in it.
    Nothing,
}

impl Cutter {
    /// Nothing pushed yet.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self::with_chunks_of(dialect, CHUNK_BYTES)
    }

    pub(crate) fn with_chunks_of(dialect: Dialect, chunk_bytes: usize) -> Self {
        Self { dialect, chunk_bytes, buffer: Vec::new(), taken: 0, skipping: false }
    }

    /// Adds what comes next in the file.
    pub fn push(&mut self, piece: &[u8]) {
        self.buffer.extend_from_slice(piece);
    }

    /// Reads on until there is a chunk, and puts it into `chunk`. `false` at the end of the file.
    pub fn read(&mut self, from: &mut impl Read, chunk: &mut Chunk) -> std::io::Result<bool> {
        loop {
            let mut wanted = self.chunk_bytes;
            // A record may be longer than a chunk.
            while self.buffer.len() >= wanted {
                if self.take(chunk) {
                    return Ok(true);
                }
                wanted = self.buffer.len() + self.chunk_bytes;
            }
            let more = (wanted - self.buffer.len()) as u64;
            self.buffer.reserve(more as usize + 64);
            if Read::take(&mut *from, more).read_to_end(&mut self.buffer)? < more as usize {
                return Ok(self.finish(chunk));
            }
        }
    }

    /// Puts a chunk into `chunk` if enough was pushed for one.
    pub fn take(&mut self, chunk: &mut Chunk) -> bool {
        self.buffer.len() >= self.chunk_bytes && self.cut(false, chunk)
    }

    /// Puts the next chunk of what is left into `chunk`, once everything was pushed; `false` when nothing is left.
    pub fn finish(&mut self, chunk: &mut Chunk) -> bool {
        !self.buffer.is_empty() && self.cut(true, chunk)
    }

    fn cut(&mut self, last: bool, chunk: &mut Chunk) -> bool {
        if self.skipping {
            let Some(end) = memchr2(b'\n', b'\r', &self.buffer) else {
                self.taken += self.buffer.len() as u64;
                self.buffer.clear();
                return false;
            };
            // The line break itself ended the record that was handed out.
            let pair = self.buffer[end] == b'\r' && self.buffer.get(end + 1) == Some(&b'\n');
            let rest = end + 1 + usize::from(pair);
            self.buffer.drain(..rest);
            self.taken += rest as u64;
            self.skipping = false;
        }
        let (end, broken) = match self.look(last) {
            Found::Records(end) => (end, None),
            Found::Broken(broken, end) => (end, Some(broken)),
            Found::Nothing => return false,
        };
        if end == 0 {
            return false;
        }
        // The long part changes hands, the short rest is copied.
        chunk.text.clear();
        chunk.text.extend_from_slice(&self.buffer[end..]);
        std::mem::swap(&mut chunk.text, &mut self.buffer);
        chunk.text.truncate(end);
        chunk.broken = broken;
        chunk.offset = self.taken;
        self.taken += end as u64;
        self.skipping = broken == Some(Broken::TooLong) && !chunk.text.ends_with(b"\n");
        true
    }

    /// Looks how many whole records the buffer begins with.
    fn look(&self, last: bool) -> Found {
        let bytes = self.buffer.as_slice();
        if !last && bytes.len() <= RECORD_BYTES_MAX && memchr(self.dialect.quote, bytes).is_none() {
            // A carriage return at the very end may be half a line break.
            let sure = bytes.strip_suffix(b"\r").unwrap_or(bytes);
            let end = memrchr2(b'\n', b'\r', sure);
            return end.map_or(Found::Nothing, |at| Found::Records(at + 1));
        }
        self.scan(bytes, last)
    }

    fn scan(&self, bytes: &[u8], last: bool) -> Found {
        let Dialect { quote, delimiter } = self.dialect;
        let (mut pos, mut boundary, mut quoted) = (0, 0, false);
        loop {
            let step = if quoted { memchr(quote, &bytes[pos..]) } else { memchr3(quote, b'\n', b'\r', &bytes[pos..]) };
            // The limit holds however the file is cut into pieces: for records that ended, and for one that did not.
            let seen = step.map_or(bytes.len(), |step| pos + step);
            if seen - boundary > RECORD_BYTES_MAX {
                return if boundary > 0 { Found::Records(boundary) } else { overlong(bytes) };
            }
            let Some(step) = step else { break };
            let at = pos + step;
            let next = bytes.get(at + 1);
            if quoted {
                match next {
                    Some(&next) if next == quote => pos = at + 2,
                    Some(_) => (pos, quoted) = (at + 1, false),
                    // Closed, unless the next piece begins with another one.
                    None => {
                        quoted = !last;
                        break;
                    }
                }
            } else if bytes[at] == quote {
                let before = at.checked_sub(1).map(|before| bytes[before]);
                quoted = before.is_none_or(|before| before == delimiter || matches!(before, b'\n' | b'\r'));
                pos = at + 1;
            } else {
                if bytes[at] == b'\r' && next.is_none() && !last {
                    break;
                }
                pos = at + 1 + usize::from(bytes[at] == b'\r' && next == Some(&b'\n'));
                boundary = pos;
            }
        }
        match (last, quoted, boundary) {
            (true, false, _) => Found::Records(bytes.len()),
            (true, true, 0) => Found::Broken(Broken::OpenQuote, line(bytes).unwrap_or(bytes.len())),
            (_, _, 0) => Found::Nothing,
            (_, _, boundary) => Found::Records(boundary),
        }
    }
}

/// The first record, and the buffer begins with it, is over the limit.
fn overlong(bytes: &[u8]) -> Found {
    match line(bytes) {
        Some(end) if end <= RECORD_BYTES_MAX => Found::Broken(Broken::OpenQuote, end),
        _ => Found::Broken(Broken::TooLong, RECORD_BYTES_MAX),
    }
}

/// The length of the first line, with its end.
fn line(bytes: &[u8]) -> Option<usize> {
    let at = memchr2(b'\n', b'\r', bytes)?;
    Some(at + 1 + usize::from(bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n')))
}

#[cfg(test)]
mod tests;
