//! The log's key: its name, its public text, and signing with it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::NoteError;
use crate::hash::Hash;

/// What a key signs with, by the number that C2SP signed-note gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// A log's own key: Ed25519 over the note's text.
    Log,
    /// A witness's key: Ed25519 over the text and the time (C2SP tlog-cosignature, `cosignature/v1`).
    Witness,
}

impl KeyKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 1,
            Self::Witness => 4,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Log),
            4 => Some(Self::Witness),
            _ => None,
        }
    }
}

/// The name of a key, which is also the origin of the log that it signs: by habit a host and a path without a
/// scheme, such as `plumb.example.com/audit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName(String);

impl FromStr for KeyName {
    type Err = NoteError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=200).contains(&text.chars().count());
        if !fits || text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+') {
            return Err(NoteError::KeyName);
        }
        Ok(Self(text.to_owned()))
    }
}

impl KeyName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A public key with its name. Its text (`vkey`) is what readers of the log keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    kind: KeyKind,
    key: VerifyingKey,
}

impl VerifierKey {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Whose key it is.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The key's id: the first four bytes of `SHA-256(name ‖ "\n" ‖ kind ‖ key)`, with the kind as a byte.
    #[must_use]
    pub fn id(&self) -> u32 {
        let name = self.name.as_str().as_bytes();
        let Hash([a, b, c, d, ..]) = Hash::of(&[name, b"\n", &[self.kind.byte()], self.key.as_bytes()]);
        u32::from_be_bytes([a, b, c, d])
    }

    /// Whether `signature` is this key's over `text`. Refuses what several verifiers would not agree on (small-order
    /// keys, signatures with a second form).
    pub(super) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        match self.kind {
            KeyKind::Log => self.signed(text.as_bytes(), signature),
            KeyKind::Witness => signature
                .split_first_chunk()
                .is_some_and(|(at, signature)| self.signed(&cosigned(text, u64::from_be_bytes(*at)), signature)),
        }
    }

    fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![self.kind.byte()];
        key.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id(), STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (name, rest) = text.split_once('+')?;
            let (_, key) = rest.split_once('+')?;
            let key = STANDARD.decode(key).ok()?;
            let (kind, key) = key.split_first()?;
            let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok().filter(|key| !key.is_weak())?;
            Some(Self { name: name.parse().ok()?, kind: KeyKind::from_byte(*kind)?, key })
        };
        // Written again it must be the same text: that covers the id, and leaves each key one text.
        read().filter(|key| key.to_string() == text).ok_or(NoteError::VerifierKey)
    }
}

/// What a witness signs: that at this time it knew no larger tree of this log that went on consistently.
fn cosigned(text: &str, at: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {at}\n{text}").into_bytes()
}

/// Signs checkpoints: a log its own, a witness those that it has found consistent.
pub struct Signer {
    name: KeyName,
    kind: KeyKind,
    key: SigningKey,
}

impl Signer {
    /// The signer of the log named `origin`, with the key that grows from `seed`.
    #[must_use]
    pub fn log(origin: KeyName, seed: &[u8; 32]) -> Self {
        Self { name: origin, kind: KeyKind::Log, key: SigningKey::from_bytes(seed) }
    }

    /// A witness. Its key is for nothing else: the message does not name the witness.
    #[must_use]
    pub fn witness(name: KeyName, seed: &[u8; 32]) -> Self {
        Self { name, kind: KeyKind::Witness, key: SigningKey::from_bytes(seed) }
    }

    /// The public key.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), kind: self.kind, key: self.key.verifying_key() }
    }

    /// The signature over `text`, given `at` seconds after 1970 where the kind has a time in it.
    pub(super) fn sign(&self, text: &str, at: u64) -> Vec<u8> {
        match self.kind {
            KeyKind::Log => self.key.sign(text.as_bytes()).to_bytes().to_vec(),
            KeyKind::Witness => {
                let mut signature = at.to_be_bytes().to_vec();
                signature.extend(self.key.sign(&cosigned(text, at)).to_bytes());
                signature
            }
        }
    }
}
