//! The records of a chunk as rows of cells.

use std::ops::Range;

use memchr::{memchr, memchr3};
use plumb_base::Cells;
use plumb_base::limits::{COLUMNS_MAX, FIELD_BYTES_MAX};

use super::cell;
use super::cut::{Broken, Chunk};
use super::encoding;
use super::sniff::Dialect;

/// Why a record cannot be taken for a row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Fewer cells than the header has.
    TooFewCells,
    /// More cells than the header has.
    TooManyCells,
    /// A NUL character in it.
    Nul,
    /// A cell over [`FIELD_BYTES_MAX`].
    FieldTooLong,
    /// A record over the limit; what is beyond it is left out.
    RecordTooLong,
    /// The header once more, as in files that were pasted together.
    RepeatedHeader,
    /// A quotation mark that is never closed.
    OpenQuote,
}

impl Fault {
    /// Every fault, in order.
    pub const ALL: [Self; 7] = [
        Self::TooFewCells,
        Self::TooManyCells,
        Self::Nul,
        Self::FieldTooLong,
        Self::RecordTooLong,
        Self::RepeatedHeader,
        Self::OpenQuote,
    ];

    /// A stable word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooFewCells => "too_few_cells",
            Self::TooManyCells => "too_many_cells",
            Self::Nul => "nul_byte",
            Self::FieldTooLong => "field_too_long",
            Self::RecordTooLong => "row_too_long",
            Self::RepeatedHeader => "repeated_header",
            Self::OpenQuote => "open_quote",
        }
    }

    /// One sentence for people.
    #[must_use]
    pub const fn explain(self) -> &'static str {
        match self {
            Self::TooFewCells => "The row has fewer cells than the header.",
            Self::TooManyCells => "The row has more cells than the header; those too many stand in its last column.",
            Self::Nul => "The row has a NUL character in it, so the file is damaged or not a text.",
            Self::FieldTooLong => "A cell is longer than 64 KiB.",
            Self::RecordTooLong => "The row is longer than 1 MiB; what is beyond that was left out.",
            Self::RepeatedHeader => "The row is the header once more, as in files that were pasted together.",
            Self::OpenQuote => {
                "A quotation mark in the row is not closed, so its line was read without quotation marks."
            }
        }
    }
}

/// One record of a batch, beside its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it stands in the batch's text, without its line break.
    pub raw: Range<usize>,
    /// Lines with records or nothing on them since the batch began, this one included: as a spreadsheet counts rows.
    pub number: u32,
    /// What is wrong with it.
    pub fault: Option<Fault>,
    /// Its text may be copied as it stands: it has the list's columns, no more and no fewer.
    pub verbatim: bool,
    /// Cells that a spreadsheet would run.
    pub formulas: u32,
}

/// Records and their cells. Reused from chunk to chunk, it allocates little.
#[derive(Default)]
pub struct Batch {
    /// Begins with the text of all records: a cell stands where it stands in the file, but for those with doubled quotes.
    cells: Cells,
    text_bytes: usize,
    records: Vec<Record>,
    lines: u32,
    blank_lines: u32,
    /// Where each record begins that was no UTF-8, in order.
    windows_1252: Vec<usize>,
    /// Where the text begins in the file, if it stands there byte for byte.
    offset: Option<u64>,
    /// Cells with doubled quotes, as they read. They stand behind the text.
    unquoted: String,
}

/// Shows its size only: the cells are personal.
impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Batch({} records)", self.records.len())
    }
}

impl Batch {
    /// Reads the records of a chunk in place of those that were here. The chunk is left empty, its memory with it.
    ///
    /// `width` is the number of columns; `header` is the text of the header row, to know it when it comes again.
    pub fn read(&mut self, chunk: &mut Chunk, dialect: Dialect, width: usize, header: &str) {
        self.cells.clear();
        self.unquoted.clear();
        self.records.clear();
        self.windows_1252.clear();
        (self.lines, self.blank_lines) = (0, 0);
        let mut text = match String::from_utf8(std::mem::take(&mut chunk.text)) {
            Ok(text) => text,
            Err(error) => self.decode(error.as_bytes(), dialect, chunk.broken.is_some()),
        };
        self.offset = (self.windows_1252.is_empty() && chunk.broken.is_none()).then_some(chunk.offset);
        self.text_bytes = text.len();
        match chunk.broken.take() {
            None if memchr(b'\r', text.as_bytes()).is_some() => self.split::<true>(&text, dialect, width, header),
            None => self.split::<false>(&text, dialect, width, header),
            Some(broken) => self.single(&text, dialect, broken),
        }
        text.push_str(&self.unquoted);
        chunk.text = self.cells.set_text(text).into_bytes();
    }

    /// The text of all records.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.cells.text()[..self.text_bytes]
    }

    /// The cells, a row for each record. A row with a fault may have another number of cells.
    #[must_use]
    pub fn cells(&self) -> &Cells {
        &self.cells
    }

    /// What there is to know about each record.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Records and blank lines.
    #[must_use]
    pub fn lines(&self) -> u32 {
        self.lines
    }

    /// Blank lines between the records: they are no rows.
    #[must_use]
    pub fn blank_lines(&self) -> u32 {
        self.blank_lines
    }

    /// Records that were no UTF-8 and were read as Windows-1252.
    #[must_use]
    pub fn windows_1252(&self) -> u32 {
        self.windows_1252.len() as u32
    }

    /// Whether a record of this batch was no UTF-8 and was read as Windows-1252.
    #[must_use]
    pub fn is_windows_1252(&self, record: &Record) -> bool {
        self.windows_1252.binary_search(&record.raw.start).is_ok()
    }

    /// Where its text begins in the decoded file below the header, if it stands there byte for byte.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.offset
    }

    /// Reads each record that is no UTF-8 as Windows-1252: a record was written by one program.
    fn decode(&mut self, bytes: &[u8], dialect: Dialect, single: bool) -> String {
        let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
        let mut start = 0;
        while start < bytes.len() {
            let end = if single { bytes.len() } else { start + record_len(&bytes[start..], dialect) };
            if let Ok(record) = std::str::from_utf8(&bytes[start..end]) {
                text.push_str(record);
            } else {
                self.windows_1252.push(text.len());
                text.push_str(&encoding::windows_1252(&bytes[start..end]));
            }
            start = end;
        }
        text
    }

    /// `RETURNS`: there are carriage returns in it, which end lines too.
    fn split<const RETURNS: bool>(&mut self, text: &str, dialect: Dialect, width: usize, header: &str) {
        let Dialect { delimiter, quote } = dialect;
        let bytes = text.as_bytes();
        let nul = memchr(0, bytes).is_some();
        let header = Header::of(header, dialect, width);
        let mut pos = 0;
        while pos < bytes.len() {
            if let blank @ (b'\n' | b'\r') = bytes[pos] {
                pos += 1 + usize::from(blank == b'\r' && bytes.get(pos + 1) == Some(&b'\n'));
                self.lines += 1;
                self.blank_lines += 1;
                continue;
            }
            let start = pos;
            let (mut found, mut held, mut longest, mut formulas) = (0, 0, 0, 0);
            let end = loop {
                let (span, after) = if bytes.get(pos) == Some(&quote) {
                    let (span, after) = quoted(text, pos, dialect, &mut self.unquoted);
                    formulas += u32::from(cell::is_formula(cell_at(bytes, &self.unquoted, &span)));
                    (span, after)
                } else {
                    let after = end_of_cell::<RETURNS>(bytes, pos, delimiter);
                    formulas += u32::from(cell::is_formula(&bytes[pos..after]));
                    (pos..after, after)
                };
                found += 1;
                longest = longest.max(span.len());
                if found <= width.min(COLUMNS_MAX) {
                    self.cells.push_span(span.start, span.end);
                } else if found > width && cell_at(bytes, &self.unquoted, &span).trim_ascii().is_empty() {
                    // Spreadsheets write empty cells past the last column: nothing is lost with them.
                    held += 1;
                } else if found <= COLUMNS_MAX {
                    for _ in 0..std::mem::take(&mut held) {
                        self.cells.push_span(0, 0);
                    }
                    self.cells.push_span(span.start, span.end);
                }
                if bytes.get(after) == Some(&delimiter) {
                    pos = after + 1;
                } else {
                    break after;
                }
            };
            self.cells.end_row();
            self.lines += 1;
            let raw = &bytes[start..end];
            let fault = if found < width {
                Some(Fault::TooFewCells)
            } else if found - held > width {
                Some(Fault::TooManyCells)
            } else if longest > FIELD_BYTES_MAX {
                Some(Fault::FieldTooLong)
            } else if nul && memchr(0, raw).is_some() {
                Some(Fault::Nul)
            } else {
                header.is_repeated_by(raw).then_some(Fault::RepeatedHeader)
            };
            self.records.push(Record {
                raw: start..end,
                number: self.lines,
                fault,
                verbatim: found == width,
                formulas,
            });
            pos = end + line_break(&bytes[end..]);
        }
    }

    /// The only record of a chunk with something wrong: divided at each delimiter, without quotation marks.
    fn single(&mut self, text: &str, dialect: Dialect, broken: Broken) {
        let end = text.trim_end_matches(['\n', '\r']).len();
        let mut start = 0;
        for cell in text[..end].split(char::from(dialect.delimiter)).take(COLUMNS_MAX) {
            self.cells.push_span(start, start + cell.floor_char_boundary(FIELD_BYTES_MAX));
            start += cell.len() + 1;
        }
        self.cells.end_row();
        self.lines += 1;
        let fault = match broken {
            Broken::OpenQuote => Fault::OpenQuote,
            Broken::TooLong => Fault::RecordTooLong,
        };
        let number = self.lines;
        self.records.push(Record { raw: 0..end, number, fault: Some(fault), verbatim: false, formulas: 0 });
    }
}

/// The header row, to know it when it comes again: as it stands, or with other quotation marks.
struct Header<'h> {
    text: &'h [u8],
    cells: Vec<String>,
    dialect: Dialect,
}

impl<'h> Header<'h> {
    fn of(header: &'h str, dialect: Dialect, width: usize) -> Self {
        let cells = if header.is_empty() { Vec::new() } else { cells_of(header.as_bytes(), dialect, width) };
        Self { text: header.as_bytes(), cells, dialect }
    }

    /// Most rows begin otherwise, so that this is all that they cost.
    #[inline]
    fn is_repeated_by(&self, raw: &[u8]) -> bool {
        let begins = |first: &String| {
            let raw = raw.strip_prefix(&[self.dialect.quote]).unwrap_or(raw);
            !first.is_empty() && raw.starts_with(first.as_bytes())
        };
        raw == self.text
            || (self.cells.first().is_some_and(begins) && cells_of(raw, self.dialect, self.cells.len()) == self.cells)
    }
}

/// The cells of a record by itself.
fn cells_of(record: &[u8], dialect: Dialect, width: usize) -> Vec<String> {
    let mut batch = Batch::default();
    batch.read(&mut Chunk::of(record.to_vec()), dialect, width, "");
    batch.cells.iter().flat_map(plumb_base::cells::Row::iter).map(str::to_owned).collect()
}

/// A cell by its span: in the text, or behind it in what was written anew.
fn cell_at<'t>(text: &'t [u8], unquoted: &'t str, span: &Range<usize>) -> &'t [u8] {
    match span.start.checked_sub(text.len()) {
        None => &text[span.clone()],
        Some(at) => &unquoted.as_bytes()[at..at + span.len()],
    }
}

/// Reads the quoted cell that begins at `pos`: where it stands in the text, or behind it if it had to be written anew, to
/// the end of `unquoted`; and where the delimiter or line break after it stands.
fn quoted(text: &str, pos: usize, dialect: Dialect, unquoted: &mut String) -> (Range<usize>, usize) {
    let Dialect { delimiter, quote } = dialect;
    let bytes = text.as_bytes();
    let mut start = pos + 1;
    let written = unquoted.len();
    loop {
        // The cutter has closed every quote; should one be open all the same, it reaches to the end.
        let close = memchr(quote, &bytes[start..]).map_or(bytes.len(), |step| start + step);
        let next = bytes.get(close + 1).copied();
        if next == Some(quote) {
            unquoted.push_str(&text[start..=close]);
            start = close + 2;
            continue;
        }
        let mut after = (close + 1).min(bytes.len());
        let ends = next.is_none_or(|next| next == delimiter || matches!(next, b'\n' | b'\r'));
        if ends && unquoted.len() == written {
            return (start..close, after);
        }
        unquoted.push_str(&text[start..close]);
        if !ends {
            // Text after the closing quote belongs to the cell, as it stands.
            let end = memchr3(delimiter, b'\n', b'\r', &bytes[after..]).map_or(bytes.len(), |step| after + step);
            unquoted.push_str(&text[after..end]);
            after = end;
        }
        return (bytes.len() + written..bytes.len() + unquoted.len(), after);
    }
}

/// Finds the first delimiter or line break from `pos` on, or the end of the text. Cells are short, so eight bytes at a
/// time are faster than a call to what searches long texts.
#[inline]
fn end_of_cell<const RETURNS: bool>(bytes: &[u8], pos: usize, delimiter: u8) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // The high bit of the first zero byte is set; bits above it say nothing.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let marks = |word: u64| {
        let marks = zero(word ^ (u64::from(delimiter) * ONES)) | zero(word ^ (u64::from(b'\n') * ONES));
        if RETURNS { marks | zero(word ^ (u64::from(b'\r') * ONES)) } else { marks }
    };
    let mut rest = &bytes[pos..];
    while let Some((eight, beyond)) = rest.split_first_chunk::<8>() {
        let hits = marks(u64::from_le_bytes(*eight));
        if hits != 0 {
            return bytes.len() - rest.len() + hits.trailing_zeros() as usize / 8;
        }
        rest = beyond;
    }
    let ends = |byte: &u8| *byte == delimiter || *byte == b'\n' || (RETURNS && *byte == b'\r');
    bytes.len() - rest.len() + rest.iter().position(ends).unwrap_or(rest.len())
}

fn line_break(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [_, ..] => 1,
        [] => 0,
    }
}

/// The length of the first record, its line break included.
pub(crate) fn record_len(bytes: &[u8], dialect: Dialect) -> usize {
    let Dialect { delimiter, quote } = dialect;
    let (mut pos, mut in_quotes) = (0, false);
    loop {
        let rest = &bytes[pos..];
        let step = if in_quotes { memchr(quote, rest) } else { memchr3(quote, b'\n', b'\r', rest) };
        let Some(step) = step else { return bytes.len() };
        let at = pos + step;
        pos = at + 1;
        if in_quotes {
            if bytes.get(pos) == Some(&quote) {
                pos += 1;
            } else {
                in_quotes = false;
            }
        } else if bytes[at] == quote {
            in_quotes = at == 0 || bytes[at - 1] == delimiter;
        } else {
            return at + line_break(&bytes[at..]);
        }
    }
}

#[cfg(test)]
mod tests;
