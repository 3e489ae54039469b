//! The words by which a reply without a telling code is sorted. Data, not code: `dictionary.txt`.
//!
//! Some wordings speak for themselves ("user unknown"). Most languages and servers put the same things in words of
//! their own, so that the rest is read as a sentence: a predicate ("was not found", "is closed", "is full") counts
//! against the mailbox only when the noun that stands nearest to it is the mailbox, and not a domain, a host, the
//! sender or the message.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use unicode_normalization::UnicodeNormalization;

use super::wording::{Asked, Folded, fold, is_inside_word};

#[cfg(test)]
mod tests;

macro_rules! topics {
    ($($(#[$doc:meta])* $name:ident $code:literal;)*) => {
        /// What a wording speaks of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Topic {
            $($(#[$doc])* $name,)*
        }

        impl Topic {
            fn named(name: &str) -> Option<Self> {
                Some(match name { $($code => Self::$name,)* _ => return None })
            }
        }
    };
}

topics! {
    /// The address of whoever asks: blocklists, reputation, reverse DNS.
    Blocklist "blocklist";
    /// A rule of the server: relaying, SPF, spam, authentication, "not permitted".
    Policy "policy";
    /// Too much at once.
    Rate "rate";
    /// Greylisting.
    Greylist "greylist";
    /// The mailbox's own quota.
    Quota "quota";
    /// The server's own disk.
    Storage "storage";
    /// A mailbox that was closed.
    Disabled "disabled";
    /// The envelope sender, or a domain.
    Sender "sender";
    /// Encryption that is missing.
    Tls "tls";
    /// An address that is unknown.
    Address "address";
    /// "Does not exist": of what, another word says.
    Absent "absent";
    /// "Not found", "unknown", "invalid": says nothing unless a mailbox stands beside it.
    Missing "missing";
    /// "Was closed": of what, another word says.
    Closed "closed";
    /// "Is full": of what, another word says.
    Full "full";
    /// A failure that passes.
    Temporary "temporary";
    /// A domain, a host, a network: what else may not be there.
    Place "place";
    /// The server that speaks.
    Server "server";
    /// The message that would come.
    Message "message";
    /// A mailbox or whose it is, whatever is said of it.
    Mailbox "mailbox";
    /// Means nothing, and hides the shorter wordings inside: "unknown error".
    Nothing "nothing";
}

impl Topic {
    /// What a predicate may be said of.
    const fn is_noun(self) -> bool {
        matches!(self, Self::Mailbox | Self::Place | Self::Server | Self::Sender | Self::Message)
    }

    /// Whether a longer wording of this topic takes the nouns and predicates inside it along: an "IP address" is no
    /// address, and "domain does not exist" is not said of a mailbox.
    const fn hides(self, inner: Self) -> bool {
        match self {
            Self::Nothing => true,
            // "We take no mail from your country" speaks of no sender.
            Self::Policy if matches!(inner, Self::Sender) => true,
            // A "high volume" is no disk.
            Self::Rate if matches!(inner, Self::Storage) => true,
            Self::Place | Self::Server | Self::Sender | Self::Message | Self::Blocklist | Self::Policy | Self::Rate => {
                matches!(inner, Self::Mailbox | Self::Absent | Self::Missing | Self::Closed | Self::Full)
            }
            Self::Temporary => matches!(inner, Self::Absent | Self::Missing | Self::Closed),
            // The "record" of an account is no record of the DNS.
            Self::Mailbox => matches!(inner, Self::Place),
            _ => false,
        }
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

/// One wording in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hit {
    id: &'static str,
    topic: Topic,
    at: Range<usize>,
}

/// Farthest that a predicate may stand from its noun, in octets of the folded text.
const REACH_OCTETS: usize = 80;

/// What of the dictionary was found in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    found: Vec<Hit>,
    /// Where each sentence of the text ends.
    sentences: Vec<usize>,
    /// An IP address stands in the text. The one that the server knows is ours.
    names_an_ip: bool,
    /// Status codes beside the one that the reply begins with: a quotation, or a second opinion.
    codes: Vec<(u8, u16)>,
}

impl Hits {
    /// Whether anything of this topic was found.
    #[must_use]
    pub fn has(&self, topic: Topic) -> bool {
        self.found.iter().any(|hit| hit.topic == topic)
    }

    /// Whether an IP address stands in the text.
    #[must_use]
    pub const fn names_an_ip(&self) -> bool {
        self.names_an_ip
    }

    /// Whether a status code of this class and subject stands somewhere in the text.
    #[must_use]
    pub fn quotes_code(&self, class: u8, subject: Option<u16>) -> bool {
        self.codes.iter().any(|(c, s)| *c == class && subject.is_none_or(|subject| subject == *s))
    }

    /// Whether it says that an address is unknown.
    #[must_use]
    pub fn says_unknown(&self) -> bool {
        self.has(Topic::Address) || self.is_said_of_mailbox(Topic::Missing) || self.says_absent()
    }

    /// Whether it says that a mailbox was closed.
    #[must_use]
    pub fn says_disabled(&self) -> bool {
        self.has(Topic::Disabled) || self.is_said_of_mailbox(Topic::Closed)
    }

    /// Whether it says that a mailbox is full.
    #[must_use]
    pub fn says_full(&self) -> bool {
        self.has(Topic::Quota) || self.is_said_of_mailbox(Topic::Full)
    }

    /// Whether it says that the server has no room.
    #[must_use]
    pub fn says_no_storage(&self) -> bool {
        self.has(Topic::Storage) || self.is_said_of(Topic::Full, Topic::Server)
    }

    /// Whether it speaks of us, of our message or of hosts.
    #[must_use]
    pub fn speaks_of_something_else(&self) -> bool {
        let says_nothing_of_a_mailbox =
            || [Topic::Mailbox, Topic::Absent, Topic::Missing, Topic::Closed].iter().all(|topic| !self.has(*topic));
        self.has(Topic::Place)
            || self.has(Topic::Message)
            || self.names_an_ip
            || self.has(Topic::Server) && says_nothing_of_a_mailbox()
    }

    /// The ids of all that was found, in the order of the text.
    #[must_use]
    pub fn ids(&self) -> Vec<&'static str> {
        let mut ids = Vec::new();
        for hit in &self.found {
            if !ids.contains(&hit.id) {
                ids.push(hit.id);
            }
        }
        ids
    }

    /// "Does not exist" may stand alone, in answer to an address; but not where something else is named.
    fn says_absent(&self) -> bool {
        let other = [Topic::Place, Topic::Server, Topic::Sender, Topic::Message].iter().any(|noun| self.has(*noun));
        self.is_said_of_mailbox(Topic::Absent) || self.has(Topic::Absent) && !other && !self.names_an_ip
    }

    /// Whether a predicate is said of a mailbox. A domain or a host named before it in the same sentence puts that in
    /// doubt: "the domain of this user was not found".
    fn is_said_of_mailbox(&self, predicate: Topic) -> bool {
        self.is_said_of(predicate, Topic::Mailbox)
    }

    fn is_said_of(&self, predicate: Topic, noun: Topic) -> bool {
        self.found.iter().filter(|hit| hit.topic == predicate).any(|hit| {
            let sentence = self.sentence_of(hit.at.start);
            let here = || self.found.iter().filter(|other| other.topic.is_noun() && sentence.contains(&other.at.start));
            let mailbox = here().find(|other| other.topic == Topic::Mailbox).map(|other| other.at.start);
            // "The address is not known on this system": once the mailbox is named, the server is only where it is not.
            let is_whereabouts = |other: &Hit| {
                noun == Topic::Mailbox
                    && other.topic == Topic::Server
                    && mailbox.is_some_and(|mailbox| mailbox < other.at.start || hit.at.end <= other.at.start)
            };
            let nouns = || here().filter(|other| !is_whereabouts(other));
            // Of two as near, the one that is no mailbox counts.
            let nearest = nouns().min_by_key(|other| (gap(&hit.at, &other.at), other.topic == Topic::Mailbox));
            let in_doubt = || nouns().any(|other| other.topic == Topic::Place && other.at.start < hit.at.start);
            nearest.is_some_and(|nearest| nearest.topic == noun && gap(&hit.at, &nearest.at) <= REACH_OCTETS)
                && !in_doubt()
        })
    }

    fn sentence_of(&self, at: usize) -> Range<usize> {
        let after = self.sentences.partition_point(|end| *end <= at);
        let start = after.checked_sub(1).and_then(|before| self.sentences.get(before)).copied().unwrap_or(0);
        start..self.sentences.get(after).copied().unwrap_or(usize::MAX)
    }
}

/// The octets between two wordings; none when they overlap.
fn gap(one: &Range<usize>, other: &Range<usize>) -> usize {
    if one.end <= other.start { other.start - one.end } else { one.start.saturating_sub(other.end) }
}

struct Dictionary {
    entries: Vec<Entry>,
    automaton: AhoCorasick,
}

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    let (entries, texts): (Vec<_>, Vec<_>) = rows(include_str!("dictionary.txt")).unzip();
    #[expect(clippy::expect_used, reason = "a few thousand short literals; a test builds it")]
    let automaton = AhoCorasick::new(texts).expect("the dictionary is small");
    Dictionary { entries, automaton }
});

fn rows(file: &'static str) -> impl Iterator<Item = (Entry, String)> {
    file.lines().filter(|line| !line.starts_with('#')).flat_map(|line| row(line).into_iter().flatten())
}

/// A line as one entry, or two: German without its dots is written with an `e`.
fn row(line: &'static str) -> Option<Vec<(Entry, String)>> {
    let mut columns = line.split('\t');
    let (id, topic) = (columns.next()?, Topic::named(columns.next()?)?);
    let (language, text) = (columns.next()?, columns.nth(2)?);
    let (text, whole_word) = text.strip_suffix('|').map_or((text, false), |text| (text, true));
    let plain = fold(text, &Asked::default()).text;
    let spelt_out = fold(&text.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue"), &Asked::default()).text;
    let mut texts = vec![plain];
    if language == "de" && texts.first() != Some(&spelt_out) {
        texts.push(spelt_out);
    }
    Some(texts.into_iter().map(|text| (Entry { id, topic, whole_word }, text)).collect())
}

/// How much of a text the dictionary knows, in octets of wordings that are not plain ASCII: what tells one encoding from
/// another.
pub(super) fn words_known(text: &str) -> usize {
    let text = fold_keeping_marks(text);
    let known = MARKED.find_iter(&text).map(|found| found.range().len());
    known.sum()
}

/// The wordings with letters beyond ASCII, as they are spelt.
static MARKED: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let lines = include_str!("dictionary.txt").lines().filter(|line| !line.starts_with('#'));
    let texts = lines.filter_map(|line| line.split('\t').nth(5)).map(|text| text.trim_end_matches('|'));
    #[expect(clippy::expect_used, reason = "a few thousand short literals; a test builds it")]
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(texts.filter(|text| !text.is_ascii()).map(fold_keeping_marks))
        .expect("the dictionary is small")
});

fn fold_keeping_marks(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// Looks up a reply's text in one pass. `asked` tells whose addresses and names may stand in it.
#[must_use]
pub fn look_up(text: &str, asked: &Asked<'_>) -> Hits {
    let Folded { text, mentions, sentences, names_an_ip, codes } = fold(text, asked);
    let mut hits: Vec<Hit> = mentions
        .into_iter()
        .map(|(at, is_ours)| {
            let (id, topic) = if is_ours { ("sender.own", Topic::Sender) } else { ("mailbox.asked", Topic::Mailbox) };
            Hit { id, topic, at }
        })
        .collect();
    for found in DICTIONARY.automaton.find_overlapping_iter(&text) {
        let Some(entry) = DICTIONARY.entries.get(found.pattern().as_usize()) else { continue };
        if !is_inside_word(&text, found.range(), entry.whole_word) {
            hits.push(Hit { id: entry.id, topic: entry.topic, at: found.range() });
        }
    }
    let spans: Vec<(Topic, Range<usize>)> = hits.iter().map(|hit| (hit.topic, hit.at.clone())).collect();
    hits.retain(|hit| {
        !spans.iter().any(|(topic, at)| {
            topic.hides(hit.topic) && at.start <= hit.at.start && hit.at.end <= at.end && at.len() > hit.at.len()
        })
    });
    hits.sort_by_key(|hit| hit.at.start);
    Hits { found: hits, sentences, names_an_ip, codes }
}
