//! What is asked for.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use plumb_base::{Country, Timestamp};
use plumb_table::{Asked, Encoding, Packing, Refusal};

use super::codes::Shape;
use crate::error::ListError;
use crate::output;

/// Where a list is, or goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Standard input or output.
    Standard,
    /// A file.
    File(PathBuf),
}

impl Place {
    /// The place of a name: `-` is standard input or output.
    #[must_use]
    pub fn of(name: &Path) -> Self {
        if name == Path::new("-") { Self::Standard } else { Self::File(name.to_owned()) }
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Standard => "-".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Standard => None,
            Self::File(path) => Some(path),
        }
    }

    pub(crate) fn refused(&self, refusal: Refusal) -> ListError {
        ListError::Refused { file: self.name(), refusal }
    }

    /// What tells one state of a file from another: device, inode, length, time of the last change to the nanosecond.
    pub(crate) fn stat(&self) -> Result<Option<[i64; 5]>, ListError> {
        let Some(path) = self.path() else { return Ok(None) };
        let stat = path.metadata().map_err(ListError::io("cannot be read", path))?;
        // A pipe or device has no state that stays.
        Ok(stat
            .is_file()
            .then(|| [stat.dev() as i64, stat.ino() as i64, stat.len() as i64, stat.mtime(), stat.mtime_nsec()]))
    }

    pub(crate) fn open(&self) -> Result<(Box<dyn io::Read + Send>, Option<u64>), ListError> {
        let Some(path) = self.path() else { return Ok((Box::new(io::stdin()), None)) };
        let file = File::open(path).map_err(ListError::io("cannot be read", path))?;
        let stat = file.metadata().map_err(ListError::io("cannot be read", path))?;
        if stat.is_dir() {
            return Err(ListError::Usage(format!("{} is a folder, not a list", path.display())));
        }
        Ok((Box::new(file), stat.is_file().then_some(stat.len())))
    }
}

/// Whether two names are of one file.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.metadata(), other.metadata()) {
        (Ok(one), Ok(other)) => one.dev() == other.dev() && one.ino() == other.ino(),
        _ => one == other,
    }
}

/// What a list file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// Delimited text.
    Csv,
    /// Parquet.
    Parquet,
}

impl FileFormat {
    /// The format that a file's name asks for.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        match Path::new(name).extension() {
            Some(end) if end.eq_ignore_ascii_case("parquet") || end.eq_ignore_ascii_case("pq") => Self::Parquet,
            _ => Self::Csv,
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The list.
    pub input: Place,
    /// Where the clean list goes.
    pub output: Option<Place>,
    /// What the output is; by its name if nothing is said.
    pub format: Option<FileFormat>,
    /// What columns are about, as `Name=field`; `Name=-` carries the column along.
    pub map: Vec<String>,
    /// The product whose export the list is.
    pub preset: Option<String>,
    /// Country of telephone numbers that say none.
    pub country: Option<Country>,
    /// How the text is laid out, where somebody knows better.
    pub asked: Asked,
    /// How the text is encoded, where somebody knows better.
    pub encoding: Option<Encoding>,
    /// File of addresses and domains that are not to be used.
    pub suppress: Option<PathBuf>,
    /// How many threads clean.
    pub threads: usize,
    /// What the output looks like.
    pub shape: Shape,
    /// Where the report goes.
    pub report: Option<PathBuf>,
    /// Replace files that are there.
    pub force: bool,
    /// Where rows wait while duplicates are found; where the output goes if nothing is said.
    pub spool_folder: Option<PathBuf>,
    /// The time that the report names.
    pub now: Timestamp,
}

impl Options {
    /// A list cleaned on one thread, with nothing else said.
    #[must_use]
    pub fn new(input: Place, output: Option<Place>, now: Timestamp) -> Self {
        Self {
            input,
            output,
            format: None,
            map: Vec::new(),
            preset: None,
            country: None,
            asked: Asked::default(),
            encoding: None,
            suppress: None,
            threads: 1,
            shape: Shape::default(),
            report: None,
            force: false,
            spool_folder: None,
            now,
        }
    }

    pub(crate) fn output_format(&self) -> FileFormat {
        let by_name = || self.output.as_ref().map_or(FileFormat::Csv, |output| FileFormat::of_name(&output.name()));
        self.format.unwrap_or_else(by_name)
    }

    pub(crate) fn output_packing(&self) -> Packing {
        match &self.output {
            Some(output) if self.output_format() == FileFormat::Csv => Packing::of_name(&output.name()),
            _ => Packing::Plain,
        }
    }

    pub(crate) fn spool_folder(&self) -> PathBuf {
        if let Some(folder) = &self.spool_folder {
            return folder.clone();
        }
        match self.output.as_ref().and_then(Place::path) {
            Some(path) => output::folder(path).to_owned(),
            None => std::env::temp_dir(),
        }
    }
}
