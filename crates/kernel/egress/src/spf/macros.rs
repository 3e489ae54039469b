//! Macros in the names of a record (RFC 7208 §7).

use std::fmt::Write as _;
use std::net::IpAddr;

#[cfg(test)]
mod tests;

/// Longest name; of a longer one the first labels are left out (RFC 7208 §7.3).
const NAME_OCTETS_MAX: usize = 253;

/// What macros stand for.
pub(super) struct Values<'a> {
    /// The envelope sender, with its local part.
    pub(super) sender: &'a str,
    /// The name of the greeting.
    pub(super) helo: &'a str,
    /// The domain whose record is read.
    pub(super) domain: &'a str,
    pub(super) address: IpAddr,
    /// The validated name of the address, or "unknown".
    pub(super) name: &'a str,
}

/// One part of a name with macros.
enum Part<'t> {
    Text(&'t str),
    Macro { letter: char, labels: Option<usize>, is_reversed: bool, delimiters: &'t str },
}

/// Whether this is a name, with macros or without, as far as syntax goes.
pub(super) fn is_well_formed(text: &str) -> bool {
    let is_visible = |byte: u8| (0x21..=0x7e).contains(&byte);
    !text.is_empty() && text.bytes().all(is_visible) && parts(text).is_some()
}

/// Whether the validated name of the address is needed, which costs questions.
pub(super) fn needs_name(text: &str) -> bool {
    let is_name = |part: &Part<'_>| matches!(part, Part::Macro { letter: 'p' | 'P', .. });
    parts(text).is_some_and(|parts| parts.iter().any(is_name))
}

/// The name that is meant; `None` when it is malformed.
pub(super) fn expand(text: &str, values: &Values<'_>) -> Option<String> {
    let mut name = String::new();
    for part in parts(text)? {
        match part {
            Part::Text(text) => name.push_str(text),
            Part::Macro { letter, labels, is_reversed, delimiters } => {
                let value = value(letter.to_ascii_lowercase(), values)?;
                let value = transformed(&value, labels, is_reversed, delimiters);
                if letter.is_ascii_uppercase() {
                    escape(&value, &mut name);
                } else {
                    name.push_str(&value);
                }
            }
        }
    }
    while name.len() > NAME_OCTETS_MAX {
        name = name.split_once('.')?.1.to_owned();
    }
    Some(name)
}

fn value(letter: char, values: &Values<'_>) -> Option<String> {
    let (local, sender_domain) = values.sender.rsplit_once('@').unwrap_or(("postmaster", values.sender));
    Some(match letter {
        's' => values.sender.to_owned(),
        'l' => local.to_owned(),
        'o' => sender_domain.to_owned(),
        'd' => values.domain.to_owned(),
        'h' => values.helo.to_owned(),
        'p' => values.name.to_owned(),
        'i' => match values.address {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => {
                let nibbles = v6.octets().into_iter().flat_map(|octet| [octet >> 4, octet & 15]);
                nibbles.map(|nibble| format!("{nibble:x}")).collect::<Vec<_>>().join(".")
            }
        },
        'v' => if values.address.is_ipv4() { "in-addr" } else { "ip6" }.to_owned(),
        _ => return None,
    })
}

/// Escapes all but the unreserved characters of RFC 3986, as macros in upper case want it.
fn escape(value: &str, into: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

/// Split at the delimiters, turned round, cut to the last labels, joined by dots.
fn transformed(value: &str, labels: Option<usize>, is_reversed: bool, delimiters: &str) -> String {
    let is_delimiter = |c: char| if delimiters.is_empty() { c == '.' } else { delimiters.contains(c) };
    let mut parts: Vec<&str> = value.split(is_delimiter).collect();
    if is_reversed {
        parts.reverse();
    }
    let from = labels.map_or(0, |labels| parts.len().saturating_sub(labels));
    parts[from..].join(".")
}

fn parts(text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        parts.push(Part::Text(&rest[..at]));
        let after = &rest[at + 1..];
        let (part, used) = match after.as_bytes().first()? {
            b'%' => (Part::Text("%"), 1),
            b'_' => (Part::Text(" "), 1),
            b'-' => (Part::Text("%20"), 1),
            b'{' => {
                let end = after.find('}')?;
                (of_braces(&after[1..end])?, end + 1)
            }
            _ => return None,
        };
        parts.push(part);
        rest = &after[used..];
    }
    parts.push(Part::Text(rest));
    Some(parts)
}

/// `i`, `d2`, `ir`, `l-`, `L1r+`: a letter, how many labels, whether turned round, what splits.
fn of_braces(text: &str) -> Option<Part<'_>> {
    let letter = text.chars().next().filter(|c| "slodiphv".contains(c.to_ascii_lowercase()))?;
    let rest = &text[1..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let labels = match &rest[..digits] {
        "" => None,
        digits => Some(digits.parse().ok().filter(|labels| *labels > 0)?),
    };
    let rest = &rest[digits..];
    let (is_reversed, delimiters) = match rest.strip_prefix(['r', 'R']) {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let part = Part::Macro { letter, labels, is_reversed, delimiters };
    delimiters.chars().all(|c| ".-+,/_=".contains(c)).then_some(part)
}
