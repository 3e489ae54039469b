//! A list of addresses: CSV of whatever shape, or an address on each line; plain, or packed by gzip.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use flate2::bufread::MultiGzDecoder;

use super::usage;

/// How much of a list is looked at to tell its shape, in bytes.
const LOOK_BYTES: u64 = 64 * 1024;
/// Longest line or cell that is taken, in bytes; what goes past it is cut, and is no address anyway.
const LINE_BYTES_MAX: u64 = 16 * 1024;
/// Names of a column of addresses, in small letters and without blanks, hyphens and underscores.
const NAMES: [&str; 15] = [
    "email",
    "emails",
    "mail",
    "emailaddress",
    "emailaddresses",
    "mailaddress",
    "emailadresse",
    "mailadresse",
    "adresseemail",
    "adressemail",
    "courriel",
    "correo",
    "correoelectronico",
    "indirizzoemail",
    "emailadres",
];
/// Names that mean addresses only where no other column stands beside them.
const NAMES_ALONE: [&str; 3] = ["address", "addresses", "adresse"];
/// What stands between cells.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A list that can be read more than once.
pub(super) struct List {
    origin: Origin,
    shape: Shape,
}

enum Origin {
    File(PathBuf),
    Bytes(Arc<[u8]>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// An address on each line; the first line may be a name.
    Lines { has_header: bool },
    /// Cells; the addresses are in this column.
    Cells { delimiter: u8, column: usize, has_header: bool },
}

impl List {
    pub(super) fn of_file(path: &Path) -> anyhow::Result<Self> {
        Self::look(Origin::File(path.to_owned()))
    }

    pub(super) fn of_bytes(bytes: Vec<u8>) -> anyhow::Result<Self> {
        Self::look(Origin::Bytes(bytes.into()))
    }

    fn look(origin: Origin) -> anyhow::Result<Self> {
        let mut head = Vec::new();
        origin.open()?.take(LOOK_BYTES).read_to_end(&mut head).context("the list cannot be read")?;
        if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            return Err(usage("the list is in UTF-16: save it as UTF-8"));
        }
        if head.starts_with(b"PK\x03\x04") {
            return Err(usage("the list is a spreadsheet or an archive: save it as CSV"));
        }
        Ok(Self { shape: shape(&head), origin })
    }

    /// The addresses in order, as they stand there. Empty lines and cells are none.
    pub(super) fn addresses(&self) -> anyhow::Result<Box<dyn Iterator<Item = std::io::Result<String>>>> {
        let reader = self.origin.open()?;
        Ok(match self.shape {
            Shape::Lines { has_header } => {
                let lines = Lines { reader }.skip(usize::from(has_header));
                Box::new(lines.filter(|line| line.as_ref().map_or(true, |line| !line.trim().is_empty())))
            }
            Shape::Cells { delimiter, column, has_header } => Box::new(
                csv::ReaderBuilder::new()
                    .delimiter(delimiter)
                    .has_headers(has_header)
                    .flexible(true)
                    .from_reader(reader)
                    .into_byte_records()
                    .map(move |row| Ok(row?.get(column).map(text).unwrap_or_default()))
                    .filter(|cell| cell.as_ref().map_or(true, |cell| !cell.trim().is_empty())),
            ),
        })
    }
}

impl Origin {
    /// From the beginning, unpacked, without the mark of UTF-8.
    fn open(&self) -> anyhow::Result<Box<dyn BufRead>> {
        let mut reader: Box<dyn BufRead> = match self {
            Self::File(path) => {
                let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
                Box::new(BufReader::with_capacity(64 * 1024, file))
            }
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        };
        if reader.fill_buf()?.starts_with(b"\x1f\x8b") {
            reader = Box::new(BufReader::with_capacity(64 * 1024, MultiGzDecoder::new(reader)));
        }
        let mark = reader.fill_buf().context("the packed list is damaged")?;
        if mark.starts_with(b"\xef\xbb\xbf") {
            reader.consume(3);
        }
        Ok(reader)
    }
}

/// Lines without their ends.
struct Lines {
    reader: Box<dyn BufRead>,
}

impl Iterator for Lines {
    type Item = std::io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        match (&mut self.reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut line) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) => return Some(Err(error)),
        }
        if line.last() != Some(&b'\n')
            && line.len() as u64 == LINE_BYTES_MAX
            && let Err(error) = self.reader.skip_until(b'\n')
        {
            return Some(Err(error));
        }
        while matches!(line.last(), Some(b'\n' | b'\r')) {
            line.pop();
        }
        Some(Ok(unquoted(text(&line))))
    }
}

/// A whole line in quotation marks is a cell; `"a b"@firm.example` is an address.
fn unquoted(line: String) -> String {
    match line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => line,
    }
}

/// UTF-8, or else one of the old encodings that agree about the letters of western Europe.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

fn shape(head: &[u8]) -> Shape {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let lines: Vec<&[u8]> =
        head.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).take(100).collect();
    let Some(first) = lines.first() else { return Shape::Lines { has_header: false } };
    // A delimiter stands in the first line and in nearly all others; one address with a comma makes no table.
    let is_in = |line: &&&[u8], delimiter: u8| outside_quotes(line, delimiter) > 0;
    let delimiter = DELIMITERS
        .into_iter()
        .filter(|delimiter| lines.iter().filter(|line| is_in(line, *delimiter)).count() * 10 >= lines.len() * 8)
        .max_by_key(|delimiter| outside_quotes(first, *delimiter))
        .filter(|delimiter| outside_quotes(first, *delimiter) > 0);
    let Some(delimiter) = delimiter else {
        let name = plain(&unquoted(text(first.trim_ascii())));
        return Shape::Lines { has_header: NAMES.contains(&name.as_str()) || NAMES_ALONE.contains(&name.as_str()) };
    };
    let rows: Vec<Vec<String>> = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(head)
        .into_byte_records()
        .take(100)
        .map_while(Result::ok)
        .map(|row| row.iter().map(text).collect())
        .collect();
    let Some(header) = rows.first() else { return Shape::Lines { has_header: false } };
    let has_header = !header.iter().any(|cell| cell.contains('@'));
    let named = header.iter().position(|cell| NAMES.contains(&plain(cell).as_str())).filter(|_| has_header);
    let column = named.unwrap_or_else(|| {
        let addresses =
            |column: usize| rows.iter().filter(|row| row.get(column).is_some_and(|cell| cell.contains('@'))).count();
        // The first of those with the most: one column of notes with an @ in them is not it.
        (0..header.len()).rev().max_by_key(|column| addresses(*column)).unwrap_or(0)
    });
    Shape::Cells { delimiter, column, has_header }
}

fn outside_quotes(line: &[u8], wanted: u8) -> usize {
    let mut inside = false;
    line.iter()
        .filter(|byte| {
            inside ^= **byte == b'"';
            !inside && **byte == wanted
        })
        .count()
}

/// A column's name in small letters, without what people put between words.
fn plain(cell: &str) -> String {
    cell.chars().filter(|c| !matches!(c, ' ' | '-' | '_' | '.')).flat_map(char::to_lowercase).collect()
}
