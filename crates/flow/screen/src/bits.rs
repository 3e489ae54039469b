//! The lists as bits on disk and in memory: eight million numbers of an area code in a million bytes, one look-up in
//! one memory access.
//!
//! ```text
//! <shelf>/<registry>/lock                     held while a version is loaded
//! <shelf>/<registry>/current.json             the manifest of the version in force; replaced by renaming
//! <shelf>/<registry>/<version>/manifest.json  the same, beside its files
//! <shelf>/<registry>/<version>/202.bits       1,000,000 bytes, never changed; a hard link when the last version had it
//! <shelf>/<registry>/<version>/flips          bits that differ from the files, by area code: what change files brought
//! ```
//!
//! A change file touches a few thousand numbers of every area code. Writing all files anew would take as long as the disk
//! takes for them, so a version keeps the files of the one before and says which bits are different; an area code with
//! many of them gets a new file.
//!
//! A version is built under another name and becomes a version by two renames: whoever is killed before the last one
//! leaves the old version in force. The version before stays, for readers that have it open.

mod build;
mod edition;
mod flips;
mod library;
mod load;
mod manifest;
mod spill;

pub use edition::Edition;
pub use library::{Library, Shelf};
pub use load::{Kind, Load, LoadError, Loaded, Progress};
pub use manifest::{AreaFile, Manifest};

use plumb_base::hex;
use sha2::{Digest as _, Sha256};

use crate::domain::number::LINES_PER_AREA;

/// Bytes of the bits of one area code.
pub const AREA_BYTES: usize = LINES_PER_AREA as usize / 8;

/// A version cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BitsError {
    /// The disk.
    #[error("the lists on disk cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// A file is not what the manifest says.
    #[error("{0} is not the file that its manifest names: load the list again")]
    Damaged(String),
    /// Two newer versions were loaded since this one was opened.
    #[error("this version of the list was replaced meanwhile: open the lists again")]
    Gone,
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::Folder;
