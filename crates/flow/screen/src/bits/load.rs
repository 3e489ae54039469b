//! Loading a version: what is refused, and how it comes into force.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chrono::NaiveDate;

use super::BitsError;
use super::build::{Built, build};
use super::edition::Edition;
use super::library::CURRENT;
use super::manifest::{FORMAT, MANIFEST, Manifest, is_version_name};
use super::spill::Spill;
use crate::domain::plan::Plan;
use crate::domain::registry::Registry;
use crate::reader::{Counts, Form, ReadError, Source, read};

/// By how much a full list may differ from the one before, in hundredths.
const DIFFERENCE_PERCENT_MAX: u64 = 5;
/// Ends the name of a version that is being made.
const PARTIAL: &str = ".partial";

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The whole list.
    Full,
    /// What was added to and deleted from a version.
    Change {
        /// The date of that version.
        based_on: NaiveDate,
    },
}

/// A version to load, as whoever obtained it describes it.
#[derive(Clone, Debug)]
pub struct Load {
    /// Whose list it is.
    pub registry: Registry,
    /// The whole list, or changes.
    pub kind: Kind,
    /// A name that no other version has: letters, digits and hyphens. Loading it again does nothing.
    pub version: String,
    /// The holder of the subscription.
    pub holder: String,
    /// The date that the registry states.
    pub version_date: NaiveDate,
    /// The day on which the file was obtained.
    pub obtained_on: NaiveDate,
    /// Today.
    pub today: NaiveDate,
    /// How its numbers are written.
    pub form: Form,
    /// The file speaks about every area code; else about those that it names. Of a change file, as the version before.
    pub covers_all: bool,
    /// Take it although the count differs by more than 5 % from the version before, or an area code is unknown.
    pub accept_unusual: bool,
}

/// What loading did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The version in force now.
    pub manifest: Manifest,
    /// What was read.
    pub counts: Counts,
    /// Numbers that the version before did not list.
    pub added: u64,
    /// Numbers that only the version before listed.
    pub removed: u64,
    /// Entries that changed nothing: added numbers that were there, deleted ones that were not, repetitions.
    pub without_effect: u64,
}

/// How far loading is, and whether it should stop. Shared with whoever watches.
#[derive(Debug, Default)]
pub struct Progress {
    bytes_read: AtomicU64,
    stop: AtomicBool,
}

impl Progress {
    /// Bytes of the file read so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Asks to stop.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, bytes: usize) {
        self.bytes_read.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(super) fn go_on(&self) -> Result<(), LoadError> {
        if self.is_stopped() { Err(LoadError::Stopped) } else { Ok(()) }
    }
}

/// Why a version was not loaded. The one before stays in force.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A date that cannot be.
    #[error("{0}")]
    Dates(String),
    /// A change file without a list to change.
    #[error("no list of this registry is loaded, so there is nothing to change. Load the whole list first.")]
    NothingLoaded,
    /// A change file for another version.
    #[error(
        "the file changes the version of {based_on}, and the one that is loaded is of {loaded}. Load the changes in between, or the whole list."
    )]
    WrongBase {
        /// The version in force.
        loaded: NaiveDate,
        /// The version that the file changes.
        based_on: NaiveDate,
    },
    /// The file cannot be read as a list.
    #[error(transparent)]
    Refused(ReadError),
    /// A count that is out of proportion.
    #[error(
        "the list has {after} numbers and the one before had {before}, which differs by more than 5 %. Check that it is whole and of the same area codes; if it is right, load it again and accept the difference."
    )]
    Difference {
        /// Numbers of the version in force.
        before: u64,
        /// Numbers of the file.
        after: u64,
    },
    /// Area codes that nobody has.
    #[error(
        "the file has numbers of area codes that are not in use ({}). Check that it is the right file; if it is, load it again and accept them.",
        codes(.0)
    )]
    UnknownAreas(Vec<u16>),
    /// Changes of area codes that the list does not speak about.
    #[error(
        "the file changes area codes that the loaded list does not cover ({}). Load a whole list that covers them.",
        codes(.0)
    )]
    NotCovered(Vec<u16>),
    /// A name that cannot be one of a version.
    #[error("{0:?} cannot be the name of a version")]
    Name(String),
    /// Another version is being loaded.
    #[error("another version of this list is being loaded just now")]
    Busy,
    /// It was told to stop.
    #[error("loading was stopped")]
    Stopped,
    /// The version in force cannot be read.
    #[error(transparent)]
    Bits(#[from] BitsError),
    /// The disk.
    #[error("the lists on disk cannot be written: {0}")]
    Io(#[from] io::Error),
}

impl LoadError {
    /// Whether the same file would be refused again.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Busy | Self::Stopped | Self::Bits(_) | Self::Io(_))
    }
}

impl From<ReadError> for LoadError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Stopped => Self::Stopped,
            ReadError::Io(error) => Self::Io(error),
            other => Self::Refused(other),
        }
    }
}

fn codes(areas: &[u16]) -> String {
    let shown: Vec<String> = areas.iter().take(10).map(u16::to_string).collect();
    let more = if areas.len() > shown.len() { ", …" } else { "" };
    shown.join(", ") + more
}

pub(super) fn load(
    folder: &Path,
    asked: &Load,
    source: &mut dyn Source,
    progress: &Progress,
) -> Result<Loaded, LoadError> {
    if !is_version_name(&asked.version) {
        return Err(LoadError::Name(asked.version.clone()));
    }
    fs::create_dir_all(folder)?;
    let _lock = Lock::take(folder)?;
    let current = match Manifest::current(folder) {
        // A whole list needs nothing of the one before: it is the way out when that is damaged.
        Err(BitsError::Damaged(_)) if asked.kind == Kind::Full => None,
        current => current?,
    };
    sweep(folder, current.as_ref())?;
    if let Some(manifest) = current.as_ref().filter(|current| current.version == asked.version) {
        let nothing = Counts::default();
        return Ok(Loaded { manifest: manifest.clone(), counts: nothing, added: 0, removed: 0, without_effect: 0 });
    }
    check_dates(asked, current.as_ref())?;
    let partial = folder.join(format!("{}{PARTIAL}", asked.version));
    let staged = stage(folder, &partial, asked, current.as_ref(), source, progress);
    if staged.is_err() {
        fs::remove_dir_all(&partial)?;
    }
    let loaded = staged?;
    publish(folder, &partial, &loaded.manifest)?;
    sweep(folder, Some(&loaded.manifest))?;
    Ok(loaded)
}

/// Held while a version is loaded: one load of a registry at a time.
struct Lock(File);

impl Lock {
    fn take(folder: &Path) -> Result<Self, LoadError> {
        let file = File::options().create(true).truncate(false).write(true).open(folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(LoadError::Busy),
            Err(TryLockError::Error(error)) => Err(LoadError::Io(error)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone is late: a child that another thread is just starting has the file open until it runs its
        // program. An error can only mean that the lock is gone.
        let _ = self.0.unlock();
    }
}

fn check_dates(asked: &Load, current: Option<&Manifest>) -> Result<(), LoadError> {
    let Load { version_date, obtained_on, today, .. } = asked;
    // A day of grace: the registry's day and ours may be on two sides of midnight.
    let tomorrow = today.succ_opt().unwrap_or(*today);
    if *version_date > tomorrow || *obtained_on > tomorrow {
        return Err(LoadError::Dates(format!(
            "the version is of {version_date} and was obtained on {obtained_on}, and today is {today}. Correct the date."
        )));
    }
    if let Some(current) = current.filter(|current| *version_date < current.version_date) {
        let loaded = current.version_date;
        return Err(LoadError::Dates(format!(
            "the file is of {version_date}, and a newer version, of {loaded}, is loaded."
        )));
    }
    let Kind::Change { based_on } = asked.kind else { return Ok(()) };
    let current = current.ok_or(LoadError::NothingLoaded)?;
    if current.version_date != based_on {
        return Err(LoadError::WrongBase { loaded: current.version_date, based_on });
    }
    Ok(())
}

/// Reads the file and writes everything of the version under a name that nobody reads.
pub(super) fn stage(
    folder: &Path,
    partial: &Path,
    asked: &Load,
    current: Option<&Manifest>,
    source: &mut dyn Source,
    progress: &Progress,
) -> Result<Loaded, LoadError> {
    fs::create_dir(partial)?;
    let mut spill = Spill::new(partial.join("changes"));
    let mut met: BTreeMap<u16, u64> = BTreeMap::new();
    let must_tell = matches!(asked.kind, Kind::Change { .. });
    let counts = read(source, &asked.form, must_tell, progress, &mut |number, change| {
        *met.entry(number.area()).or_default() += 1;
        spill.push(number, change)
    })?;
    check_areas(asked, current, &met)?;
    let before = current.map(|current| Edition::new(current.clone(), folder.join(&current.version), None));
    let built = build(partial, asked.kind, &mut spill, before.as_ref(), progress)?;
    spill.clear()?;
    check_difference(asked, current, built.numbers)?;
    let Built { areas, numbers, added, removed, without_effect } = built;
    let covers = match (asked.kind, current) {
        (Kind::Change { .. }, Some(current)) => current.covers.clone(),
        _ if asked.covers_all => None,
        _ => Some(areas.keys().copied().collect()),
    };
    let manifest = Manifest {
        format: FORMAT,
        registry: asked.registry,
        version: asked.version.clone(),
        holder: asked.holder.clone(),
        version_date: asked.version_date,
        obtained_on: asked.obtained_on,
        based_on: match asked.kind {
            Kind::Full => None,
            Kind::Change { based_on } => Some(based_on),
        },
        previous: current.map(|current| current.version.clone()),
        covers,
        numbers,
        areas,
    };
    write_synced(&partial.join(MANIFEST), &manifest.to_json())?;
    File::open(partial)?.sync_all()?;
    Ok(Loaded { manifest, counts, added, removed, without_effect })
}

fn check_areas(asked: &Load, current: Option<&Manifest>, met: &BTreeMap<u16, u64>) -> Result<(), LoadError> {
    let plan = Plan::shipped();
    let unknown: Vec<u16> = met.keys().copied().filter(|area| plan.area(*area).is_none()).collect();
    if !unknown.is_empty() && !asked.accept_unusual {
        return Err(LoadError::UnknownAreas(unknown));
    }
    if let (Kind::Change { .. }, Some(current)) = (asked.kind, current) {
        let beyond: Vec<u16> = met.keys().copied().filter(|area| !current.covers(*area)).collect();
        if !beyond.is_empty() {
            return Err(LoadError::NotCovered(beyond));
        }
    }
    Ok(())
}

fn check_difference(asked: &Load, current: Option<&Manifest>, after: u64) -> Result<(), LoadError> {
    let Some(current) = current.filter(|_| asked.kind == Kind::Full && !asked.accept_unusual) else { return Ok(()) };
    let before = current.numbers;
    if after.abs_diff(before).saturating_mul(100) > before.saturating_mul(DIFFERENCE_PERCENT_MAX) {
        return Err(LoadError::Difference { before, after });
    }
    Ok(())
}

/// Two renames: the first gives the version its name, the second puts it in force.
fn publish(folder: &Path, partial: &Path, manifest: &Manifest) -> Result<(), LoadError> {
    fs::rename(partial, folder.join(&manifest.version))?;
    let next = folder.join(format!("{CURRENT}{PARTIAL}"));
    write_synced(&next, &manifest.to_json())?;
    File::open(folder)?.sync_all()?;
    fs::rename(next, folder.join(CURRENT))?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn write_synced(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Removes every folder but those of the version in force and the one before: older ones, and what a load left that
/// was killed.
fn sweep(folder: &Path, current: Option<&Manifest>) -> io::Result<()> {
    let kept: BTreeSet<&str> = current
        .into_iter()
        .flat_map(|current| [Some(current.version.as_str()), current.previous.as_deref()])
        .flatten()
        .collect();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() && !name.to_str().is_some_and(|name| kept.contains(name)) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
