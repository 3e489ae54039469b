//! A list as rows of text: the byte order mark, the encoding, the header and each record below it.
//!
//! Fed in pieces, memory-flat: it holds one record and what one piece decodes to.

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};
use plumb_base::limits::FIELD_BYTES_MAX;

use super::encoding::Encoding;
use super::records::{Record, Records};
use super::refusal::Refusal;

/// How a list is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) encoding: Encoding,
    /// Bytes of the byte order mark, if there is one.
    pub(crate) mark_bytes: usize,
    pub(crate) delimiter: u8,
    /// Records above the first row of people: the header, and a line that names the delimiter.
    pub(crate) rows_above: u64,
}

impl Dialect {
    /// The layout of the list that begins with `beginning`, once its delimiter is known.
    pub(crate) fn of(beginning: &[u8], delimiter: u8) -> Self {
        let (encoding, mark_bytes) = Encoding::of(beginning);
        let named = named_delimiter(beginning) == Some(delimiter);
        Self { encoding, mark_bytes, delimiter, rows_above: if named { 2 } else { 1 } }
    }
}

/// The delimiter that a first line such as `sep=;` names, as some spreadsheets write it above the header.
pub(crate) fn named_delimiter(beginning: &[u8]) -> Option<u8> {
    let (encoding, mark_bytes) = Encoding::of(beginning);
    let text = encoding.beginning(&beginning[mark_bytes..], 6);
    match text.strip_prefix("sep=").map(str::as_bytes) {
        Some(&[delimiter, b'\r' | b'\n']) => Some(delimiter),
        _ => None,
    }
}

/// Why a record does not even get as far as cleaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Another number of cells than the header has.
    Ragged { found: usize, wanted: usize },
    /// A NUL character in it.
    Nul,
    /// A cell over the limit; its position from 1.
    FieldTooLong { column: usize },
    /// The header once more, as in files that were pasted together.
    RepeatedHeader,
    /// A quotation mark that is not closed before the file ends.
    OpenQuote,
}

/// One record below the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// As a spreadsheet counts, from 1.
    pub(crate) number: u64,
    /// As many as the header has, unless there is a fault.
    pub(crate) cells: Vec<String>,
    pub(crate) fault: Option<Fault>,
    /// No valid UTF-8, so read as Windows-1252.
    pub(crate) windows_1252: bool,
    /// Characters outside ASCII that are valid UTF-8.
    pub(crate) wide: bool,
}

/// Turns pieces of a file into rows.
pub(crate) struct Table {
    mark_left: usize,
    decoder: Option<Decoder>,
    decoded: Vec<u8>,
    records: Records,
    above_left: u64,
    /// The last row above the people, once it was read.
    header: Option<Vec<String>>,
}

impl Table {
    /// Nothing read yet.
    pub(crate) fn new(dialect: Dialect) -> Self {
        let decoder = match dialect.encoding {
            Encoding::Utf8 => None,
            Encoding::Utf16Le => Some(UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(UTF_16BE.new_decoder_without_bom_handling()),
        };
        Self {
            mark_left: dialect.mark_bytes,
            decoder,
            decoded: Vec::new(),
            records: Records::new(dialect.delimiter),
            above_left: dialect.rows_above,
            header: None,
        }
    }

    /// Reads the next piece; each row that ends in it goes to `take`.
    pub(crate) fn push(&mut self, piece: &[u8], take: &mut dyn FnMut(Row)) -> Result<(), Refusal> {
        let mark = self.mark_left.min(piece.len());
        self.mark_left -= mark;
        let piece = &piece[mark..];
        if self.decoder.is_none() {
            return self.records_of(piece, take);
        }
        self.decode(piece, false, take)
    }

    /// Ends the file.
    pub(crate) fn finish(&mut self, take: &mut dyn FnMut(Row)) -> Result<(), Refusal> {
        if self.decoder.is_some() {
            self.decode(&[], true, take)?;
        }
        let Some((record, open)) = self.records.finish()? else { return Ok(()) };
        let mut row = row_of(record);
        if open {
            row.fault = Some(Fault::OpenQuote);
        }
        self.pass(row, take);
        Ok(())
    }

    fn decode(&mut self, mut piece: &[u8], last: bool, take: &mut dyn FnMut(Row)) -> Result<(), Refusal> {
        loop {
            let Some(decoder) = &mut self.decoder else { return Ok(()) };
            let mut text = std::mem::take(&mut self.decoded);
            text.resize(64 * 1024, 0);
            let (result, read, written, _) = decoder.decode_to_utf8(piece, &mut text, last);
            piece = &piece[read..];
            let done = self.records_of(&text[..written], take);
            self.decoded = text;
            done?;
            if result == CoderResult::InputEmpty {
                return Ok(());
            }
        }
    }

    fn records_of(&mut self, mut input: &[u8], take: &mut dyn FnMut(Row)) -> Result<(), Refusal> {
        while let Some(record) = self.records.next(&mut input)? {
            let row = row_of(record);
            self.pass(row, take);
        }
        Ok(())
    }

    fn pass(&mut self, mut row: Row, take: &mut dyn FnMut(Row)) {
        if self.above_left > 0 {
            self.above_left -= 1;
            self.header = Some(row.cells);
            return;
        }
        if let Some(header) = &self.header {
            row.fault = row.fault.or_else(|| fault(&mut row.cells, header));
        }
        take(row);
    }
}

fn fault(cells: &mut Vec<String>, header: &[String]) -> Option<Fault> {
    let wanted = header.len();
    // Spreadsheets write empty cells past the last column: nothing is lost with them.
    while cells.len() > wanted && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    if cells.iter().any(|cell| cell.contains('\0')) {
        return Some(Fault::Nul);
    }
    if cells.len() != wanted {
        return Some(Fault::Ragged { found: cells.len(), wanted });
    }
    if let Some(n) = cells.iter().position(|cell| cell.len() > FIELD_BYTES_MAX) {
        return Some(Fault::FieldTooLong { column: n + 1 });
    }
    (cells.as_slice() == header).then_some(Fault::RepeatedHeader)
}

fn row_of(record: Record<'_>) -> Row {
    let mut row = Row {
        number: record.number,
        cells: Vec::with_capacity(record.len()),
        fault: None,
        windows_1252: false,
        wide: false,
    };
    // A whole record is of one encoding: its cells were written by one program.
    row.windows_1252 = record.cells().any(|cell| std::str::from_utf8(cell).is_err());
    row.wide = !row.windows_1252 && !record.bytes().is_ascii();
    for cell in record.cells() {
        row.cells.push(if row.windows_1252 {
            WINDOWS_1252.decode_without_bom_handling(cell).0.into_owned()
        } else {
            String::from_utf8_lossy(cell).into_owned()
        });
    }
    row
}

#[cfg(test)]
mod tests;
