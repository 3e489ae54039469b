//! The second pass: the rows with what was found.

use std::io;

use plumb_base::Cells;
use plumb_table::write::{push_cell, push_cells};
use plumb_table::{Batch, Chunk, Refusal, columnar};

use super::options::Options;
use super::people::People;
use super::plan::Plan;
use super::rows::Stored;
use crate::error::{ListError, Stop};
use crate::place::FileFormat;
use crate::progress::{Progress, Step};
use crate::target::Target;

/// Rows that are written at a time.
const ROWS_AT_A_TIME: usize = 4096;

/// What every file that is written needs to know.
pub(crate) struct Book<'a> {
    pub(crate) options: &'a Options,
    pub(crate) plan: &'a Plan,
    pub(crate) people: &'a People,
    /// The first row of the second list, if there is one.
    pub(crate) second_from: Option<u32>,
    /// What the lists are called in the output.
    pub(crate) sources: Vec<String>,
}

impl Book<'_> {
    pub(crate) fn delimiter(&self) -> u8 {
        self.plan.dialect(self.options.list.output_format()).delimiter
    }

    /// Which list a row is from.
    pub(crate) fn list_of(&self, row: u32) -> usize {
        usize::from(self.second_from.is_some_and(|from| row >= from))
    }

    /// The name of the list that a row is from, where there are two.
    pub(crate) fn source_of(&self, row: u32) -> Option<&str> {
        self.second_from.and_then(|_| self.sources.get(self.list_of(row))).map(String::as_str)
    }

    /// Puts what is added to a row into `cells`, in the order of the plan.
    fn added(&self, row: u32, cells: &mut [String; 6]) -> usize {
        cells.iter_mut().for_each(String::clear);
        let people = self.people;
        let mut at = 0;
        if let Some(source) = self.source_of(row) {
            cells[0].push_str(source);
            at = 1;
        }
        let cluster = people.cluster(row);
        for number in [cluster, u32::from(people.confidence(row)), people.members(cluster).len() as u32] {
            push_number(&mut cells[at], number);
            at += 1;
        }
        people.why(row, &mut cells[at]);
        people.review(row, &mut cells[at + 1]);
        at + 2
    }

    /// The row of names.
    pub(crate) fn header(&self) -> Vec<u8> {
        let (first, mut line) = (&self.plan.layouts[0], Vec::new());
        let quoted =
            first.dialect.is_some_and(|dialect| dialect == self.plan.dialect(self.options.list.output_format()));
        if quoted && self.plan.is_whole(0) && !first.header.is_empty() {
            line.extend_from_slice(first.header.as_bytes());
        } else {
            push_cells(&mut line, self.plan.columns.iter().map(|column| column.name.as_str()), self.delimiter());
        }
        line
    }
}

/// Adds the digits of a number.
pub(crate) fn push_number(out: &mut String, number: u32) {
    use std::fmt::Write as _;
    let _ = write!(out, "{number}");
}

/// Writes the output but for its name.
pub(crate) fn output(
    book: &Book<'_>,
    rows: &mut Stored,
    target: &mut Target,
    stop: &Stop,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), ListError> {
    let folder = book.options.list.spool_folder();
    let count = rows.len() as u32;
    let mut stored = rows.read().map_err(ListError::io("cannot hold the rows on their way", &folder))?;
    let failed = target.failed();
    let mut cells: [String; 6] = Default::default();
    let mut stopped = None;
    let mut said = |row: u32| -> bool {
        if !(row as usize).is_multiple_of(ROWS_AT_A_TIME) {
            return true;
        }
        let percent = Some((u64::from(row) * 100 / u64::from(count.max(1))) as u8);
        progress(Progress { step: Step::Writing, rows: u64::from(row), percent });
        stopped = stop.check().err();
        stopped.is_none()
    };
    let delimiter = book.delimiter();
    let mut line = |row: u32, line: &mut Vec<u8>, typed: bool| -> io::Result<()> {
        if !typed {
            stored.next(line)?;
            line.push(delimiter);
        }
        let count = book.added(row, &mut cells);
        for (n, cell) in cells[..count].iter().enumerate() {
            if n > 0 {
                line.push(delimiter);
            }
            push_cell(line, cell, delimiter);
        }
        line.push(b'\n');
        Ok(())
    };
    match book.options.list.output_format() {
        FileFormat::Csv => target.text(|out| {
            let mut text = book.header();
            for name in book.plan.added() {
                text.push(delimiter);
                text.extend_from_slice(name.as_bytes());
            }
            text.push(b'\n');
            out.write_all(&text)?;
            for row in (0..count).take_while(|row| said(*row)) {
                text.clear();
                line(row, &mut text, false)?;
                out.write_all(&text)?;
            }
            Ok(())
        })?,
        FileFormat::Parquet => {
            let name = target.name();
            let refused = |refusal: Refusal| ListError::Refused { file: name.clone(), refusal };
            let added = book.plan.added();
            let typed = book.plan.is_typed(FileFormat::Parquet);
            let input = book.options.inputs.first().and_then(|place| place.path()).filter(|_| typed);
            let mut writer = match input {
                Some(input) => columnar::Writer::beside(target.sink(), input, added, None),
                None => columnar::Writer::of_text(target.sink(), &book.plan.names(), added),
            }
            .map_err(refused)?;
            let (mut batch, width, mut text) = (Batch::default(), writer.text_columns(), Vec::new());
            for row in (0..count).take_while(|row| said(*row)) {
                line(row, &mut text, typed).map_err(&failed)?;
                if (row as usize + 1).is_multiple_of(ROWS_AT_A_TIME) || row + 1 == count {
                    let cells = read(&mut batch, std::mem::take(&mut text), delimiter, width);
                    writer.write(cells).map_err(refused)?;
                }
            }
            writer.finish().map_err(refused)?;
        }
    }
    stopped.map_or(Ok(()), Err)
}

/// Reads rows of the output's dialect back into cells.
pub(crate) fn read(batch: &mut Batch, text: Vec<u8>, delimiter: u8, width: usize) -> &Cells {
    let dialect = plumb_table::Dialect { delimiter, ..Default::default() };
    batch.read(&mut Chunk::of(text), dialect, width, "");
    batch.cells()
}
