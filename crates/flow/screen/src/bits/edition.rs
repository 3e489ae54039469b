//! One version in memory: its files are read when the first number of their area is asked for.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::manifest::Manifest;
use super::{AREA_BYTES, BitsError, digest, flips};
use crate::domain::number::Number;

const AREAS: usize = 800;

/// The bits of an area code once they were read; none when it has no number on the list.
type Slot = OnceLock<Option<Arc<[u8]>>>;

/// Bits as they are, and which of them are not so in their file.
#[derive(Default)]
pub(super) struct Bits {
    pub(super) bits: Vec<u8>,
    pub(super) flips: Vec<u32>,
}

/// One version of a list, open for look-ups from any number of threads. What is open stays as it is while another
/// version is loaded.
pub struct Edition {
    manifest: Manifest,
    folder: PathBuf,
    areas: Box<[Slot]>,
}

impl std::fmt::Debug for Edition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Edition({} of {})", self.manifest.registry, self.manifest.version_date)
    }
}

impl Edition {
    /// Opens a version. What `before` has in memory of the same files is shared with it.
    pub(super) fn new(manifest: Manifest, folder: PathBuf, before: Option<&Self>) -> Self {
        let areas = (0..AREAS).map(|_| Slot::new()).collect();
        let edition = Self { manifest, folder, areas };
        if let Some(before) = before {
            for (code, file) in &edition.manifest.areas {
                let same = before.manifest.areas.get(code).is_some_and(|known| known.sha256 == file.sha256);
                let bits = before.slot(*code).and_then(Slot::get).filter(|_| same);
                if let (Some(bits), Some(slot)) = (bits, edition.slot(*code)) {
                    let _ = slot.set(bits.clone());
                }
            }
        }
        edition
    }

    /// What the version says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether a number is on the list.
    ///
    /// # Errors
    /// When the file of the number's area code cannot be read, or is not what the manifest says.
    #[inline]
    pub fn lists(&self, number: Number) -> Result<bool, BitsError> {
        let Some(slot) = self.slot(number.area()) else { return Ok(false) };
        let bits = match slot.get() {
            Some(bits) => bits,
            None => self.read(number.area(), slot)?,
        };
        Ok(bits.as_ref().is_some_and(|bits| is_set(bits, number.bit())))
    }

    fn slot(&self, area: u16) -> Option<&Slot> {
        self.areas.get(usize::from(area).checked_sub(200)?)
    }

    #[cold]
    fn read<'a>(&self, area: u16, slot: &'a Slot) -> Result<&'a Option<Arc<[u8]>>, BitsError> {
        let bits = self.bytes(area)?.map(Arc::from);
        Ok(slot.get_or_init(|| bits))
    }

    /// The bits of an area code, from disk, checked; none when the list has no number of it.
    pub(super) fn bytes(&self, area: u16) -> Result<Option<Vec<u8>>, BitsError> {
        Ok(self.bits(area)?.map(|both| both.bits))
    }

    /// The same, with the flips that are in them and not in their file.
    pub(super) fn bits(&self, area: u16) -> Result<Option<Bits>, BitsError> {
        let Some(file) = self.manifest.areas.get(&area) else { return Ok(None) };
        let path = self.path(area);
        let gone = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound if !self.folder.is_dir() => BitsError::Gone,
            _ => BitsError::Io(error),
        };
        let mut bits = fs::read(&path).map_err(gone)?;
        let flips = self.flips(area).map_err(gone)?;
        flips::apply(&mut bits, &flips);
        if bits.len() != AREA_BYTES || digest(&bits) != file.sha256 {
            return Err(BitsError::Damaged(path.display().to_string()));
        }
        Ok(Some(Bits { bits, flips }))
    }

    /// The flips of an area code, from disk.
    pub(super) fn flips(&self, area: u16) -> io::Result<Vec<u32>> {
        let Some(file) = self.manifest.areas.get(&area) else { return Ok(Vec::new()) };
        let before = self.manifest.areas.range(..area).map(|(_, file)| u64::from(file.flips)).sum();
        flips::read(&self.folder, before, file.flips)
    }

    /// Reads every file, for a service that would rather wait now.
    ///
    /// # Errors
    /// When a file cannot be read, or is not what the manifest says.
    pub fn warm(&self) -> Result<(), BitsError> {
        for area in self.manifest.areas.keys() {
            self.lists(Number::of_bit(*area, 0))?;
        }
        Ok(())
    }

    pub(super) fn path(&self, area: u16) -> PathBuf {
        self.folder.join(file_name(area))
    }
}

/// The file of an area code.
pub(super) fn file_name(area: u16) -> String {
    format!("{area}.bits")
}

#[inline]
fn is_set(bits: &[u8], bit: u32) -> bool {
    bits.get(bit as usize / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
}
