//! Cells as delimited text: UTF-8, LF, quotes where they are needed and nowhere else.

use memchr::{memchr, memchr3};

/// Adds a cell to `out`, in quotes if it has the delimiter, a quotation mark or a line break in it.
pub fn push_cell(out: &mut Vec<u8>, cell: &str, delimiter: u8) {
    let bytes = cell.as_bytes();
    if !needs_quotes(bytes, delimiter) {
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    let mut rest = bytes;
    while let Some(at) = memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=at]);
        out.push(b'"');
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn needs_quotes(bytes: &[u8], delimiter: u8) -> bool {
    let mark = |byte: u8| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r');
    // Without a way out of the loop it is done many bytes at a time, which is faster than a search up to about here.
    if bytes.len() <= 128 {
        return bytes.iter().fold(false, |seen, byte| seen | mark(*byte));
    }
    memchr3(delimiter, b'"', b'\n', bytes).is_some() || memchr(b'\r', bytes).is_some()
}

/// Adds cells with delimiters between them, without a line break. A single empty cell is quoted: an empty line is no row.
pub fn push_cells<'a>(out: &mut Vec<u8>, cells: impl IntoIterator<Item = &'a str>, delimiter: u8) {
    let start = out.len();
    let mut cells = cells.into_iter().peekable();
    while let Some(cell) = cells.next() {
        push_cell(out, cell, delimiter);
        if cells.peek().is_some() {
            out.push(delimiter);
        }
    }
    if out.len() == start {
        out.extend_from_slice(b"\"\"");
    }
}

#[cfg(test)]
mod tests;
