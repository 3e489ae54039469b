//! A reply's text made ready for the dictionary: one spelling for every way to write a word, and what is no word
//! (addresses, names, numbers) taken out and noted.

use std::net::IpAddr;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

#[cfg(test)]
mod tests;

/// Who was asked about, and by whom: a reply likes to repeat them, and then says of whom it speaks. Empty where that
/// is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The address in question.
    pub target: &'a str,
    /// The envelope sender.
    pub mail_from: &'a str,
    /// The name that we greeted with.
    pub helo: &'a str,
}

impl Asked<'_> {
    fn domain_of(address: &str) -> &str {
        address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether this word is our own name: the sender's domain or the name of our host. Where we ask about our own
    /// domain it says nothing.
    fn is_our_name(&self, word: &str) -> bool {
        let theirs = Self::domain_of(self.target);
        [Self::domain_of(self.mail_from), self.helo]
            .iter()
            .any(|ours| !ours.is_empty() && !ours.eq_ignore_ascii_case(theirs) && word.eq_ignore_ascii_case(ours))
    }
}

/// A text made ready.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// Lower case, without accents, with single blanks, without addresses.
    pub(super) text: String,
    /// Where the address in question (`false`) or our own (`true`) stood.
    pub(super) mentions: Vec<(Range<usize>, bool)>,
    /// Where sentences end.
    pub(super) sentences: Vec<usize>,
    /// Whether an IP address stood in it.
    pub(super) names_an_ip: bool,
    /// Class and subject of the status codes in it (RFC 3463).
    pub(super) codes: Vec<(u8, u16)>,
}

/// What surrounds a word without belonging to it.
const AROUND: &[char] =
    &['<', '>', '(', ')', '[', ']', '{', '}', '"', '\'', ',', ';', ':', '.', '!', '?', '#', '=', '\u{ab}', '\u{bb}'];

/// Makes a text ready. Words with an `@` are left out: a reply repeats the address that it was asked about, and an
/// address may be called anything.
pub(super) fn fold(text: &str, asked: &Asked<'_>) -> Folded {
    let mut folded = Folded::default();
    for word in text.split_whitespace() {
        let bare = word.trim_matches(AROUND);
        folded.names_an_ip |= holds_an_ip(word);
        folded.codes.extend(status_code(bare));
        if let Some(at) = word.find('@') {
            folded.address(word, asked);
            // "(ada@example.com:blocked)": what is said of it stands in the same word.
            if let Some((_, said)) = word[at..].split_once(':') {
                folded.word(said);
            }
        } else if asked.is_our_name(bare) {
            folded.mention(true);
        } else {
            folded.word(word);
        }
        // What another host "said:" is a sentence of its own.
        if word.ends_with(['.', '!', '?', ';']) || word.eq_ignore_ascii_case("said:") {
            folded.sentences.push(folded.text.len());
        }
    }
    folded
}

impl Folded {
    fn word(&mut self, word: &str) {
        // An apostrophe at the end stands for an accent in Italian ("e' pieno"), and closes a quotation elsewhere.
        let word = word.trim_end_matches('\'');
        if word.is_empty() {
            return;
        }
        self.blank();
        let plain = word.nfkd().filter(|c| !is_combining_mark(*c));
        for c in plain.flat_map(char::to_lowercase) {
            match c {
                '\u{2019}' | '\u{2018}' | '`' | '\u{b4}' => self.text.push('\''),
                // Letters that do not come apart into a plain one and a mark, and are often written plain.
                '\u{142}' => self.text.push('l'),
                '\u{131}' => self.text.push('i'),
                '\u{f8}' => self.text.push('o'),
                '\u{111}' => self.text.push('d'),
                '\u{df}' => self.text.push_str("ss"),
                '\u{e6}' => self.text.push_str("ae"),
                '\u{153}' => self.text.push_str("oe"),
                c => {
                    self.text.push(c);
                    // Full stops of scripts that are written without blanks.
                    if matches!(c, '\u{3002}' | '\u{ff61}') {
                        self.sentences.push(self.text.len());
                    }
                }
            }
        }
    }

    /// A word with an address in it: ours, the one in question, or somebody else's, which says nothing.
    fn address(&mut self, word: &str, asked: &Asked<'_>) {
        let word = word.to_lowercase();
        let holds = |address: &str| !address.is_empty() && word.contains(&address.to_lowercase());
        if holds(asked.target) {
            self.mention(false);
        } else if holds(asked.mail_from) {
            self.mention(true);
        }
    }

    /// Leaves a mark that no wording can run across.
    fn mention(&mut self, is_ours: bool) {
        self.blank();
        let start = self.text.len();
        self.text.push('\u{fffc}');
        self.mentions.push((start..self.text.len(), is_ours));
    }

    fn blank(&mut self) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
    }
}

/// Whether a hit stands inside a longer word, or ends inside one although it must end a word. Scripts that are written
/// without blanks have no such bounds.
pub(super) fn is_inside_word(text: &str, at: Range<usize>, whole_word: bool) -> bool {
    let (before, hit, after) = (&text[..at.start], &text[at.clone()], &text[at.end..]);
    let joins = |a: Option<char>, b: Option<char>| {
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c));
        letter(a) && letter(b)
    };
    joins(before.chars().next_back(), hit.chars().next())
        || whole_word && joins(hit.chars().next_back(), after.chars().next())
}

/// Chinese, Japanese, Korean (also taken apart), Thai and its neighbours.
const fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether an IP address stands in a word, alone or inside a link.
fn holds_an_ip(word: &str) -> bool {
    let alone = |part: &str| part.trim_matches(AROUND).parse::<IpAddr>().is_ok_and(|ip| !ip.is_unspecified());
    alone(word)
        || word.split(['[', ']', '(', ')', '=', '/', '<', '>', ',', ';', '?', '&', '"']).any(|part| {
            // A version or a date is no address: four numbers are.
            part.contains(['.', ':']) && alone(part)
        })
        || word.strip_prefix("IPv6:").is_some_and(alone)
}

/// `5.7.1` as class and subject.
fn status_code(word: &str) -> Option<(u8, u16)> {
    let mut numbers = word.split('.');
    let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let short = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if numbers.next().is_some() || !matches!(class, "4" | "5") || !short(subject) || !short(detail) {
        return None;
    }
    Some((class.parse().ok()?, subject.parse().ok()?))
}
