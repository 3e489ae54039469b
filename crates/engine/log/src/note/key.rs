//! The log's key: its name, its public text, and signing with it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::NoteError;
use crate::hash::Hash;

/// The signature type of C2SP signed-note for plain Ed25519.
const ED25519: u8 = 1;

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
    key: VerifyingKey,
}

impl VerifierKey {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key's id: the first four bytes of `SHA-256(name ‖ "\n" ‖ 0x01 ‖ key)`.
    #[must_use]
    pub fn id(&self) -> u32 {
        let Hash([a, b, c, d, ..]) = Hash::of(&[self.name.as_str().as_bytes(), b"\n", &[ED25519], self.key.as_bytes()]);
        u32::from_be_bytes([a, b, c, d])
    }

    /// Whether `signature` is this key's over `text`. Refuses what several verifiers would not agree on (small-order
    /// keys, signatures with a second form).
    pub(super) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(text, &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
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
            let key: &[u8; 32] = key.strip_prefix(&[ED25519])?.try_into().ok()?;
            let key = VerifyingKey::from_bytes(key).ok().filter(|key| !key.is_weak())?;
            Some(Self { name: name.parse().ok()?, key })
        };
        // Written again it must be the same text: that covers the id, and leaves each key one text.
        read().filter(|key| key.to_string() == text).ok_or(NoteError::VerifierKey)
    }
}

/// Signs the log's checkpoints.
pub struct LogSigner {
    name: KeyName,
    key: SigningKey,
}

impl LogSigner {
    /// The signer of the log named `origin`, with the key that grows from `seed`.
    #[must_use]
    pub fn new(origin: KeyName, seed: &[u8; 32]) -> Self {
        Self { name: origin, key: SigningKey::from_bytes(seed) }
    }

    /// The public key.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    pub(super) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.key.sign(text).to_bytes()
    }
}
