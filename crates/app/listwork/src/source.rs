//! A list as pieces, whatever kind of file it is.

use plumb_base::Cells;
use plumb_table::input::Fingerprint;
use plumb_table::{Chunk, Cutter, Dialect, Encoding, Format, Input, Packing, Read, Refusal, columnar};
use serde_json::{Value, json};

use crate::error::ListError;
use crate::options::ListOptions;
use crate::place::{Place, State};

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
    /// Lines above the first row: rows are numbered as a spreadsheet does.
    pub(crate) lines_above: u32,
    /// Where its rows begin in the file, if they can be read there once more, byte for byte.
    pub(crate) rows_at: Option<u64>,
}

impl Layout {
    /// As JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "encoding": self.encoding.map(Encoding::name),
            "packing": self.packing.name(),
            "delimiter": self.dialect.map(|dialect| char::from(dialect.delimiter)),
            "quote": self.dialect.map(|dialect| char::from(dialect.quote)),
            "format": if self.dialect.is_some() { "csv" } else { "parquet" },
        })
    }

    /// In words.
    pub(crate) fn words(&self) -> String {
        let (Some(dialect), Some(encoding)) = (self.dialect, self.encoding) else { return "Parquet".to_owned() };
        let delimiter = match dialect.delimiter {
            b'\t' => "tab".to_owned(),
            other => format!("{:?}", char::from(other)),
        };
        format!("CSV, delimiter {delimiter}, {}, packed: {}", encoding.name(), self.packing.name())
    }
}

/// A piece of a list.
pub(crate) enum Piece {
    /// Records of a text.
    Chunk(Chunk),
    /// Rows of a Parquet file.
    Rows(Cells),
}

impl Default for Piece {
    fn default() -> Self {
        Self::Chunk(Chunk::default())
    }
}

/// A list on its way through the program.
pub(crate) struct Source {
    pub(crate) layout: Layout,
    /// Some of the first rows.
    pub(crate) sample: Vec<Vec<String>>,
    place: Place,
    before: Option<State>,
    kind: Kind,
    read: Read,
    size: Option<u64>,
}

enum Kind {
    Text { input: Box<Input>, cutter: Cutter },
    Columnar(Box<columnar::Reader>),
}

impl Source {
    /// Opens a list and looks at its beginning. `known` counts the names of columns that are known among some cells.
    pub(crate) fn open(
        place: &Place,
        options: &ListOptions,
        known: &dyn Fn(&[String]) -> usize,
    ) -> Result<Self, ListError> {
        let refused = |refusal| place.refused(refusal);
        let before = place.state()?;
        let (mut file, size) = place.open()?;
        let mut beginning = Vec::new();
        std::io::Read::read_to_end(&mut std::io::Read::take(&mut file, 4), &mut beginning)
            .map_err(|error| refused(Refusal::Io(error)))?;
        if Format::of(&beginning) == Format::Parquet {
            return Self::open_columnar(place, before);
        }
        let read = Read::default();
        let file = std::io::Read::chain(std::io::Cursor::new(beginning), file);
        let input = Input::open(file, options.encoding, options.asked, known, read.clone()).map_err(refused)?;
        let found = &input.layout;
        let layout = Layout {
            name: place.name(),
            encoding: Some(input.encoding),
            packing: input.packing,
            dialect: Some(found.dialect),
            names: found.names.clone(),
            header: found.header.clone(),
            lines_above: found.lines_above,
            // A file, and no pipe.
            rows_at: input.offset.filter(|_| size.is_some()),
        };
        let (sample, cutter) = (found.sample.clone(), Cutter::new(found.dialect));
        let kind = Kind::Text { input: Box::new(input), cutter };
        Ok(Self { layout, sample, place: place.clone(), before, kind, read, size })
    }

    fn open_columnar(place: &Place, before: Option<State>) -> Result<Self, ListError> {
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
            lines_above: 0,
            rows_at: None,
        };
        let kind = Kind::Columnar(Box::new(reader));
        Ok(Self { layout, sample, place: place.clone(), before, kind, read: Read::default(), size: None })
    }

    /// Puts the next piece into `piece`; `false` at the end.
    pub(crate) fn next(&mut self, piece: &mut Piece) -> Result<bool, ListError> {
        // More was read than was there at the beginning: somebody appends to it.
        if self.size.is_some_and(|size| self.read.bytes() > size) {
            return Err(ListError::Changed { file: self.place.name() });
        }
        let more = match &mut self.kind {
            Kind::Text { input, cutter } => {
                if !matches!(piece, Piece::Chunk(_)) {
                    *piece = Piece::default();
                }
                let Piece::Chunk(chunk) = piece else { return Ok(false) };
                cutter.read(input, chunk).map_err(Refusal::of_io)
            }
            Kind::Columnar(reader) => {
                if !matches!(piece, Piece::Rows(_)) {
                    *piece = Piece::Rows(Cells::default());
                }
                let Piece::Rows(cells) = piece else { return Ok(false) };
                reader.next(cells)
            }
        };
        more.map_err(|refusal| self.place.refused(refusal))
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

    /// What the file was, once it was read, and its state; refuses one that is another by now.
    pub(crate) fn finish(self) -> Result<(Fingerprint, Option<State>), ListError> {
        let fingerprint = match self.kind {
            Kind::Text { mut input, .. } => input.fingerprint().map_err(Refusal::Io),
            Kind::Columnar(reader) => reader.fingerprint(),
        };
        let fingerprint = fingerprint.map_err(|refusal| self.place.refused(refusal))?;
        self.place.check_unchanged(self.before)?;
        Ok((fingerprint, self.before))
    }
}
