//! A list as pieces of work, whatever kind of file it is.

use std::sync::Arc;

use plumb_base::Cells;
use plumb_clean::{Rules, propose};
use plumb_table::input::Fingerprint;
use plumb_table::{Chunk, Cutter, Format, Input, Packing, Read, Refusal, columnar};

use super::options::Options;
use super::plan::Plan;
use crate::error::ListError;

/// A piece of a list.
pub(crate) enum Work {
    /// Records of a text.
    Chunk(Chunk),
    /// Rows of a Parquet file.
    Rows(Cells),
}

impl Default for Work {
    fn default() -> Self {
        Self::Chunk(Chunk::default())
    }
}

/// A list on its way through the program.
pub(crate) struct Source {
    kind: Kind,
    read: Read,
    size: Option<u64>,
    lines_above: u64,
}

enum Kind {
    Text { input: Box<Input>, cutter: Cutter },
    Columnar(Box<columnar::Reader>),
}

impl Source {
    /// Puts the next piece into `work`; `false` at the end.
    pub(crate) fn next(&mut self, work: &mut Work) -> Result<bool, Refusal> {
        match &mut self.kind {
            Kind::Text { input, cutter } => {
                if !matches!(work, Work::Chunk(_)) {
                    *work = Work::default();
                }
                let Work::Chunk(chunk) = work else { return Ok(false) };
                cutter.read(input, chunk).map_err(Refusal::of_io)
            }
            Kind::Columnar(reader) => {
                if !matches!(work, Work::Rows(_)) {
                    *work = Work::Rows(Cells::default());
                }
                let Work::Rows(cells) = work else { return Ok(false) };
                reader.next(cells)
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
            Kind::Columnar(reader) => Some(reader.percent()),
        }
    }

    /// More was read than was there at the beginning: somebody appends to it.
    pub(crate) fn has_grown(&self) -> bool {
        self.size.is_some_and(|size| self.read.bytes() > size)
    }

    /// Lines above the first row.
    pub(crate) fn lines_above(&self) -> u64 {
        self.lines_above
    }

    /// What the file was, once it was read.
    pub(crate) fn fingerprint(self) -> Result<Fingerprint, Refusal> {
        match self.kind {
            Kind::Text { mut input, .. } => Ok(input.fingerprint()?),
            Kind::Columnar(reader) => reader.fingerprint(),
        }
    }
}

/// Opens a list and proposes what its columns are about.
pub(crate) fn open(options: &Options, _rules: &Arc<Rules>) -> Result<(Plan, Source), ListError> {
    let refused = |refusal| options.input.refused(refusal);
    let (mut file, size) = options.input.open()?;
    let mut beginning = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(&mut file, 4), &mut beginning)
        .map_err(|error| refused(Refusal::Io(error)))?;
    if Format::of(&beginning) == Format::Parquet {
        return open_columnar(options);
    }
    let read = Read::default();
    let known = |cells: &[String]| propose(cells, &[]).columns.iter().filter(|column| column.field.is_some()).count();
    let file = std::io::Read::chain(std::io::Cursor::new(beginning), file);
    let input = Input::open(file, options.encoding, options.asked, &known, read.clone()).map_err(refused)?;
    let layout = &input.layout;
    let (preset, columns) = Plan::columns(options, &layout.names, &layout.sample)?;
    let plan = Plan {
        encoding: Some(input.encoding),
        packing: input.packing,
        dialect: Some(layout.dialect),
        preset,
        columns,
        header: layout.header.clone(),
        lines_above: layout.lines_above,
        // A file, and no pipe.
        rows_at: input.offset.filter(|_| size.is_some()),
    };
    let (cutter, lines_above) = (Cutter::new(layout.dialect), u64::from(layout.lines_above));
    Ok((plan, Source { kind: Kind::Text { input: Box::new(input), cutter }, read, size, lines_above }))
}

fn open_columnar(options: &Options) -> Result<(Plan, Source), ListError> {
    let Some(path) = options.input.path() else {
        return Err(ListError::Usage(
            "a Parquet file is read from its end, which standard input has not: name the file".to_owned(),
        ));
    };
    let reader = columnar::Reader::open(path).map_err(|refusal| options.input.refused(refusal))?;
    let sample = reader.sample().map_err(|refusal| options.input.refused(refusal))?;
    let (preset, columns) = Plan::columns(options, reader.names(), &sample)?;
    let plan = Plan {
        encoding: None,
        packing: Packing::Plain,
        dialect: None,
        preset,
        columns,
        header: String::new(),
        lines_above: 0,
        rows_at: None,
    };
    let kind = Kind::Columnar(Box::new(reader));
    Ok((plan, Source { kind, read: Read::default(), size: None, lines_above: 0 }))
}
