//! Company names: the key under which two spellings of one name meet.

use std::collections::BTreeMap;
use std::ops::Range;

use plumb_base::Country;

use super::fold;
use super::lists::{self, Table};
use super::scan::Kinds;

/// Legal forms, by their folded words.
pub(crate) struct LegalForms {
    forms: Table<Form>,
    /// The last words of forms.
    tails: Edges,
    /// The first words of forms that stand in front.
    heads: Edges,
    words_max: usize,
}

/// Words at the edge of forms.
struct Edges {
    /// Bit n: a form of n words has it there.
    words: Table<u32>,
    /// By the first octet, bit n: one of them has n octets. Hardly any word of a name goes further.
    octets: Box<[u32; 256]>,
}

impl Edges {
    fn new(words: impl Iterator<Item = (String, usize)>) -> Self {
        let mut counts = BTreeMap::<String, u32>::new();
        let mut octets = Box::new([0; 256]);
        for (word, count) in words {
            if let Some(first) = word.bytes().next() {
                octets[usize::from(first)] |= 1 << word.len().min(31);
                *counts.entry(word).or_default() |= 1 << count.min(31);
            }
        }
        Self { words: Table::new(counts), octets }
    }

    /// The numbers of words of the forms that have a word there, as bits.
    fn get(&self, word: &[u8]) -> Option<u32> {
        let first = self.octets[usize::from(*word.first()?)];
        if first >> word.len().min(31) & 1 == 0 { None } else { self.words.get(word).copied() }
    }
}

struct Form {
    /// Empty: the form cannot be mistaken for a word of a name anywhere.
    countries: Vec<Country>,
    /// Also stands before the name (`AB Volvo`, `OOO Romashka`).
    leads: bool,
}

/// Words that alone do not name a company.
const GENERIC: [&str; 22] = [
    "and",
    "associates",
    "company",
    "consulting",
    "digital",
    "enterprises",
    "global",
    "group",
    "gruppe",
    "holding",
    "holdings",
    "industries",
    "international",
    "management",
    "media",
    "partners",
    "services",
    "software",
    "solutions",
    "systems",
    "technologies",
    "the",
];

/// Forms of scripts that write no blanks.
const UNSPACED: [&str; 8] =
    ["股份有限公司", "有限责任公司", "有限公司", "株式会社", "有限会社", "合同会社", "주식회사", "유한회사"];

impl LegalForms {
    /// Reads `form|countries` lines; `*` stands for every country, `^` for forms that also stand in front.
    pub(crate) fn new(text: &'static str) -> Self {
        let mut forms = Vec::new();
        for mut row in lists::rows(text) {
            let (Some(form), Some(place)) = (row.next(), row.next()) else { continue };
            let countries = place.split(' ').filter_map(|code| code.parse().ok()).collect();
            forms.push((form.to_owned(), Form { countries, leads: place.ends_with('^') }));
        }
        // The longest first: of two values of one text, a table keeps the first.
        let count = |form: &str| form.split(' ').count();
        forms.sort_by_key(|(form, _)| std::cmp::Reverse(count(form)));
        let tail = |(form, _): &(String, Form)| Some((form.rsplit(' ').next()?.to_owned(), count(form)));
        let head = |(form, rule): &(String, Form)| {
            rule.leads.then(|| form.split(' ').next().map(|word| (word.to_owned(), count(form)))).flatten()
        };
        Self {
            words_max: forms.first().map_or(1, |(form, _)| count(form)),
            tails: Edges::new(forms.iter().filter_map(tail)),
            heads: Edges::new(forms.iter().filter_map(head)),
            forms: Table::new(forms),
        }
    }

    /// Writes the key of a tidy company name: folded words without the legal form, `&` as `and`.
    ///
    /// A form that is also a word somewhere goes only where the country has it, or where it is written as a form
    /// (`S.A.`, `AG`). Nothing goes if only a word such as "group" would remain. Of `X dba Y`, give X alone ([`names`]).
    pub(crate) fn key(&self, name: &str, kinds: Kinds, country: Option<Country>, words: &mut Words, out: &mut String) {
        words.read(name, kinds);
        let mut range = 0..words.len();
        while let Some(len) = self.form_at(words, range.clone(), country, false) {
            range.end -= len;
        }
        while let Some(len) = self.form_at(words, range.clone(), country, true) {
            range.start += len;
        }
        while range.len() > 1 && words.get(range.end - 1) == b"and" {
            range.end -= 1;
        }
        if range.len() > 1 && words.get(range.start) == b"the" && !words.is_generic(range.start + 1..range.end) {
            range.start += 1;
        }
        out.push_str(words.join(range));
    }

    /// How many words at the edge of the range are a legal form that may go.
    fn form_at(&self, words: &Words, range: Range<usize>, country: Option<Country>, front: bool) -> Option<usize> {
        let room = range.len().checked_sub(1).filter(|room| *room > 0)?;
        let edge = words.get(if front { range.start } else { range.end - 1 });
        // Letters apart (`s a`) may be any form's.
        let counts = if edge.len() == 1 {
            u32::MAX >> (31 - self.words_max.max(LETTERS_MAX))
        } else {
            if front { &self.heads } else { &self.tails }.get(edge)?
        };
        let longest = counts.checked_ilog2()? as usize;
        (1..=longest.min(room)).rev().filter(|len| counts >> len & 1 == 1).find(|&len| {
            let (form, rest) = if front {
                (range.start..range.start + len, range.start + len..range.end)
            } else {
                (range.end - len..range.end, range.start..range.end - len)
            };
            let text = words.join(form.clone());
            let known = self.forms.get(text.as_bytes()).or_else(|| {
                let letters = len > 1 && form.clone().all(|n| words.get(n).len() == 1);
                letters.then(|| self.forms.get(text.replace(' ', "").as_bytes())).flatten()
            });
            let Some(known) = known else { return false };
            // In front, capitals show nothing: `SAS Institute`, `AS Roma`.
            let fits = known.countries.is_empty()
                || country.is_some_and(|country| known.countries.contains(&country))
                || (!front && form.clone().all(|n| words.written[n]));
            fits && (known.leads || !front) && !words.is_generic(rest)
        })
    }
}

/// Most letters that are tried as a form written letter by letter.
const LETTERS_MAX: usize = 6;

/// What stands between the words of a name.
const BETWEEN: [bool; 256] = {
    let mut between = [false; 256];
    let mut n = 0;
    while n < 6 {
        between[b" ,;()\""[n] as usize] = true;
        n += 1;
    }
    between
};

/// The parts of a name before and behind "doing business as" or "trading as"; the second is empty if it says neither.
pub(crate) fn names(name: &str) -> (&str, &str) {
    const MARKS: [&str; 10] = [
        "dba ",
        "d/b/a ",
        "d.b.a. ",
        "dba: ",
        "t/a ",
        "t/as ",
        "t.a. ",
        "trading as ",
        "doing business as ",
        "trading name ",
    ];
    let bytes = name.as_bytes();
    // Every mark stands behind a blank or a bracket, and begins with one of two letters.
    let found = bytes.iter().enumerate().find_map(|(at, before)| {
        if !matches!(before, b' ' | b'(') {
            return None;
        }
        let rest = bytes.get(at + 1..)?;
        if !rest.first().is_some_and(|first| matches!(first | 0x20, b'd' | b't')) {
            return None;
        }
        let starts =
            |mark: &&&str| rest.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark.as_bytes()));
        MARKS.iter().find(starts).map(|mark| (at, at + 1 + mark.len()))
    });
    let Some((legal, trade)) = found.map(|(end, start)| (&name[..end], &name[start..])) else { return (name, "") };
    let legal = legal.trim_end_matches([' ', '(', ',']);
    let trade = trade.trim_matches([' ', ',', '"']);
    let trade = if trade.contains('(') { trade } else { trade.trim_end_matches(')') };
    if legal.is_empty() || trade.is_empty() { (name, "") } else { (legal, trade) }
}

/// The folded words of a name, and for each whether it is written as a legal form: with dots or a slash inside, or in
/// capitals in a name that is not all in capitals.
#[derive(Default)]
pub(crate) struct Words {
    /// The words with one blank between them.
    text: String,
    /// Where each ends in the text.
    ends: Vec<usize>,
    written: Vec<bool>,
}

impl Words {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn start(&self, n: usize) -> usize {
        if n == 0 { 0 } else { self.ends[n - 1] + 1 }
    }

    fn get(&self, n: usize) -> &[u8] {
        &self.text.as_bytes()[self.start(n)..self.ends[n]]
    }

    /// Some words, with one blank between them.
    fn join(&self, range: Range<usize>) -> &str {
        if range.is_empty() { "" } else { &self.text[self.start(range.start)..self.ends[range.end - 1]] }
    }

    /// Whether some words do not name a company.
    fn is_generic(&self, range: Range<usize>) -> bool {
        let alone = range.len() == 1;
        let generic = |word: &[u8]| GENERIC.iter().any(|known| known.as_bytes() == word);
        range.map(|n| self.get(n)).filter(|word| *word != b"and").all(|word| alone && generic(word))
    }

    fn push(&mut self, word: &str, written: bool) {
        if !self.ends.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(word);
        self.ends.push(self.text.len());
        self.written.push(written);
    }

    /// Takes a name in place of the one before.
    fn read(&mut self, name: &str, kinds: Kinds) {
        self.text.clear();
        self.ends.clear();
        self.written.clear();
        if kinds.is_ascii() {
            self.read_ascii(name, kinds.any(Kinds::LOWER));
        } else {
            self.read_any(name);
        }
    }

    fn read_any(&mut self, name: &str) {
        let shouting = !name.chars().any(char::is_lowercase);
        for token in name.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '"')) {
            if token.is_empty() {
                continue;
            }
            if token == "&" || token == "+" {
                self.push("and", false);
                continue;
            }
            let letters = token.chars().filter(|c| c.is_alphabetic()).count();
            let marks = token.chars().filter(|c| matches!(c, '.' | '/')).count();
            let as_form = marks > 0 && letters <= 5;
            let capitals = !shouting && letters > 1 && token.chars().all(|c| c.is_uppercase() || !c.is_alphabetic());
            for (n, piece) in token.split('&').enumerate() {
                if n > 0 {
                    self.push("and", as_form || capitals);
                }
                let mut text = fold::words(piece);
                // `S.A.`, `A/S`, `G.m.b.H.` are one word; `Rolls-Royce` is two.
                if as_form {
                    text.retain(|c| c != ' ');
                }
                let text = if text.is_ascii() { &text } else { without_unspaced_forms(&text) };
                for word in text.split(' ').filter(|word| !word.is_empty()) {
                    self.push(word, as_form || capitals);
                }
            }
        }
    }

    /// [`Words::read_any`] of a name in ASCII, without copies.
    fn read_ascii(&mut self, name: &str, has_small: bool) {
        let bytes = name.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let len = rest.iter().position(|byte| BETWEEN[usize::from(*byte)]).unwrap_or(rest.len());
            let token = &name[at..at + len];
            let seen = Kinds::of(token);
            at += len + 1;
            if matches!(token, "" | "&" | "+") {
                if !token.is_empty() {
                    self.push("and", false);
                }
                continue;
            }
            let letters = || token.bytes().filter(u8::is_ascii_alphabetic).count();
            let as_form = seen.any(Kinds::SIGN) && token.contains(['.', '/']) && letters() <= 5;
            let written = as_form || (has_small && !seen.any(Kinds::LOWER) && letters() > 1);
            if seen.only(Kinds::LETTERS.and(Kinds::DIGIT)) {
                self.push(token, written);
                continue;
            }
            let mut open = false;
            for byte in token.bytes() {
                if byte.is_ascii_alphanumeric() {
                    if !open && !self.text.is_empty() {
                        self.text.push(' ');
                    }
                    open = true;
                    self.text.push(char::from(byte));
                } else if byte == b'&' {
                    self.close(&mut open, written);
                    self.push("and", written);
                } else if !as_form && !matches!(byte, b'\'' | b'`') {
                    self.close(&mut open, written);
                }
            }
            self.close(&mut open, written);
        }
        self.text.make_ascii_lowercase();
    }

    /// Ends the word that is open, if one is.
    fn close(&mut self, open: &mut bool, written: bool) {
        if *open {
            self.ends.push(self.text.len());
            self.written.push(written);
            *open = false;
        }
    }
}

fn without_unspaced_forms(word: &str) -> &str {
    let bare =
        |form: &&str| word.strip_suffix(*form).or_else(|| word.strip_prefix(*form)).filter(|rest| !rest.is_empty());
    UNSPACED.iter().find_map(bare).unwrap_or(word)
}

#[cfg(test)]
mod tests;
