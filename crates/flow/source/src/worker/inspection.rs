//! A list is looked at as it comes in: judged by its beginning, then read through once, so that a row that never ends is
//! refused as soon as it is seen.

use crate::cleaning::Cleaning;
use crate::domain::encoding::Met;
use crate::domain::refusal::Refusal;
use crate::domain::sniff::{self, WINDOW_BYTES, WINDOW_BYTES_MAX};
use crate::domain::table::{Dialect, Row, Table};

use super::message::{Seen, Sniffed};

pub(super) struct Inspection<'a> {
    cleaning: &'a Cleaning,
    /// The beginning, until it is judged.
    window: Vec<u8>,
    look_at: usize,
    table: Option<(Table, Dialect)>,
    met: Met,
    rows: u64,
}

impl<'a> Inspection<'a> {
    pub(super) fn new(cleaning: &'a Cleaning) -> Self {
        Self { cleaning, window: Vec::new(), look_at: WINDOW_BYTES, table: None, met: Met::default(), rows: 0 }
    }

    /// The next bytes. Answers what the list looks like, once.
    pub(super) fn piece(&mut self, bytes: &[u8]) -> Result<Option<Sniffed>, Refusal> {
        if self.table.is_some() {
            self.read(bytes)?;
            return Ok(None);
        }
        self.window.extend_from_slice(bytes);
        if self.window.len() < self.look_at {
            return Ok(None);
        }
        let sniffed = self.judge(false)?;
        if sniffed.is_none() {
            self.look_at = (self.look_at * 2).min(WINDOW_BYTES_MAX).max(self.window.len() + 1);
        }
        Ok(sniffed)
    }

    /// The end.
    pub(super) fn end(mut self) -> Result<Seen, Refusal> {
        let sniffed = match self.table {
            Some(_) => None,
            None => Some(self.judge(true)?.ok_or(Refusal::Empty)?),
        };
        let Some((mut table, dialect)) = self.table.take() else { return Err(Refusal::Empty) };
        let (met, rows) = (&mut self.met, &mut self.rows);
        table.finish(&mut |row| note(met, rows, &row))?;
        if self.rows == 0 {
            return Err(Refusal::NoRows);
        }
        Ok(Seen { sniffed, rows: self.rows, encoding: self.met.name(dialect.encoding).to_owned() })
    }

    fn judge(&mut self, whole: bool) -> Result<Option<Sniffed>, Refusal> {
        let known = |cells: &[String]| self.cleaning.known(cells);
        let Some(sniff::Sniffed { dialect, names, sample }) = sniff::sniff(&self.window, whole, &known)? else {
            return Ok(None);
        };
        self.table = Some((Table::new(dialect), dialect));
        let window = std::mem::take(&mut self.window);
        self.read(&window)?;
        let proposals = (self.cleaning.propose)(&names, &sample);
        Ok(Some(Sniffed { delimiter: char::from(dialect.delimiter), names, sample, proposals }))
    }

    fn read(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let Some((table, _)) = &mut self.table else { return Ok(()) };
        let (met, rows) = (&mut self.met, &mut self.rows);
        table.push(bytes, &mut |row| note(met, rows, &row))
    }
}

fn note(met: &mut Met, rows: &mut u64, row: &Row) {
    *rows += 1;
    met.windows_1252 += u64::from(row.windows_1252);
    met.utf_8 += u64::from(row.wide);
}
