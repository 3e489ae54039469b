//! The words by which a reply without a telling code is sorted. Data, not code: `dictionary.txt`.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

#[cfg(test)]
mod tests;

/// What a wording speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// The address of whoever asks: blocklists, reputation, reverse DNS.
    Blocklist,
    /// A rule of the server: relaying, SPF, spam, authentication, "not permitted".
    Policy,
    /// Too much at once.
    Rate,
    /// Greylisting.
    Greylist,
    /// The mailbox's own quota.
    Quota,
    /// The server's own disk.
    Storage,
    /// A mailbox that was closed.
    Disabled,
    /// The envelope sender, or a domain.
    Sender,
    /// Encryption that is missing.
    Tls,
    /// An address that is unknown.
    Address,
    /// Something that is not there; of what, another word says.
    Absent,
    /// A failure that passes.
    Temporary,
    /// A domain, a host, a network: what else may not be there.
    Place,
    /// A mailbox or whose it is, whatever is said of it.
    Mailbox,
}

impl Topic {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "blocklist" => Self::Blocklist,
            "policy" => Self::Policy,
            "rate" => Self::Rate,
            "greylist" => Self::Greylist,
            "quota" => Self::Quota,
            "storage" => Self::Storage,
            "disabled" => Self::Disabled,
            "sender" => Self::Sender,
            "tls" => Self::Tls,
            "address" => Self::Address,
            "absent" => Self::Absent,
            "temporary" => Self::Temporary,
            "place" => Self::Place,
            "mailbox" => Self::Mailbox,
            _ => return None,
        })
    }
}

/// One entry of the dictionary.
#[derive(Debug)]
pub struct Entry {
    /// Its stable id, such as `address.en.01`.
    pub id: &'static str,
    /// What it speaks of.
    pub topic: Topic,
    /// Whether the wording must also end a word.
    whole_word: bool,
}

/// What of the dictionary was found in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    ids: Vec<(&'static str, Topic)>,
}

impl Hits {
    /// Whether anything of this topic was found.
    #[must_use]
    pub fn has(&self, topic: Topic) -> bool {
        self.ids.iter().any(|(_, found)| *found == topic)
    }

    /// Whether it says that an address is unknown. "Does not exist" is said of domains and hosts too: beside such a word
    /// it counts only when the mailbox is named as well.
    #[must_use]
    pub fn says_unknown(&self) -> bool {
        self.has(Topic::Address) || self.has(Topic::Absent) && (self.has(Topic::Mailbox) || !self.has(Topic::Place))
    }

    /// The ids of all that was found, in the order of the text.
    #[must_use]
    pub fn ids(&self) -> Vec<&'static str> {
        self.ids.iter().map(|(id, _)| *id).collect()
    }
}

struct Dictionary {
    entries: Vec<Entry>,
    automaton: AhoCorasick,
}

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    let (entries, texts): (Vec<_>, Vec<_>) = rows(include_str!("dictionary.txt")).unzip();
    #[expect(clippy::expect_used, reason = "a few hundred short literals; a test builds it")]
    let automaton = AhoCorasick::new(texts).expect("the dictionary is small");
    Dictionary { entries, automaton }
});

fn rows(file: &'static str) -> impl Iterator<Item = (Entry, String)> {
    file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        let (id, topic) = (columns.next()?, columns.next()?);
        let text = columns.nth(3)?;
        let (text, whole_word) = text.strip_suffix('|').map_or((text, false), |text| (text, true));
        Some((Entry { id, topic: Topic::named(topic)?, whole_word }, fold(text)))
    })
}

/// Looks up a reply's text in one pass.
#[must_use]
pub fn look_up(text: &str) -> Hits {
    let folded = fold(text);
    let mut hits = Hits::default();
    for found in DICTIONARY.automaton.find_overlapping_iter(&folded) {
        let Some(entry) = DICTIONARY.entries.get(found.pattern().as_usize()) else { continue };
        let inside_word = folded[..found.start()].chars().next_back().is_some_and(char::is_alphanumeric);
        let word_goes_on = entry.whole_word && folded[found.end()..].chars().next().is_some_and(char::is_alphanumeric);
        if !inside_word && !word_goes_on && !hits.ids.contains(&(entry.id, entry.topic)) {
            hits.ids.push((entry.id, entry.topic));
        }
    }
    hits
}

/// Lower case, without accents, with single blanks. Words with an `@` are left out: a reply repeats the address that
/// it was asked about, and an address may be called anything.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace().filter(|word| !word.contains('@')) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        let plain = word.nfkd().filter(|c| !is_combining_mark(*c)).map(|c| if c == '\u{2019}' { '\'' } else { c });
        folded.extend(plain.flat_map(char::to_lowercase));
    }
    folded
}
