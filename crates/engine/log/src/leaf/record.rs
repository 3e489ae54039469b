//! The prunable part of an event.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::LeafError;
use crate::canonical;
use crate::hash::Hash;

/// Length of a record's nonce in bytes.
pub const NONCE_BYTES: usize = 16;

/// Who did it or what it was done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Which user, key, lead; none for the installation and for strangers.
    pub id: Option<Uuid>,
    /// The kind: `user`, `lead`.
    pub kind: String,
}

/// What a leaf commits to and does not show: ids, and the facts of the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record<D = Value> {
    /// Who did it.
    pub actor: Party,
    /// Facts: counts, ids, names of fields. Never a personal value.
    pub data: D,
    /// The event's own id.
    pub id: Uuid,
    /// To what it was done.
    pub object: Option<Party>,
    /// The request in which it was asked for.
    pub request_id: Option<Uuid>,
}

impl Record {
    /// The canonical text.
    pub fn to_text(&self) -> Result<String, LeafError> {
        let value = serde_json::to_value(self).map_err(|error| LeafError(error.to_string()))?;
        Ok(canonical::to_text(&value))
    }

    /// What the leaf holds: `SHA-256(nonce ‖ text)`. The nonce's length is fixed, so it ends in one place only.
    #[must_use]
    pub fn commitment(nonce: &[u8; NONCE_BYTES], text: &str) -> Hash {
        Hash::of(&[nonce, text.as_bytes()])
    }
}

impl<'de, D: Deserialize<'de>> Record<D> {
    /// Reads a record's text, its facts as what the caller wants of them.
    pub fn from_text(text: &'de str) -> Result<Self, LeafError> {
        serde_json::from_str(text).map_err(|error| LeafError(error.to_string()))
    }
}
