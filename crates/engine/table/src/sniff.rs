//! What a text is, judged by its beginning: what divides its cells, and whether its first row names them.

use memchr::memchr;
use plumb_base::limits::{COLUMNS_MAX, RECORD_BYTES_MAX};

use super::batch::{Batch, Fault, Record};
use super::cell;
use super::cut::{Chunk, Cutter};
use super::header;
use super::refusal::Refusal;

/// As many bytes are looked at, once the first record ends within them.
pub const WINDOW_BYTES: usize = 256 * 1024;
/// As many bytes are looked at where it does not.
pub const WINDOW_BYTES_MAX: usize = RECORD_BYTES_MAX + WINDOW_BYTES;
/// Rows that a proposal is made from.
const SAMPLE_ROWS: usize = 200;
/// Rows that the delimiter is judged by.
const DELIMITER_ROWS: usize = 50;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What divides a text into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between two cells: an ASCII character.
    pub delimiter: u8,
    /// Around a cell that has delimiters or line breaks in it.
    pub quote: u8,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { delimiter: b',', quote: b'"' }
    }
}

/// What somebody says about a text, instead of it being judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// Between two cells.
    pub delimiter: Option<u8>,
    /// Around a cell.
    pub quote: Option<u8>,
    /// There is no row of column names.
    pub no_header: bool,
}

/// How a list is laid out.
#[derive(Clone, PartialEq, Eq)]
pub struct Layout {
    /// What divides it into cells.
    pub dialect: Dialect,
    /// Names of the columns, no two alike.
    pub names: Vec<String>,
    /// The row of names as it stands there; empty if there is none.
    pub header: String,
    /// Lines above the first row of people: the header, and one that names the delimiter.
    pub lines_above: u32,
    /// Bytes above it.
    pub bytes_above: usize,
    /// The first good rows.
    pub sample: Vec<Vec<String>>,
}

/// Shows the layout only: the sample is personal.
impl std::fmt::Debug for Layout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layout").field("dialect", &self.dialect).field("names", &self.names).finish_non_exhaustive()
    }
}

/// Counts how many of these cells are known as names of columns, judged by the words alone.
pub type KnownNames<'a> = &'a dyn Fn(&[String]) -> usize;

/// Judges the beginning of a text in UTF-8, without byte order mark. `whole` says that there is no more of it.
///
/// `Ok(None)` asks for a longer beginning, up to [`WINDOW_BYTES_MAX`].
pub fn sniff(window: &[u8], whole: bool, asked: Asked, known: KnownNames<'_>) -> Result<Option<Layout>, Refusal> {
    if !whole && window.len() < WINDOW_BYTES {
        return Ok(None);
    }
    let (named, named_bytes) = named_delimiter(window);
    let beginning = Beginning { window: &window[named_bytes..], whole };
    let mut dialect = Dialect { quote: asked.quote.unwrap_or(b'"'), ..Dialect::default() };
    dialect.delimiter = match asked.delimiter.or(named) {
        Some(delimiter) => delimiter,
        None => beginning.likely_delimiter(dialect.quote)?,
    };
    if asked.quote.is_none() && beginning.is_in_apostrophes(dialect.delimiter) {
        dialect.quote = b'\'';
    }
    let rows = beginning.read(dialect, COLUMNS_MAX, "", SAMPLE_ROWS + 1);
    let Some(first) = rows.batch.cells().iter().next() else {
        return if whole { Err(Refusal::Empty) } else { Ok(None) };
    };
    let number = |record: &Record| u32::from(named_bytes > 0) + record.number;
    match rows.batch.records()[0].fault {
        Some(Fault::RecordTooLong) => {
            return Err(Refusal::RecordTooLong { row: u64::from(number(&rows.batch.records()[0])) });
        }
        Some(Fault::OpenQuote) => {
            return Err(Refusal::NotATable { seen: "a quotation mark in its first row is not closed".to_owned() });
        }
        _ => {}
    }
    let first: Vec<&str> = first.iter().collect();
    if first.len() == 1 {
        refuse_prose(&rows.batch, known)?;
    }
    let above = if asked.no_header { None } else { rows.batch.records().first() };
    let names = match above {
        Some(_) => header::names(&first)?,
        None => header::numbered(first.len()),
    };
    if let Some(above) = above
        && let (Some(second), Some(below)) = (rows.batch.cells().iter().nth(1), rows.batch.records().get(1))
    {
        let second: Vec<&str> = second.iter().collect();
        header::refuse_second((&first, number(above)), (&second, number(below)), known)?;
    }
    let header = above.map_or(String::new(), |record| rows.batch.text()[record.raw.clone()].to_owned());
    let bytes_above = above.map_or(0, |_| rows.first_ends);
    let lines_above = above.map_or(u32::from(named_bytes > 0), number);

    let sample = beginning.read(dialect, names.len(), &header, SAMPLE_ROWS + 1);
    let good = sample.batch.records().iter().zip(sample.batch.cells().iter()).skip(usize::from(above.is_some()));
    let good = good.filter(|(record, _)| record.fault.is_none());
    let sample = good.take(SAMPLE_ROWS).map(|(_, row)| row.iter().map(str::to_owned).collect()).collect();
    Ok(Some(Layout { dialect, names, header, lines_above, bytes_above: named_bytes + bytes_above, sample }))
}

/// The delimiter that a first line such as `sep=;` names, as some spreadsheets write it above the header, and the
/// length of that line. A letter, a quotation mark or half a character divides nothing: then it is a row like any other.
fn named_delimiter(window: &[u8]) -> (Option<u8>, usize) {
    let divides = |byte: u8| match byte {
        b'"' | b'\'' => false,
        b'\t' | b' ' => true,
        byte => byte.is_ascii_punctuation(),
    };
    match window.strip_prefix(b"sep=") {
        Some([delimiter, b'\r', b'\n', ..]) if divides(*delimiter) => (Some(*delimiter), 7),
        Some([delimiter, b'\r' | b'\n', ..]) if divides(*delimiter) => (Some(*delimiter), 6),
        _ => (None, 0),
    }
}

/// One column of words that nobody knows is a letter or a log rather than a list.
fn refuse_prose(rows: &Batch, known: KnownNames<'_>) -> Result<(), Refusal> {
    let mut cells = rows.cells().iter().flat_map(plumb_base::cells::Row::iter);
    if cells.any(cell::is_value) {
        return Ok(());
    }
    let first: Vec<String> = rows.cells().iter().take(1).flat_map(|row| row.iter().map(str::to_owned)).collect();
    if known(&first) > 0 {
        return Ok(());
    }
    Err(Refusal::NotATable { seen: "there is one column, and nothing in it is an address".to_owned() })
}

struct Beginning<'a> {
    window: &'a [u8],
    whole: bool,
}

struct Rows {
    batch: Batch,
    /// Where the first record ends, its line break included.
    first_ends: usize,
}

impl Beginning<'_> {
    /// The first rows of it, as `dialect` divides them.
    fn read(&self, dialect: Dialect, width: usize, header: &str, rows_max: usize) -> Rows {
        // As much as the rows need, by the look of the first lines; all of it where they are long.
        let mut upto = 0;
        for _ in 0..rows_max * 2 {
            let Some(step) = memchr(b'\n', &self.window[upto..]) else {
                upto = self.window.len();
                break;
            };
            upto += step + 1;
        }
        let whole = self.whole || upto < self.window.len();
        let mut cutter = Cutter::with_chunks_of(dialect, 1);
        cutter.push(&self.window[..upto]);
        let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
        let found = if whole { cutter.finish(&mut chunk) } else { cutter.take(&mut chunk) };
        let blank = chunk.text.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let first_ends = blank + super::batch::record_len(&chunk.text[blank..], dialect);
        if found {
            batch.read(&mut chunk, dialect, width, header);
        }
        Rows { batch, first_ends }
    }

    /// The delimiter under which most rows have as many cells as the first one.
    fn likely_delimiter(&self, quote: u8) -> Result<u8, Refusal> {
        let mut best: Option<(usize, usize, u8)> = None;
        let mut uneven = None;
        for delimiter in DELIMITERS {
            let rows = self.read(Dialect { delimiter, quote }, COLUMNS_MAX, "", DELIMITER_ROWS);
            let counts: Vec<usize> = rows.batch.cells().iter().take(DELIMITER_ROWS).map(|row| row.len()).collect();
            let Some(&columns) = counts.first() else { continue };
            if rows.batch.records().first().and_then(|record| record.fault) == Some(Fault::TooManyCells) {
                return Err(Refusal::TooManyColumns { found: rows.cells_of_first(delimiter) });
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

    /// Whether cells are quoted by apostrophes: no quotation mark far and wide, and most lines begin with one and have
    /// one on both sides of a delimiter.
    fn is_in_apostrophes(&self, delimiter: u8) -> bool {
        if memchr(b'"', self.window).is_some() {
            return false;
        }
        let lines = self.window.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).take(DELIMITER_ROWS);
        let (mut all, mut quoted) = (0, 0);
        for line in lines {
            all += 1;
            let between = line.windows(3).any(|part| part == [b'\'', delimiter, b'\'']);
            quoted += usize::from(line.starts_with(b"'") && between);
        }
        all > 1 && quoted * 2 > all
    }
}

impl Rows {
    fn cells_of_first(&self, delimiter: u8) -> usize {
        let first = self.batch.records().first().map_or("", |record| &self.batch.text()[record.raw.clone()]);
        first.split(char::from(delimiter)).count()
    }
}

#[cfg(test)]
mod tests;
