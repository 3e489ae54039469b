//! The files of a new version, one area code at a time.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::edition::{Edition, file_name};
use super::load::{Kind, LoadError, Progress};
use super::manifest::AreaFile;
use super::spill::Spill;
use super::{AREA_BYTES, digest};
use crate::reader::Change;

/// The files that were made, and what changed against the version before.
#[derive(Debug, Default)]
pub(super) struct Built {
    pub(super) areas: BTreeMap<u16, AreaFile>,
    pub(super) numbers: u64,
    pub(super) added: u64,
    pub(super) removed: u64,
    pub(super) without_effect: u64,
}

/// Writes the files of a version into `folder`: changed area codes anew, the others as links to `before`.
pub(super) fn build(
    folder: &Path,
    kind: &Kind,
    spill: &mut Spill,
    before: Option<&Edition>,
    progress: &Progress,
) -> Result<Built, LoadError> {
    let mut built = Built::default();
    let mut written = Vec::new();
    for area in 200..=999 {
        progress.go_on()?;
        let known = before.and_then(|before| before.manifest().areas.get(&area));
        let is_touched = spill.has(area);
        if !is_touched && matches!(kind, Kind::Change { .. }) {
            if let (Some(before), Some(known)) = (before, known) {
                link(&before.path(area), &folder.join(file_name(area)))?;
                built.keep(area, known.clone());
            }
            continue;
        }
        if !is_touched {
            built.removed += known.map_or(0, |known| known.numbers);
            continue;
        }
        let old = before.map(|before| before.bytes(area)).transpose()?.flatten();
        let mut bits = match (kind, &old) {
            (Kind::Change { .. }, Some(old)) => old.clone(),
            _ => vec![0; AREA_BYTES],
        };
        built.without_effect += apply(&mut bits, area, spill)?;
        let (added, removed) = compare(old.as_deref(), &bits);
        built.added += added;
        built.removed += removed;
        let numbers = known.map_or(0, |known| known.numbers) + added - removed;
        if numbers == 0 {
            continue;
        }
        let path = folder.join(file_name(area));
        match (before, known) {
            (Some(before), Some(known)) if added + removed == 0 => {
                link(&before.path(area), &path)?;
                built.keep(area, known.clone());
            }
            _ => {
                let mut file = File::create_new(&path)?;
                file.write_all(&bits)?;
                written.push(file);
                built.keep(area, AreaFile { sha256: digest(&bits), numbers });
            }
        }
    }
    // Written first and waited for afterwards: the disk has all of it to arrange.
    for file in written {
        file.sync_data()?;
    }
    Ok(built)
}

impl Built {
    fn keep(&mut self, area: u16, file: AreaFile) {
        self.numbers += file.numbers;
        self.areas.insert(area, file);
    }
}

/// Flips the bits of an area code. Answers how many changes were so already.
fn apply(bits: &mut [u8], area: u16, spill: &mut Spill) -> io::Result<u64> {
    let mut without_effect = 0;
    spill.take(area, |bit, change| {
        let Some(byte) = bits.get_mut(bit as usize / 8) else { return };
        let mask = 1 << (bit % 8);
        let after = if change == Change::Add { *byte | mask } else { *byte & !mask };
        without_effect += u64::from(after == *byte);
        *byte = after;
    })?;
    Ok(without_effect)
}

/// Numbers that are new and numbers that are gone.
fn compare(old: Option<&[u8]>, new: &[u8]) -> (u64, u64) {
    let Some(old) = old else { return (new.iter().map(|byte| u64::from(byte.count_ones())).sum(), 0) };
    let (mut added, mut removed) = (0, 0);
    for (old, new) in old.chunks(8).zip(new.chunks(8)) {
        let (old, new) = (word(old), word(new));
        added += u64::from((new & !old).count_ones());
        removed += u64::from((old & !new).count_ones());
    }
    (added, removed)
}

fn word(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or_else(|_| bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), u64::from_le_bytes)
}

/// A hard link, or a copy where the file system has none.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::TooManyLinks) => {
            fs::copy(from, to)?;
            File::open(to)?.sync_data()
        }
        other => other,
    }
}
