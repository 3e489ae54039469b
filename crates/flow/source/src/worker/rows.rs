//! From the bytes of a stored list to cleaned batches.

use plumb_base::Cells;
use plumb_base::cells::Row;
use plumb_base::limits::FIELD_BYTES_MAX;
use plumb_table::{Asked, Chunk, Cutter, Input, Read, Record, Refusal as Unreadable};
use serde::Serializer as _;
use serde_json::Value;

use super::frame::Word;
use super::message::{Batch, ReadRow, RowsTask};
use super::pipe::{Pipe, out_of_turn};
use super::serve::Stop;
use crate::cleaning::{CleanedRow, Cleaning};
use crate::domain::cell;
use crate::reason::{ENCODING_MIXED, NOT_TAKEN, WITHHELD, code, detail};

/// What the rows of one batch may weigh together: a list of wide or long rows has smaller batches.
const BATCH_BYTES: usize = 12 * 1024 * 1024;
/// What a cell costs beside its text, on its way from the file into the database.
const CELL_BYTES: usize = 96;

/// Reads the rows of a stored list and hands them out, a batch at a time.
pub(super) fn read_rows(cleaning: &Cleaning, task: &RowsTask, pipe: &Pipe) -> Result<(), Stop> {
    let read = Read::default();
    // The delimiter was found in the file itself, where it is one byte. What was taken for a list stays one, whatever
    // names of columns the rules know by now.
    let asked = Asked { delimiter: Some(task.delimiter as u8), ..Asked::default() };
    let mut input = Input::open(pipe.clone(), None, asked, &|_| 1, read.clone())?;
    let layout = input.layout.clone();
    if layout.names.len() != task.names.len() {
        return Err(Stop::Wrong("The stored file has other columns than it had when it was uploaded."));
    }
    let (mut cutter, mut chunk, mut text) =
        (Cutter::new(layout.dialect), Chunk::default(), plumb_table::Batch::default());
    let mut skip = task.skip;
    let mut lines = u64::from(layout.lines_above);
    let mut waiting = Waiting::new(cleaning, task);
    while cutter.read(&mut input, &mut chunk).map_err(Unreadable::of_io)? {
        text.read(&mut chunk, layout.dialect, task.names.len(), &layout.header);
        for (record, cells) in text.records().iter().zip(text.cells().iter()) {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            if waiting.is_full() {
                pipe.say(Word::Batch, &waiting.batch(&read, false)?)?;
                match pipe.question()? {
                    Some((Word::Next, _)) => {}
                    Some(_) => return Err(out_of_turn().into()),
                    None => return Ok(()),
                }
            }
            waiting.push(lines, record, cells, text.is_windows_1252(record));
        }
        lines += u64::from(text.lines());
    }
    if i64::try_from(read.bytes()) != Ok(task.bytes) {
        return Err(Stop::Wrong("The end of the stored file is missing."));
    }
    Ok(pipe.say(Word::Batch, &waiting.batch(&read, true)?)?)
}

/// Rows that were read and not handed out yet.
struct Waiting<'a> {
    cleaning: &'a Cleaning,
    task: &'a RowsTask,
    names_bytes: usize,
    /// The cells of those that are to be cleaned.
    cells: Cells,
    rows: Vec<Wait>,
    bytes: usize,
}

enum Wait {
    /// For the next row of the cells.
    Good {
        row_no: i64,
        mixed: bool,
    },
    Bad(ReadRow),
}

impl<'a> Waiting<'a> {
    fn new(cleaning: &'a Cleaning, task: &'a RowsTask) -> Self {
        let names_bytes = task.names.iter().map(String::len).sum();
        Self { cleaning, task, names_bytes, cells: Cells::default(), rows: Vec::new(), bytes: 0 }
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= self.task.batch_rows || self.bytes >= BATCH_BYTES
    }

    fn push(&mut self, lines_before: u64, record: &Record, cells: Row<'_>, windows_1252: bool) {
        self.bytes += 2 * record.raw.len() + self.names_bytes + cells.len() * CELL_BYTES;
        let row_no = i64::try_from(lines_before + u64::from(record.number)).unwrap_or(i64::MAX);
        self.rows.push(if let Some(fault) = record.fault {
            let (reason, detail) = (code(fault).to_owned(), detail(fault, cells, self.task.names.len()));
            Wait::Bad(ReadRow::Reject { row_no, reason, detail, raw: raw_cells(cells.iter()) })
        } else {
            self.cells.push_row(cells.iter());
            Wait::Good { row_no, mixed: self.task.mixed && windows_1252 }
        });
    }

    /// All of them, cleaned, in their order.
    fn batch(&mut self, read: &Read, last: bool) -> Result<Batch, Stop> {
        const UNANSWERED: Stop = Stop::Wrong("Cleaning did not answer for every row.");
        let answers = (self.cleaning.clean)(&self.task.mapping, &self.cells, &self.task.wishes);
        // A row without an answer would be lost without a word.
        if answers.len() != self.cells.rows() {
            return Err(UNANSWERED);
        }
        let mut answers = answers.into_iter().enumerate();
        let mut rows = Vec::with_capacity(self.rows.len());
        for waiting in self.rows.drain(..) {
            let (row_no, mixed) = match waiting {
                Wait::Good { row_no, mixed } => (row_no, mixed),
                Wait::Bad(row) => {
                    rows.push(row);
                    continue;
                }
            };
            let (nth, answer) = answers.next().ok_or(UNANSWERED)?;
            let cells = taken(self.task, self.cells.row(nth), &answer.withheld);
            rows.push(match answer.row {
                CleanedRow::Lead(mut lead) => {
                    lead.row_no = row_no;
                    lead.raw = raw_by_name(&self.task.names, self.names_bytes, &cells)?;
                    if mixed {
                        lead.flags.push(ENCODING_MIXED.to_owned());
                    }
                    ReadRow::Lead(lead)
                }
                CleanedRow::Reject { reason, detail } => {
                    ReadRow::Reject { row_no, reason: reason.to_owned(), detail, raw: raw_cells(cells.iter().copied()) }
                }
            });
        }
        self.cells.clear();
        self.bytes = 0;
        Ok(Batch { rows, bytes_read: i64::try_from(read.bytes()).unwrap_or(i64::MAX), last })
    }
}

/// The row as it came, without what is not taken: its cell says that it was left out.
fn taken<'c>(task: &RowsTask, cells: Row<'c>, withheld: &[usize]) -> Vec<&'c str> {
    let of = |(index, cell): (usize, &'c str)| {
        if cell.is_empty() {
            ""
        } else if withheld.contains(&index) {
            WITHHELD
        } else if task.not_taken.contains(&index) {
            NOT_TAKEN
        } else {
            cell
        }
    };
    cells.iter().enumerate().map(of).collect()
}

/// The row as a JSON object of name to cell. Of two columns with one name the later counts, as in any object.
fn raw_by_name(names: &[String], names_bytes: usize, cells: &[&str]) -> Result<String, Stop> {
    const NO_TEXT: Stop = Stop::Wrong("A row cannot be written down as it came.");
    let bytes: usize = cells.iter().map(|cell| cell.len() + 8).sum();
    let mut text = Vec::with_capacity(bytes + names_bytes);
    let pairs = names.iter().zip(cells.iter());
    serde_json::Serializer::new(&mut text).collect_map(pairs).map_err(|_| NO_TEXT)?;
    String::from_utf8(text).map_err(|_| NO_TEXT)
}

/// The cells as they came, as far as they can be stored.
fn raw_cells<'c>(cells: impl Iterator<Item = &'c str>) -> Value {
    cells.map(|cell| Value::String(cell::storable(cell, FIELD_BYTES_MAX).into_owned())).collect()
}
