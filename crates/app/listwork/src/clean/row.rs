//! One row of the output.

use plumb_base::cells::Row;
use plumb_clean::{CleanRow, Field, Flag, Seniority, Value};
use plumb_table::write::{push_cell, push_cells};
use plumb_table::{Fault, cell};

use super::codes::{EmailStatus, PhoneStatus, Shape};
use super::dnc::Standing;

/// What the added columns of a row say.
pub(crate) struct Verdict {
    pub(crate) email: EmailStatus,
    pub(crate) phone: PhoneStatus,
    /// What Do-Not-Call lists say of the number, where they were asked.
    pub(crate) dnc: Option<Standing>,
    pub(crate) suppressed: bool,
    pub(crate) keep: bool,
    pub(crate) score: u8,
    /// Nothing for rows that have no key.
    pub(crate) key: Option<u128>,
    pub(crate) fault: Option<Fault>,
}

impl Verdict {
    /// Of a row that could not be read.
    pub(crate) fn of_fault(fault: Fault) -> Self {
        Self {
            email: EmailStatus::Empty,
            phone: PhoneStatus::Empty,
            dnc: None,
            suppressed: false,
            keep: false,
            score: 0,
            key: None,
            fault: Some(fault),
        }
    }
}

/// Writes rows in the output's dialect.
pub(crate) struct Writer {
    pub(crate) delimiter: u8,
    pub(crate) shape: Shape,
    /// Whether numbers are screened.
    pub(crate) dnc: bool,
    /// What each column is about.
    pub(crate) fields: Vec<Option<Field>>,
}

impl Writer {
    /// The list's own cells, one by one.
    pub(crate) fn own_cells(&self, out: &mut Vec<u8>, row: Row<'_>, clean: Option<CleanRow<'_>>, suppressed: bool) {
        let width = self.fields.len();
        let cells = (0..width).map(|at| {
            let raw = row.get(at).unwrap_or_default();
            match (clean, self.fields[at]) {
                (Some(_), Some(Field::Email)) if suppressed && self.shape.replace => "",
                // A date that may be two stays as it is, for somebody who knows which.
                (Some(clean), Some(Field::Date)) if self.shape.replace => clean.field(Field::Date).unwrap_or(raw),
                // The link stays: the clean value is the name in it.
                (Some(clean), Some(field)) if self.shape.replace && field != Field::ProfileUrl => {
                    clean.field(field).unwrap_or_default()
                }
                _ => raw,
            }
        });
        let extra = row.len() > width;
        if !self.shape.guard_formulas && !extra {
            push_cells(out, cells, self.delimiter);
            return;
        }
        // What stands beyond the last column goes into it: nothing is lost, and the columns after it stay in place.
        let mut cells: Vec<String> = cells.map(|cell| guarded(cell, self.shape.guard_formulas)).collect();
        if extra && let Some(last) = cells.last_mut() {
            for cell in row.iter().skip(width) {
                last.push(char::from(self.delimiter));
                last.push_str(cell);
            }
        }
        push_cells(out, cells.iter().map(String::as_str), self.delimiter);
    }

    /// The added cells and the line break. Answers where the cell `plumb_keep` begins.
    pub(crate) fn added_cells(&self, out: &mut Vec<u8>, clean: Option<CleanRow<'_>>, verdict: &Verdict) -> usize {
        let get = |value| clean.and_then(|row| row.get(value)).unwrap_or_default();
        // What has no text of the list's in it needs no quotes.
        let word = |out: &mut Vec<u8>, text: &str| {
            out.extend_from_slice(text.as_bytes());
            out.push(self.delimiter);
        };
        if !self.shape.replace {
            push_cell(out, if verdict.suppressed { "" } else { get(Value::Email) }, self.delimiter);
            out.push(self.delimiter);
        }
        word(out, if clean.is_some() { verdict.email.code() } else { "" });
        if !self.shape.replace {
            word(out, get(Value::Phone));
        }
        word(out, if clean.is_some() { verdict.phone.code() } else { "" });
        if self.dnc {
            word(out, verdict.dnc.map_or("", |standing| standing.dnc.as_str()));
            let date = verdict.dnc.and_then(|standing| standing.version_date);
            word(out, &date.map(|date| date.to_string()).unwrap_or_default());
        }
        if !self.shape.replace {
            word(out, get(Value::Country));
        }
        word(out, get(Value::OrgDomain));
        for value in [Value::Honorific, Value::NameSuffix, Value::TradeName] {
            let cell = get(value);
            if self.shape.guard_formulas && cell::is_formula(cell.as_bytes()) {
                push_cell(out, &guarded(cell, true), self.delimiter);
            } else if !cell.is_empty() {
                push_cell(out, cell, self.delimiter);
            }
            out.push(self.delimiter);
        }
        word(out, clean.and_then(CleanRow::seniority).map_or("", Seniority::code));
        if !self.shape.replace {
            word(out, get(Value::Date));
        }
        if let Some(key) = verdict.key {
            push_hex(out, key);
        }
        out.push(self.delimiter);
        let keep_at = out.len();
        out.extend_from_slice(if verdict.keep { b"true" } else { b"false" });
        out.push(self.delimiter);
        if clean.is_some() {
            push_number(out, verdict.score);
        }
        out.push(self.delimiter);
        push_reasons(out, clean, verdict);
        out.push(b'\n');
        keep_at
    }
}

fn guarded(cell: &str, guard: bool) -> String {
    if guard && cell::is_formula(cell.as_bytes()) { format!("'{cell}") } else { cell.to_owned() }
}

/// The reasons, with blanks between them: no reason has one, so the cell needs no quotes whatever the delimiter.
fn push_reasons(out: &mut Vec<u8>, clean: Option<CleanRow<'_>>, verdict: &Verdict) {
    let start = out.len();
    let mut reason = |code: &str| {
        if out.len() > start {
            out.push(b' ');
        }
        out.extend_from_slice(code.as_bytes());
    };
    if let Some(fault) = verdict.fault {
        reason(fault.code());
    }
    if verdict.suppressed {
        reason("suppressed");
    }
    let Some(row) = clean else { return };
    if let Some(reject) = row.reject() {
        reason(reject.code());
    }
    let mut bits = row.flags().bits();
    while bits != 0 {
        reason(Flag::ALL[bits.trailing_zeros() as usize].code());
        bits &= bits - 1;
    }
}

fn push_number(out: &mut Vec<u8>, number: u8) {
    if number >= 100 {
        out.push(b'0' + number / 100);
    }
    if number >= 10 {
        out.push(b'0' + number / 10 % 10);
    }
    out.push(b'0' + number % 10);
}

fn push_hex(out: &mut Vec<u8>, number: u128) {
    let mut digits = [0; 32];
    for (eight, word) in digits.chunks_exact_mut(8).zip(number.to_be_bytes().chunks_exact(4)) {
        let word = word.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        eight.copy_from_slice(&hex(word).to_be_bytes());
    }
    out.extend_from_slice(&digits);
}

/// The eight digits of 32 bits, an octet each: all at once.
fn hex(word: u64) -> u64 {
    let word = (word | word << 16) & 0x0000_ffff_0000_ffff;
    let word = (word | word << 8) & 0x00ff_00ff_00ff_00ff;
    let word = (word | word << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    // One in each octet that is a letter.
    let letters = (word + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    word + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'9' - 1)
}

#[cfg(test)]
mod tests {
    use super::push_hex;

    #[test]
    fn hexadecimal_digits() {
        for seed in 0..10_000_u128 {
            let number = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            let mut out = Vec::new();
            push_hex(&mut out, number);
            assert_eq!(String::from_utf8(out).unwrap(), format!("{number:032x}"));
        }
    }
}
