//! The names that most rows have, written without copies; [`Person::read`] reads all others.

use plumb_base::Country;

use super::super::batch::Value;
use super::super::draft::Draft;
use super::super::scan::Kinds;
use super::Person;
use super::around::{ends_bare, is_title_alone, without_titles};
use super::case::{Part, push_word};
use super::split::{Parts, split};

/// Reads the tidy cells of a name into the draft; empty ones are empty. Whether the name is implausible comes back.
pub(crate) fn read(
    draft: &mut Draft<'_>,
    first: NameCell<'_>,
    last: NameCell<'_>,
    full: NameCell<'_>,
    country: Option<Country>,
) -> bool {
    if let (Some(given), Some(family)) = (first.quick(Part::First, country), last.quick(Part::Last, country))
        && says_no_more(full.text, first.text.as_bytes(), last.text.as_bytes())
    {
        let shouting = given.capitals && family.capitals;
        let mut ends = [0; 3];
        draft.write(Value::FullName, |out| {
            let start = out.len();
            given.push(out, Part::First, shouting);
            ends[0] = out.len() - start;
            out.push(' ');
            ends[1] = out.len() - start;
            family.push(out, Part::Last, shouting);
            ends[2] = out.len() - start;
        });
        draft.share(Value::FirstName, Value::FullName, 0, ends[0]);
        draft.share(Value::LastName, Value::FullName, ends[1], ends[2]);
        return false;
    }
    if first.text.is_empty() && last.text.is_empty() {
        if full.text.is_empty() {
            return false;
        }
        if let Some(parts) = full.quick_parts(country) {
            draft.put(Value::FullName, full.text);
            draft.share(Value::FirstName, Value::FullName, parts.given.start, parts.given.end);
            draft.share(Value::LastName, Value::FullName, parts.family.start, parts.family.end);
            return false;
        }
    }
    let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let person = Person::read(some(first.text), some(last.text), some(full.text), country);
    for (value, text) in [
        (Value::FirstName, &person.first),
        (Value::LastName, &person.last),
        (Value::FullName, &person.full),
        (Value::Honorific, &person.honorific),
        (Value::NameSuffix, &person.suffix),
    ] {
        draft.put(value, text.as_deref().unwrap_or_default());
    }
    person.implausible
}

/// A tidy cell of a name's part and what is in it.
#[derive(Clone, Copy)]
pub(crate) struct NameCell<'r> {
    pub(crate) text: &'r str,
    pub(crate) kinds: Kinds,
}

/// A part of a name with nothing around it, that either has a case of its own or is one plain word.
#[derive(Clone, Copy)]
struct Quick<'r> {
    text: &'r str,
    settled: bool,
    capitals: bool,
}

impl<'r> NameCell<'r> {
    /// The part, if it is one of those that most names are made of; [`Person::read`] reads all others.
    fn quick(self, part: Part, country: Option<Country>) -> Option<Quick<'r>> {
        let Self { text, kinds } = self;
        let within = Kinds::LETTERS.and(Kinds::JOIN).and(Kinds::HIGH).and(Kinds::BLANK);
        if !kinds.only(within) || !kinds.any(Kinds::LETTERS) {
            return None;
        }
        if part == Part::First && text.len() <= 9 && is_title_alone(text) {
            return None;
        }
        let settled = kinds.any(Kinds::LOWER) && kinds.any(Kinds::UPPER);
        if kinds.any(Kinds::HIGH.and(Kinds::BLANK)) {
            let bare = match part {
                _ if !kinds.any(Kinds::BLANK) => true,
                Part::First => without_titles(text, false, country).len() == text.len(),
                _ => ends_bare(text, false),
            };
            if !settled || !bare || (kinds.any(Kinds::FAR) && text.chars().any(|c| c.is_numeric() || c == '\u{fffd}')) {
                return None;
            }
        }
        Some(Quick { text, settled, capitals: !settled && is_loud(text.as_bytes()) })
    }

    /// The parts of a whole name that has a case of its own and nothing around it.
    fn quick_parts(self, country: Option<Country>) -> Option<Parts> {
        let within = Kinds::LETTERS.and(Kinds::JOIN).and(Kinds::LATIN).and(Kinds::BLANK);
        let settled = self.kinds.any(Kinds::LOWER) && self.kinds.any(Kinds::UPPER);
        let bare = settled
            && self.kinds.only(within)
            && !self.text.contains(" '")
            && without_titles(self.text, true, country).len() == self.text.len()
            && ends_bare(self.text, true);
        if !bare {
            return None;
        }
        let parts = split(self.text, country).filter(|parts| !parts.turned)?;
        // One of the parts in capitals, or in small letters, is given the usual case.
        let settled = |range: &std::ops::Range<usize>| has_case(&self.text[range.clone()]);
        (settled(&parts.given) && settled(&parts.family)).then_some(parts)
    }
}

impl Quick<'_> {
    fn push(self, out: &mut String, part: Part, shouting: bool) {
        if self.settled {
            out.push_str(self.text);
        } else {
            push_plain(out, self.text, part, self.capitals, shouting);
        }
    }
}

/// Whether a part begins with a capital and goes on small.
fn has_case(part: &str) -> bool {
    let bytes = part.as_bytes();
    bytes.iter().any(u8::is_ascii_lowercase) && bytes.iter().any(u8::is_ascii_uppercase)
}

/// Whether a whole name is empty, or the two words of the parts.
fn says_no_more(full: &str, first: &[u8], last: &[u8]) -> bool {
    let full = full.as_bytes();
    full.is_empty()
        || (full.len() == first.len() + 1 + last.len()
            && full[..first.len()].eq_ignore_ascii_case(first)
            && full[first.len()] == b' '
            && full[first.len() + 1..].eq_ignore_ascii_case(last))
}

/// [`is_capitals`] of one plain word.
fn is_loud(word: &[u8]) -> bool {
    word.windows(2).any(|pair| pair[0].is_ascii_uppercase() && pair[1].is_ascii_uppercase())
        && !word.iter().any(u8::is_ascii_lowercase)
}

/// [`recase`] of one plain word in ASCII that is all in capitals or all in small letters.
fn push_plain(out: &mut String, word: &str, part: Part, capitals: bool, shouting: bool) {
    let letters = || word.bytes().filter(u8::is_ascii_alphabetic).count();
    let small = || !word.bytes().any(|b| b.is_ascii_uppercase());
    let initials = capitals && ((!shouting && letters() <= 2) || (part == Part::First && is_initials(word.as_bytes())));
    if initials || !(capitals || small()) {
        out.push_str(word);
        return;
    }
    let start = out.len();
    out.push_str(word);
    let Some(written) = out.get_mut(start..) else { return };
    written.make_ascii_lowercase();
    if is_simple(word.as_bytes()) {
        if let Some(first) = written.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        return;
    }
    out.truncate(start);
    push_word(out, &word.to_ascii_lowercase());
}

/// A word of letters alone that does not begin with Mc: its first letter is its only capital.
fn is_simple(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_alphabetic) && !matches!(word, [b'm' | b'M', b'c' | b'C', ..])
}

/// Two letters without a vowel: `JP`.
fn is_initials(word: &[u8]) -> bool {
    word.len() == 2 && !word.iter().any(|b| matches!(b.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y'))
}
