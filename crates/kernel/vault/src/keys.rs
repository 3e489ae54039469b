//! The master key and what is derived from it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Length of the master key in bytes.
pub const MASTER_KEY_BYTES: usize = 32;

/// What a key is for. The names go into the derivation: changing one makes what it sealed unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Passwords, tokens and keys of other systems.
    Credentials,
    /// Personal data at rest.
    Personal,
    /// Suppression tokens (claim 171).
    Suppression,
    /// The signature on the audit log's checkpoints.
    LogSigning,
    /// The tag that stands for an organisation inside the log.
    LogTag,
    /// Passwords of the database's own roles.
    DatabaseRoles,
    /// Keys of rate limits, so that no address is kept in them.
    RateLimit,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Personal => "personal",
            Self::Suppression => "suppression",
            Self::LogSigning => "log-signing",
            Self::LogTag => "log-tag",
            Self::DatabaseRoles => "database-roles",
            Self::RateLimit => "rate-limit",
        }
    }
}

/// The text of a key file is not a master key.
#[derive(Debug, thiserror::Error)]
#[error("a master key is {MASTER_KEY_BYTES} bytes in base64")]
pub struct MasterKeyError;

/// Every key of this installation. Has no `Debug` of its content and wipes itself.
#[derive(Clone)]
pub struct Keys {
    master: Zeroizing<[u8; MASTER_KEY_BYTES]>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// A new master key.
    #[must_use]
    pub fn generate() -> Self {
        Self { master: Zeroizing::new(plumb_base::random::bytes()) }
    }

    /// Reads a master key from the text of its file.
    pub fn from_text(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| MasterKeyError)?);
        let master = <[u8; MASTER_KEY_BYTES]>::try_from(bytes.as_slice()).map_err(|_| MasterKeyError)?;
        Ok(Self { master: Zeroizing::new(master) })
    }

    /// The text to keep in the key file.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.master.as_slice()))
    }

    /// The key for `purpose`, narrowed by `info` (an organisation, a role, a version).
    pub(crate) fn derive(&self, purpose: Purpose, info: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut out = Zeroizing::new([0; 32]);
        #[expect(clippy::expect_used, reason = "32 bytes are within what HKDF-SHA-256 can give")]
        Hkdf::<Sha256>::new(Some(b"plumb/v1"), self.master.as_slice())
            .expand_multi_info(&[purpose.label().as_bytes(), b"\0", info], out.as_mut_slice())
            .expect("32 bytes from HKDF-SHA-256");
        out
    }

    /// HMAC-SHA-256 of `data` under the key for `purpose` and `info`.
    #[must_use]
    pub fn mac(&self, purpose: Purpose, info: &[u8], data: &[u8]) -> [u8; 32] {
        let key = self.derive(purpose, info);
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_slice()).expect("HMAC takes any key");
        mac.update(data);
        mac.finalize().into_bytes().into()
    }

    /// The Ed25519 seed that signs the log's checkpoints.
    #[must_use]
    pub fn log_signing_seed(&self) -> Zeroizing<[u8; 32]> {
        self.derive(Purpose::LogSigning, b"ed25519")
    }

    /// The password of one of the database's roles. Every node derives the same.
    #[must_use]
    pub fn role_password(&self, role: &str) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.derive(Purpose::DatabaseRoles, role.as_bytes()).as_slice()))
    }
}
