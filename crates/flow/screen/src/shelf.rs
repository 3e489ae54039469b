//! The lists of every organisation, and the files that wait to be loaded.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use plumb_base::{ImportId, OrgId, Timestamp};

use crate::bits::{BitsError, Library, Shelf};

/// A file that was not picked up for so long is left over from a server that was killed.
const LEFT_OVER: Duration = Duration::from_hours(7 * 24);

/// The folder of all lists: `lists/<organisation>/…` and `waiting/<load>`. Every node of an installation has to see the
/// same folder. Cheap to clone; what is in memory is shared.
#[derive(Clone, Debug)]
pub struct Shelves {
    folder: PathBuf,
    open: Arc<Mutex<HashMap<OrgId, Library>>>,
}

impl Shelves {
    /// The shelves in a folder, which need not be there yet.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), open: Arc::default() }
    }

    /// An organisation's own shelf.
    #[must_use]
    pub fn of(&self, org: OrgId) -> Shelf {
        Shelf::at(self.folder.join("lists").join(org.to_string()))
    }

    /// An organisation's lists, open, as they are on disk now. Reads manifests; files are read when they are asked.
    pub(crate) fn library(&self, org: OrgId) -> Result<Library, BitsError> {
        let before = self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&org).cloned();
        let library = self.of(org).open(before.as_ref())?;
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(org, library.clone());
        Ok(library)
    }

    /// Where a file waits to be loaded.
    pub(crate) fn waiting(&self, load: ImportId) -> PathBuf {
        self.folder.join("waiting").join(load.to_string())
    }

    /// Makes the folder of waiting files, and removes those that nobody will load.
    pub(crate) fn prepare(&self, now: Timestamp) -> io::Result<()> {
        let folder = self.folder.join("waiting");
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let changed = Timestamp::from(entry.metadata()?.modified()?);
            if (now - changed).to_std().is_ok_and(|age| age > LEFT_OVER) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}
