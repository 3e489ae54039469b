//! Do-Not-Call lists beside a list of contacts: what they say of each number, and how old they are.

use std::path::Path;

use chrono::NaiveDate;
use plumb_base::Timestamp;
use plumb_clean::{CleanRow, Value};
use plumb_screen::bits::{BitsError, Library, Shelf};
use plumb_screen::domain::registry::Registry;
use plumb_screen::domain::standing::Dnc;
use serde::Serialize;

use super::counts::Counts;
use crate::error::ListError;

/// A list that numbers were screened against.
#[derive(Clone, Debug, Serialize)]
pub struct DncList {
    /// Whose it is.
    pub registry: Registry,
    /// What people call it.
    pub title: &'static str,
    /// The date that the registry states.
    pub version_date: NaiveDate,
    /// The day on which it was obtained.
    pub obtained_on: NaiveDate,
    /// From then on it is too old to call on.
    pub valid_until: Timestamp,
    /// It was too old when numbers were screened.
    pub stale: bool,
    /// How many numbers it lists.
    pub numbers: u64,
    /// SHA-256 of its manifest, which stands for the whole version.
    pub manifest_sha256: String,
}

/// What is known of one number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    pub(crate) dnc: Dnc,
    /// The date of the oldest version that was asked.
    pub(crate) version_date: Option<NaiveDate>,
}

/// The lists, open.
pub(crate) struct Lists {
    library: Library,
    at: Timestamp,
}

impl Lists {
    /// Opens the lists in a folder, to be asked at a moment. A folder without any list is asked for wrongly: who named it
    /// believes that numbers are screened.
    pub(crate) fn open(folder: &Path, at: Timestamp) -> Result<Self, ListError> {
        let library = Shelf::at(folder).open(None).map_err(failed)?;
        if library.editions().next().is_none() {
            return Err(ListError::Usage(format!(
                "there is no Do-Not-Call list in {}; load one with `plumb dnc load`",
                folder.display()
            )));
        }
        Ok(Self { library, at })
    }

    /// What they are.
    pub(crate) fn known(&self) -> Vec<DncList> {
        let known = self.library.editions().map(|edition| {
            let manifest = edition.manifest();
            DncList {
                registry: manifest.registry,
                title: manifest.registry.title(),
                version_date: manifest.version_date,
                obtained_on: manifest.obtained_on,
                valid_until: manifest.valid_until(),
                stale: self.at >= manifest.valid_until(),
                numbers: manifest.numbers,
                manifest_sha256: manifest.fingerprint(),
            }
        });
        known.collect()
    }

    /// What they say of a row's number, which is counted; nothing if it has none.
    pub(crate) fn screen(&self, row: CleanRow<'_>, counts: &mut Counts) -> Result<Option<Standing>, ListError> {
        let Some(phone) = row.get(Value::Phone) else { return Ok(None) };
        let region = row.get(Value::RegionIso).or_else(|| row.get(Value::Region));
        let outcome = self.library.screen(phone, region, self.at).map_err(failed)?;
        counts.dnc[outcome.dnc as usize] += 1;
        for registry in outcome.missing {
            counts.dnc_missing[registry as usize] += 1;
        }
        Ok(Some(Standing { dnc: outcome.dnc, version_date: outcome.version_date }))
    }
}

fn failed(error: BitsError) -> ListError {
    let error = match error {
        BitsError::Io(error) => error,
        other => std::io::Error::other(other),
    };
    ListError::Io { what: "the Do-Not-Call lists cannot be read".to_owned(), error }
}

#[cfg(test)]
mod tests;
