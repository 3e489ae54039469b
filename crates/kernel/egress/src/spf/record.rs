//! The terms of a record. A record is read whole before any of it is evaluated: one that is malformed anywhere cannot be
//! used (RFC 7208 §4.6).

use std::net::IpAddr;

use super::Spf;
use super::macros::is_well_formed;

/// A record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record<'r> {
    pub(super) directives: Vec<Directive<'r>>,
    pub(super) redirect: Option<&'r str>,
}

/// What follows when a mechanism fits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directive<'r> {
    pub(super) result: Spf,
    pub(super) mechanism: Mechanism<'r>,
}

/// Which addresses are meant. Names are as they stand in the record, with their macros; none stands for the domain of the
/// record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mechanism<'r> {
    All,
    Include(&'r str),
    A(Option<&'r str>, Bits),
    Mx(Option<&'r str>, Bits),
    Ptr(Option<&'r str>),
    Network(IpAddr, Bits),
    Exists(&'r str),
}

/// How many first bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    pub(super) v4: u8,
    pub(super) v6: u8,
}

const ALL_BITS: Bits = Bits { v4: 32, v6: 128 };

impl<'r> Record<'r> {
    /// Reads a record, its version included. The error says which term is malformed.
    pub(super) fn read(text: &'r str) -> Result<Self, String> {
        let mut record = Self { directives: Vec::new(), redirect: None };
        let mut explains = false;
        for term in text.split_ascii_whitespace().skip(1) {
            let malformed = || format!("{term:?} is malformed");
            let Some((name, value)) = modifier(term) else {
                record.directives.push(directive(term).ok_or_else(malformed)?);
                continue;
            };
            let is_known = |known: &str| name.eq_ignore_ascii_case(known);
            // Either may stand once; what else there is says nothing to us (RFC 7208 §6).
            if is_known("redirect") {
                if record.redirect.is_some() || !is_well_formed(value) {
                    return Err(malformed());
                }
                record.redirect = Some(value);
            } else if is_known("exp") {
                if explains {
                    return Err(malformed());
                }
                explains = true;
            }
        }
        Ok(record)
    }
}

/// `name=value`; a mechanism has none of these before its colon or slash.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    (begins && is_name).then_some((name, value))
}

fn directive(term: &str) -> Option<Directive<'_>> {
    let (result, mechanism) = match term.as_bytes().first()? {
        b'+' => (Spf::Pass, &term[1..]),
        b'-' => (Spf::Fail, &term[1..]),
        b'~' => (Spf::SoftFail, &term[1..]),
        b'?' => (Spf::Neutral, &term[1..]),
        _ => (Spf::Pass, term),
    };
    let end = mechanism.find([':', '/']).unwrap_or(mechanism.len());
    let (name, rest) = mechanism.split_at(end);
    let value = rest.strip_prefix(':');
    let spec = |value: Option<&'_ str>| value.is_none_or(is_well_formed);
    let mechanism = match name.to_ascii_lowercase().as_str() {
        "all" => rest.is_empty().then_some(Mechanism::All)?,
        "ip4" => network(value?, true)?,
        "ip6" => network(value?, false)?,
        "include" => Mechanism::Include(value.filter(|value| is_well_formed(value))?),
        "exists" => Mechanism::Exists(value.filter(|value| is_well_formed(value))?),
        "ptr" if rest.is_empty() || value.is_some() => Mechanism::Ptr(spec(value).then_some(value)?),
        "a" => host_and_bits(rest).map(|(host, bits)| Mechanism::A(host, bits))?,
        "mx" => host_and_bits(rest).map(|(host, bits)| Mechanism::Mx(host, bits))?,
        _ => return None,
    };
    Some(Directive { result, mechanism })
}

fn network(text: &str, is_v4: bool) -> Option<Mechanism<'_>> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    if address.is_ipv4() != is_v4 {
        return None;
    }
    let mut all = ALL_BITS;
    match bits {
        None => {}
        Some(bits) if is_v4 => all.v4 = number(bits, 32)?,
        Some(bits) => all.v6 = number(bits, 128)?,
    }
    Some(Mechanism::Network(address, all))
}

/// `:host/24//64` with any part missing.
fn host_and_bits(rest: &str) -> Option<(Option<&str>, Bits)> {
    let (host, bits) = match slash(rest) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let host = match host.strip_prefix(':') {
        Some(host) => Some(host).filter(|host| is_well_formed(host)).map(Some)?,
        None => None,
    };
    let bits = match bits {
        None => ALL_BITS,
        Some(bits) => match (bits.strip_prefix('/'), bits.split_once("//")) {
            (Some(v6), _) => Bits { v6: number(v6, 128)?, ..ALL_BITS },
            (None, Some((v4, v6))) => Bits { v4: number(v4, 32)?, v6: number(v6, 128)? },
            (None, None) => Bits { v4: number(bits, 32)?, ..ALL_BITS },
        },
    };
    Some((host, bits))
}

/// The first slash that stands in no macro, where it may be a delimiter.
fn slash(text: &str) -> Option<usize> {
    let mut is_inside = false;
    text.bytes().position(|byte| {
        match byte {
            b'{' => is_inside = true,
            b'}' => is_inside = false,
            _ => {}
        }
        byte == b'/' && !is_inside
    })
}

/// A number without a sign or leading zeros (RFC 7208 §5.6).
fn number(text: &str, max: u8) -> Option<u8> {
    let is_plain = text == "0" || !text.starts_with(['0', '+']);
    text.parse::<u8>().ok().filter(|bits| is_plain && *bits <= max)
}
