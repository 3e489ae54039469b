//! E-mail addresses as RFC 5321 and RFC 6531 let them be mailed.

use std::fmt;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::domain::{Domain, DomainError};

mod plain;
mod rfc;
#[cfg(test)]
mod tests;

pub use plain::PlainAddress;
pub use rfc::{Host, RfcAddress};

/// Longest local part, in octets (RFC 5321 §4.5.3.1.1).
const LOCAL_OCTETS_MAX: usize = 64;
/// Longest address, in octets: a path of 256 (RFC 5321 §4.5.3.1.3) less its angle brackets.
const ADDRESS_OCTETS_MAX: usize = 254;

/// An address that can stand in `RCPT TO`: the local part as given (NFC), the domain in A-label form.
///
/// Two addresses that reach the same mailbox may still differ here; [`Email::key`] is for comparing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email {
    local: String,
    domain: Domain,
}

/// Why a text is not an address that a list may hold.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EmailError {
    /// Nothing there.
    #[error("the address is empty")]
    Empty,
    /// No `@`, or nothing before it.
    #[error("the address has no local part or no @")]
    NoLocalPart,
    /// A character or a dot in the local part where none may stand.
    #[error("the part before the @ has a character that is not allowed")]
    LocalPart,
    /// The local part is over 64 octets, or the whole over 254.
    #[error("the address is too long")]
    TooLong,
    /// What follows the `@` is not a domain name.
    #[error("the part after the @ is not a domain: {0}")]
    Domain(#[from] DomainError),
    /// Allowed by the standard, but nothing that a list of business contacts holds: a quoted local part, an
    /// address literal, a domain of one label.
    #[error("the address has a form that lists do not hold (quoted, literal or a single label)")]
    NotListable,
}

/// Domains whose mailboxes ignore dots in the local part: two names of one provider.
const DOTS_IGNORED: [&str; 2] = ["gmail.com", "googlemail.com"];

impl Email {
    /// Reads an address as a lead list may hold it. Blanks around it are no part of it; a line break is an error.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim_matches([' ', '\t']);
        if let Some(plain) = PlainAddress::read(text) {
            let domain = Domain::from_checked(plain.domain().to_ascii_lowercase());
            return Ok(Self { local: plain.local().to_owned(), domain });
        }
        Self::parse_closely(text)
    }

    /// Every form, those of [`PlainAddress`] among them.
    fn parse_closely(text: &str) -> Result<Self, EmailError> {
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        let Some((local, domain)) = text.rsplit_once('@') else { return Err(EmailError::NoLocalPart) };
        if local.is_empty() {
            return Err(EmailError::NoLocalPart);
        }
        if local.starts_with('"') || domain.starts_with('[') {
            // Say "not for lists" only of what the standard allows; the rest is broken.
            return Self::parse_rfc(text).and(Err(EmailError::NotListable));
        }
        // First, because a character may become one that must not stand there: of U+037E it makes a semicolon.
        let local = if is_nfc(local) { local.to_owned() } else { local.nfc().collect() };
        if !is_dot_string(&local) {
            return Err(EmailError::LocalPart);
        }
        if domain.ends_with('.') {
            return Err(EmailError::Domain(DomainError::Invalid));
        }
        let domain = Domain::parse(domain)?;
        if local.len() > LOCAL_OCTETS_MAX || local.len() + 1 + domain.as_str().len() > ADDRESS_OCTETS_MAX {
            return Err(EmailError::TooLong);
        }
        if !domain.as_str().contains('.') || domain.has_numeric_tld() {
            return Err(EmailError::NotListable);
        }
        Ok(Self { local, domain })
    }

    /// Reads whatever RFC 5321 and RFC 6531 let stand in `RCPT TO`. Comments, folding blanks and the obsolete
    /// forms of RFC 5322 belong to message headers and are refused.
    pub fn parse_rfc(text: &str) -> Result<RfcAddress, EmailError> {
        RfcAddress::parse(text)
    }

    /// The part before the `@`, as given.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The domain, in A-label form.
    #[must_use]
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The local part before any plus tag.
    #[must_use]
    pub fn base_local(&self) -> &str {
        Self::base_of(&self.local)
    }

    /// [`Email::base_local`] of a local part.
    #[must_use]
    pub fn base_of(local: &str) -> &str {
        match local.bytes().position(|b| b == b'+') {
            Some(at) if at > 0 => &local[..at],
            _ => local,
        }
    }

    /// Whether the mailboxes of a domain in A-label form are the same with and without dots in the local part.
    #[must_use]
    pub fn ignores_dots(domain: &str) -> bool {
        DOTS_IGNORED.contains(&domain)
    }

    /// The form in which two addresses of one mailbox compare equal: lower case, no plus tag, dots removed
    /// where the provider ignores them. Never mail it.
    #[must_use]
    pub fn key(&self) -> String {
        let mut local = lower(self.base_local());
        if Self::ignores_dots(self.domain.as_str()) {
            local.retain(|c| c != '.');
        }
        format!("{local}@{}", self.domain)
    }

    /// The form under which an opt-out is remembered: lower case, nothing else changed (claim 157). Both this
    /// and [`Email::suppression_base`] are looked up.
    #[must_use]
    pub fn suppression_form(&self) -> String {
        format!("{}@{}", lower(&self.local), self.domain)
    }

    /// The mailbox behind [`Email::suppression_form`]: without the plus tag, and for the provider that ignores
    /// dots without them and under one of its two names. Who opted out is not written to in another spelling.
    #[must_use]
    pub fn suppression_base(&self) -> String {
        if !Self::ignores_dots(self.domain.as_str()) {
            return self.key();
        }
        let local = lower(self.base_local()).replace('.', "");
        format!("{local}@{}", DOTS_IGNORED[0])
    }

    /// Whether the local part needs SMTPUTF8 (RFC 6531).
    #[must_use]
    pub fn is_international(&self) -> bool {
        !self.local.is_ascii()
    }

    /// The whole address, for where it must be written out.
    #[must_use]
    pub fn expose(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }
}

/// A local part in small letters. Of `İ` that makes two characters, whose marks may have to change places.
fn lower(local: &str) -> String {
    let small = local.to_lowercase();
    if is_nfc(&small) { small } else { small.nfc().collect() }
}

/// `Dot-string` of RFC 5321 §4.1.2.
fn is_dot_string(local: &str) -> bool {
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char))
}

/// `atext` of RFC 5322, with the non-ASCII characters of RFC 6532 that can be seen.
fn is_atom_char(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '!' | '#'..='\'' | '*' | '+' | '-' | '/' | '=' | '?' | '^'..='`' | '{'..='~')
        || is_visible_non_ascii(c)
}

/// A non-ASCII character that is no blank, no control and no invisible mark. Zero-width joiners and marks of
/// direction are refused because two addresses that look alike must not differ in them.
fn is_visible_non_ascii(c: char) -> bool {
    !c.is_ascii()
        && !c.is_control()
        && !c.is_whitespace()
        && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}')
}

/// Shows the domain and the length only: an address is personal.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} characters)@{}", self.local.chars().count(), self.domain)
    }
}
