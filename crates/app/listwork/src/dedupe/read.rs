//! A list as batches of rows, whatever kind of file it is.

use plumb_base::Cells;
use plumb_base::cells::Row;
use plumb_table::input::Fingerprint;
use plumb_table::{Batch, Chunk, Cutter, Dialect, Encoding, Fault, Format, Input, Packing, Read, Refusal, columnar};

use super::options::Options;
use crate::clean::Place;
use crate::error::ListError;

/// How a list is laid out.
#[derive(Clone, Debug)]
pub struct Layout {
    /// What people call it.
    pub name: String,
    /// How its text is encoded; nothing for Parquet.
    pub encoding: Option<Encoding>,
    /// How it is packed.
    pub packing: Packing,
    /// What divides it into cells; nothing for Parquet.
    pub dialect: Option<Dialect>,
    /// The names of its columns, no two alike.
    pub names: Vec<String>,
    /// Its header as it stands there; empty where it has none or is no text.
    pub(crate) header: String,
}

/// A list on its way through the program.
pub(crate) struct List {
    pub(crate) layout: Layout,
    /// Some of the first rows.
    pub(crate) sample: Vec<Vec<String>>,
    place: Place,
    before: Option<[i64; 5]>,
    kind: Kind,
    read: Read,
    size: Option<u64>,
    /// Lines that have gone by: rows are numbered as a spreadsheet does.
    lines: u64,
}

enum Kind {
    Text { input: Box<Input>, cutter: Cutter, chunk: Chunk, batch: Batch },
    Columnar { reader: Box<columnar::Reader>, cells: Cells },
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
    pub(crate) fn open(place: &Place, options: &Options) -> Result<Self, ListError> {
        let refused = |refusal| place.refused(refusal);
        let before = place.stat()?;
        let (mut file, size) = place.open()?;
        let mut beginning = Vec::new();
        std::io::Read::read_to_end(&mut std::io::Read::take(&mut file, 4), &mut beginning)
            .map_err(|error| refused(Refusal::Io(error)))?;
        if Format::of(&beginning) == Format::Parquet {
            return Self::open_columnar(place, before);
        }
        let read = Read::default();
        let known = |cells: &[String]| plumb_link::propose(cells, &[]).iter().flatten().count();
        let file = std::io::Read::chain(std::io::Cursor::new(beginning), file);
        let input = Input::open(file, options.encoding, options.asked, &known, read.clone()).map_err(refused)?;
        let found = &input.layout;
        let layout = Layout {
            name: place.name(),
            encoding: Some(input.encoding),
            packing: input.packing,
            dialect: Some(found.dialect),
            names: found.names.clone(),
            header: found.header.clone(),
        };
        let (sample, lines) = (found.sample.clone(), u64::from(found.lines_above));
        let cutter = Cutter::new(found.dialect);
        let kind = Kind::Text { input: Box::new(input), cutter, chunk: Chunk::default(), batch: Batch::default() };
        Ok(Self { layout, sample, place: place.clone(), before, kind, read, size, lines })
    }

    fn open_columnar(place: &Place, before: Option<[i64; 5]>) -> Result<Self, ListError> {
        let Some(path) = place.path() else {
            return Err(ListError::Usage(
                "a Parquet file is read from its end, which standard input has not: name the file".to_owned(),
            ));
        };
        let refused = |refusal| place.refused(refusal);
        let reader = columnar::Reader::open(path).map_err(refused)?;
        let sample = reader.sample().map_err(refused)?;
        let layout = Layout {
            name: place.name(),
            encoding: None,
            packing: Packing::Plain,
            dialect: None,
            names: reader.names().to_vec(),
            header: String::new(),
        };
        let kind = Kind::Columnar { reader: Box::new(reader), cells: Cells::default() };
        Ok(Self { layout, sample, place: place.clone(), before, kind, read: Read::default(), size: None, lines: 0 })
    }

    /// The next rows; nothing at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Rows<'_>>, ListError> {
        if self.size.is_some_and(|size| self.read.bytes() > size) {
            return Err(ListError::Changed { file: self.place.name() });
        }
        let lines_before = self.lines;
        match &mut self.kind {
            Kind::Text { input, cutter, chunk, batch } => {
                let more = cutter.read(input, chunk).map_err(|error| self.place.refused(Refusal::of_io(error)))?;
                if !more {
                    return Ok(None);
                }
                let layout = &self.layout;
                batch.read(chunk, layout.dialect.unwrap_or_default(), layout.names.len(), &layout.header);
                self.lines += u64::from(batch.lines());
                Ok(Some(Rows { cells: batch.cells(), batch: Some(batch), lines_before }))
            }
            Kind::Columnar { reader, cells } => {
                if !reader.next(cells).map_err(|refusal| self.place.refused(refusal))? {
                    return Ok(None);
                }
                self.lines += cells.rows() as u64;
                Ok(Some(Rows { cells, batch: None, lines_before }))
            }
        }
    }

    /// How much was read, in per cent, where the size is known.
    pub(crate) fn percent(&self) -> Option<u8> {
        match &self.kind {
            Kind::Text { .. } => {
                let size = self.size.filter(|size| *size > 0)?;
                Some((self.read.bytes().min(size) * 100 / size) as u8)
            }
            Kind::Columnar { reader, .. } => Some(reader.percent()),
        }
    }

    /// What the file was, once it was read; refuses one that is another by now.
    pub(crate) fn finish(self) -> Result<Fingerprint, ListError> {
        let fingerprint = match self.kind {
            Kind::Text { mut input, .. } => input.fingerprint().map_err(Refusal::Io),
            Kind::Columnar { reader, .. } => reader.fingerprint(),
        };
        let fingerprint = fingerprint.map_err(|refusal| self.place.refused(refusal))?;
        if self.place.stat()? == self.before {
            Ok(fingerprint)
        } else {
            Err(ListError::Changed { file: self.place.name() })
        }
    }
}
