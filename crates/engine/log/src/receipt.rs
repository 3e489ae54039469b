//! Receipts: one entry of the log with its proof, as one small text (C2SP tlog-proof, `.tlog-proof`).

mod check;
#[cfg(test)]
mod tests;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use check::{Shown, verify_receipt};

use crate::bundle::Disclosed;
use crate::hash::Hash;
use crate::leaf::{LeafError, OrgSalt};
use crate::note::{Note, NoteError};

/// The first line of a proof.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Longest receipt that is read, in bytes.
pub const RECEIPT_BYTES_MAX: usize = 256 * 1024;

/// Longest inclusion proof: a tree has at most 2^63 leaves.
const PROOF_HASHES_MAX: usize = 63;

/// A proof that something is in a log. Parsed, not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What the proof is about, for whoever knows the form. Not authenticated by the format itself.
    pub extra: Option<Vec<u8>>,
    /// The entry's place in the log, from 0.
    pub index: u64,
    /// The proof, from the leaf's sibling upwards (RFC 6962, section 2.1.1).
    pub proof: Vec<Hash>,
    /// The checkpoint that the proof leads to.
    pub checkpoint: Note,
}

/// The text is not a receipt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The shape of the text.
    #[error("not a receipt: {0}")]
    Malformed(&'static str),
    /// Its checkpoint.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// What stands in `extra` of a receipt that this product writes: all that is needed to make the leaf's hash and to
/// read what it commits to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// [`Statement::FORMAT`].
    pub format: String,
    /// The leaf's text, exactly as it was hashed.
    pub leaf: String,
    /// The record, for whoever may read it.
    pub record: Option<Disclosed>,
    /// What opens the leaf's tag and references, for the organisation itself.
    pub org: Option<Opening>,
}

/// Whose leaf it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The organisation.
    pub id: Uuid,
    /// What its tag and references are made with.
    pub salt: OrgSalt,
}

impl Statement {
    /// The name and version of the form.
    pub const FORMAT: &str = "plumb-receipt/v1";

    /// What goes into [`Receipt::extra`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, LeafError> {
        serde_json::to_vec(self).map_err(|error| LeafError(error.to_string()))
    }
}

impl Receipt {
    /// Reads a receipt. Strict: one text for each receipt.
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        if text.len() > RECEIPT_BYTES_MAX {
            return Err(ReceiptError::Malformed("too long"));
        }
        let (head, note) = text.split_once("\n\n").ok_or(ReceiptError::Malformed("no empty line after the proof"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(ReceiptError::Malformed("the first line is not c2sp.org/tlog-proof@v1"));
        }
        let extra = lines.next_if(|line| line.starts_with("extra ")).and_then(|line| line.strip_prefix("extra "));
        let extra =
            extra.map(|extra| STANDARD.decode(extra).map_err(|_| ReceiptError::Malformed("extra is not base64")));
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .ok_or(ReceiptError::Malformed("no line with the index"))?
            .parse()
            .map_err(|_| ReceiptError::Malformed("the index is no whole number"))?;
        let proof: Vec<Hash> = lines
            .take(PROOF_HASHES_MAX + 1)
            .map(Hash::from_text)
            .collect::<Result<_, _>>()
            .map_err(|_| ReceiptError::Malformed("a line of the proof is no hash"))?;
        if proof.len() > PROOF_HASHES_MAX {
            return Err(ReceiptError::Malformed("the proof is too long"));
        }
        let receipt = Self { extra: extra.transpose()?, index, proof, checkpoint: Note::parse(note)? };
        // Leading zeros, plus signs, an empty extra: one text for one receipt.
        if receipt.to_string() == text { Ok(receipt) } else { Err(ReceiptError::Malformed("not in its one form")) }
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.proof {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
