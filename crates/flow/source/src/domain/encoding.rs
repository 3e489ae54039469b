//! How a list's text is encoded: told by a byte order mark, else UTF-8 and, record by record, Windows-1252.

use plumb_table::{Batch, Encoding, Record};

/// The name of a list in UTF-8 with records in Windows-1252.
pub(crate) const MIXED: &str = "mixed";

/// What was met while a list went by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Met {
    /// Records that are no UTF-8.
    windows_1252: bool,
    /// Records with characters outside ASCII that are UTF-8.
    utf_8: bool,
}

impl Met {
    /// Looks at what was just read.
    pub(crate) fn note(&mut self, batch: &Batch) {
        let any_1252 = batch.windows_1252() > 0;
        self.windows_1252 |= any_1252;
        let is_utf_8 = |record: &Record| !batch.is_windows_1252(record) && !batch.text()[record.raw.clone()].is_ascii();
        self.utf_8 =
            self.utf_8 || if any_1252 { batch.records().iter().any(is_utf_8) } else { !batch.text().is_ascii() };
    }

    /// The name under which people and programs see a list's encoding.
    pub(crate) const fn name(self, encoding: Encoding) -> &'static str {
        match encoding {
            Encoding::Utf8 if self.windows_1252 && self.utf_8 => MIXED,
            Encoding::Utf8 if self.windows_1252 => Encoding::Windows1252.name(),
            told => told.name(),
        }
    }
}
