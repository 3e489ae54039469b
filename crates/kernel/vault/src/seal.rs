//! AES-256-GCM with associated data that ties a ciphertext to its place (claim 93).

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use plumb_base::OrgId;

use crate::keys::{Keys, Purpose};

/// First byte of every ciphertext: AES-256-GCM, 96-bit random nonce, key derived for the organisation.
const VERSION_AES_256_GCM: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// Where a value lies. It cannot be opened anywhere else.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The organisation whose key seals it.
    pub org: OrgId,
    /// `table.column`.
    pub place: &'static str,
    /// The row, as bytes of its key.
    pub row: &'a [u8],
}

impl Context<'_> {
    fn associated_data(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.place.len() + self.row.len() + 18);
        out.extend_from_slice(self.place.as_bytes());
        out.push(0);
        out.extend_from_slice(self.org.0.as_bytes());
        out.push(0);
        out.extend_from_slice(self.row);
        out
    }
}

/// A ciphertext could not be opened.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    /// Written by a version of the format that this program does not know.
    #[error("the sealed value has an unknown format")]
    Format,
    /// Another key, another place, or changed bytes.
    #[error("the sealed value does not open with this key in this place")]
    Refused,
}

impl Keys {
    /// Seals `plain` for `context`: version, nonce, ciphertext and tag.
    #[must_use]
    pub fn seal(&self, purpose: Purpose, context: Context<'_>, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = plumb_base::random::bytes();
        let payload = Payload { msg: plain, aad: &context.associated_data() };
        #[expect(clippy::expect_used, reason = "AES-GCM refuses only messages over 64 GiB")]
        let ciphertext = self.cipher(purpose, context.org).encrypt(&nonce.into(), payload).expect("under 64 GiB");
        let mut out = Vec::with_capacity(1 + NONCE_BYTES + plain.len() + TAG_BYTES);
        out.push(VERSION_AES_256_GCM);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&ciphertext);
        out
    }

    /// Opens what [`Keys::seal`] made for the same purpose and context.
    pub fn open(&self, purpose: Purpose, context: Context<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (version, rest) = sealed.split_first().ok_or(SealError::Format)?;
        if *version != VERSION_AES_256_GCM {
            return Err(SealError::Format);
        }
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Format)?;
        let payload = Payload { msg: ciphertext, aad: &context.associated_data() };
        self.cipher(purpose, context.org).decrypt(&(*nonce).into(), payload).map_err(|_| SealError::Refused)
    }

    fn cipher(&self, purpose: Purpose, org: OrgId) -> Aes256Gcm {
        let key = self.derive(purpose, org.0.as_bytes());
        Aes256Gcm::new((&*key).into())
    }
}

#[cfg(test)]
mod tests;
