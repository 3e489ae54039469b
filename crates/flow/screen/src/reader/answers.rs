//! Answers of the Reassigned Numbers Database: number, day that was asked about, answer.

use std::io::{self, BufRead};

use chrono::NaiveDate;

use super::{Counts, ReadError, columns, lines};
use crate::company::Reassigned;
use crate::domain::number::Number;

/// Takes each answer.
pub(crate) type Sink<'a> = dyn FnMut(Number, NaiveDate, Reassigned) -> io::Result<()> + 'a;

/// Ways in which the day is written.
const DATES: [&str; 3] = ["%Y-%m-%d", "%m/%d/%Y", "%Y%m%d"];

pub(super) fn read(input: &mut dyn BufRead, counts: &mut Counts, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    lines::each(input, |at, line| {
        let mut cells = columns::cells(line, b',');
        let mut cell = || cells.next().unwrap_or_default().trim_ascii();
        let (number, day, word) = (cell(), cell(), cell());
        if at == 1 && !number.iter().any(u8::is_ascii_digit) {
            return Ok(());
        }
        counts.entries += 1;
        let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
        let day = DATES.iter().find_map(|form| NaiveDate::parse_from_str(text(day), form).ok());
        match (Number::read(number), day, Reassigned::read(text(word))) {
            (Some(number), Some(day), Some(answer)) => sink(number, day, answer)?,
            _ => counts.malformed(at),
        }
        Ok(())
    })
}
