//! Numbers in columns.

use std::io::BufRead;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Change, Counts, ReadError, Sink, lines};
use crate::domain::number::Number;

/// Which column has what, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Columns {
    /// The character between columns; a comma unless told.
    pub delimiter: char,
    /// Whether the first line names the columns.
    pub header: bool,
    /// The column with the number, or with its last seven digits when the area code has a column of its own.
    pub number: usize,
    /// The column with the area code.
    pub area: Option<usize>,
    /// The column that says whether the number was added or deleted.
    pub change: Option<usize>,
    /// The words there for added, in any case.
    pub added: Vec<String>,
    /// The words there for deleted, in any case.
    pub deleted: Vec<String>,
}

impl Default for Columns {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            delimiter: ',',
            header: false,
            number: 1,
            area: None,
            change: None,
            added: words(&["a", "add", "added", "+", "i", "insert", "new"]),
            deleted: words(&["d", "del", "delete", "deleted", "-", "r", "remove", "removed"]),
        }
    }
}

impl Columns {
    /// What keeps them from being used, if anything does.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let columns = [Some(self.number), self.area, self.change];
        if columns.iter().flatten().any(|column| *column == 0 || *column > COLUMNS_MAX) {
            return Some("Columns are counted from 1, and a list has at most 100 of them.");
        }
        if !self.delimiter.is_ascii() || matches!(self.delimiter, '"' | '\r' | '\n') || self.delimiter.is_ascii_digit()
        {
            return Some("The character between columns cannot be a digit, a quote or a line's end.");
        }
        None
    }

    fn change(&self, word: &[u8]) -> Option<Change> {
        let is = |words: &[String]| words.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word.trim_ascii()));
        if is(&self.added) {
            return Some(Change::Add);
        }
        is(&self.deleted).then_some(Change::Delete)
    }
}

/// Columns that are looked at.
const COLUMNS_MAX: usize = 100;

pub(super) fn read(
    input: &mut dyn BufRead,
    columns: &Columns,
    every: Option<Change>,
    counts: &mut Counts,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let delimiter = columns.delimiter as u8;
    let mut digits = Vec::with_capacity(16);
    lines::each(input, |at, line| {
        if at == 1 && columns.header {
            return Ok(());
        }
        counts.entries += 1;
        let cell = |column: usize| cells(line, delimiter).nth(column - 1);
        let number = match columns.area {
            None => cell(columns.number).and_then(Number::read),
            Some(area) => {
                digits.clear();
                digits.extend_from_slice(cell(area).unwrap_or_default().trim_ascii());
                digits.extend_from_slice(cell(columns.number).unwrap_or_default().trim_ascii());
                Number::read(&digits)
            }
        };
        let change = match columns.change {
            None => Some(every.unwrap_or(Change::Add)),
            Some(column) => cell(column).and_then(|word| columns.change(word)),
        };
        match (number, change) {
            (Some(number), Some(change)) => sink(number, change)?,
            _ => counts.malformed(at),
        }
        Ok(())
    })
}

/// The cells of a line, out of their quotes. A line break in quotes ends the line all the same: a list has none.
pub(super) fn cells(line: &[u8], delimiter: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let line = rest?;
        if let Some(quoted) = line.strip_prefix(b"\"")
            && let Some(end) = memchr::memchr(b'"', quoted)
        {
            let after = &quoted[end + 1..];
            rest = memchr::memchr(delimiter, after).map(|at| &after[at + 1..]);
            return Some(&quoted[..end]);
        }
        let end = memchr::memchr(delimiter, line);
        rest = end.map(|end| &line[end + 1..]);
        Some(&line[..end.unwrap_or(line.len())])
    })
}
