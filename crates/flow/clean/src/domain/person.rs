//! Names of people: case, honorifics, and the two parts of a whole name.

use human_name::Name;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::fold;
use super::mapping::Field;
use super::text::is_placeholder;

mod quick;

pub(crate) use quick::{NameCell, read};

/// A person's name as it can stand at the head of a letter.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) first: Option<String>,
    pub(crate) last: Option<String>,
    pub(crate) full: Option<String>,
    /// An `@`, digits or a web address where the name should be: kept, but nobody is recognised by it.
    pub(crate) implausible: bool,
}

impl Person {
    /// Reads tidy cells; empty ones are `None`.
    ///
    /// A name changes case only if it is all in capitals or all in small letters, and only in Latin script. A whole name
    /// gives first and last name only where both are missing; where they cannot be told apart, it stays whole.
    pub(crate) fn read(first: Option<&str>, last: Option<&str>, full: Option<&str>) -> Self {
        let implausible = [first, last, full].into_iter().flatten().any(is_implausible);
        // `Example, Ada` in the column of family names is the whole name.
        let (last, full) = match (first, last, full) {
            (None, Some(whole), None) if without_credentials(whole).contains(", ") => (None, Some(whole)),
            other => (other.1, other.2),
        };
        let (mut first, mut last) = parts(first, last);
        let joined = match (&first, &last) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        let full = match (full, joined) {
            (Some(full), Some(joined))
                if full.eq_ignore_ascii_case(&joined) || fold::words(full) == fold::words(&joined) =>
            {
                Some(joined)
            }
            (Some(full), _) => Some(recase(full, Part::Whole, is_capitals(full))),
            (None, joined) => joined,
        };
        if first.is_none()
            && last.is_none()
            && !implausible
            && let Some((given, family)) = full.as_deref().and_then(split)
        {
            (first, last) = parts(Some(&given), Some(&family));
            // The order of a register is not the order in which people are addressed.
            if full.as_deref().is_some_and(|full| without_credentials(full).contains(", ")) {
                let full = first.iter().chain(&last).map(String::as_str).collect::<Vec<_>>().join(" ");
                return Self { first, last, full: Some(full), implausible };
            }
        }
        Self { first, last, full, implausible }
    }
}

/// First and last name without what stands around them, in the usual case.
fn parts(first: Option<&str>, last: Option<&str>) -> (Option<String>, Option<String>) {
    let first = first.map(without_honorifics);
    let last = last.map(without_credentials);
    // Capitals in both parts are the list's habit; in one short part they are initials (`JP`).
    let both = matches!((first, last), (Some(a), Some(b)) if is_capitals(a) && is_capitals(b));
    (first.map(|name| recase(name, Part::First, both)), last.map(|name| recase(name, Part::Last, both)))
}

fn is_implausible(name: &str) -> bool {
    let address =
        name.contains(['@', '\u{fffd}']) || name.contains("://") || name.to_ascii_lowercase().contains("www.");
    address || name.chars().any(char::is_numeric)
}

/// Whether a word may have as few letters as asked: true for all that is not plain letters.
fn is_short_word(word: &str, letters_max: usize) -> bool {
    word.len() <= letters_max || !word.bytes().all(|b| b.is_ascii_alphabetic())
}

/// No title or degree is written in more octets: ten letters, their dots and an accent or two.
const AROUND_BYTES_MAX: usize = 24;

/// Titles before a name, folded.
const HONORIFICS: [&str; 34] = [
    "baron",
    "dipl ing",
    "dott",
    "dott ssa",
    "dr",
    "dr h c",
    "dr ing",
    "dr med",
    "dra",
    "eng",
    "frau",
    "fru",
    "hr",
    "herr",
    "ing",
    "m",
    "mag",
    "mevr",
    "miss",
    "mlle",
    "mme",
    "monsieur",
    "madame",
    "mr",
    "mrs",
    "ms",
    "mx",
    "prof",
    "prof dr",
    "professor",
    "sir",
    "sr",
    "sra",
    "srta",
];

/// Letters after a name, folded.
const CREDENTIALS: [&str; 20] = [
    "ba", "bsc", "ca", "cfa", "cisa", "cissp", "cpa", "dba", "esq", "jd", "llm", "ma", "mba", "md", "msc", "pe", "phd",
    "ph d", "pmp", "rn",
];

/// The name without the honorifics before it; a name that is nothing else stays.
fn without_honorifics(name: &str) -> &str {
    let mut rest = name;
    while let Some((head, tail)) = rest.split_once(' ') {
        if head.len() > AROUND_BYTES_MAX || !is_short_word(head, 9) {
            break;
        }
        let folded = fold::words(head);
        // One letter is a title only with nothing but its dot, and an initial otherwise: `M. Dupont` against `M Night`.
        let title = HONORIFICS.contains(&folded.as_str()) && (folded.len() > 1 || !tail.contains(' '));
        if !title || is_placeholder(tail, Field::FirstName) {
            break;
        }
        rest = tail;
    }
    rest
}

/// The name without degrees after it (`Smith, PhD`, `Smith MBA`); a name that is nothing else stays.
fn without_credentials(name: &str) -> &str {
    let mut rest = name;
    while let Some((head, tail)) = rest.rsplit_once([' ', ',']) {
        if tail.len() > AROUND_BYTES_MAX || !is_short_word(tail, 5) {
            break;
        }
        let folded = fold::words(tail);
        // Only capitals among small letters tell `MA` the degree from `Ma` the name.
        let comma = head.ends_with(',') || rest.as_bytes().get(head.len()) == Some(&b',');
        let degree = CREDENTIALS.contains(&folded.as_str())
            && if folded.len() > 2 { comma || has_capitals(tail) } else { has_capitals(tail) && !is_capitals(head) };
        let head = head.trim_end_matches([' ', ',']);
        if is_placeholder(head, Field::LastName) || !(degree || tail.is_empty()) {
            break;
        }
        rest = head;
    }
    rest
}

/// Which part of a name a text is: it decides where particles and initials may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    First,
    Last,
    Whole,
}

/// Words inside a name that stay small.
const PARTICLES: [&str; 35] = [
    "af", "al", "av", "bin", "bint", "da", "dal", "das", "de", "degli", "dei", "del", "dela", "della", "den", "der",
    "des", "di", "do", "dos", "du", "e", "el", "ibn", "la", "las", "le", "los", "ten", "ter", "van", "von", "y", "zu",
    "zum",
];

fn is_latin(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '\u{00c0}'..='\u{024f}' | '\u{1e00}'..='\u{1eff}')
}

/// Whether a name is written in capitals: initials (`J.-P.`) and the numerals after a name do not make it so.
fn is_capitals(name: &str) -> bool {
    let run = |word: &str| word.chars().zip(word.chars().skip(1)).any(|(a, b)| a.is_uppercase() && b.is_uppercase());
    name.chars().all(|c| c.is_uppercase() || !c.is_alphabetic())
        && name.split(' ').enumerate().any(|(n, word)| run(word) && (n == 0 || !is_numeral(word)))
}

fn has_capitals(word: &str) -> bool {
    word.chars().filter(|c| c.is_uppercase()).count() > 1
}

fn is_numeral(word: &str) -> bool {
    ["II", "III", "IV"].iter().any(|numeral| word.eq_ignore_ascii_case(numeral))
}

/// Gives a name the usual case if it has none of its own. `shouting`: capitals are the habit of the whole row, so that
/// two letters are a name (`AL`) and not initials (`JP`).
fn recase(name: &str, part: Part, shouting: bool) -> String {
    let letters = || name.chars().filter(|c| c.is_alphabetic());
    let capitals = is_capitals(name);
    let small = letters().next().is_some() && letters().all(char::is_lowercase);
    let foreign = name.chars().any(|c| (c.is_alphabetic() && !is_latin(c)) || is_combining_mark(c));
    if !(capitals || small) || foreign || (capitals && !shouting && letters().count() <= 2) {
        return name.to_owned();
    }
    let words: Vec<&str> = name.split(' ').collect();
    let last = words.len() - 1;
    let mut out = String::with_capacity(name.len());
    for (n, word) in words.into_iter().enumerate() {
        if n > 0 {
            out.push(' ');
        }
        let lower = lowered(word);
        let may_be_small = n < last && (n > 0 || part == Part::Last);
        let may_be_initials = capitals && (part == Part::First || (part == Part::Whole && n < last));
        if may_be_small && PARTICLES.contains(&lower.as_str()) {
            out.push_str(&lower);
        } else if n > 0 && is_numeral(word) {
            out.push_str(&lower.to_ascii_uppercase());
        } else if may_be_initials && word.chars().count() == 2 && !lower.contains(['a', 'e', 'i', 'o', 'u', 'y']) {
            out.push_str(word);
        } else {
            push_word(&mut out, &lower);
        }
    }
    out
}

/// One word: `jean-luc` → `Jean-Luc`, `o'brien` → `O'Brien`, `mcdonald` → `McDonald`.
fn push_word(out: &mut String, lower: &str) {
    for (n, piece) in lower.split('-').enumerate() {
        if n > 0 {
            out.push('-');
        }
        let after_mark = piece.char_indices().nth(1).filter(|(_, c)| fold::is_apostrophe(*c));
        match after_mark {
            Some((at, mark)) if piece.len() > at + mark.len_utf8() + 1 => {
                push_capital(out, &piece[..at + mark.len_utf8()]);
                push_capital(out, &piece[at + mark.len_utf8()..]);
            }
            _ => match piece.strip_prefix("mc") {
                Some(rest) if rest.len() >= 3 => {
                    out.push_str("Mc");
                    push_capital(out, rest);
                }
                _ => push_capital(out, piece),
            },
        }
    }
}

/// The text with its first letter in capitals; a letter without a single capital (ß) stays.
fn push_capital(out: &mut String, lower: &str) {
    let mut waiting = true;
    for c in lower.chars() {
        let mut upper = c.to_uppercase();
        match (waiting && c.is_alphabetic(), upper.next(), upper.next()) {
            (true, Some(upper), None) => out.push(upper),
            _ => out.push(c),
        }
        waiting &= !c.is_alphabetic();
    }
}

/// Letter by letter, so that no letter becomes two (İ).
fn lowered(word: &str) -> String {
    let lower = |c: char| {
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(lower), None) => lower,
            _ => c,
        }
    };
    word.chars().map(lower).collect()
}

/// First and last name of a whole name in Latin script, as they are written in it.
///
/// `human_name` decides which words they are; the words themselves are taken from the text, because it decomposes and
/// re-cases what it returns.
fn split(full: &str) -> Option<(String, String)> {
    let plain = |c: char| is_latin(c) || fold::is_apostrophe(c) || matches!(c, ' ' | '-' | '.' | ',' | '(' | ')' | '"');
    if full.len() > 120 || !full.chars().all(plain) {
        return None;
    }
    let bare = without_credentials(without_honorifics(full));
    let name = Name::parse(bare)?;
    let words: Vec<&str> = bare.split(' ').map(|word| word.trim_matches([',', '"', '(', ')'])).collect();
    let run = |wanted: &str| {
        let wanted: String = wanted.nfc().collect();
        let wanted: Vec<String> = wanted.split(' ').map(fold::words).collect();
        let starts = words.windows(wanted.len()).rposition(|window| {
            window.iter().zip(&wanted).all(|(word, wanted)| !wanted.is_empty() && fold::words(word) == *wanted)
        })?;
        Some(starts..starts + wanted.len())
    };
    let family = run(name.surname())?;
    let given = if let Some(given) = name.given_name() {
        run(given)?
    } else {
        let at = words.iter().position(|word| word.starts_with(name.first_initial()))?;
        at..at + 1
    };
    if given.start < family.end && family.start < given.end {
        return None;
    }
    let (given, family) = (words[given].join(" "), words[family].join(" "));
    let says_something = !is_placeholder(&given, Field::FirstName) && !is_placeholder(&family, Field::LastName);
    says_something.then_some((given, family))
}

#[cfg(test)]
mod tests;
