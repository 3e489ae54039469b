//! The case of names.

use unicode_normalization::char::is_combining_mark;

use super::super::fold;
use super::{PARTICLES, is_latin};

/// Which part of a name a text is: it decides where particles and initials may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    First,
    Last,
    Whole,
}

/// Whether a name is written in capitals: initials (`J.-P.`) and the numerals after a name do not make it so.
pub(super) fn is_capitals(name: &str) -> bool {
    let run = |word: &str| word.chars().zip(word.chars().skip(1)).any(|(a, b)| a.is_uppercase() && b.is_uppercase());
    name.chars().all(|c| c.is_uppercase() || !c.is_alphabetic())
        && name.split(' ').enumerate().any(|(n, word)| run(word) && (n == 0 || !is_numeral(word)))
}

pub(super) fn has_capitals(word: &str) -> bool {
    word.chars().filter(|c| c.is_uppercase()).count() > 1
}

fn is_numeral(word: &str) -> bool {
    ["II", "III", "IV"].iter().any(|numeral| word.eq_ignore_ascii_case(numeral))
}

/// Gives a name the usual case if it has none of its own. `shouting`: capitals are the habit of the whole row, so that
/// two letters are a name (`AL`) and not initials (`JP`).
pub(super) fn recase(name: &str, part: Part, shouting: bool) -> String {
    let letters = || name.chars().filter(|c| c.is_alphabetic());
    let capitals = is_capitals(name);
    let small = letters().next().is_some() && letters().all(char::is_lowercase);
    let foreign = name.chars().any(|c| (c.is_alphabetic() && !has_known_case(c)) || is_combining_mark(c));
    if !(capitals || small) || foreign || (capitals && !shouting && letters().count() <= 2) {
        return name.to_owned();
    }
    // The capital with a dot is Turkish, and so is the one without it then.
    let turkish = name.contains('İ');
    let words: Vec<&str> = name.split(' ').collect();
    let last = words.len() - 1;
    let mut out = String::with_capacity(name.len());
    for (n, word) in words.into_iter().enumerate() {
        if n > 0 {
            out.push(' ');
        }
        let lower = lowered(word, turkish);
        let may_be_small = n < last && (n > 0 || part == Part::Last);
        let may_be_initials = capitals && (part == Part::First || (part == Part::Whole && n < last));
        if may_be_small && PARTICLES.contains(&lower.as_str()) {
            out.push_str(&lower);
        } else if n > 0 && is_numeral(word) {
            out.push_str(&lower.to_ascii_uppercase());
        } else if may_be_initials && word.chars().count() == 2 && !lower.contains(['a', 'e', 'i', 'o', 'u', 'y']) {
            out.push_str(word);
        } else {
            let start = out.len();
            push_word(&mut out, &lower);
            if word.starts_with('İ') && out[start..].starts_with('I') {
                out.replace_range(start..=start, "İ");
            }
        }
    }
    out
}

/// Letters of the scripts whose small and capital letters are told apart as in Latin.
fn has_known_case(c: char) -> bool {
    is_latin(c) || matches!(c, '\u{0370}'..='\u{03ff}' | '\u{0400}'..='\u{045f}' | '\u{0490}'..='\u{04ff}')
}

/// Articles that grow together with the name behind them: `dell'Orso` is written `Dell'Orso`.
const JOINED: [&str; 6] = ["all", "dall", "degl", "dell", "nell", "sant"];

/// One word: `jean-luc` → `Jean-Luc`, `o'brien` → `O'Brien`, `dell'orso` → `Dell'Orso`, `mcdonald` → `McDonald`,
/// `j.r.` → `J.R.`.
pub(super) fn push_word(out: &mut String, lower: &str) {
    for (n, piece) in lower.split('-').enumerate() {
        if n > 0 {
            out.push('-');
        }
        let is_initials = piece.contains('.') && piece.split('.').all(|letter| letter.chars().count() <= 1);
        if is_initials {
            piece.split_inclusive('.').for_each(|letter| push_capital(out, letter));
            continue;
        }
        let after_mark = piece
            .char_indices()
            .find(|(_, c)| fold::is_apostrophe(*c))
            .filter(|(at, _)| piece[..*at].chars().count() == 1 || JOINED.contains(&&piece[..*at]));
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

/// Letter by letter, so that no letter becomes two.
fn lowered(word: &str, turkish: bool) -> String {
    let lower = |c: char| {
        match c {
            'İ' => return 'i',
            'I' if turkish => return 'ı',
            _ => {}
        }
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(lower), None) => lower,
            _ => c,
        }
    };
    let mut small: String = word.chars().map(lower).collect();
    // The sigma at the end of a word is another letter.
    if small.ends_with('σ') && small.chars().count() > 1 {
        small.pop();
        small.push('ς');
    }
    small
}
