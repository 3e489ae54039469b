//! The export: an organisation's log in one document that proves itself, with no network and no product at hand.
//! Its form is laid down in `docs/develop/audit-bundle.md`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::hash::Hash;
use super::leaf::OrgSalt;

/// The name and version of the form.
pub const FORMAT: &str = "plumb-audit-bundle/v1";

/// A piece of one organisation's log, with all that its proofs need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// [`FORMAT`].
    pub format: String,
    /// Whose log it is.
    pub org: Uuid,
    /// What the organisation's tag and references are made with.
    pub org_salt: OrgSalt,
    /// The keys that signed the checkpoint, the log's own first. Readers compare it with the one they know.
    pub vkeys: Vec<String>,
    /// The signed note that everything below leads to.
    pub checkpoint: String,
    /// The way from an earlier size of the log, when one was asked for.
    pub consistency: Option<Consistency>,
    /// Entries in the order of the organisation's log, without a gap.
    pub entries: Vec<BundleEntry>,
    /// The hashes that proofs name by their position here, from 0. Shared, since proofs have most in common.
    pub hashes: Vec<Hash>,
}

/// The proof that an earlier tree is a beginning of the checkpoint's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    /// Leaves in the earlier tree; at least 1.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// The proof (RFC 6962, section 2.1.2), as positions in [`Bundle::hashes`].
    pub proof: Vec<usize>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleEntry {
    /// Its place in the whole log, from 0.
    pub index: u64,
    /// The leaf's text, exactly as it was hashed.
    pub leaf: String,
    /// The record, unless its time is over.
    pub record: Option<Disclosed>,
    /// The proof that it is in the tree (RFC 6962, section 2.1.1), as positions in [`Bundle::hashes`].
    pub proof: Vec<usize>,
}

/// A record with what opens its commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosed {
    /// 16 bytes in base64.
    pub nonce: String,
    /// The record's text, exactly as it was hashed.
    pub text: String,
}
