//! The files of a new version, one area code at a time.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::edition::{Edition, file_name};
use super::flips::{self, FLIPS};
use super::load::{Kind, LoadError, Progress};
use super::manifest::AreaFile;
use super::spill::Spill;
use super::{AREA_BYTES, BitsError, digest};
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

/// Writes the files of a version into `folder`: of a change file what is different, of a whole list what is new; the rest
/// are links to `before`.
pub(super) fn build(
    folder: &Path,
    kind: Kind,
    spill: &mut Spill,
    before: Option<&Edition>,
    progress: &Progress,
) -> Result<Built, LoadError> {
    let mut built = Built::default();
    let mut writing = Writing { folder, before, flips: Vec::new(), files: Vec::new() };
    let is_change = matches!(kind, Kind::Change { .. });
    for area in 200..=999 {
        progress.go_on()?;
        let known = before.and_then(|before| before.manifest().areas.get(&area));
        let is_touched = spill.has(area);
        if !is_touched {
            match (before, known) {
                (Some(before), Some(known)) if is_change => {
                    writing.carry(area, before)?;
                    built.numbers += known.numbers;
                    built.areas.insert(area, known.clone());
                }
                _ => built.removed += known.map_or(0, |known| known.numbers),
            }
            continue;
        }
        let old = match before.map(|before| before.bits(area)).transpose() {
            // A whole list needs nothing of the one before: it is the way out when that is damaged.
            Err(BitsError::Damaged(_)) if !is_change => None,
            old => old?.flatten(),
        };
        let mut bits = match &old {
            Some(old) if is_change => old.bits.clone(),
            _ => vec![0; AREA_BYTES],
        };
        built.without_effect += apply(&mut bits, area, spill)?;
        let (added, removed) = compare(old.as_ref().map(|old| old.bits.as_slice()), &bits);
        built.added += added;
        built.removed += removed;
        let before_it = known.filter(|_| old.is_some()).map_or(0, |known| known.numbers);
        let numbers = before_it + added - removed;
        if numbers == 0 {
            continue;
        }
        let base = old.map(|mut old| {
            flips::apply(&mut old.bits, &old.flips);
            old.bits
        });
        let sha256 = match known {
            Some(known) if added + removed == 0 => known.sha256.clone(),
            _ => digest(&bits),
        };
        let flips = writing.area(area, base.as_deref(), &bits, is_change)?;
        built.numbers += numbers;
        built.areas.insert(area, AreaFile { sha256, numbers, flips });
    }
    writing.finish()?;
    Ok(built)
}

/// A version on its way to the disk.
struct Writing<'a> {
    folder: &'a Path,
    before: Option<&'a Edition>,
    flips: Vec<u8>,
    files: Vec<File>,
}

impl Writing<'_> {
    /// Keeps the file of an area code with what is different, or writes a new one. Answers how many bits are different.
    fn area(&mut self, area: u16, base: Option<&[u8]>, bits: &[u8], may_flip: bool) -> io::Result<u32> {
        let path = self.folder.join(file_name(area));
        let flips = base.and_then(|base| flips::between(base, bits)).filter(|flips| may_flip || flips.is_empty());
        if let (Some(flips), Some(before)) = (flips, self.before) {
            link(&before.path(area), &path)?;
            self.flips.extend(flips.iter().flat_map(|flip| flip.to_le_bytes()));
            return Ok(flips.len() as u32);
        }
        let mut file = File::create_new(path)?;
        file.write_all(bits)?;
        self.files.push(file);
        Ok(0)
    }

    /// Keeps an area code as it was.
    fn carry(&mut self, area: u16, before: &Edition) -> io::Result<()> {
        link(&before.path(area), &self.folder.join(file_name(area)))?;
        self.flips.extend(before.flips(area)?.iter().flat_map(|flip| flip.to_le_bytes()));
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        if !self.flips.is_empty() {
            let mut file = File::create_new(self.folder.join(FLIPS))?;
            file.write_all(&self.flips)?;
            self.files.push(file);
        }
        // Written first and waited for afterwards: the disk has all of it to arrange.
        self.files.iter().try_for_each(File::sync_data)
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
    bytes
        .try_into()
        .map_or_else(|_| bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), u64::from_le_bytes)
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
