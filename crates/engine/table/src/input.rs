//! A text file without its wrapping: unpacked, in UTF-8, without byte order mark, its beginning judged.

use std::io::{self, Read as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use xxhash_rust::xxh3::Xxh3Default;

use super::encoding::{Decoding, Encoding};
use super::magic;
use super::pack::{self, Packing};
use super::refusal::Refusal;
use super::sniff::{self, Asked, KnownNames, Layout, WINDOW_BYTES, WINDOW_BYTES_MAX};

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text, perhaps packed.
    Text,
    /// Parquet.
    Parquet,
}

impl Format {
    /// The format of a file that begins with these bytes.
    #[must_use]
    pub fn of(beginning: &[u8]) -> Self {
        if beginning.starts_with(b"PAR1") { Self::Parquet } else { Self::Text }
    }
}

/// How much of a file was read, for whoever shows progress.
#[derive(Clone, Debug, Default)]
pub struct Read(Arc<AtomicU64>);

impl Read {
    /// Bytes of the file as it lies there, packed if it is packed.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// What a file said up to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Its length in bytes.
    pub bytes: u64,
    /// XXH3-128 of its bytes.
    pub hash: u128,
}

/// A list as a text.
pub struct Input {
    /// How it is laid out.
    pub layout: Layout,
    /// How its text is encoded.
    pub encoding: Encoding,
    /// How it is packed.
    pub packing: Packing,
    /// Where the text below the header begins in the file, if it stands there byte for byte.
    pub offset: Option<u64>,
    text: Peeked<Box<dyn Unwrapped>>,
}

impl Input {
    /// Opens a list. `encoding` says how its text is encoded, if somebody knows better than its first bytes; `read` counts
    /// what is read.
    pub fn open(
        file: impl io::Read + Send + 'static,
        encoding: Option<Encoding>,
        asked: Asked,
        known: KnownNames<'_>,
        read: Read,
    ) -> Result<Self, Refusal> {
        let mut file = Peeked::new(Counted { file, read: read.clone(), hash: Xxh3Default::new() });
        let packing = Packing::of(file.peek(4)?);
        let mut bytes = Peeked::new(pack::unpack(file, packing, read)?);
        let beginning = bytes.peek(WINDOW_BYTES)?;
        if beginning.is_empty() {
            return Err(Refusal::Empty);
        }
        magic::refuse_other_formats(beginning)?;
        let (told, mark_bytes) = Encoding::of(beginning);
        let encoding = encoding.unwrap_or(told);
        if encoding == Encoding::Utf8 {
            magic::refuse_nul_bytes(beginning)?;
        }
        bytes.at += mark_bytes;
        let mut text: Peeked<Box<dyn Unwrapped>> = Peeked::new(match Decoding::of(encoding) {
            Some(decoding) => Box::new(Decoded { bytes, decoding, text: Vec::new(), at: 0, ended: false }),
            None => Box::new(bytes),
        });
        let mut wanted = WINDOW_BYTES;
        let layout = loop {
            let window = text.peek(wanted)?;
            let whole = window.len() < wanted;
            match sniff::sniff(window, whole, asked, known)? {
                Some(layout) => break layout,
                None if wanted < WINDOW_BYTES_MAX => wanted = WINDOW_BYTES_MAX,
                None => return Err(Refusal::NotATable { seen: "its first row does not end".to_owned() }),
            }
        };
        text.at += layout.bytes_above;
        let offset = (mark_bytes + layout.bytes_above) as u64;
        let offset = (packing == Packing::Plain && encoding == Encoding::Utf8).then_some(offset);
        Ok(Self { layout, encoding, packing, offset, text })
    }

    /// What was read, once it was read to its end: the length and hash of the file as it lies there.
    pub fn fingerprint(&mut self) -> io::Result<Fingerprint> {
        self.text.inner.fingerprint()
    }
}

/// The text below the header, in UTF-8 but for damaged records.
impl io::Read for Input {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.text.read(buf)
    }
}

/// A reader that knows the file under its wrapping.
pub(crate) trait Unwrapped: io::Read + Send {
    /// Reads the file to its end, whatever the layers above have left of it, and says what it was.
    fn fingerprint(&mut self) -> io::Result<Fingerprint>;
}

impl Unwrapped for Box<dyn Unwrapped> {
    fn fingerprint(&mut self) -> io::Result<Fingerprint> {
        (**self).fingerprint()
    }
}

/// Counts and hashes what is read.
struct Counted<R> {
    file: R,
    read: Read,
    hash: Xxh3Default,
}

impl<R: io::Read> io::Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(buf)?;
        self.hash.update(&buf[..bytes]);
        self.read.add(bytes);
        Ok(bytes)
    }
}

impl<R: io::Read + Send> Unwrapped for Counted<R> {
    fn fingerprint(&mut self) -> io::Result<Fingerprint> {
        io::copy(self, &mut io::sink())?;
        Ok(Fingerprint { bytes: self.read.bytes(), hash: self.hash.digest128() })
    }
}

/// A reader whose beginning can be looked at before it is read.
pub(crate) struct Peeked<R> {
    inner: R,
    window: Vec<u8>,
    at: usize,
}

impl<R: io::Read> Peeked<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, window: Vec::new(), at: 0 }
    }

    /// The next bytes, as many as there are up to `wanted`.
    fn peek(&mut self, wanted: usize) -> Result<&[u8], Refusal> {
        let have = self.window.len() - self.at;
        if have < wanted {
            let more = (wanted - have) as u64;
            io::Read::take(&mut self.inner, more).read_to_end(&mut self.window).map_err(Refusal::of_io)?;
        }
        Ok(&self.window[self.at..(self.at + wanted).min(self.window.len())])
    }
}

impl<R: io::Read> io::Read for Peeked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at < self.window.len() {
            let bytes = (&self.window[self.at..]).read(buf)?;
            self.at += bytes;
            return Ok(bytes);
        }
        if !self.window.is_empty() {
            (self.window, self.at) = (Vec::new(), 0);
        }
        self.inner.read(buf)
    }
}

impl<R: Unwrapped> Unwrapped for Peeked<R> {
    fn fingerprint(&mut self) -> io::Result<Fingerprint> {
        self.inner.fingerprint()
    }
}

/// Turns what it reads into UTF-8.
struct Decoded<R> {
    bytes: R,
    decoding: Decoding,
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: io::Read> io::Read for Decoded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            let mut piece = [0; 16 * 1024];
            let bytes = self.bytes.read(&mut piece)?;
            self.ended = bytes == 0;
            self.text.clear();
            self.at = 0;
            self.decoding.push(&piece[..bytes], self.ended, &mut self.text);
        }
        let bytes = (&self.text[self.at..]).read(buf)?;
        self.at += bytes;
        Ok(bytes)
    }
}

impl<R: Unwrapped> Unwrapped for Decoded<R> {
    fn fingerprint(&mut self) -> io::Result<Fingerprint> {
        self.bytes.fingerprint()
    }
}

#[cfg(test)]
mod tests;
