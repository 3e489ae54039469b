//! One row for each person: of every column the value that survives, and where it came from.

use std::fmt::Write as _;
use std::io;

use plumb_base::Cells;
use plumb_link::{Record, survivors};
use plumb_table::Batch;
use plumb_table::write::{push_cell, push_cells};

use super::people::sheet_row;
use super::rows::Stored;
use super::write::{Book, push_number, read};
use crate::error::{ListError, Stop};
use crate::target::Target;

/// The columns that are added, in order.
pub const MERGE_COLUMNS: [&str; 6] = [
    "plumb_cluster_id",
    "plumb_cluster_confidence",
    "plumb_cluster_size",
    "plumb_merged_rows",
    "plumb_merged_from",
    "plumb_merged_differing",
];

/// Columns that say when a row was made or confirmed, most telling first; folded and without blanks.
const TIMES: [&str; 12] = [
    "updatedat",
    "updated",
    "lastupdated",
    "lastmodified",
    "lastmodifieddate",
    "modified",
    "modifiedat",
    "modifieddate",
    "createdat",
    "created",
    "createddate",
    "createdate",
];
/// Columns that say whether an address was verified.
const VERDICTS: [&str; 3] = ["verdict", "emailverdict", "plumbverdict"];

fn position(book: &Book<'_>, wanted: &[&str]) -> Option<usize> {
    let folded = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let names: Vec<String> = book.plan.columns.iter().map(|column| folded(&column.name)).collect();
    wanted.iter().find_map(|wanted| names.iter().position(|name| name == wanted))
}

/// A date that begins with year, month and day, and perhaps the time of day, as a number that grows with it.
fn time(cell: &str) -> i64 {
    let cell = cell.trim();
    let in_order = cell.bytes().take(4).all(|byte| byte.is_ascii_digit()) && cell.len() >= 8;
    let digits = cell.bytes().filter(u8::is_ascii_digit).map(|byte| i64::from(byte - b'0'));
    if !in_order {
        return 0;
    }
    let padded = digits.chain(std::iter::repeat(0)).take(14);
    padded.fold(0, |number, digit| number * 10 + digit)
}

/// Writes `--merge`.
pub(crate) fn merge(book: &Book<'_>, rows: &Stored, target: &mut Target, stop: &Stop) -> Result<(), ListError> {
    let delimiter = book.delimiter();
    let result = target.text(|out| {
        let mut line = book.header();
        for name in MERGE_COLUMNS {
            line.push(delimiter);
            push_cell(&mut line, name, delimiter);
        }
        line.push(b'\n');
        out.write_all(&line)?;
        let mut merger = Merger {
            time: position(book, &TIMES),
            verdict: position(book, &VERDICTS),
            email: book.plan.columns.iter().map(|column| column.kind == Some("email")).collect(),
            batch: Batch::default(),
            book,
        };
        let mut added: [String; MERGE_COLUMNS.len()] = Default::default();
        for row in (0..rows.len() as u32).filter(|row| book.people.is_first(*row)) {
            if row.is_multiple_of(4096) && stop.check().is_err() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            line.clear();
            added.iter_mut().for_each(String::clear);
            merger.person(row, rows, &mut line, &mut added)?;
            for cell in &added {
                line.push(delimiter);
                push_cell(&mut line, cell, delimiter);
            }
            line.push(b'\n');
            out.write_all(&line)?;
        }
        Ok(())
    });
    stop.check().and(result)
}

struct Merger<'a> {
    book: &'a Book<'a>,
    time: Option<usize>,
    verdict: Option<usize>,
    /// For each column whether it holds the addresses that a verdict is about.
    email: Vec<bool>,
    batch: Batch,
}

impl Merger<'_> {
    /// Writes the cells of the person whose first row is `first`.
    fn person(
        &mut self,
        first: u32,
        rows: &Stored,
        line: &mut Vec<u8>,
        added: &mut [String; MERGE_COLUMNS.len()],
    ) -> io::Result<()> {
        let (people, columns) = (self.book.people, &self.book.plan.columns);
        let cluster = people.cluster(first);
        let members = people.members(cluster);
        push_number(&mut added[0], cluster);
        push_number(&mut added[1], u32::from(people.confidence(first)));
        push_number(&mut added[2], members.len() as u32);
        let numbers: Vec<String> = members.iter().map(|row| sheet_row(*row).to_string()).collect();
        added[3] = numbers.join(" ");
        if members.len() == 1 {
            return rows.get(first, line);
        }
        let mut text = Vec::new();
        for member in members {
            rows.get(*member, &mut text)?;
            text.push(b'\n');
        }
        let delimiter = self.book.delimiter();
        let cells = read(&mut self.batch, text, delimiter, columns.len());
        let values = values(cells, columns.len());
        let verified: Vec<Vec<bool>> = values.iter().map(|row| verified(row, self.verdict, &self.email)).collect();
        let records: Vec<Record<'_>> = (0..values.len())
            .map(|n| Record {
                values: &values[n],
                verified: &verified[n],
                at: self.time.map_or(0, |at| time(values[n][at])),
                source_rank: self.book.list_of(members[n]) as u32,
                row: members[n],
            })
            .collect();
        let survivors = survivors(&records);
        let kept = survivors.iter().enumerate();
        let cells = kept.map(|(at, survivor)| survivor.as_ref().map_or("", |survivor| values[survivor.from][at]));
        push_cells(line, cells, delimiter);
        for (column, survivor) in columns.iter().zip(&survivors) {
            let Some(survivor) = survivor else { continue };
            let from = members[survivor.from];
            if from != first {
                let gap = if added[4].is_empty() { "" } else { "; " };
                let _ = write!(added[4], "{gap}{}={}", column.name, sheet_row(from));
            }
            if !survivor.differing.is_empty() {
                let gap = if added[5].is_empty() { "" } else { "; " };
                let _ = write!(added[5], "{gap}{}", column.name);
            }
        }
        Ok(())
    }
}

fn values(cells: &Cells, width: usize) -> Vec<Vec<&str>> {
    cells.iter().map(|row| (0..width).map(|at| row.get(at).unwrap_or_default()).collect()).collect()
}

fn verified(row: &[&str], verdict: Option<usize>, email: &[bool]) -> Vec<bool> {
    let good = verdict.and_then(|at| row.get(at)).is_some_and(|cell| cell.trim().eq_ignore_ascii_case("verified"));
    email.iter().map(|email| good && *email).collect()
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn later_is_more() {
        assert!(time("2026-03-01") > time("2025-12-31T23:59:59Z"));
        assert!(time("2026-03-01 10:00") > time("2026-03-01"));
        assert_eq!((time("03/01/2026"), time(""), time("yesterday")), (0, 0, 0));
    }
}
