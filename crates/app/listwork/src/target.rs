//! The files that are written: begun before anything is read, so that what cannot be written is said at once, and named
//! when everything is there.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use plumb_table::Packing;
use plumb_table::pack::Packer;

use crate::error::ListError;
use crate::output::Output;
use crate::place::{FileFormat, Place};

const BUFFER_BYTES: usize = 256 * 1024;

/// Begins files, of which none may be one that is read, and no two may be one.
pub(crate) struct Targets {
    taken: Vec<Place>,
    force: bool,
}

impl Targets {
    /// None yet, beside the files that are `read`; with `force` they replace what is there.
    pub(crate) fn beside<'p>(read: impl IntoIterator<Item = &'p Place>, force: bool) -> Self {
        Self { taken: read.into_iter().filter(|place| **place != Place::Standard).cloned().collect(), force }
    }

    /// Begins one.
    pub(crate) fn begin(&mut self, place: &Place) -> Result<Target, ListError> {
        for other in &self.taken {
            if place.is_same(other)? {
                return Err(ListError::Usage(format!("{} is named twice; each file needs its own name", place.name())));
            }
        }
        self.taken.push(place.clone());
        Target::begin(place.clone(), self.force)
    }

    /// Begins one that is a file, if it is asked for.
    pub(crate) fn begin_file(&mut self, path: Option<&PathBuf>) -> Result<Option<Target>, ListError> {
        path.map(|path| self.begin(&Place::File(path.clone()))).transpose()
    }
}

/// A file on its way to its name.
pub(crate) struct Target {
    place: Place,
    sink: Sink,
}

/// Where what is written goes.
pub(crate) enum Sink {
    /// A file.
    File(Box<Output>),
    /// Standard output: what is written cannot be taken back, so it is written last.
    Standard(io::Stdout),
}

impl Write for Sink {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(buf),
            Self::Standard(out) => out.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Standard(out) => out.flush(),
        }
    }
}

impl Target {
    fn begin(place: Place, force: bool) -> Result<Self, ListError> {
        let Some(path) = place.path() else {
            return Ok(Self { place, sink: Sink::Standard(io::stdout()) });
        };
        match Output::create(path, force) {
            Ok(file) => Ok(Self { sink: Sink::File(Box::new(file)), place }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(ListError::Usage(format!("{} is there already; --force replaces it", path.display())))
            }
            Err(error) => Err(ListError::io("cannot be written", path)(error)),
        }
    }

    /// A failure to write it.
    pub(crate) fn failed(&self) -> impl Fn(io::Error) -> ListError + use<> {
        let name = self.place.name();
        move |error| ListError::io("cannot be written", Path::new(&name))(error)
    }

    pub(crate) fn name(&self) -> String {
        self.place.name()
    }

    /// Writes to it as packed as its name asks for.
    pub(crate) fn text(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), ListError> {
        let failed = self.failed();
        let name = self.place.name();
        let packing = match FileFormat::of_name(&name) {
            FileFormat::Csv => Packing::of_name(&name),
            FileFormat::Parquet => Packing::Plain,
        };
        let packer = Packer::new(&mut self.sink, packing).map_err(&failed)?;
        let mut buffered = BufWriter::with_capacity(BUFFER_BYTES, packer);
        write(&mut buffered).map_err(&failed)?;
        let packer = buffered.into_inner().map_err(|error| failed(error.into_error()))?;
        packer.finish().and_then(Write::flush).map_err(failed)
    }

    /// Writes to it as it is.
    pub(crate) fn sink(&mut self) -> &mut Sink {
        &mut self.sink
    }

    /// Gives it its name.
    pub(crate) fn finish(self) -> Result<(), ListError> {
        let failed = self.failed();
        match self.sink {
            Sink::File(file) => match file.finish() {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let name = self.place.name();
                    Err(ListError::Usage(format!("{name} appeared meanwhile; --force replaces it")))
                }
                result => result.map_err(failed),
            },
            Sink::Standard(mut out) => out.flush().map_err(failed),
        }
    }
}
