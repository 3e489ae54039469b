//! What a version says of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use plumb_base::Timestamp;
use serde::{Deserialize, Serialize};

use super::BitsError;
use crate::domain::registry::Registry;
use crate::domain::standing::valid_until;

/// The form of the manifest that this program writes and reads.
pub(super) const FORMAT: u16 = 1;
/// The manifest beside the files of a version.
pub(super) const MANIFEST: &str = "manifest.json";

/// The bits of one area code in a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaFile {
    /// SHA-256 of its bits, the flips applied, in hexadecimal.
    pub sha256: String,
    /// How many numbers it lists.
    pub numbers: u64,
    /// How many bits differ from the file: as many entries in the version's file of flips.
    #[serde(default)]
    pub flips: u32,
}

/// One version of a registry's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The form of this document.
    pub format: u16,
    /// Whose list it is.
    pub registry: Registry,
    /// The name of this version: a folder, and no other version's.
    pub version: String,
    /// Who obtained it: the holder of the subscription.
    pub holder: String,
    /// The date that the registry states.
    pub version_date: NaiveDate,
    /// The day on which it was obtained.
    pub obtained_on: NaiveDate,
    /// Of a change file: the version that it changed.
    pub based_on: Option<NaiveDate>,
    /// The version before, whose files stay.
    pub previous: Option<String>,
    /// The area codes that it speaks about; none when it speaks about all.
    pub covers: Option<BTreeSet<u16>>,
    /// How many numbers it lists.
    pub numbers: u64,
    /// The files, by area code. An area code without a file has no number on the list.
    pub areas: BTreeMap<u16, AreaFile>,
}

impl Manifest {
    /// From then on the version is too old to call on.
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        valid_until(self.version_date, self.obtained_on)
    }

    /// Whether it speaks about an area code.
    #[must_use]
    pub fn covers(&self, area: u16) -> bool {
        self.covers.as_ref().is_none_or(|covers| covers.contains(&area))
    }

    /// SHA-256 of the manifest, which names every file by its own: what stands for the whole version in a record.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        super::digest(self.to_json().as_bytes())
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The manifest in force in a registry's folder, if there is one.
    pub(super) fn current(folder: &Path) -> Result<Option<Self>, BitsError> {
        let path = folder.join(super::library::CURRENT);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let manifest: Option<Self> = serde_json::from_str(&text).ok();
        // The name becomes a part of a path, so nothing but what this program writes is taken for one.
        let sound = |manifest: &Self| manifest.format == FORMAT && is_version_name(&manifest.version);
        manifest.filter(sound).map(Some).ok_or_else(|| BitsError::Damaged(path.display().to_string()))
    }
}

/// Whether a text can be the name of a version's folder: letters, digits and hyphens.
pub(super) fn is_version_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
