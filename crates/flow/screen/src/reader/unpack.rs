//! What is in a file: itself, or what it was packed from.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::MultiGzDecoder;
use zip::ZipArchive;

use super::{ReadError, Source};
use crate::bits::Progress;

/// Most bytes that a packed file may unpack to: four times the whole federal list.
const UNPACKED_BYTES_MAX: u64 = 16 * 1024 * 1024 * 1024;
/// Most files in a zip: one for each area code and each state, with some to spare.
const MEMBERS_MAX: u64 = 2_000;
/// Largest directory of a zip.
const DIRECTORY_BYTES_MAX: u64 = 1024 * 1024;
const BUFFER_BYTES: usize = 256 * 1024;

/// Gives each list in the file: the file itself, or each file of an archive in the archive's order.
pub(super) fn each(
    source: &mut dyn Source,
    progress: &Progress,
    read: &mut dyn FnMut(&mut dyn BufRead) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut magic = [0; 4];
    let got = source.read(&mut magic).map_err(ReadError::Io)?;
    source.seek(SeekFrom::Start(0)).map_err(ReadError::Io)?;
    let mut watched = Watched { source, progress };
    match &magic[..got] {
        [0x1f, 0x8b, ..] => {
            let unpacked = MultiGzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, watched));
            let mut left = UNPACKED_BYTES_MAX;
            read(&mut BufReader::with_capacity(BUFFER_BYTES, Bounded { input: unpacked, left: &mut left }))
        }
        b"PK\x03\x04" | b"PK\x05\x06" => {
            check_directory(&mut watched)?;
            members(watched, read)
        }
        _ => read(&mut BufReader::with_capacity(BUFFER_BYTES, watched)),
    }
}

fn members(
    watched: Watched<'_>,
    read: &mut dyn FnMut(&mut dyn BufRead) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut archive = ZipArchive::new(watched).map_err(packed)?;
    let mut left = UNPACKED_BYTES_MAX;
    for at in 0..archive.len() {
        let member = archive.by_index(at).map_err(packed)?;
        if member.is_file() {
            read(&mut BufReader::with_capacity(BUFFER_BYTES, Bounded { input: member, left: &mut left }))?;
        }
    }
    Ok(())
}

fn packed(error: zip::result::ZipError) -> ReadError {
    match error {
        zip::result::ZipError::Io(error) => error.into(),
        _ => ReadError::Packed,
    }
}

/// Refuses a zip with a directory that would fill the memory, before it is read: by its end record (APPNOTE 4.3.16)
/// and, when there is one, the record for large archives (4.3.14).
fn check_directory(file: &mut (impl Read + Seek)) -> Result<(), ReadError> {
    const END: &[u8; 4] = b"PK\x05\x06";
    let length = file.seek(SeekFrom::End(0))?;
    // The end record has 22 bytes, and a comment of at most 65,535 after it; a locator of 20 bytes may stand before.
    let tail_bytes = length.min(22 + 65_535 + 20);
    file.seek(SeekFrom::Start(length - tail_bytes))?;
    let mut tail = Vec::new();
    Read::by_ref(file).take(tail_bytes).read_to_end(&mut tail)?;
    let end = tail.windows(4).rposition(|window| window == END).ok_or(ReadError::Packed)?;
    let number = |bytes: &[u8], at: usize, octets: usize| {
        let bytes = bytes.get(at..at + octets).ok_or(ReadError::Packed)?;
        Ok::<u64, ReadError>(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    let (mut members, mut bytes) = (number(&tail, end + 10, 2)?, number(&tail, end + 12, 4)?);
    if let Some(locator) = end.checked_sub(20).filter(|at| tail[*at..].starts_with(b"PK\x06\x07")) {
        file.seek(SeekFrom::Start(number(&tail, locator + 8, 8)?))?;
        let mut record = [0; 56];
        file.read_exact(&mut record)?;
        (members, bytes) = (number(&record, 32, 8)?, number(&record, 40, 8)?);
    }
    if members > MEMBERS_MAX {
        return Err(ReadError::Bomb("2,000 files in it"));
    }
    if bytes > DIRECTORY_BYTES_MAX {
        return Err(ReadError::Bomb("a mebibyte of file names"));
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(())
}

/// The first byte that is no space and no mark of byte order, which stays where it is.
pub(super) fn first_byte(input: &mut dyn BufRead) -> Result<Option<u8>, ReadError> {
    let bytes = input.fill_buf()?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    Ok(bytes.trim_ascii_start().first().copied())
}

/// Counts what is read of the file, and stops when told to.
struct Watched<'a> {
    source: &'a mut dyn Source,
    progress: &'a Progress,
}

impl Read for Watched<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.progress.is_stopped() {
            // Not `Interrupted`, at which readers try again.
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "stopped"));
        }
        let read = self.source.read(into)?;
        self.progress.read(read);
        Ok(read)
    }
}

impl Seek for Watched<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source.seek(to)
    }
}

/// Reads at most so many bytes; more are an error and no end.
struct Bounded<'a, R> {
    input: R,
    left: &'a mut u64,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        *self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, "unpacks to more than a list has"))?;
        Ok(read)
    }
}

#[cfg(test)]
pub(super) fn bounded<'a, R: Read + 'a>(input: R, left: &'a mut u64) -> impl Read + 'a {
    Bounded { input, left }
}
