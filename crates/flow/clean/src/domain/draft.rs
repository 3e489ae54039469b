//! A row while it is being written into its batch.

use super::batch::{Record, Span, Value};

/// The texts and the record of one row.
pub(crate) struct Draft<'b> {
    text: &'b mut String,
    pub(crate) record: Record,
}

impl<'b> Draft<'b> {
    pub(crate) fn new(text: &'b mut String) -> Self {
        Self { text, record: Record::default() }
    }

    /// The text of a value; empty if there is none.
    pub(crate) fn get(&self, value: Value) -> &str {
        let Span { start, len } = self.record.spans[value as usize];
        &self.text[start as usize..(start + len) as usize]
    }

    pub(crate) fn has(&self, value: Value) -> bool {
        self.record.spans[value as usize].len > 0
    }

    /// Writes a value whole; an empty one leaves what was there.
    pub(crate) fn put(&mut self, value: Value, text: &str) {
        if text.is_empty() {
            return;
        }
        self.write(value, |out| out.push_str(text));
    }

    /// Writes a value bit by bit.
    pub(crate) fn write(&mut self, value: Value, write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        write(self.text);
        self.record.spans[value as usize] = span(start, self.text.len());
    }

    /// Lets a value stand for octets `from..to` of another's text.
    pub(crate) fn share(&mut self, value: Value, other: Value, from: usize, to: usize) {
        let within = self.record.spans[other as usize];
        let start = within.start as usize;
        self.record.spans[value as usize] = span(start + from, start + to);
    }

    /// Takes a value back.
    pub(crate) fn clear(&mut self, value: Value) {
        self.record.spans[value as usize] = Span::default();
    }
}

/// The text of a batch stays below 4 GiB.
fn span(start: usize, end: usize) -> Span {
    Span { start: start as u32, len: (end - start) as u32 }
}
