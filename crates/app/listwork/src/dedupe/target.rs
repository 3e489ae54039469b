//! The files that are written: begun before anything is read, so that what cannot be written is said at once, and named
//! when everything is there.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use plumb_table::Packing;
use plumb_table::pack::Packer;

use super::options::Options;
use crate::clean::{FileFormat, Place, Sink};
use crate::error::ListError;
use crate::output::Output;

const BUFFER_BYTES: usize = 256 * 1024;

/// A file on its way to its name.
pub(crate) struct Target {
    place: Place,
    sink: Sink,
}

/// Every file that is asked for.
pub(crate) struct Targets {
    pub(crate) output: Target,
    pub(crate) links: Option<Target>,
    pub(crate) review: Option<Target>,
    pub(crate) merge: Option<Target>,
    pub(crate) report: Option<Target>,
}

impl Targets {
    /// Begins every file, or refuses: none may be a list that is read, and no two may be one.
    pub(crate) fn begin(options: &Options) -> Result<Self, ListError> {
        let output = options.output.clone().ok_or_else(|| ListError::Usage("there is no output".to_owned()))?;
        let side = [&options.links, &options.review, &options.merge];
        if let Some(path) = side.into_iter().flatten().find(|path| is_parquet(path)) {
            return Err(ListError::Usage(format!("{} is written as CSV; choose such a name", path.display())));
        }
        let mut taken: Vec<Place> = options.inputs.iter().filter(|place| **place != Place::Standard).cloned().collect();
        let mut begin = |place: Place| -> Result<Target, ListError> {
            for other in &taken {
                if is_same(&place, other)? {
                    return Err(ListError::Usage(format!(
                        "{} is named twice; each file needs its own name",
                        place.name()
                    )));
                }
            }
            taken.push(place.clone());
            Target::begin(place, options.force)
        };
        let output = begin(output)?;
        let mut aside =
            |path: &Option<std::path::PathBuf>| path.clone().map(|path| begin(Place::File(path))).transpose();
        let (links, review, merge) = (aside(&options.links)?, aside(&options.review)?, aside(&options.merge)?);
        Ok(Self { output, links, review, merge, report: aside(&options.report)? })
    }

    /// Gives every file its name, the output's own first.
    pub(crate) fn finish(self) -> Result<(), ListError> {
        let others = [self.links, self.review, self.merge, self.report];
        std::iter::once(self.output).chain(others.into_iter().flatten()).try_for_each(Target::finish)
    }
}

fn is_parquet(path: &Path) -> bool {
    FileFormat::of_name(&path.display().to_string()) == FileFormat::Parquet
}

fn is_same(one: &Place, other: &Place) -> Result<bool, ListError> {
    // One that is not there yet is only the same by name.
    let known = |place: &Place| place.path().is_some_and(Path::exists);
    if known(one) && known(other) {
        return Ok(one == other || matches!((one.stat()?, other.stat()?), (Some(a), Some(b)) if a[..2] == b[..2]));
    }
    Ok(one == other)
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
        let packing = if is_parquet(Path::new(&self.place.name())) {
            Packing::Plain
        } else {
            Packing::of_name(&self.place.name())
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

    fn finish(self) -> Result<(), ListError> {
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
