//! Records out of pieces of bytes, wherever the pieces are cut, with a bound on the length of a record.

use csv_core::ReadRecordResult;
use plumb_base::limits::RECORD_BYTES_MAX;

use super::refusal::Refusal;

/// Splits a stream of bytes into records (RFC 4180, and what programs make of it): quotes, doubled quotes, line
/// breaks within quotes, LF, CRLF and CR.
pub(crate) struct Records {
    core: csv_core::Reader,
    out: Vec<u8>,
    out_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
    number: u64,
    /// Between two records.
    between: bool,
    /// The last record ended with CR: an LF right after it belongs to it.
    after_cr: bool,
}

/// One record, its cells still bytes.
#[derive(Clone, Copy)]
pub(crate) struct Record<'a> {
    /// As a spreadsheet counts rows: from 1, blank lines included.
    pub(crate) number: u64,
    bytes: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// How many cells it has.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cells' bytes without delimiters and quotes.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The cells.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (bytes, ends) = (self.bytes, self.ends);
        (0..ends.len()).map(move |n| &bytes[if n == 0 { 0 } else { ends[n - 1] }..ends[n]])
    }
}

impl Records {
    /// Nothing read yet.
    pub(crate) fn new(delimiter: u8) -> Self {
        Self {
            core: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            out: vec![0; 4096],
            out_len: 0,
            ends: vec![0; 64],
            ends_len: 0,
            number: 0,
            between: true,
            after_cr: false,
        }
    }

    /// Reads on from `input` to the end of a record, and takes what was read off `input`. `None` when `input` is
    /// used up before a record ends.
    pub(crate) fn next<'a>(&'a mut self, input: &mut &[u8]) -> Result<Option<Record<'a>>, Refusal> {
        if self.between {
            self.blank_lines(input);
            if input.is_empty() {
                return Ok(None);
            }
            self.between = false;
            self.number += 1;
            (self.out_len, self.ends_len) = (0, 0);
        }
        while !input.is_empty() {
            let (result, read, written, ended) =
                self.core.read_record(input, &mut self.out[self.out_len..], &mut self.ends[self.ends_len..]);
            let last = read.checked_sub(1).map(|n| input[n]);
            *input = &input[read..];
            self.out_len += written;
            self.ends_len += ended;
            match result {
                ReadRecordResult::Record => {
                    self.after_cr = last == Some(b'\r');
                    self.between = true;
                    return Ok(Some(self.current()));
                }
                ReadRecordResult::OutputFull => self.grow()?,
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            }
        }
        Ok(None)
    }

    /// Ends the stream: the record that was begun, if any, and whether a quotation mark in it stayed open.
    pub(crate) fn finish(&mut self) -> Result<Option<(Record<'_>, bool)>, Refusal> {
        if self.between {
            return Ok(None);
        }
        // A line break ends the record, unless it stands in quotes.
        if self.next(&mut &b"\n"[..])?.is_some() {
            return Ok(Some((self.current(), false)));
        }
        loop {
            let (result, _, written, ended) =
                self.core.read_record(&[], &mut self.out[self.out_len..], &mut self.ends[self.ends_len..]);
            self.out_len += written;
            self.ends_len += ended;
            match result {
                ReadRecordResult::OutputFull => self.grow()?,
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::InputEmpty | ReadRecordResult::End => break,
            }
        }
        self.between = true;
        Ok(Some((self.current(), true)))
    }

    fn current(&self) -> Record<'_> {
        Record { number: self.number, bytes: &self.out[..self.out_len], ends: &self.ends[..self.ends_len] }
    }

    fn grow(&mut self) -> Result<(), Refusal> {
        if self.out.len() >= RECORD_BYTES_MAX {
            return Err(Refusal::RecordTooLong { row: self.number });
        }
        self.out.resize((self.out.len() * 2).min(RECORD_BYTES_MAX), 0);
        Ok(())
    }

    /// Steps over blank lines, so that the numbers of rows stay those of a spreadsheet.
    fn blank_lines(&mut self, input: &mut &[u8]) {
        while let [first @ (b'\n' | b'\r'), rest @ ..] = *input {
            let ends_last = *first == b'\n' && self.after_cr;
            if !ends_last {
                self.number += 1;
            }
            self.after_cr = *first == b'\r';
            *input = rest;
        }
        if !input.is_empty() {
            self.after_cr = false;
        }
    }
}

#[cfg(test)]
mod tests;
