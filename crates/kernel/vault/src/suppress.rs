//! The keyed hash under which an opt-out is remembered without the address.

use hmac::{Hmac, KeyInit as _, Mac as _};
use plumb_base::Email;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::keys::{Keys, Purpose};

/// The version of the suppression key in use. A blind index cannot be re-keyed once the plain value is gone:
/// old versions stay for matching, for ever.
pub const SUPPRESSION_KEY_VERSION: i16 = 1;

/// HMAC-SHA-256 of an address's suppression form, all 32 bytes.
pub type SuppressionToken = [u8; 32];

/// Makes tokens for many addresses without deriving the key each time.
pub struct Tokens(Zeroizing<[u8; 32]>);

impl Keys {
    /// The maker of suppression tokens.
    #[must_use]
    pub fn suppression(&self) -> Tokens {
        Tokens(self.derive(Purpose::Suppression, &SUPPRESSION_KEY_VERSION.to_be_bytes()))
    }
}

impl Tokens {
    /// The tokens to look an address up by: as written, and as the mailbox behind it (`None` when that is the same).
    #[must_use]
    pub fn of(&self, email: &Email) -> (SuppressionToken, Option<SuppressionToken>) {
        let (form, base) = (email.suppression_form(), email.suppression_base());
        let without_tag = (base != form).then(|| self.token(&base));
        (self.token(&form), without_tag)
    }

    fn token(&self, form: &str) -> SuppressionToken {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes any key");
        mac.update(b"email/v1\0");
        mac.update(form.as_bytes());
        mac.finalize().into_bytes().into()
    }
}
