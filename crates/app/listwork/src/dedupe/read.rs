//! A list as batches of rows.

use plumb_base::Cells;
use plumb_base::cells::Row;
use plumb_table::input::Fingerprint;
use plumb_table::{Batch, Fault};

use crate::error::ListError;
use crate::options::ListOptions;
use crate::place::Place;
use crate::source::{Layout, Piece, Source};

/// A list on its way through the program.
pub(crate) struct List {
    source: Source,
    piece: Piece,
    batch: Batch,
    /// Lines that have gone by: rows are numbered as a spreadsheet does.
    lines: u64,
}

/// One row as it was read.
pub(crate) struct RowRead<'b> {
    pub(crate) cells: Row<'b>,
    /// Its number, counted as a spreadsheet does.
    pub(crate) number: u64,
    pub(crate) fault: Option<Fault>,
    /// Its text, where that has the list's columns, no more and no fewer.
    pub(crate) raw: Option<&'b str>,
}

/// Some rows of a list.
pub(crate) struct Rows<'b> {
    pub(crate) cells: &'b Cells,
    batch: Option<&'b Batch>,
    lines_before: u64,
}

impl<'b> Rows<'b> {
    pub(crate) fn row(&self, at: usize) -> RowRead<'b> {
        let cells = self.cells.row(at);
        let Some(batch) = self.batch else {
            let long = cells.iter().any(|cell| cell.len() > plumb_base::limits::FIELD_BYTES_MAX);
            let fault = long.then_some(Fault::FieldTooLong);
            return RowRead { cells, number: self.lines_before + at as u64 + 1, fault, raw: None };
        };
        let record = &batch.records()[at];
        RowRead {
            cells,
            number: self.lines_before + u64::from(record.number),
            fault: record.fault,
            raw: record.verbatim.then(|| &batch.text()[record.raw.clone()]),
        }
    }
}

impl List {
    /// Opens a list and looks at its beginning.
    pub(crate) fn open(place: &Place, options: &ListOptions) -> Result<Self, ListError> {
        let known = |cells: &[String]| plumb_link::propose(cells, &[]).iter().flatten().count();
        let source = Source::open(place, options, &known)?;
        let lines = u64::from(source.layout.lines_above);
        Ok(Self { source, piece: Piece::default(), batch: Batch::default(), lines })
    }

    /// How it is laid out.
    pub(crate) fn layout(&self) -> &Layout {
        &self.source.layout
    }

    /// Some of the first rows.
    pub(crate) fn sample(&self) -> &[Vec<String>] {
        &self.source.sample
    }

    /// The next rows; nothing at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Rows<'_>>, ListError> {
        if !self.source.next(&mut self.piece)? {
            return Ok(None);
        }
        let lines_before = self.lines;
        Ok(Some(match &mut self.piece {
            Piece::Chunk(chunk) => {
                let layout = &self.source.layout;
                self.batch.read(chunk, layout.dialect.unwrap_or_default(), layout.names.len(), &layout.header);
                self.lines += u64::from(self.batch.lines());
                Rows { cells: self.batch.cells(), batch: Some(&self.batch), lines_before }
            }
            Piece::Rows(cells) => {
                self.lines += cells.rows() as u64;
                Rows { cells, batch: None, lines_before }
            }
        }))
    }

    /// How much was read, in per cent, where the size is known.
    pub(crate) fn percent(&self) -> Option<u8> {
        self.source.percent()
    }

    /// What the file was, once it was read; refuses one that is another by now.
    pub(crate) fn finish(self) -> Result<Fingerprint, ListError> {
        Ok(self.source.finish()?.0)
    }
}
