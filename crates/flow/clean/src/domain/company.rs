//! Company names: the key under which two spellings of one name meet.

use std::collections::HashMap;

use plumb_base::Country;
use xxhash_rust::xxh3::Xxh3DefaultBuilder;

use super::fold;
use super::lists;

/// Legal forms, by their folded words.
pub(crate) struct LegalForms {
    forms: HashMap<&'static str, Form, Xxh3DefaultBuilder>,
    words_max: usize,
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
        let mut forms = HashMap::with_hasher(Xxh3DefaultBuilder);
        let mut words_max = 1;
        for mut row in lists::rows(text) {
            let (Some(form), Some(place)) = (row.next(), row.next()) else { continue };
            let countries = place.split(' ').filter_map(|code| code.parse().ok()).collect();
            words_max = words_max.max(form.split(' ').count());
            forms.insert(form, Form { countries, leads: place.ends_with('^') });
        }
        Self { forms, words_max }
    }

    /// The key of a tidy company name: folded words without the legal form, `&` as `and`.
    ///
    /// A form that is also a word somewhere goes only where the country has it, or where it is written as a form
    /// (`S.A.`, `AG`). Nothing goes if only a word such as "group" would remain. Of `X dba Y`, the key is that of X.
    pub(crate) fn key(&self, name: &str, country: Option<Country>) -> String {
        let name = legal_name(name);
        let (words, written) = tokens(name);
        let mut range = 0..words.len();
        while let Some(len) = self.form_at(&words, &written, range.clone(), country, false) {
            range.end -= len;
        }
        while let Some(len) = self.form_at(&words, &written, range.clone(), country, true) {
            range.start += len;
        }
        let mut rest = &words[range];
        while let [head @ .., last] = rest
            && last == "and"
            && !head.is_empty()
        {
            rest = head;
        }
        if let [the, tail @ ..] = rest
            && the == "the"
            && !is_generic(tail)
        {
            rest = tail;
        }
        rest.join(" ")
    }

    /// How many words at the edge of the range are a legal form that may go.
    fn form_at(
        &self,
        words: &[String],
        written: &[bool],
        range: std::ops::Range<usize>,
        country: Option<Country>,
        front: bool,
    ) -> Option<usize> {
        let longest = self.words_max.min(range.len().saturating_sub(1));
        (1..=longest).rev().find(|&len| {
            let (at, rest) = if front {
                (range.start..range.start + len, range.start + len..range.end)
            } else {
                (range.end - len..range.end, range.start..range.end - len)
            };
            let form = &words[at.clone()];
            let known = self.forms.get(form.join(" ").as_str()).or_else(|| {
                let letters = len > 1 && form.iter().all(|word| word.len() == 1);
                letters.then(|| self.forms.get(form.concat().as_str())).flatten()
            });
            let Some(known) = known else { return false };
            let fits = known.countries.is_empty()
                || country.is_some_and(|country| known.countries.contains(&country))
                || at.clone().all(|n| written[n]);
            fits && (known.leads || !front) && !is_generic(&words[rest])
        })
    }
}

fn is_generic(words: &[String]) -> bool {
    words.iter().filter(|word| *word != "and").all(|word| words.len() == 1 && GENERIC.contains(&word.as_str()))
}

/// The part of a name before "doing business as" or "trading as".
fn legal_name(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    let cut = [" dba ", " d/b/a ", " t/a ", " trading as ", " doing business as "]
        .iter()
        .filter_map(|mark| lower.find(mark))
        .min();
    // ASCII lower-casing keeps every offset.
    match cut {
        Some(at) if at > 0 => &name[..at],
        _ => name,
    }
}

/// The folded words, and for each whether it is written as a legal form: with dots or a slash inside, or in capitals
/// in a name that is not all in capitals.
fn tokens(name: &str) -> (Vec<String>, Vec<bool>) {
    let shouting = !name.chars().any(char::is_lowercase);
    let mut words = Vec::new();
    let mut written = Vec::new();
    for token in name.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '"')) {
        if token.is_empty() {
            continue;
        }
        if token == "&" || token == "+" {
            words.push("and".to_owned());
            written.push(false);
            continue;
        }
        let letters = token.chars().filter(|c| c.is_alphabetic()).count();
        let marks = token.chars().filter(|c| matches!(c, '.' | '/')).count();
        let as_form = marks > 0 && letters <= 5;
        let capitals = !shouting && letters > 1 && token.chars().all(|c| c.is_uppercase() || !c.is_alphabetic());
        let mut text = if token.contains('&') { fold::words(&token.replace('&', " and ")) } else { fold::words(token) };
        // `S.A.`, `A/S`, `G.m.b.H.` are one word; `Rolls-Royce` is two.
        if as_form {
            text.retain(|c| c != ' ');
        }
        if !text.is_ascii() {
            text = without_unspaced_forms(&text).to_owned();
        }
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            words.push(word.to_owned());
            written.push(as_form || capitals);
        }
    }
    (words, written)
}

fn without_unspaced_forms(word: &str) -> &str {
    let bare =
        |form: &&str| word.strip_suffix(*form).or_else(|| word.strip_prefix(*form)).filter(|rest| !rest.is_empty());
    UNSPACED.iter().find_map(bare).unwrap_or(word)
}

#[cfg(test)]
mod tests;
