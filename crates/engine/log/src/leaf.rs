//! What is in a leaf of the log, and what it only commits to.
//!
//! A leaf stays for ever, so it holds no personal data: the organisation is a keyed tag, actor and object are
//! salted hashes, and the rest of the event is a commitment to a [`Record`] that can be pruned with its nonce
//! (claims 107, 113, 115). What is left then is a statement that something of this type happened at this time,
//! whose record can no longer be guessed at.

mod record;
#[cfg(test)]
mod tests;
mod time;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use record::{NONCE_BYTES, Party, Record};

use super::hash::Hash;

/// The version of the leaf's form.
pub const LEAF_VERSION: u8 = 1;

/// A secret of one organisation, from which its tag and its references are made. The export gives it to the
/// organisation, which can then show that the tag is its own; to others tags and references say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrgSalt(pub Hash);

impl OrgSalt {
    /// The tag that stands for the organisation: `SHA-256("plumb-org/v1\0" ‖ salt ‖ id as text)`.
    #[must_use]
    pub fn tag(&self, org: Uuid) -> Hash {
        Hash::of(&[b"plumb-org/v1\0", &self.0.0, org.to_string().as_bytes()])
    }

    /// The reference that stands for an actor or an object: its kind, and when it has an id `:` and
    /// `SHA-256("plumb-ref/v1\0" ‖ salt ‖ kind ‖ ":" ‖ id as text)`.
    #[must_use]
    pub fn reference(&self, party: &Party) -> String {
        match party.id {
            None => party.kind.clone(),
            Some(id) => {
                let id = id.to_string();
                let hash = Hash::of(&[b"plumb-ref/v1\0", &self.0.0, party.kind.as_bytes(), b":", id.as_bytes()]);
                format!("{}:{hash}", party.kind)
            }
        }
    }
}

/// One leaf. Fields stand in the order of their names, so that [`Leaf::to_text`] is canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// Who did it ([`OrgSalt::reference`]).
    pub actor_ref: String,
    /// To what it was done ([`OrgSalt::reference`]).
    pub object_ref: Option<String>,
    /// SHA-256 of the text of the organisation's leaf before this one; none for its first.
    pub org_prev: Option<Hash>,
    /// Number within the organisation's own log, from 0 and without a gap.
    pub org_seq: u64,
    /// The organisation ([`OrgSalt::tag`]).
    pub org_tag: Hash,
    /// How it ended: `success` or `refused`.
    pub outcome: String,
    /// The commitment to the record ([`Record::commitment`]).
    pub payload_commit: Hash,
    /// When it happened: UTC with six decimals of a second and `Z`.
    #[serde(with = "time")]
    pub t: DateTime<Utc>,
    /// What was done: `area.verb`.
    #[serde(rename = "type")]
    pub action: String,
    /// [`LEAF_VERSION`].
    pub v: u8,
}

/// The text is not a leaf.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a leaf: {0}")]
pub struct LeafError(pub(crate) String);

impl Leaf {
    /// The text that is hashed into the tree.
    pub fn to_text(&self) -> Result<String, LeafError> {
        serde_json::to_string(self).map_err(|error| LeafError(error.to_string()))
    }

    /// Reads a leaf. Only the one canonical text of each leaf is taken.
    pub fn from_text(text: &str) -> Result<Self, LeafError> {
        let leaf: Self = serde_json::from_str(text).map_err(|error| LeafError(error.to_string()))?;
        if leaf.v != LEAF_VERSION {
            return Err(LeafError(format!("version {} is not known", leaf.v)));
        }
        if leaf.to_text()? != text {
            return Err(LeafError("the text is not canonical".to_owned()));
        }
        Ok(leaf)
    }

    /// The link that the organisation's next leaf carries: plain SHA-256 of the leaf's text.
    #[must_use]
    pub fn link(text: &str) -> Hash {
        Hash::of(&[text.as_bytes()])
    }
}
