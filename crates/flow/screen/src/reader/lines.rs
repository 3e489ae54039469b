//! One number a line.

use std::io::BufRead;

use memchr::memchr;

use super::{Change, Counts, ReadError, Sink};
use crate::domain::number::Number;

/// Longest line.
pub(super) const LINE_BYTES_MAX: usize = 4096;

pub(super) fn read(
    input: &mut dyn BufRead,
    every: Option<Change>,
    counts: &mut Counts,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let change = every.unwrap_or(Change::Add);
    each(input, |at, line| {
        let number = quick(line).or_else(|| Number::read(line));
        let Some(number) = number else {
            // The first line may name the column.
            if at > 1 || line.iter().any(u8::is_ascii_digit) {
                counts.entries += 1;
                counts.malformed(at);
            }
            return Ok(());
        };
        counts.entries += 1;
        Ok(sink(number, change)?)
    })
}

/// The two forms that registries write.
fn quick(line: &[u8]) -> Option<Number> {
    match line.len() {
        10 => Number::of_digits(line.try_into().ok()?),
        11 if line[3] == b',' => Number::of_parts(line[..3].try_into().ok()?, line[4..].try_into().ok()?),
        _ => None,
    }
}

/// Every line that is not empty, without its end, with its number from 1.
pub(super) fn each(
    input: &mut dyn BufRead,
    mut take: impl FnMut(u64, &[u8]) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut begun: Vec<u8> = Vec::new();
    let mut at = 0;
    let mut give = |mut line: &[u8]| {
        at += 1;
        if at == 1 {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > LINE_BYTES_MAX {
            return Err(ReadError::TooLong(LINE_BYTES_MAX));
        }
        if line.is_empty() { Ok(()) } else { take(at, line) }
    };
    loop {
        let bytes = input.fill_buf()?;
        let read = bytes.len();
        if read == 0 {
            return if begun.is_empty() { Ok(()) } else { give(&begun) };
        }
        let mut rest = bytes;
        while let Some(end) = memchr(b'\n', rest) {
            if begun.is_empty() {
                give(&rest[..end])?;
            } else {
                begun.extend_from_slice(&rest[..end]);
                give(&begun)?;
                begun.clear();
            }
            rest = &rest[end + 1..];
        }
        if begun.len() + rest.len() > LINE_BYTES_MAX + 1 {
            return Err(ReadError::TooLong(LINE_BYTES_MAX));
        }
        begun.extend_from_slice(rest);
        input.consume(read);
    }
}
