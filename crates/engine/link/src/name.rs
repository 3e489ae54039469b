//! Names of people: taken apart, and known to stand for one another.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::fold;

/// Names by the groups that they stand in; the groups in which a name is one of another language are odd numbers.
static NICKNAMES: LazyLock<HashMap<&'static str, Vec<u16>>> = LazyLock::new(|| {
    let mut groups: HashMap<&str, Vec<u16>> = HashMap::new();
    let lines = include_str!("data/nicknames.txt").lines().filter(|line| !line.starts_with('#'));
    for (group, line) in lines.enumerate() {
        let (called, translated) = line.split_once('|').unwrap_or((line, ""));
        for (names, odd) in [(called, 0), (translated, 1)] {
            names.split_whitespace().for_each(|name| groups.entry(name).or_default().push(group as u16 * 2 + odd));
        }
    }
    groups
});

/// The groups of names that a given name belongs to; empty when it is not a known name.
pub(crate) fn groups(name: &[u8]) -> &'static [u16] {
    str::from_utf8(name).ok().and_then(|name| NICKNAMES.get(name)).map_or(&[], Vec::as_slice)
}

/// The names of a group that one is called by, in one language.
pub(crate) fn of_group(group: u16) -> impl Iterator<Item = &'static str> {
    static GROUPS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let lines = include_str!("data/nicknames.txt").lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split('|').next().unwrap_or_default()).collect()
    });
    GROUPS.get(usize::from(group / 2)).copied().unwrap_or_default().split_whitespace()
}

/// How two given names are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Related {
    /// One is what bearers of the other are called.
    Called,
    /// They are one name in two languages, or one grew from the other long ago.
    Translated,
    No,
}

/// How two given names are related, by their groups.
pub(crate) fn related(a: &[u16], b: &[u16]) -> Related {
    let mut found = Related::No;
    for (x, y) in a.iter().flat_map(|x| b.iter().map(move |y| (x, y))).filter(|(x, y)| *x / 2 == *y / 2) {
        if x % 2 == 0 && y % 2 == 0 {
            return Related::Called;
        }
        found = Related::Translated;
    }
    found
}

/// The parts of one person's name, folded.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) first: String,
    pub(crate) middle: String,
    pub(crate) last: String,
    /// `Sr` 1, `Jr` 2, then as numbered; 0 when nothing is said.
    pub(crate) generation: u32,
}

impl Parts {
    /// Empties it and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.first.clear();
        self.middle.clear();
        self.last.clear();
        self.generation = 0;
    }

    /// Puts a name together from the cells of a row. Parts win over a whole name, which fills in what they lack.
    pub(crate) fn read(&mut self, whole: &str, first: &str, middle: &str, last: &str) {
        self.clear();
        fold::words(first, &mut self.first);
        fold::words(middle, &mut self.middle);
        fold::words(last, &mut self.last);
        self.drop_titles();
        if self.first.is_empty() && self.last.is_empty() {
            self.take_apart(whole);
            return;
        }
        if !self.first.is_empty() && !whole.is_empty() && self.middle.is_empty() {
            self.middles_of(whole);
        }
        // `Mary Jane` in a cell for given names: the second is a middle name.
        if let Some((head, tail)) = self.first.split_once(' ') {
            if self.middle.is_empty() {
                tail.clone_into(&mut self.middle);
            }
            self.first.truncate(head.len());
        }
    }

    /// What a cell of its own says after the family name.
    pub(crate) fn suffix(&mut self, cell: &str) {
        let mut folded = String::new();
        fold::words(cell, &mut folded);
        let said = folded.split(' ').filter_map(generation).max().unwrap_or(0);
        self.generation = self.generation.max(said);
    }

    /// Fills in a family name that the mailbox tells: `ada` with `ada.lovelace`, `a` with `a.lovelace`.
    pub(crate) fn complete(&mut self, local: &str) {
        if !self.last.is_empty() || self.first.is_empty() || self.first.contains(' ') {
            return;
        }
        let local = local.trim_end_matches(|c: char| c.is_ascii_digit());
        let Some(rest) = local.strip_prefix(self.first.as_str()) else { return };
        let parted = rest.strip_prefix(['.', '_', '-']);
        let rest = parted.or((self.first.len() >= 3).then_some(rest)).unwrap_or_default();
        if rest.len() >= 3 && rest.chars().all(char::is_alphabetic) {
            rest.clone_into(&mut self.last);
        }
    }

    fn drop_titles(&mut self) {
        while let Some((head, tail)) = self.first.split_once(' ')
            && is_title(head)
        {
            self.first = tail.to_owned();
        }
        while let Some((head, tail)) = self.last.rsplit_once(' ')
            && let Some(generation) = generation(tail)
        {
            self.generation = self.generation.max(generation);
            self.last.truncate(head.len());
        }
    }

    /// A whole name: `Given Middle Family` or `Family, Given Middle`.
    fn take_apart(&mut self, whole: &str) {
        let comma = whole.split_once(',').filter(|(_, rest)| {
            let mut folded = String::new();
            fold::words(rest, &mut folded);
            !folded.is_empty() && generation(&folded).is_none()
        });
        if let Some((family, given)) = comma {
            fold::words(family, &mut self.last);
            fold::words(given, &mut self.first);
            self.drop_titles();
            if let Some((head, tail)) = self.first.split_once(' ') {
                tail.clone_into(&mut self.middle);
                self.first.truncate(head.len());
            }
            return;
        }
        let mut folded = String::with_capacity(whole.len());
        fold::words(whole, &mut folded);
        let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        while words.len() > 1 && is_title(words[0]) {
            words.remove(0);
        }
        while words.len() > 2
            && let Some(generation) = words.last().and_then(|word| generation(word))
        {
            self.generation = self.generation.max(generation);
            words.pop();
        }
        // `Lovelace Ada K`: no family name is a letter.
        if let [family, given, middle] = words[..]
            && middle.chars().count() == 1
            && family.chars().count() > 1
        {
            (self.first, self.middle, self.last) = (given.to_owned(), middle.to_owned(), family.to_owned());
            return;
        }
        let Some((given, rest)) = words.split_first() else { return };
        self.first.push_str(given);
        // The family name begins at its particle, or is the last word.
        let family = rest.iter().position(|word| is_particle(word)).unwrap_or(rest.len().saturating_sub(1));
        let (middle, family) = rest.split_at(family.min(rest.len()));
        self.middle = middle.join(" ");
        self.last = family.join(" ");
    }

    /// The words of a whole name that stand between the given and the family name.
    fn middles_of(&mut self, whole: &str) {
        let mut folded = String::with_capacity(whole.len());
        fold::words(whole, &mut folded);
        let inner = folded.strip_prefix(self.first.as_str()).and_then(|rest| rest.strip_suffix(self.last.as_str()));
        if let Some(inner) = inner {
            inner.trim().clone_into(&mut self.middle);
        }
    }
}

fn is_title(word: &str) -> bool {
    matches!(
        word,
        "mr" | "mrs"
            | "ms"
            | "miss"
            | "mx"
            | "dr"
            | "prof"
            | "professor"
            | "sir"
            | "rev"
            | "herr"
            | "frau"
            | "dipl"
            | "ing"
            | "mme"
            | "sra"
            | "dott"
            | "lord"
            | "lady"
    )
}

fn is_particle(word: &str) -> bool {
    matches!(
        word,
        "van"
            | "von"
            | "der"
            | "den"
            | "de"
            | "del"
            | "della"
            | "di"
            | "da"
            | "dos"
            | "du"
            | "la"
            | "le"
            | "ter"
            | "ten"
            | "zu"
            | "bin"
            | "al"
            | "el"
            | "st"
            | "san"
    )
}

/// What a word after the family name says; letters that stand for a degree count as nothing said.
fn generation(word: &str) -> Option<u32> {
    Some(match word {
        "sr" | "senior" => 1,
        "jr" | "junior" | "jnr" | "ii" => 2,
        "iii" => 3,
        "iv" => 4,
        "phd" | "md" | "mba" | "esq" | "cpa" | "msc" | "bsc" | "pmp" | "mbe" | "obe" => 0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
