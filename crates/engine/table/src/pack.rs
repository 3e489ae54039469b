//! gzip and zstd, with a bound on how much may come out of how little.

use std::io::{self, BufReader, Write};

use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::input::{Fingerprint, Peeked, Read, Unwrapped};
use super::refusal::Refusal;

/// So many times its packed size may a list have: the most that real lists were seen to have is about thirty.
const RATIO_MAX: u64 = 200;
/// As many bytes may come out of any file.
const FREE_BYTES: u64 = 16 * 1024 * 1024;
/// Memory of a zstd decoder: 2 to this many bytes (RFC 8878 asks decoders for 2^23; `zstd --long` makes 2^27).
const ZSTD_WINDOW_LOG_MAX: u32 = 27;
/// The levels of `gzip` and `zstd` themselves.
const GZIP_LEVEL: u32 = 6;
const ZSTD_LEVEL: i32 = 3;
const BUFFER_BYTES: usize = 128 * 1024;

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip (RFC 1952), of one or more members.
    Gzip,
    /// zstd (RFC 8878).
    Zstd,
}

impl Packing {
    /// The packing of a file that begins with these bytes.
    #[must_use]
    pub fn of(beginning: &[u8]) -> Self {
        match beginning {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::Plain,
        }
    }

    /// The packing that a file's name asks for.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let ends = |end: &str| name.len() > end.len() && name[..].to_ascii_lowercase().ends_with(end);
        if ends(".gz") {
            Self::Gzip
        } else if ends(".zst") {
            Self::Zstd
        } else {
            Self::Plain
        }
    }

    /// The name under which people and programs see it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

pub(crate) fn unpack(
    file: Peeked<impl Unwrapped + 'static>,
    packing: Packing,
    read: Read,
) -> Result<Box<dyn Unwrapped>, Refusal> {
    let file = BufReader::with_capacity(if packing == Packing::Plain { 0 } else { BUFFER_BYTES }, file);
    let guarded = |inner| Guarded { packed: read, out: 0, inner };
    Ok(match packing {
        Packing::Plain => Box::new(file.into_inner()),
        Packing::Gzip => Box::new(guarded(Unpacked::Gzip(Box::new(MultiGzDecoder::new(file))))),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(file).map_err(Refusal::Packed)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(Refusal::Packed)?;
            Box::new(guarded(Unpacked::Zstd(decoder)))
        }
    })
}

enum Unpacked<R: io::BufRead> {
    Gzip(Box<MultiGzDecoder<R>>),
    Zstd(zstd::stream::read::Decoder<'static, R>),
}

/// An unpacked file that ends in a refusal when more comes out of it than any list has.
struct Guarded<R: io::BufRead> {
    inner: Unpacked<R>,
    packed: Read,
    out: u64,
}

impl<R: io::BufRead> io::Read for Guarded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let result = match &mut self.inner {
            Unpacked::Gzip(decoder) => decoder.read(buf),
            Unpacked::Zstd(decoder) => decoder.read(buf),
        };
        let bytes = result.map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => Refusal::Packed(error).into(),
        })?;
        self.out += bytes as u64;
        if self.out > FREE_BYTES && self.out / self.packed.bytes().max(1) > RATIO_MAX {
            return Err(Refusal::Bomb { ratio_max: RATIO_MAX, bytes: self.out }.into());
        }
        Ok(bytes)
    }
}

impl<R: Unwrapped> Unwrapped for Guarded<BufReader<Peeked<R>>> {
    fn fingerprint(&mut self) -> io::Result<Fingerprint> {
        let file = match &mut self.inner {
            Unpacked::Gzip(decoder) => decoder.get_mut(),
            Unpacked::Zstd(decoder) => decoder.get_mut(),
        };
        file.get_mut().fingerprint()
    }
}

/// Packs what is written.
pub enum Packer<W: Write> {
    /// Not at all.
    Plain(W),
    /// gzip, without name and time: the same text gives the same bytes.
    Gzip(GzEncoder<W>),
    /// zstd.
    Zstd(zstd::stream::write::Encoder<'static, W>),
}

impl<W: Write> Packer<W> {
    /// Packs into `file`.
    pub fn new(file: W, packing: Packing) -> io::Result<Self> {
        Ok(match packing {
            Packing::Plain => Self::Plain(file),
            Packing::Gzip => Self::Gzip(GzEncoder::new(file, flate2::Compression::new(GZIP_LEVEL))),
            Packing::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(file, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                Self::Zstd(encoder)
            }
        })
    }

    /// Writes what is still held back, and gives the file back.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(file) => Ok(file),
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(buf),
            Self::Gzip(encoder) => encoder.write(buf),
            Self::Zstd(encoder) => encoder.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Gzip(encoder) => encoder.flush(),
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}

#[cfg(test)]
mod tests;
