//! What can go wrong with the log, in variants that a caller can act on.

use plumb_store::StoreError;

use plumb_log::leaf::LeafError;
use plumb_log::note::NoteError;
use plumb_log::tree::TreeError;

/// An error of the log.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing has been sequenced since the installation was made: there is no checkpoint to prove anything against.
    /// Passes within a second.
    #[error("nothing is in the log yet")]
    Empty,
    /// An export was asked for since a size that the log does not have.
    #[error("the log has {size} entries, not yet {since}")]
    FromTheFuture {
        /// The size that was asked for.
        since: u64,
        /// The size of the log.
        size: u64,
    },
    /// The stored log is not the one that was signed: its tiles, checkpoint or entries were changed from outside, or the
    /// master key is another one. Nothing is appended or exported until a person has looked.
    #[error("the stored log is not the one that was signed: {0}")]
    Tampered(String),
    /// An event in the outbox cannot be made a leaf.
    #[error("the audit event {id} cannot be sequenced: {reason}")]
    Unfit {
        /// The event.
        id: uuid::Uuid,
        /// What is wrong.
        reason: String,
    },
}

impl From<sqlx::Error> for LedgerError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<TreeError> for LedgerError {
    fn from(error: TreeError) -> Self {
        Self::Tampered(error.to_string())
    }
}

impl From<NoteError> for LedgerError {
    fn from(error: NoteError) -> Self {
        Self::Tampered(error.to_string())
    }
}

impl From<LeafError> for LedgerError {
    fn from(error: LeafError) -> Self {
        Self::Tampered(error.to_string())
    }
}
