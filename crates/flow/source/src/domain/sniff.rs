//! What a file is, judged by its beginning, before anything of it is stored (claims 121, 123).

use plumb_base::limits::{COLUMNS_MAX, RECORD_BYTES_MAX};

use super::cell;
use super::encoding::Encoding;
use super::header::{self, KnownNames};
use super::magic;
use super::refusal::Refusal;
use super::table::{self, Dialect, Row, Table};

/// As many bytes are looked at, once the first record ends within them.
pub(crate) const WINDOW_BYTES: usize = 256 * 1024;
/// As many bytes are looked at where it does not.
pub(crate) const WINDOW_BYTES_MAX: usize = RECORD_BYTES_MAX + WINDOW_BYTES;
/// Rows that a proposal is made from.
const SAMPLE_ROWS: usize = 200;
/// Rows that the delimiter is judged by.
const DELIMITER_ROWS: usize = 50;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What the beginning of a list says about the whole.
#[derive(Debug)]
pub(crate) struct Sniffed {
    pub(crate) dialect: Dialect,
    /// Names of the columns, no two alike.
    pub(crate) names: Vec<String>,
    /// The first good rows.
    pub(crate) sample: Vec<Vec<String>>,
}

/// Judges the beginning of a file. `whole` says that there is no more of it.
///
/// `Ok(None)` asks for a longer beginning, up to [`WINDOW_BYTES_MAX`].
pub(crate) fn sniff(window: &[u8], whole: bool, known: KnownNames<'_>) -> Result<Option<Sniffed>, Refusal> {
    if !whole && window.len() < WINDOW_BYTES {
        return Ok(None);
    }
    magic::refuse_other_formats(window)?;
    let (encoding, mark_bytes) = Encoding::of(window);
    if encoding == Encoding::Utf8 {
        magic::refuse_nul_bytes(window)?;
    }
    let beginning = Beginning { window, whole, encoding, mark_bytes };
    let delimiter = match table::named_delimiter(window) {
        Some(delimiter) if DELIMITERS.contains(&delimiter) => delimiter,
        _ => beginning.likely_delimiter()?,
    };
    let dialect = Dialect::of(window, delimiter);
    let mut rows = beginning.rows(delimiter)?.into_iter().skip(usize::from(dialect.rows_above > 1));
    let Some(first) = rows.next() else {
        // A record that does not end in the longest beginning has been refused above.
        return if whole { Err(Refusal::Empty) } else { Ok(None) };
    };
    let rows: Vec<Row> = rows.collect();
    if first.cells.len() == 1 {
        refuse_prose(&first.cells, &rows, known)?;
    }
    let second = rows.first().map(|row| (row.cells.as_slice(), row.number));
    let names = header::names(&first.cells, first.number, second, known)?;
    if rows.is_empty() && whole {
        return Err(Refusal::NoRows);
    }
    let mut sample = beginning.read(dialect, SAMPLE_ROWS)?;
    sample.retain(|row| row.fault.is_none());
    let sample = sample.into_iter().map(|row| row.cells).collect();
    Ok(Some(Sniffed { dialect, names, sample }))
}

/// One column of words that nobody knows is a letter or a log rather than a list.
fn refuse_prose(first: &[String], rows: &[Row], known: KnownNames<'_>) -> Result<(), Refusal> {
    let addresses = rows.iter().flat_map(|row| &row.cells).any(|cell| cell::is_email(cell) || cell::is_link(cell));
    let header_is_value = first.iter().any(|cell| cell::is_value(cell));
    if addresses || header_is_value || known(first) > 0 {
        return Ok(());
    }
    Err(Refusal::NotATable { seen: "there is one column, and nothing in it is an address".to_owned() })
}

struct Beginning<'a> {
    window: &'a [u8],
    whole: bool,
    encoding: Encoding,
    mark_bytes: usize,
}

impl Beginning<'_> {
    /// The first rows of it, as `dialect` divides them.
    fn read(&self, dialect: Dialect, rows_max: usize) -> Result<Vec<Row>, Refusal> {
        let mut table = Table::new(dialect);
        let mut rows = Vec::new();
        for piece in self.window.chunks(16 * 1024) {
            table.push(piece, &mut |row| rows.push(row))?;
            if rows.len() >= rows_max {
                break;
            }
        }
        if self.whole && rows.len() < rows_max {
            table.finish(&mut |row| rows.push(row))?;
        }
        rows.truncate(rows_max);
        Ok(rows)
    }

    /// The first rows with nothing set apart as header.
    fn rows(&self, delimiter: u8) -> Result<Vec<Row>, Refusal> {
        let dialect = Dialect { encoding: self.encoding, mark_bytes: self.mark_bytes, delimiter, rows_above: 0 };
        self.read(dialect, DELIMITER_ROWS)
    }

    /// The delimiter under which most rows have as many cells as the first one.
    fn likely_delimiter(&self) -> Result<u8, Refusal> {
        let mut best: Option<(usize, usize, u8)> = None;
        let mut uneven = None;
        for delimiter in DELIMITERS {
            let counts: Vec<usize> = self.rows(delimiter)?.iter().map(|row| row.cells.len()).collect();
            let Some(&columns) = counts.first() else { continue };
            // What is over the limit is told so; what does not divide the first row divides nothing.
            if columns > COLUMNS_MAX {
                return Err(Refusal::TooManyColumns { found: columns });
            }
            if columns < 2 {
                continue;
            }
            let even = counts.iter().filter(|&&count| count == columns).count();
            if even * 2 < counts.len() {
                uneven.get_or_insert(counts);
            } else if best.is_none_or(|(share, most, _)| (even, columns) > (share, most)) {
                best = Some((even, columns, delimiter));
            }
        }
        match (best, uneven) {
            (Some((_, _, delimiter)), _) => Ok(delimiter),
            (None, Some(counts)) => Err(Refusal::uneven(&counts)),
            (None, None) => Ok(b','),
        }
    }
}

#[cfg(test)]
mod tests;
