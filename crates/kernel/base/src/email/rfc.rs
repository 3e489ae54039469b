//! The whole of what RFC 5321 lets be mailed, with the forms that no list of contacts holds: quoted local
//! parts, address literals, domains of one label.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use unicode_normalization::UnicodeNormalization;

use super::{ADDRESS_OCTETS_MAX, EmailError, LOCAL_OCTETS_MAX, is_dot_string, is_visible_non_ascii};
use crate::domain::{Domain, DomainError};

/// A `Mailbox` of RFC 5321 §4.1.2, with the UTF-8 of RFC 6531 §3.3.
#[derive(Clone, PartialEq, Eq)]
pub struct RfcAddress {
    local: String,
    host: Host,
}

/// What stands after the `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A domain name, in A-label form.
    Domain(Domain),
    /// An address literal, such as `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
    Literal(IpAddr),
}

impl RfcAddress {
    pub(super) fn parse(text: &str) -> Result<Self, EmailError> {
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        let text: String = text.nfc().collect();
        let (local, host) = split(&text)?;
        let local = local.to_owned();
        let host = match host.strip_prefix('[') {
            Some(rest) => Host::Literal(literal(rest).ok_or(EmailError::Domain(DomainError::Invalid))?),
            // A dot at the end names the root of the DNS; RFC 5321 has no such form.
            None if host.ends_with('.') => return Err(EmailError::Domain(DomainError::Invalid)),
            None => Host::Domain(Domain::parse(host)?),
        };
        let parsed = Self { local, host };
        if parsed.local.len() > LOCAL_OCTETS_MAX || parsed.expose().len() > ADDRESS_OCTETS_MAX {
            return Err(EmailError::TooLong);
        }
        Ok(parsed)
    }

    /// The part before the `@`, with its quotes where it has them.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The part after the `@`.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Whether the local part is a quoted string.
    #[must_use]
    pub fn is_quoted(&self) -> bool {
        self.local.starts_with('"')
    }

    /// Whether the domain is a single label, such as `test@io`.
    #[must_use]
    pub fn is_tld_only(&self) -> bool {
        matches!(&self.host, Host::Domain(domain) if !domain.as_str().contains('.'))
    }

    /// Whether the last label has digits only: not a name in the DNS, often an address without its brackets.
    #[must_use]
    pub fn has_numeric_tld(&self) -> bool {
        matches!(&self.host, Host::Domain(domain) if domain.has_numeric_tld())
    }

    /// The whole address, for where it must be written out.
    #[must_use]
    pub fn expose(&self) -> String {
        match &self.host {
            Host::Domain(domain) => format!("{}@{domain}", self.local),
            Host::Literal(IpAddr::V4(ip)) => format!("{}@[{ip}]", self.local),
            Host::Literal(IpAddr::V6(ip)) => format!("{}@[IPv6:{ip}]", self.local),
        }
    }
}

/// Shows the form only: an address is personal.
impl std::fmt::Debug for RfcAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "({} characters)@{:?}", self.local.chars().count(), self.host)
    }
}

/// Splits at the `@` that ends the local part, which a quoted string may also hold inside.
fn split(text: &str) -> Result<(&str, &str), EmailError> {
    if !text.starts_with('"') {
        let (local, host) = text.split_once('@').ok_or(EmailError::NoLocalPart)?;
        if local.is_empty() {
            return Err(EmailError::NoLocalPart);
        }
        return if is_dot_string(local) { Ok((local, host)) } else { Err(EmailError::LocalPart) };
    }
    let end = closing_quote(text).ok_or(EmailError::LocalPart)?;
    let (local, rest) = text.split_at(end + 1);
    match rest.strip_prefix('@') {
        Some(host) => Ok((local, host)),
        None if rest.is_empty() => Err(EmailError::NoLocalPart),
        None => Err(EmailError::LocalPart),
    }
}

/// The offset of the quote that closes the quoted string at the start of `text`; `None` when it does not close or
/// holds a character that `qtextSMTP` and `quoted-pairSMTP` do not have.
fn closing_quote(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some(at),
            '\\' => {
                chars.next().filter(|(_, escaped)| matches!(escaped, ' '..='~'))?;
            }
            ' '..='~' => {}
            other if is_visible_non_ascii(other) => {}
            _ => return None,
        }
    }
    None
}

/// Reads an address literal after its opening bracket. Of RFC 5321's general literals only IPv6 has a tag.
fn literal(rest: &str) -> Option<IpAddr> {
    let inner = rest.strip_suffix(']')?;
    match inner.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => ipv6(inner.get(5..)?).map(IpAddr::V6),
        _ => inner.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

/// IPv6 as RFC 5321 §4.1.3 writes it, which is narrower than RFC 4291: `::` stands for two groups at least.
fn ipv6(text: &str) -> Option<Ipv6Addr> {
    let ip: Ipv6Addr = text.parse().ok()?;
    if let Some((before, after)) = text.split_once("::") {
        let groups = |side: &str| {
            side.split(':').filter(|g| !g.is_empty()).map(|g| if g.contains('.') { 2 } else { 1 }).sum::<usize>()
        };
        if groups(before) + groups(after) > 6 {
            return None;
        }
    }
    Some(ip)
}
