//! What can be wrong with a bundle.

use crate::leaf::LeafError;
use crate::note::NoteError;
use crate::receipt::ReceiptError;

/// One thing that is wrong. `entry` counts the entries of the bundle from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The text does not have the form of a bundle.
    #[error("this is no bundle: {0}")]
    NotABundle(String),
    /// The text does not have the form of a receipt.
    #[error("{0}")]
    Receipt(ReceiptError),
    /// The receipt says nothing that could be checked.
    #[error("the receipt's statement cannot be read: {0}")]
    Statement(String),
    /// Another form, or another version.
    #[error("the format {0:?} is not known")]
    Format(String),
    /// No key is named.
    #[error("no key is named")]
    NoKey,
    /// A key cannot be read.
    #[error("a key is wrong: {0}")]
    Key(NoteError),
    /// A key is named twice.
    #[error("the key {0} is named twice")]
    RepeatedKey(String),
    /// The log's key is not the one that the reader knows.
    #[error("the log is signed with {0}, which is not the key that you know")]
    UnknownKey(String),
    /// The checkpoint is malformed or not signed by a key that the bundle names.
    #[error("the checkpoint is wrong: {0}")]
    Checkpoint(NoteError),
    /// The checkpoint has a signature by a key that the bundle does not name.
    #[error("the checkpoint has a signature by a key that is not named")]
    UnlistedSignature,
    /// The checkpoint that the reader kept is malformed or another log's.
    #[error("the checkpoint that you kept is wrong: {0}")]
    KeptCheckpoint(NoteError),
    /// The bundle is older than what the reader kept.
    #[error("the bundle is of size {size}, older than the checkpoint of size {kept} that you kept")]
    Older {
        /// Size of the kept checkpoint.
        kept: u64,
        /// Size of the bundle's.
        size: u64,
    },
    /// The bundle has no proof from the size that the reader kept.
    #[error("the bundle has no consistency proof from size {size}: ask for an export since that size")]
    NoConsistencyProof {
        /// Size of the kept checkpoint.
        size: u64,
    },
    /// A witness that the reader trusts has a wrong signature.
    #[error("a witness: {0}")]
    Witness(NoteError),
    /// Fewer trusted witnesses than the reader asks for.
    #[error("{found} of the witnesses that you trust have signed, and you ask for {wanted}")]
    Unwitnessed {
        /// How many have signed.
        found: usize,
        /// How many must have.
        wanted: usize,
    },
    /// The log is not the one that the reader saw before: history was rewritten.
    #[error("the log was another one at size {size}: its history was rewritten")]
    Forked {
        /// Size of the kept checkpoint.
        size: u64,
    },
    /// The consistency proof does not hold.
    #[error("the proof that the log of size {size} is a beginning of this one does not hold")]
    Consistency {
        /// The earlier size.
        size: u64,
    },
    /// A leaf is malformed.
    #[error("entry {entry}: {error}")]
    Leaf {
        /// Which entry.
        entry: usize,
        /// What is wrong with it.
        error: LeafError,
    },
    /// A leaf is not at its place in the tree.
    #[error("entry {entry}: it is not at its place in the tree")]
    NotIncluded {
        /// Which entry.
        entry: usize,
    },
    /// A leaf is another organisation's.
    #[error("entry {entry}: it is not of this organisation's log")]
    ForeignLeaf {
        /// Which entry.
        entry: usize,
    },
    /// Numbers, links or places do not follow one another: something is missing, repeated or out of order.
    #[error("entry {entry}: it does not follow the one before: the organisation's log has a gap")]
    Gap {
        /// Which entry.
        entry: usize,
    },
    /// The record is not the one that the leaf commits to.
    #[error("entry {entry}: the record is not what the leaf commits to")]
    Commitment {
        /// Which entry.
        entry: usize,
    },
    /// The record is malformed, or names others than the leaf does.
    #[error("entry {entry}: the record does not agree with the leaf")]
    Record {
        /// Which entry.
        entry: usize,
    },
    /// A hash that no proof names.
    #[error("the hash at position {position} belongs to no proof")]
    UnusedHash {
        /// Its position.
        position: usize,
    },
}
