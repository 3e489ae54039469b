//! The process in which a stranger's file is read: it has no network and no files, and this one never looks into the
//! file itself (claim 127).
//!
//! One process a file. It says first how it is closed in, then answers one question at a time over its standard input
//! and output: what the list looks like as it comes in, and later what its rows are, cleaned.

mod frame;
mod inspection;
mod message;
mod pipe;
mod rows;
mod serve;
mod session;

use std::path::PathBuf;

pub(crate) use message::{Batch, InspectTask, ReadRow, RowsTask, Seen, Sniffed};
pub use serve::serve;
pub(crate) use session::{Answer, Session};

/// The argument with which the program is started as a file worker.
pub const FILE_WORKER: &str = "file-worker";
/// The argument after it that leaves the process open. For systems that cannot close one in; nothing is proven then.
pub const NOT_CLOSED: &str = "--unsafe-no-sandbox";

/// How a file worker is started. Cheap to clone.
#[derive(Clone)]
pub struct Worker(Start);

#[derive(Clone)]
enum Start {
    Program {
        path: PathBuf,
        closed: bool,
    },
    /// In a thread of this process, for the tests of this crate.
    #[cfg(test)]
    Thread(crate::Cleaning),
}

impl Worker {
    /// Workers are this program, started with [`FILE_WORKER`]. It must call [`serve`] after it has closed itself in.
    #[must_use]
    pub fn program(path: PathBuf) -> Self {
        Self(Start::Program { path, closed: true })
    }

    /// Does not close workers in.
    #[must_use]
    pub fn unsafe_not_closed(self) -> Self {
        match self.0 {
            Start::Program { path, .. } => Self(Start::Program { path, closed: false }),
            #[cfg(test)]
            thread @ Start::Thread(_) => Self(thread),
        }
    }

    #[cfg(test)]
    pub(crate) fn thread(cleaning: crate::Cleaning) -> Self {
        Self(Start::Thread(cleaning))
    }

    /// Starts one and has it prove that it is closed in; then lets it go.
    pub async fn prove(&self) -> Result<Option<plumb_jail::Closed>, WorkerError> {
        Ok(Session::start(self).await?.closed().cloned())
    }
}

/// Why a file worker did not answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WorkerError {
    /// This system cannot close it in. Nothing is read then (claim 127).
    #[error("{0}")]
    Unavailable(String),
    /// It ended, fell silent, or said what makes no sense.
    #[error("the process that reads the file broke off: {0}")]
    BrokeOff(String),
}

#[cfg(test)]
mod tests;
