//! The time that a reply names for coming back: "try again in 300 seconds", "5 Minuten", "00:04:59".

use std::time::Duration;

use super::wording::{Asked, fold, is_inside_word};

#[cfg(test)]
mod tests;

/// Shortest and longest time that is believed: one that names less would have us knock at once, one that names more
/// is a wording gone wrong.
pub const BELIEVED_SECS: std::ops::RangeInclusive<u64> = 5..=24 * 3600;

/// Units by the beginning of the word, in seconds, longest first where one begins another.
const UNITS: &[(&str, u64)] = &[
    // Minutes before months and metres: whatever begins like this is one.
    ("minut", 60),
    ("mins", 60),
    ("min", 60),
    ("мин", 60),
    ("хвилин", 60),
    ("perc", 60),
    ("dakika", 60),
    ("λεπτ", 60),
    ("分", 60),
    ("분", 60),
    ("phut", 60),
    ("menit", 60),
    ("minuut", 60),
    ("دقيق", 60),
    ("דקות", 60),
    ("นาที", 60),
    ("seconds", 1),
    ("second", 1),
    ("sekund", 1),
    ("secs", 1),
    ("sec", 1),
    ("segund", 1),
    ("sek", 1),
    ("сек", 1),
    ("masodperc", 1),
    ("saniye", 1),
    ("δευτερολ", 1),
    ("秒", 1),
    ("초", 1),
    ("giay", 1),
    ("detik", 1),
    ("vterin", 1),
    ("ثاني", 1),
    ("שניות", 1),
    ("hours", 3600),
    ("hour", 3600),
    ("hrs", 3600),
    ("stund", 3600),
    ("std", 3600),
    ("heure", 3600),
    ("hora", 3600),
    ("ora|", 3600),
    ("ore|", 3600),
    ("uur", 3600),
    ("uren", 3600),
    ("godzin", 3600),
    ("час", 3600),
    ("годин", 3600),
    ("hodin", 3600),
    ("timm", 3600),
    ("timer|", 3600),
    ("time|", 3600),
    ("tunt", 3600),
    ("tunnin", 3600),
    ("saat", 3600),
    ("ωρα", 3600),
    ("ωρες", 3600),
    ("小时", 3600),
    ("小時", 3600),
    ("時間", 3600),
    ("시간", 3600),
    ("s|", 1),
    ("m|", 60),
    ("h|", 3600),
];

/// The time that the text names, within [`BELIEVED_SECS`]. A clock ("00:04:59") or numbers with units; of numbers that
/// follow each other ("1 hour 30 minutes") the sum; of several times the longest, which is late but never early.
#[must_use]
pub fn retry_after(text: &str) -> Option<Duration> {
    let text = fold(text, &Asked::default()).text;
    let mut longest = None;
    let mut sum: Option<(u64, usize)> = None;
    let mut at = 0;
    while let Some((start, number, end)) = next_number(&text, at) {
        at = end;
        let found = clock(&text, start).or_else(|| {
            let number: u64 = number.parse().ok()?;
            let (seconds, after) = unit(&text, end)?;
            Some((number.checked_mul(seconds)?, after))
        });
        let Some((seconds, after)) = found else { continue };
        at = at.max(after);
        let adjacent = sum.filter(|(_, before)| text[*before..start].trim_matches([' ', ',']).chars().count() <= 3);
        let total = adjacent.map_or(seconds, |(before, _)| before.saturating_add(seconds));
        sum = Some((total, after));
        longest = longest.max(Some(total));
    }
    let seconds = longest.filter(|seconds| *seconds > 0)?;
    Some(Duration::from_secs(seconds.clamp(*BELIEVED_SECS.start(), *BELIEVED_SECS.end())))
}

/// The next run of digits: where it starts, its text, where it ends.
fn next_number(text: &str, from: usize) -> Option<(usize, &str, usize)> {
    let start = from + text.get(from..)?.find(|c: char| c.is_ascii_digit())?;
    let length = text[start..].find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - start);
    Some((start, &text[start..start + length], start + length))
}

/// `hh:mm:ss` or `mm:ss`, in seconds, with where it ends. Not the tail of an IPv6 address, nor of a longer number.
fn clock(text: &str, start: usize) -> Option<(u64, usize)> {
    if text[..start].ends_with([':', '.']) {
        return None;
    }
    let length = text[start..].find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(text.len() - start);
    let word = text[start..start + length].trim_end_matches(':');
    let parts: Vec<&str> = word.split(':').collect();
    let after = text[start + length..].chars().next();
    if !matches!(parts.len(), 2 | 3)
        || parts.iter().any(|part| part.len() != 2)
        || after.is_some_and(char::is_alphanumeric)
    {
        return None;
    }
    let mut seconds = 0;
    for part in &parts {
        seconds = seconds * 60 + part.parse::<u64>().ok()?;
    }
    Some((seconds, start + length))
}

/// The unit that follows a number, in seconds, with where it ends.
fn unit(text: &str, from: usize) -> Option<(u64, usize)> {
    let rest = &text[from..];
    let word = from + (rest.len() - rest.trim_start_matches([' ', '-', '(', '\u{a0}', '.']).len());
    UNITS.iter().find_map(|(unit, seconds)| {
        let (unit, whole_word) = unit.strip_suffix('|').map_or((*unit, false), |unit| (unit, true));
        let unit = fold(unit, &Asked::default()).text;
        let at = word..word + unit.len();
        // The digits before it are no letters of the same word.
        let fits = text.get(at.clone()) == Some(unit.as_str()) && !(whole_word && goes_on(text, at.end));
        fits.then_some((*seconds, at.end))
    })
}

fn goes_on(text: &str, at: usize) -> bool {
    is_inside_word(text, at..at, false) || text[at..].chars().next().is_some_and(char::is_alphanumeric)
}
