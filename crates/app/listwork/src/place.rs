//! Where a list is, and what kind of file it is.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use plumb_table::Refusal;

use crate::error::ListError;

/// What tells one state of a file from another: device, inode, length, time of the last change to the nanosecond.
pub(crate) type State = [i64; 5];

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

    /// Its state, if it is a file: a pipe or a device has none that stays.
    pub(crate) fn state(&self) -> Result<Option<State>, ListError> {
        let Some(path) = self.path() else { return Ok(None) };
        let stat = path.metadata().map_err(ListError::unread(path))?;
        Ok(stat
            .is_file()
            .then(|| [stat.dev() as i64, stat.ino() as i64, stat.len() as i64, stat.mtime(), stat.mtime_nsec()]))
    }

    /// Refuses a file that is another by now.
    pub(crate) fn check_unchanged(&self, before: Option<State>) -> Result<(), ListError> {
        match self.state() {
            Ok(state) if state == before => Ok(()),
            Ok(_) | Err(ListError::Missing(_)) => Err(ListError::Changed { file: self.name() }),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn open(&self) -> Result<(Box<dyn io::Read + Send>, Option<u64>), ListError> {
        let Some(path) = self.path() else { return Ok((Box::new(io::stdin()), None)) };
        let file = File::open(path).map_err(ListError::unread(path))?;
        let stat = file.metadata().map_err(ListError::unread(path))?;
        if stat.is_dir() {
            return Err(ListError::Usage(format!("{} is a folder, not a list", path.display())));
        }
        Ok((Box::new(file), stat.is_file().then_some(stat.len())))
    }

    /// Whether two names are of one file.
    pub(crate) fn is_same(&self, other: &Self) -> Result<bool, ListError> {
        // One that is not there yet is only the same by name.
        let known = |place: &Self| place.path().is_some_and(Path::exists);
        if known(self) && known(other) {
            return Ok(
                self == other || matches!((self.state()?, other.state()?), (Some(a), Some(b)) if a[..2] == b[..2])
            );
        }
        Ok(self == other)
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
