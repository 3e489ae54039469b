//! How work on a list ends early.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use plumb_table::Refusal;

/// Why a list was not worked through. Nothing stands under the name of the output then.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// It was asked for wrongly: another call may do.
    #[error("{0}")]
    Usage(String),
    /// There is no such file.
    #[error("there is no file {0}; nothing was written")]
    Missing(String),
    /// The list is not taken.
    #[error("{file}: {refusal}")]
    Refused {
        /// The file.
        file: String,
        /// Why.
        refusal: Refusal,
    },
    /// The list was changed by somebody while it was read.
    #[error("{file} changed while it was read; nothing was written; run it again when nobody writes to it")]
    Changed {
        /// The file.
        file: String,
    },
    /// A file could not be read or written.
    #[error("{what}: {error}")]
    Io {
        /// What was tried, and with which file.
        what: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// Somebody stopped it.
    #[error("stopped; nothing was written")]
    Stopped,
    /// A thread ended without its result.
    #[error("a thread of the program failed; nothing was written; this is a fault of the program")]
    Thread,
}

impl ListError {
    /// A failure to read `path`, which may not be there.
    pub(crate) fn unread(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |error| match error.kind() {
            std::io::ErrorKind::NotFound => Self::Missing(path.display().to_string()),
            _ => Self::io("cannot be read", path)(error),
        }
    }

    /// A failure to read or write `path`.
    pub(crate) fn io<'p>(doing: &'p str, path: &'p Path) -> impl FnOnce(std::io::Error) -> Self + 'p {
        move |error| Self::Io { what: format!("{} {doing}", path.display()), error }
    }
}

/// Asks work on a list to stop soon.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks for it.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn check(&self) -> Result<(), ListError> {
        if self.0.load(Ordering::Relaxed) { Err(ListError::Stopped) } else { Ok(()) }
    }
}
