//! From the bytes of a stored list to cleaned batches.

use std::collections::VecDeque;

use plumb_base::limits::FIELD_BYTES_MAX;
use serde::Serializer as _;
use serde_json::Value;

use super::message::{Batch, ReadRow, RowsTask};
use crate::cleaning::{CleanedRow, Cleaning};
use crate::domain::cell;
use crate::domain::refusal::Refusal;
use crate::domain::table::{Dialect, Row, Table};
use crate::reason::ENCODING_MIXED;

/// What the rows of one batch may weigh together: a list of wide or long rows has smaller batches.
const BATCH_BYTES: usize = 12 * 1024 * 1024;
/// What a cell costs beside its text, on its way from the file into the database.
const CELL_BYTES: usize = 96;

/// Why the rows cannot be read on, in words.
type Wrong = &'static str;

pub(super) struct Rows<'a> {
    cleaning: &'a Cleaning,
    task: RowsTask,
    names_bytes: usize,
    /// None before the first piece, off which the layout is read.
    table: Option<Table>,
    /// Rows that were read and not cleaned yet, each with how far into the file its piece ends.
    waiting: VecDeque<(Row, i64)>,
    bytes_read: i64,
    ended: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(cleaning: &'a Cleaning, task: RowsTask) -> Self {
        let names_bytes = task.names.iter().map(String::len).sum();
        Self { cleaning, task, names_bytes, table: None, waiting: VecDeque::new(), bytes_read: 0, ended: false }
    }

    /// Reads the rows in the next bytes.
    pub(super) fn piece(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let Self { table, waiting, bytes_read, task, .. } = self;
        // The delimiter was found in the file itself, where it is one byte.
        let table = table.get_or_insert_with(|| Table::new(Dialect::of(bytes, task.delimiter as u8)));
        *bytes_read += bytes.len() as i64;
        table.push(bytes, &mut |row| wait(waiting, &mut task.skip, row, *bytes_read))
    }

    /// Ends the file.
    pub(super) fn end(&mut self) -> Result<Result<(), Wrong>, Refusal> {
        if self.bytes_read != self.task.bytes {
            return Ok(Err("The end of the stored file is missing."));
        }
        let Self { table, waiting, bytes_read, task, .. } = self;
        if let Some(table) = table {
            table.finish(&mut |row| wait(waiting, &mut task.skip, row, *bytes_read))?;
        }
        self.ended = true;
        Ok(Ok(()))
    }

    /// A batch of the rows that wait, when there are enough of them or no more will come.
    pub(super) fn batch(&mut self) -> Result<Option<Batch>, Wrong> {
        let (mut rows, mut bytes) = (0, 0);
        for (row, _) in &self.waiting {
            let text: usize = row.cells.iter().map(String::len).sum();
            bytes += 2 * text + self.names_bytes + row.cells.len() * CELL_BYTES;
            rows += 1;
            if rows >= self.task.batch_rows || bytes >= BATCH_BYTES {
                break;
            }
        }
        let full = rows >= self.task.batch_rows || bytes >= BATCH_BYTES;
        if !full && !self.ended {
            return Ok(None);
        }
        let last = self.ended && rows == self.waiting.len();
        let (rows, ends): (Vec<Row>, Vec<i64>) = self.waiting.drain(..rows).unzip();
        let bytes_read = if last { self.bytes_read } else { ends.last().copied().unwrap_or(self.bytes_read) };
        Ok(Some(Batch { rows: self.cleaned(rows)?, bytes_read, last }))
    }

    /// What is made of `rows`, in their order.
    fn cleaned(&self, mut rows: Vec<Row>) -> Result<Vec<ReadRow>, Wrong> {
        const UNANSWERED: Wrong = "Cleaning did not answer for every row.";
        let good: Vec<Vec<String>> =
            rows.iter_mut().filter(|row| row.fault.is_none()).map(|row| std::mem::take(&mut row.cells)).collect();
        let answers = (self.cleaning.clean)(&self.task.mapping, &good, self.task.country);
        // A row without an answer would be lost without a word.
        if answers.len() != good.len() {
            return Err(UNANSWERED);
        }
        let mut answers = answers.into_iter().zip(&good);
        let cleaned = rows.into_iter().map(|row| {
            let row_no = i64::try_from(row.number).unwrap_or(i64::MAX);
            if let Some(fault) = row.fault {
                let (reason, detail) = (fault.code().to_owned(), fault.detail());
                return Ok(ReadRow::Reject { row_no, reason, detail, raw: raw_cells(&row.cells) });
            }
            let (answer, cells) = answers.next().ok_or(UNANSWERED)?;
            Ok(match answer {
                CleanedRow::Lead(mut lead) => {
                    lead.row_no = row_no;
                    lead.raw = self.raw_by_name(cells)?;
                    if self.task.mixed && row.windows_1252 {
                        lead.flags.push(ENCODING_MIXED.to_owned());
                    }
                    ReadRow::Lead(lead)
                }
                CleanedRow::Reject { reason, detail } => {
                    ReadRow::Reject { row_no, reason: reason.to_owned(), detail, raw: raw_cells(cells) }
                }
            })
        });
        cleaned.collect()
    }

    /// The row as a JSON object of name to cell. Of two columns with one name the later counts, as in any object.
    fn raw_by_name(&self, cells: &[String]) -> Result<String, Wrong> {
        const NO_TEXT: Wrong = "A row cannot be written down as it came.";
        let bytes: usize = cells.iter().map(|cell| cell.len() + 8).sum();
        let mut text = Vec::with_capacity(bytes + self.names_bytes);
        let pairs = self.task.names.iter().zip(cells);
        serde_json::Serializer::new(&mut text).collect_map(pairs).map_err(|_| NO_TEXT)?;
        String::from_utf8(text).map_err(|_| NO_TEXT)
    }
}

fn wait(waiting: &mut VecDeque<(Row, i64)>, skip: &mut i64, row: Row, at: i64) {
    if *skip > 0 {
        *skip -= 1;
    } else {
        waiting.push_back((row, at));
    }
}

/// The cells as they came, as far as they can be stored.
fn raw_cells(cells: &[String]) -> Value {
    let cell = |cell: &String| Value::String(cell::storable(cell, FIELD_BYTES_MAX).into_owned());
    cells.iter().map(cell).collect()
}
