//! Domain names as they are asked for on the wire.

use std::fmt;
use std::str::FromStr;

#[cfg(test)]
mod tests;

/// A domain name in A-label form (lower case, no trailing dot): 1–253 octets, labels of letters, digits and
/// inner hyphens (RFC 1035, RFC 5890).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

/// Why a text is not a domain name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DomainError {
    /// Nothing, or only a dot.
    #[error("the domain is empty")]
    Empty,
    /// Over 253 octets, or a label over 63.
    #[error("the domain or one of its labels is too long")]
    TooLong,
    /// A character, hyphen or dot where none may stand, or a failed conversion of international letters.
    #[error("the domain has a character or label that is not allowed")]
    Invalid,
}

impl Domain {
    /// Reads a domain name, converting international letters (UTS 46).
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(DomainError::Empty);
        }
        let ascii = if text.is_ascii() {
            text.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii_strict(text).map_err(|_| DomainError::Invalid)?
        };
        check(&ascii)?;
        Ok(Self(ascii))
    }

    /// A name that is known to be in A-label form, such as one that [`check`] has passed in lower case.
    pub(crate) fn from_checked(ascii: String) -> Self {
        Self(ascii)
    }

    /// The name in A-label form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the last label has digits only, which no name in the DNS has (RFC 3696 §2).
    #[must_use]
    pub fn has_numeric_tld(&self) -> bool {
        self.0.rsplit('.').next().is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()))
    }

    /// Whether the public suffix list knows the name's suffix. A name may exist in the DNS without.
    #[must_use]
    pub fn has_known_suffix(&self) -> bool {
        psl::suffix(self.0.as_bytes()).is_some_and(|suffix| suffix.is_known())
    }

    /// The part that somebody registered, by the public suffix list: `example.co.uk` of
    /// `mail.example.co.uk`. `None` for a public suffix itself.
    #[must_use]
    pub fn registrable(&self) -> Option<&str> {
        registrable(&self.0)
    }
}

/// [`Domain::registrable`] of a name that is in A-label form already.
#[must_use]
pub fn registrable(ascii: &str) -> Option<&str> {
    let octets = psl::domain(ascii.as_bytes())?.as_bytes().len();
    ascii.get(ascii.len().checked_sub(octets)?..)
}

/// Checks a name in ASCII, in either case: what [`Domain::parse`] asks of its result. For readers of many names, which
/// need no copy of each.
pub fn check(ascii: &str) -> Result<(), DomainError> {
    if ascii.is_empty() {
        return Err(DomainError::Empty);
    }
    if ascii.len() > 253 {
        return Err(DomainError::TooLong);
    }
    // A dot before the first label, so that every label begins behind one.
    let (mut before, mut label) = (b'.', 0u32);
    for &byte in ascii.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => label += 1,
            b'-' if before != b'.' => label += 1,
            b'.' if before != b'.' && before != b'-' => label = 0,
            _ => return Err(DomainError::Invalid),
        }
        if label > 63 {
            return Err(DomainError::TooLong);
        }
        before = byte;
    }
    if before == b'.' || before == b'-' { Err(DomainError::Invalid) } else { Ok(()) }
}

impl FromStr for Domain {
    type Err = DomainError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
