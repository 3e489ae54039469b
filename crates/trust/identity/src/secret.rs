//! Secrets that are handed out once and kept as a hash only.
//!
//! They have 256 random bits, so a plain SHA-256 is enough: there is nothing to guess (ASVS 5.0, V6.5.2 asks
//! for a slow hash below 112 bits only).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// SHA-256 of a secret's text.
pub(crate) type SecretHash = [u8; 32];

/// A new secret: 43 characters that need no escaping in a URL or a cookie.
pub(crate) fn fresh() -> String {
    URL_SAFE_NO_PAD.encode(plumb_base::random::bytes::<32>())
}

/// What is kept of `secret`.
pub(crate) fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether `text` can be one of ours, so that nothing else is hashed or carried on.
pub(crate) fn is_well_formed(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
