//! A checkpoint: the log's name, its size and its root.

use std::fmt;

use super::{KeyKind, KeyName, Note, NoteError, Signer, VerifierKey};
use crate::hash::Hash;

/// What a log says of itself at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log.
    pub origin: KeyName,
    /// Leaves in the tree.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The signed note of this checkpoint, as it is published.
    pub fn signed_by(&self, signer: &Signer) -> Result<Note, NoteError> {
        let mut note = Note::new(self.to_string())?;
        note.sign(signer);
        Ok(note)
    }

    /// The checkpoint in a note that `key` has signed, of the log that the key is named after.
    pub fn verified(note: &Note, key: &VerifierKey) -> Result<Self, NoteError> {
        if key.kind() != KeyKind::Log {
            return Err(NoteError::Checkpoint("the key is a witness's, not the log's"));
        }
        note.check(key)?;
        let checkpoint = Self::from_text(note.text())?;
        if checkpoint.origin != *key.name() {
            return Err(NoteError::Checkpoint("it is another log's: its first line is not the key's name"));
        }
        Ok(checkpoint)
    }

    /// Reads the text inside a note. Extension lines are refused: this log writes none.
    fn from_text(text: &str) -> Result<Self, NoteError> {
        let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
        let [origin, size, root] = lines[..] else {
            return Err(NoteError::Checkpoint("three lines are expected: origin, size, root"));
        };
        let checkpoint = Self {
            origin: origin.parse()?,
            size: size.parse().map_err(|_| NoteError::Checkpoint("the size is no whole number"))?,
            root: Hash::from_text(root).map_err(|_| NoteError::Checkpoint("the root is no hash"))?,
        };
        // Leading zeros and plus signs: one text for one checkpoint.
        if checkpoint.to_string() == text {
            Ok(checkpoint)
        } else {
            Err(NoteError::Checkpoint("not in the one form that it has"))
        }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root)
    }
}
