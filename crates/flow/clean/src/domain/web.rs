//! Websites and profile links.

use plumb_base::Domain;
use unicode_normalization::UnicodeNormalization;

/// Hosts where companies and people have a page, but which name nobody's own domain.
const SHARED_HOSTS: [&str; 24] = [
    "about.me",
    "amazon.com",
    "angel.co",
    "apple.com",
    "bit.ly",
    "crunchbase.com",
    "etsy.com",
    "facebook.com",
    "fb.com",
    "github.com",
    "google.com",
    "instagram.com",
    "kununu.com",
    "linkedin.com",
    "linktr.ee",
    "lnkd.in",
    "medium.com",
    "pinterest.com",
    "tiktok.com",
    "twitter.com",
    "wikipedia.org",
    "x.com",
    "xing.com",
    "youtube.com",
];

/// A web address that can be shown and opened.
pub(crate) struct Website {
    /// `https://example.com/about`: scheme as given (https if none), host in A-label form, path; no query.
    pub(crate) url: String,
    pub(crate) host: Domain,
}

/// Reads a tidy, non-empty cell.
pub(crate) fn website(cell: &str) -> Option<Website> {
    let wraps = |c| matches!(c, '<' | '>' | '"' | '\'' | ',' | ';' | '(' | ')');
    let cell = cell.trim_matches(wraps);
    let (scheme, rest) = match cell.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => ("http", rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => ("https", rest),
        Some(_) => return None,
        None => ("https", cell.trim_start_matches("//")),
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if authority.contains('@') || authority.contains(' ') || path.contains(' ') {
        return None;
    }
    let host = authority.split(':').next().unwrap_or_default();
    let host = Domain::parse(host).ok()?;
    let ending = host.as_str().rsplit_once('.').map(|(_, ending)| ending)?;
    // An address of numbers, or a file name: not a site's name.
    if ending.len() < 2 || !ending.bytes().any(|b| b.is_ascii_alphabetic()) || host.registrable().is_none() {
        return None;
    }
    let path = path.trim_end_matches(|c| c == '/' || wraps(c));
    Some(Website { url: format!("{scheme}://{host}{path}"), host })
}

/// The domain that a company registered, if the host is not one that many share.
pub(crate) fn own_domain(host: &Domain) -> Option<&str> {
    host.registrable().filter(|registrable| SHARED_HOSTS.binary_search(registrable).is_err())
}

/// The handle of a person's LinkedIn page, in lower case: `jane-doe-1a2b3c` of
/// `https://www.linkedin.com/in/Jane-Doe-1a2b3c/?trk=x`. A cell that is the handle alone is taken as well.
pub(crate) fn linkedin_handle(cell: &str) -> Option<String> {
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
    let fits = (3..=100).contains(&slug.chars().count());
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
