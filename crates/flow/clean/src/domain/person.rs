//! Names of people: case, what stands around them, and the two parts of a whole name.

use std::borrow::Cow;

use plumb_base::Country;

use super::fold;
use super::mapping::Field;
use super::text::{self, is_placeholder};

mod around;
mod case;
mod quick;
mod split;

use around::Around;
pub(crate) use around::generation;
use case::{Part, is_capitals, recase};
pub(crate) use quick::{NameCell, read};

/// A person's name as it can stand at the head of a letter.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) first: Option<String>,
    pub(crate) last: Option<String>,
    pub(crate) full: Option<String>,
    /// Titles before the name: `Prof. Dr.`.
    pub(crate) honorific: Option<String>,
    /// What stands behind it: `Jr., MD`.
    pub(crate) suffix: Option<String>,
    /// An `@`, digits or a web address where the name should be: kept, but nobody is recognised by it.
    pub(crate) implausible: bool,
}

/// How often a name is read: each reading takes something off it, and nothing has more around it.
const READINGS_MAX: usize = 8;

impl Person {
    /// Reads tidy cells; empty ones are `None`.
    ///
    /// A name changes case only if it is all in capitals or all in small letters, and only in Latin script. A whole name
    /// gives first and last name only where both are missing; where they cannot be told apart, it stays whole. Titles and
    /// degrees leave the name; what tells father and son apart stays in the whole name.
    ///
    /// What one reading writes may be read further: a title behind a comma uncovers another, a part stands alone that
    /// did not before. So it is read until it stays, as a cleaned list must when it is cleaned again.
    pub(crate) fn read(first: Option<&str>, last: Option<&str>, full: Option<&str>, country: Option<Country>) -> Self {
        let mut person = Self::once(first, last, full, country);
        if person.implausible || person.is_settled() {
            return person;
        }
        for _ in 0..READINGS_MAX {
            let [first, last, full] =
                [(&person.first, Field::FirstName), (&person.last, Field::LastName), (&person.full, Field::FullName)]
                    .map(|(text, field)| {
                        let text = text.as_deref().map(text::tidy);
                        text.filter(|text| !text.is_empty() && !is_placeholder(text, field))
                    });
            let mut again = Self::once(first.as_deref(), last.as_deref(), full.as_deref(), country);
            let stays = (&again.first, &again.last, &again.full) == (&person.first, &person.last, &person.full);
            // What tells father and son apart is part of the key, so the whole name must say it too.
            let said_before = person.suffix.as_deref().and_then(generation);
            let unsaid = said_before.filter(|said| again.suffix.as_deref().and_then(generation) != Some(said));
            match (&person.first, &person.last, unsaid) {
                (Some(first), Some(last), Some(generation)) if stays => {
                    person.full = Some(format!("{first} {last} {generation}"));
                    continue;
                }
                _ if stays => break,
                _ => {}
            }
            again.honorific = person.honorific.or(again.honorific);
            again.suffix = both(person.suffix, again.suffix);
            person = again;
        }
        person
    }

    /// Whether the parts are plain words and the whole name says no more, so that another reading finds the same.
    fn is_settled(&self) -> bool {
        let (Some(first), Some(last), Some(full)) = (&self.first, &self.last, &self.full) else { return false };
        let is_plain = |part: &str, field: Field| {
            let rest = part.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or_default();
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase()) && !is_placeholder(part, field)
        };
        is_plain(first, Field::FirstName)
            && is_plain(last, Field::LastName)
            && !around::is_title_alone(first)
            && full.strip_prefix(first.as_str()).and_then(|rest| rest.strip_prefix(' ')) == Some(last)
    }

    /// One reading.
    fn once(first: Option<&str>, last: Option<&str>, full: Option<&str>, country: Option<Country>) -> Self {
        let implausible = [first, last, full].into_iter().flatten().any(is_implausible);
        // `Example, Ada` in the column of family names is the whole name.
        let (last, full) = match (first, last, full) {
            (None, Some(whole), None) if Around::of(whole, true, country).name.contains(", ") => (None, Some(whole)),
            other => (other.1, other.2),
        };
        // A title in the column of given names leaves the whole name to say both parts.
        let title = first.filter(|first| last.is_none() && full.is_some() && around::is_title_alone(first));
        let mut person = if (first.is_none() || title.is_some()) && last.is_none() {
            let mut person = full.map(|full| Self::whole(full, implausible, country)).unwrap_or_default();
            person.honorific = title.and_then(|title| said(written(title))).or(person.honorific);
            person
        } else {
            Self::parts(first, last, full, country)
        };
        person.implausible = implausible;
        person
    }

    /// From the parts, and the whole name if there is one.
    fn parts(first: Option<&str>, last: Option<&str>, full: Option<&str>, country: Option<Country>) -> Self {
        let (title, first) = match first {
            Some(alone) if around::is_title_alone(alone) => (alone, None),
            Some(first) => {
                let bare = around::without_titles(first, false, country);
                (first[..first.len() - bare.len()].trim_end(), Some(bare))
            }
            None => ("", None),
        };
        let behind = last.map(Around::behind).unwrap_or_default();
        let last = last.map(|_| behind.name);
        // Capitals in both parts are the list's habit; in one short part they are initials (`JP`).
        let both = matches!((first, last), (Some(a), Some(b)) if is_capitals(a) && is_capitals(b));
        let first = first.map(|name| recase(name, Part::First, both));
        let last = last.map(|name| recase(name, Part::Last, both));
        let joined = first.iter().chain(&last).map(String::as_str).collect::<Vec<_>>().join(" ");
        let is_joined = |name: &str| !joined.is_empty() && says_the_same(name, &joined);
        let whole = match full {
            Some(full) if is_joined(full) => Around { name: full, ..Around::default() },
            // The parts are known, so that one word may be all that remains of it.
            Some(full) => Around::beside(full, country),
            None => Around::default(),
        };
        let generation = [behind.generation, whole.generation].into_iter().find(|text| !text.is_empty());
        let mut name = if whole.name.is_empty() || is_joined(whole.name) {
            joined
        } else {
            recase(whole.name, Part::Whole, is_capitals(whole.name))
        };
        append_generation(&mut name, generation.unwrap_or_default());
        let suffix = Around {
            generation: generation.unwrap_or_default(),
            credentials: if behind.credentials.is_empty() { whole.credentials } else { behind.credentials },
            ..Around::default()
        };
        Self {
            first,
            last,
            full: said(name),
            honorific: said(written(if title.is_empty() { whole.honorific } else { title })),
            suffix: said(suffix.suffix()),
            implausible: false,
        }
    }

    /// From a whole name alone.
    fn whole(full: &str, implausible: bool, country: Option<Country>) -> Self {
        let around = Around::of(full, true, country);
        let recased = recase(around.name, Part::Whole, is_capitals(around.name));
        let mut person = Self {
            honorific: said(written(around.honorific)),
            suffix: said(around.suffix()),
            full: said(recased.clone()),
            ..Self::default()
        };
        let mut generation = around.generation;
        let bare = without_asides(&recased);
        let is_given = |part: &str| split::is_told(part, Field::FirstName) && !around::is_title_alone(part);
        if implausible {
            // Kept whole.
        } else if let Some((left, right)) = bare.rsplit_once(',') {
            let (left, right) = (Around::behind(left.trim()), Around::of(right.trim(), false, country));
            let parts = split::register(left.name, right.name).filter(|(parts, _)| {
                split::is_told(left.name, Field::LastName) && is_given(&right.name[parts.given.clone()])
            });
            if let Some((parts, particles)) = parts {
                let mut family =
                    if particles.is_empty() { left.name.to_owned() } else { format!("{particles} {}", left.name) };
                if recased != around.name {
                    // No case was given, so the particle at the head is small as in a cell of its own.
                    lower_particle(&mut family);
                }
                let first = recase(&right.name[parts.given.clone()], Part::First, false);
                let last = recase(&family, Part::Last, false);
                // The order of a register is not the order in which people are addressed.
                let middle = &right.name[parts.given.end..parts.fore.end];
                person.full = Some(format!("{first}{middle} {last}"));
                (person.first, person.last) = (Some(first), Some(last));
                if person.honorific.is_none() {
                    person.honorific = said(written(right.honorific));
                }
                generation = [generation, left.generation, right.generation]
                    .into_iter()
                    .find(|text| !text.is_empty())
                    .unwrap_or_default();
                let suffix = Around { generation, ..around };
                person.suffix = said(suffix.suffix());
            }
        } else if let Some(parts) = split::split(&bare, country) {
            let first = recase(&bare[parts.given.clone()], Part::First, false);
            let last = recase(&bare[parts.family.clone()], Part::Last, parts.turned);
            if parts.turned {
                let middle = &bare[parts.given.end..parts.fore.end];
                person.full = Some(format!("{first}{middle} {last}"));
            } else if bare == recased {
                // The parts stand in the whole name as they are written by themselves.
                let mut full = recased.clone();
                let mut spans = [(parts.given, &first), (parts.family, &last)];
                spans.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
                for (span, part) in spans {
                    full.replace_range(span, part);
                }
                person.full = Some(full);
            }
            (person.first, person.last) = (Some(first), Some(last));
        } else if person.honorific.is_some() && !bare.contains(' ') && bare.chars().all(is_latin) {
            // `Frau Muster`: nobody is addressed so by the given name.
            person.last = said(bare.into_owned());
        }
        if let (Some(first), Some(last), Some(full)) = (&person.first, &person.last, &mut person.full) {
            let joined = format!("{first} {last}");
            if says_the_same(full, &joined) {
                *full = joined;
            }
        }
        // Behind one word, it would be read as the family.
        if let Some(full) = person.full.as_mut().filter(|full| full.contains(' ')) {
            append_generation(full, generation);
        }
        person
    }
}

/// Writes the first word of a family name small if it is a particle.
fn lower_particle(family: &mut String) {
    let head = family.split_once(' ').map(|(head, _)| head.to_lowercase());
    if let Some(head) = head.filter(|head| PARTICLES.contains(&head.as_str())) {
        family.replace_range(..head.len(), &head);
    }
}

/// Whether two names differ in case and marks at most.
fn says_the_same(name: &str, other: &str) -> bool {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        name.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase())
    }
    if name.eq_ignore_ascii_case(other) {
        return true;
    }
    // Hardly any two names get as far as the words.
    let may_be = !(name.is_ascii() && other.is_ascii()) || letters(name).eq(letters(other));
    may_be && fold::words(name) == fold::words(other)
}

/// What stands behind a name by two readings.
fn both(suffix: Option<String>, more: Option<String>) -> Option<String> {
    let (Some(mut suffix), Some(more)) = (suffix.clone(), &more) else { return suffix.or(more) };
    for part in more.split(", ") {
        if !suffix.split(", ").any(|known| known == part) {
            suffix.push_str(", ");
            suffix.push_str(part);
        }
    }
    Some(suffix)
}

fn said(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn append_generation(name: &mut String, generation: &str) {
    if !name.is_empty() && !generation.is_empty() {
        name.push(' ');
        name.push_str(generation);
    }
}

/// Titles as they are written, in the case of titles if they have none of their own.
fn written(titles: &str) -> String {
    let shouts = titles.chars().filter(|c| c.is_uppercase()).count() > 1 && !titles.chars().any(char::is_lowercase);
    let whispers = !titles.chars().any(char::is_uppercase) && !titles.contains(' ');
    // These are letters, and stay so.
    let abbreviates = matches!(titles, "CA" | "DI" | "PD");
    if abbreviates || !(shouts || whispers) {
        return titles.to_owned();
    }
    let mut out = String::with_capacity(titles.len());
    let mut open = false;
    for c in titles.chars() {
        out.push(if open { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() });
        open = c.is_alphabetic();
    }
    out
}

/// A name without what stands in brackets or quotes inside it: `Robert "Bob" Example`.
fn without_asides(name: &str) -> Cow<'_, str> {
    const PAIRS: [(char, char); 5] = [('(', ')'), ('"', '"'), ('“', '”'), ('„', '“'), ('[', ']')];
    let is_aside = |c: char| PAIRS.iter().any(|(open, _)| *open == c);
    if !name.contains(is_aside) && !name.contains(" '") {
        return Cow::Borrowed(name);
    }
    let mut out: Vec<&str> = Vec::new();
    let mut closing = None;
    for word in name.split(' ') {
        let quoted = word.len() > 3 && word.starts_with('\'') && word.ends_with('\'');
        if closing.is_none() {
            let first = word.chars().next();
            closing = PAIRS.iter().find(|(open, _)| Some(*open) == first).map(|(_, close)| *close);
            if closing.is_none() && !quoted {
                out.push(word);
            }
            if closing.is_some_and(|close| word.chars().count() == 1 || !word.trim_end_matches(',').ends_with(close)) {
                continue;
            }
            closing = None;
        } else if closing.is_some_and(|close| word.trim_end_matches(',').ends_with(close)) {
            closing = None;
        }
    }
    if closing.is_some() { Cow::Borrowed(name) } else { Cow::Owned(out.join(" ")) }
}

fn is_implausible(name: &str) -> bool {
    let address =
        name.contains(['@', '\u{fffd}']) || name.contains("://") || name.to_ascii_lowercase().contains("www.");
    // `John Example 3rd`: the third of that name.
    let name = [" 2nd", " 3rd", " 4th"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    address || name.chars().any(char::is_numeric)
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

#[cfg(test)]
mod tests;
