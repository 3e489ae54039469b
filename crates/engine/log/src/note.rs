//! Signed notes and checkpoints (C2SP signed-note and tlog-checkpoint): what the log says of its own size and
//! root, in a text that anybody can check with the log's public key.

mod checkpoint;
mod key;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use checkpoint::Checkpoint;
pub use key::{KeyKind, KeyName, Signer, VerifierKey};

/// The mark before each signature line, with its space.
const SIGNATURE_MARK: &str = "\u{2014} ";

/// Longest note that is read, in bytes.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;

/// Why a note, a checkpoint or a key is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A key's name or a log's origin.
    #[error("a key's name is 1 to 200 characters without white space, control characters or '+'")]
    KeyName,
    /// The text of a verifier key.
    #[error(
        "not a verifier key: name+8 hexadecimal digits+base64 of an Ed25519 key, with the digits that belong to it"
    )]
    VerifierKey,
    /// The shape of a note: text, empty line, signature lines.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// The text inside is no checkpoint.
    #[error("not a checkpoint: {0}")]
    Checkpoint(&'static str),
    /// No signature by this key.
    #[error("there is no signature by {0}")]
    Unsigned(String),
    /// A signature by this key, and a wrong one.
    #[error("the signature by {0} is wrong")]
    BadSignature(String),
}

/// A text with signatures under it. Parsed, not yet believed: see [`Note::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature {
    name: KeyName,
    key_id: u32,
    bytes: Vec<u8>,
}

impl Note {
    /// A note without signatures.
    ///
    /// # Errors
    /// When the text does not end with a line feed or holds another control character.
    pub fn new(text: String) -> Result<Self, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::Malformed("the text must end with a line feed"));
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(NoteError::Malformed("control character"));
        }
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a note: the text, an empty line, one or more signature lines.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(NoteError::Malformed("too long"));
        }
        let end = note.rfind("\n\n").ok_or(NoteError::Malformed("no empty line before the signatures"))?;
        let mut parsed = Self::new(note[..=end].to_owned())?;
        let lines = note[end + 2..].strip_suffix('\n').ok_or(NoteError::Malformed("no line feed at the end"))?;
        for line in lines.split('\n') {
            parsed.signatures.push(Signature::parse(line)?);
        }
        Ok(parsed)
    }

    /// The text that was signed, with its last line feed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The number of signature lines.
    #[must_use]
    pub fn signature_count(&self) -> usize {
        self.signatures.len()
    }

    /// Adds the signature of a log.
    pub fn sign(&mut self, signer: &Signer) {
        self.cosign(signer, 0);
    }

    /// Adds the signature of a witness, given `at` seconds after 1970.
    pub fn cosign(&mut self, signer: &Signer, at: u64) {
        let key = signer.verifier();
        let bytes = signer.sign(&self.text, at);
        self.signatures.push(Signature { name: key.name().clone(), key_id: key.id(), bytes });
    }

    /// Checks that `key` signed the text. Lines of other keys are passed over, as signed-note has it.
    pub fn check(&self, key: &VerifierKey) -> Result<(), NoteError> {
        let mut lines = self.signatures.iter().filter(|line| line.key_id == key.id() && line.name == *key.name());
        let Some(line) = lines.next() else {
            return Err(NoteError::Unsigned(key.name().to_string()));
        };
        if lines.next().is_some() || !key.verifies(&self.text, &line.bytes) {
            return Err(NoteError::BadSignature(key.name().to_string()));
        }
        Ok(())
    }

    /// When the witness `key` signed, in seconds after 1970. `None` without a good signature of a witness.
    #[must_use]
    pub fn cosigned_at(&self, key: &VerifierKey) -> Option<u64> {
        self.check(key).ok().filter(|()| key.kind() == KeyKind::Witness)?;
        let line = self.signatures.iter().find(|line| line.key_id == key.id() && line.name == *key.name())?;
        line.bytes.first_chunk().map(|at| u64::from_be_bytes(*at))
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        for line in &self.signatures {
            let mut bytes = line.key_id.to_be_bytes().to_vec();
            bytes.extend_from_slice(&line.bytes);
            writeln!(f, "{SIGNATURE_MARK}{} {}", line.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

impl Signature {
    fn parse(line: &str) -> Result<Self, NoteError> {
        const MALFORMED: NoteError = NoteError::Malformed("a signature line is '— name base64'");
        let (name, base64) =
            line.strip_prefix(SIGNATURE_MARK).and_then(|rest| rest.split_once(' ')).ok_or(MALFORMED)?;
        let bytes = STANDARD.decode(base64).map_err(|_| MALFORMED)?;
        let (id, bytes) = bytes.split_first_chunk::<4>().ok_or(MALFORMED)?;
        if bytes.is_empty() {
            return Err(MALFORMED);
        }
        Ok(Self { name: name.parse()?, key_id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
    }
}
