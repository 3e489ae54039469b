//! How far up a job title stands.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fold;
use super::lists::{self, Table};

/// How far up somebody stands, from the words of the title alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Seniority {
    /// Learning: intern, trainee, working student.
    Entry,
    /// Everybody whose title says no more.
    Staff,
    /// Leads people or a field: manager, team lead.
    Manager,
    /// Director, head of.
    Director,
    /// Vice president.
    VicePresident,
    /// The top of the house: chief officers, owners, founders, managing directors.
    Executive,
}

impl Seniority {
    /// Each, from the bottom to the top.
    pub const ALL: [Self; 6] =
        [Self::Entry, Self::Staff, Self::Manager, Self::Director, Self::VicePresident, Self::Executive];

    /// The stable name, as in JSON.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Staff => "staff",
            Self::Manager => "manager",
            Self::Director => "director",
            Self::VicePresident => "vice_president",
            Self::Executive => "executive",
        }
    }
}

/// What a word or phrase of a title says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Rank(Seniority),
    /// A phrase whose words would mislead: a product owner owns nothing.
    Nothing,
    /// The rank that follows is somebody else's.
    Assistant,
}

static TITLES: LazyLock<Titles> = LazyLock::new(|| Titles::new(include_str!("../../lists/titles.txt")));

struct Titles {
    phrases: Table<Says>,
    /// Words of scripts that write no blanks, the longest first.
    unspaced: Vec<(String, Says)>,
}

/// Most words in a phrase.
const PHRASE_WORDS_MAX: usize = 4;

impl Titles {
    /// Reads `seniority|phrase,phrase…` lines.
    fn new(text: &'static str) -> Self {
        let (mut phrases, mut unspaced) = (Vec::new(), Vec::new());
        for mut row in lists::rows(text) {
            let (Some(class), Some(known)) = (row.next(), row.next()) else { continue };
            let says = match class {
                "neutral" => Says::Nothing,
                "assistant" => Says::Assistant,
                class => match Seniority::ALL.into_iter().find(|rank| rank.code() == class) {
                    Some(rank) => Says::Rank(rank),
                    None => continue,
                },
            };
            for phrase in known.split(',') {
                let list = if phrase.chars().any(is_unspaced) { &mut unspaced } else { &mut phrases };
                list.push((fold::words(phrase), says));
            }
        }
        unspaced.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        Self { phrases: Table::new(phrases), unspaced }
    }
}

/// Han, kana and hangul.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// The seniority that a title speaks of, in the words of twenty languages; `None` for a title without words.
#[must_use]
pub fn seniority(title: &str) -> Option<Seniority> {
    let folded = fold::words(title);
    if folded.is_empty() {
        return None;
    }
    if !folded.is_ascii() && folded.chars().any(is_unspaced) {
        let found = TITLES.unspaced.iter().find(|(word, _)| folded.contains(word.as_str()));
        return Some(match found {
            Some((_, Says::Rank(rank))) => *rank,
            _ => Seniority::Staff,
        });
    }
    let mut words: Vec<(usize, usize)> = Vec::with_capacity(8);
    let folded = with_letters_joined(folded);
    let mut at = 0;
    for word in folded.split(' ') {
        words.push((at, at + word.len()));
        at += word.len() + 1;
    }
    Some(rank(&folded, &words))
}

fn rank(folded: &str, words: &[(usize, usize)]) -> Seniority {
    let word = |n: usize| words.get(n).map_or("", |(from, to)| &folded[*from..*to]);
    let (mut best, mut learns) = (Seniority::Staff, false);
    let mut n = 0;
    while n < words.len() {
        let longest = (1..=PHRASE_WORDS_MAX.min(words.len() - n)).rev().find_map(|len| {
            let phrase = &folded[words[n].0..words[n + len - 1].1];
            TITLES.phrases.get(phrase.as_bytes()).map(|says| (len, *says))
        });
        let (len, says) =
            longest.unwrap_or_else(|| (1, by_part(word(n), n, words.len(), (n + 1..words.len()).map(word))));
        match says {
            Says::Assistant => return Seniority::Staff,
            Says::Rank(Seniority::Entry) => learns = true,
            Says::Rank(rank) => best = best.max(rank),
            Says::Nothing => {}
        }
        n += len;
    }
    if learns { Seniority::Entry } else { best }
}

/// What a word says that is in no list.
fn by_part<'w>(word: &str, at: usize, count: usize, mut rest: impl Iterator<Item = &'w str>) -> Says {
    match word {
        // `Chief Executive Officer`; but a chief architect or of staff is none of them.
        "chief" if rest.any(|word| word == "officer") => Says::Rank(Seniority::Executive),
        "chief" => Says::Rank(Seniority::Director),
        // Not `Partner Manager`.
        "partner" if at + 1 == count => Says::Rank(Seniority::Executive),
        // `Vertriebsleiter`, `Myyntijohtaja`, `Försäljningschef`: what is led stands before it in the same word.
        _ if ["leiter", "leiterin", "leitung", "johtaja", "direktor"].iter().any(|end| word.ends_with(end)) => {
            Says::Rank(Seniority::Director)
        }
        _ if word.len() > 6 && ["chef", "sjef", "leder"].iter().any(|end| word.ends_with(end)) => {
            Says::Rank(Seniority::Manager)
        }
        _ => Says::Nothing,
    }
}

/// `c e o`, as `C.E.O.` folds, is one word.
fn with_letters_joined(folded: String) -> String {
    let single = |word: &str| word.len() == 1;
    let lone = folded.split(' ').zip(folded.split(' ').skip(1)).any(|(a, b)| single(a) && single(b));
    if !lone {
        return folded;
    }
    let mut out = String::with_capacity(folded.len());
    let mut before = false;
    for word in folded.split(' ') {
        if !(out.is_empty() || before && single(word)) {
            out.push(' ');
        }
        before = single(word);
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests;
