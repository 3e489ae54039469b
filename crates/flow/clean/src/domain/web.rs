//! Websites and profile links.

use std::ops::{Range, RangeInclusive};

use plumb_base::Domain;
use plumb_base::domain;
use unicode_normalization::UnicodeNormalization;

/// Reads a tidy, non-empty cell and writes a web address that can be shown and opened, if it is one:
/// `https://example.com/about`, scheme as given (https if none), host in A-label form, path; no query. Where the host stands in it
/// comes back.
pub(crate) fn website(cell: &str, out: &mut String) -> Option<Range<usize>> {
    let edges = [cell.as_bytes().first(), cell.as_bytes().last()];
    let cell = if edges.into_iter().flatten().any(|b| is_wrap(*b)) { cell.trim_matches(wraps) } else { cell };
    let (scheme, rest) = split_scheme(cell)?;
    let (mut slash, mut colon, mut end) = (None, None, rest.len());
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b' ' => return None,
            b'@' if slash.is_none() => return None,
            b'/' if slash.is_none() => slash = Some(at),
            b':' if slash.is_none() && colon.is_none() => colon = Some(at),
            b'?' | b'#' => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let slash = slash.unwrap_or(end);
    let (host, path) = (&rest[..colon.unwrap_or(slash)], &rest[slash..end]);
    let host = host.strip_suffix('.').unwrap_or(host);
    let start = out.len();
    out.push_str(scheme);
    let at = out.len();
    if host.is_ascii() {
        out.push_str(host);
        out.get_mut(at..)?.make_ascii_lowercase();
    } else if let Ok(host) = Domain::parse(host) {
        out.push_str(host.as_str());
    }
    if !is_host(&out[at..]) {
        out.truncate(start);
        return None;
    }
    let host = at - start..out.len() - start;
    let keep = path.bytes().rposition(|b| b != b'/' && !is_wrap(b)).map_or(0, |at| at + 1);
    out.push_str(&path[..keep]);
    Some(host)
}

/// Reads a tidy cell that is the website of a domain in A-label form, known to be one, and nothing more, as most are in
/// lists with both: the scheme and the host, as [`website`] would write them.
pub(crate) fn site_of<'c>(cell: &'c str, domain: &str) -> Option<(&'static str, &'c str)> {
    let with_scheme = ["https://", "http://"].into_iter().find_map(|scheme| Some((scheme, cell.strip_prefix(scheme)?)));
    let (scheme, rest) = with_scheme.unwrap_or(("https://", cell));
    let path = rest.strip_prefix("www.").unwrap_or(rest).strip_prefix(domain)?;
    let host = &rest[..rest.len() - path.len()];
    let whole = path.bytes().all(|b| b == b'/') && host.len() <= HOST_OCTETS_MAX && has_letters_last(host);
    whole.then_some((scheme, host))
}

/// Longest name in the DNS, without the dot at its end (RFC 1035 §2.3.4).
const HOST_OCTETS_MAX: usize = 253;

/// The scheme as it is written out, and what stands behind it.
fn split_scheme(cell: &str) -> Option<(&'static str, &str)> {
    for scheme in ["https://", "http://"] {
        if let Some((head, rest)) = cell.split_at_checked(scheme.len())
            && head.eq_ignore_ascii_case(scheme)
        {
            return Some((scheme, rest));
        }
    }
    let other = cell.as_bytes().windows(3).any(|three| three == b"://");
    (!other).then(|| ("https://", cell.trim_start_matches("//")))
}

/// What people put around a web address.
fn is_wrap(byte: u8) -> bool {
    matches!(byte, b'<' | b'>' | b'"' | b'\'' | b',' | b';' | b'(' | b')')
}

fn wraps(c: char) -> bool {
    u8::try_from(c).is_ok_and(is_wrap)
}

/// A name that may be a site's: an address of numbers, or a file name, is none.
fn is_host(name: &str) -> bool {
    has_letters_last(name) && domain::check(name).is_ok()
}

/// Whether the last label is of two characters or more, one of them a letter.
fn has_letters_last(name: &str) -> bool {
    let bytes = name.as_bytes();
    let dot = bytes.iter().rposition(|b| *b == b'.');
    let ending = dot.map_or(&[][..], |dot| &bytes[dot + 1..]);
    ending.len() >= 2 && ending.iter().any(u8::is_ascii_alphabetic)
}

/// Writes the handle of a person's LinkedIn page, in lower case: `jane-doe-1a2b3c` of
/// `https://www.linkedin.com/in/Jane-Doe-1a2b3c/?trk=x`. A cell that is the handle alone is taken as well. Nothing is written
/// if there is none.
pub(crate) fn linkedin_handle(cell: &str, out: &mut String) {
    if let Some(rest) = plain_profile(cell) {
        let start = out.len();
        out.push_str(rest);
        if let Some(handle) = out.get_mut(start..) {
            handle.make_ascii_lowercase();
        }
    } else if let Some(handle) = any_handle(cell) {
        out.push_str(&handle);
    }
}

/// The handle at the end of the usual link, if it is in ASCII.
fn plain_profile(cell: &str) -> Option<&str> {
    let after = |text: &'_ str, head: &str| {
        text.get(..head.len()).filter(|start| start.eq_ignore_ascii_case(head)).map(|_| head.len())
    };
    let mut at = after(cell, "https://").or_else(|| after(cell, "http://")).unwrap_or(0);
    at += after(cell.get(at..)?, "www.").unwrap_or(0);
    at += after(cell.get(at..)?, "linkedin.com/in/")?;
    let rest = cell.get(at..)?;
    let mut letters = false;
    let mut len = 0;
    for byte in rest.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => letters = true,
            b'0'..=b'9' | b'-' | b'_' => {}
            b'/' | b'?' | b'#' | b'&' => break,
            _ => return None,
        }
        len += 1;
    }
    (letters && HANDLE_CHARS.contains(&len)).then_some(&rest[..len])
}

/// How many characters a handle has.
const HANDLE_CHARS: RangeInclusive<usize> = 3..=100;

fn any_handle(cell: &str) -> Option<String> {
    let lower = cell.to_ascii_lowercase();
    let rest = match lower.split_once("linkedin.com/") {
        Some((_, path)) => path.strip_prefix("in/").or_else(|| path.strip_prefix("pub/"))?,
        None if lower.contains(['/', '.', ' ', '@', ':']) => return lower.strip_prefix("in/").and_then(slug),
        None => &lower,
    };
    slug(rest)
}

fn slug(rest: &str) -> Option<String> {
    let slug = rest.split(['/', '?', '#', '&']).next().unwrap_or_default();
    let slug: String = percent_decoded(slug)?.nfc().flat_map(char::to_lowercase).nfc().collect();
    let fits = HANDLE_CHARS.contains(&slug.chars().count());
    let plain = slug.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    (fits && plain && slug.chars().any(char::is_alphabetic)).then_some(slug)
}

fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let (high, low) = (char::from(bytes.next()?).to_digit(16)?, char::from(bytes.next()?).to_digit(16)?);
            out.push((high * 16 + low) as u8);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests;
