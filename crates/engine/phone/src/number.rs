//! A telephone number that was read.

use std::fmt;

use crate::kind::Kind;
use crate::plan::{self, Length, Plan};

/// Longest national number, in digits; longer is no number (libphonenumber).
pub(crate) const NATIONAL_MAX: usize = 17;
/// Longest extension, in digits, where it is called one (libphonenumber).
pub(crate) const EXTENSION_MAX: usize = 20;
/// `+`, a calling code of at most three digits, and the rest.
const E164_MAX: usize = 1 + 3 + NATIONAL_MAX;

/// A telephone number. It was written as one; whether it can exist, [`Number::is_valid`] says.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number {
    e164: [u8; E164_MAX],
    len: u8,
    code_len: u8,
    region: Option<u8>,
    kind: Option<Kind>,
    possible: bool,
    local: bool,
    extension: Extension,
}

/// The digits to dial after the call is answered.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Extension {
    digits: [u8; EXTENSION_MAX],
    len: u8,
}

impl Extension {
    /// From digits by value. At most [`EXTENSION_MAX`] are kept.
    pub(crate) fn new(values: impl Iterator<Item = u8>) -> Self {
        let mut extension = Self::default();
        for (slot, value) in extension.digits.iter_mut().zip(values) {
            *slot = b'0' + value;
            extension.len += 1;
        }
        extension
    }
}

impl Number {
    /// From a plan that has the calling code, and the digits after that, at most [`NATIONAL_MAX`].
    pub(crate) fn new(plan: &Plan, national: &[u8], extension: Extension) -> Self {
        let mut e164 = [b'0'; E164_MAX];
        e164[0] = b'+';
        for (slot, digit) in e164[1..].iter_mut().zip(plan.code.iter().chain(national)) {
            *slot += digit;
        }
        let (region, kind) = plan.class(national);
        let length = plan.main().length(national.len());
        Self {
            e164,
            len: (1 + plan.code.len() + national.len()) as u8,
            code_len: plan.code.len() as u8,
            region,
            kind: Kind::of(kind),
            possible: matches!(length, Length::Possible | Length::Local),
            local: length == Length::Local,
            extension,
        }
    }

    /// The number in E.164 form, such as `+4930123456`. Leading zeros that belong to the number are kept.
    #[must_use]
    pub fn e164(&self) -> &str {
        text(&self.e164[..usize::from(self.len)])
    }

    /// The calling code, such as `49`.
    #[must_use]
    pub fn code(&self) -> &str {
        text(&self.e164[1..=usize::from(self.code_len)])
    }

    /// The digits after the calling code.
    #[must_use]
    pub fn national(&self) -> &str {
        text(&self.e164[1 + usize::from(self.code_len)..usize::from(self.len)])
    }

    /// The region it belongs to: ISO 3166-1 alpha-2, or `001` for a code of no country. None where several share the
    /// calling code and the number fits none of them.
    #[must_use]
    pub fn region(&self) -> Option<&'static str> {
        self.region.and_then(plan::region)
    }

    /// What it is for; none if it is not valid.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// Whether the number is in a range that its region uses.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.kind.is_some()
    }

    /// Whether the count of digits is one that the calling code knows, be it for calls near by only. Plans change
    /// faster than what is known of them, so a number that is possible but not valid may exist.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.possible
    }

    /// Whether so few digits are known for calls near by only: the area is missing, and nobody can call it from elsewhere.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// The digits to dial after the call is answered.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        let digits = &self.extension.digits[..usize::from(self.extension.len)];
        if digits.is_empty() { None } else { Some(text(digits)) }
    }
}

/// Only ASCII is ever stored.
fn text(ascii: &[u8]) -> &str {
    std::str::from_utf8(ascii).unwrap_or_default()
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.e164())
    }
}

/// Without the digits: a number is personal data and has no place in a log.
impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number(+{}, {:?}, {:?})", self.code(), self.region(), self.kind)
    }
}

#[cfg(test)]
mod tests;
