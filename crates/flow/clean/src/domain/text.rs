//! One cell of text: what nobody sees goes, what only damage makes is noticed.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::mapping::Field;
use super::scan::Kinds;

/// The cell in NFC, without controls, zero-width and direction marks, with single blanks inside and none around.
///
/// A joiner (U+200C, U+200D) stays after a letter of the scripts in which it changes the word (Arabic, the scripts of
/// India). Applying this twice gives the same as once.
pub(crate) fn tidy(cell: &str) -> Cow<'_, str> {
    if is_tidy(cell) { Cow::Borrowed(cell) } else { Cow::Owned(rewrite(cell)) }
}

/// [`tidy`] of a cell whose kinds of characters are known, and the kinds of what comes of it.
pub(crate) fn tidy_known(cell: &str, kinds: Kinds) -> (Cow<'_, str>, Kinds) {
    let bytes = cell.as_bytes();
    let wrapped = bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ');
    let (mut inner, mut within) = (cell, kinds);
    if wrapped {
        inner = trim_blanks(cell);
        within = Kinds::of(inner);
    }
    if within.any(Kinds::FAR.and(Kinds::CONTROL).and(Kinds::GAP)) {
        let tidy = tidy(inner);
        let kinds = Kinds::of(&tidy);
        return (tidy, kinds);
    }
    (Cow::Borrowed(inner), within)
}

/// The text between its first and its last character that is no blank.
fn trim_blanks(text: &str) -> &str {
    let bytes = text.as_bytes();
    let start = bytes.iter().take_while(|byte| **byte == b' ').count();
    let end = bytes.iter().rposition(|byte| *byte != b' ').map_or(start, |at| at + 1);
    &text[start..end]
}

fn is_tidy(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    if bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ') {
        return false;
    }
    if cell.is_ascii() {
        let mut before = 0;
        return bytes.iter().all(|&b| {
            let fine = (0x20..0x7f).contains(&b) && !(b == b' ' && before == b' ');
            before = b;
            fine
        });
    }
    let mut before = '\0';
    let plain = cell.chars().all(|c| {
        let fine =
            (c == ' ' && before != ' ') || !(c.is_whitespace() || c.is_control() || is_invisible(c) || is_joiner(c));
        before = c;
        fine
    });
    plain && is_nfc_quick(cell.chars()) == IsNormalized::Yes
}

fn rewrite(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    let mut gap = false;
    let mut joins = false;
    for c in cell.chars() {
        if c.is_whitespace() {
            gap = !out.is_empty();
        } else if is_joiner(c) {
            if joins && !gap {
                out.push(c);
                joins = false;
            }
        } else if !c.is_control() && !is_invisible(c) {
            if gap {
                out.push(' ');
                gap = false;
            }
            out.push(c);
            joins = c >= '\u{0600}' && c.is_alphabetic();
        }
    }
    out.truncate(out.trim_end_matches(is_joiner).len());
    out.nfc().collect()
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Characters without a shape: soft hyphen, zero-width space, direction marks and isolates, word joiner, byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// What people and programs write where they have nothing to say.
const PLACEHOLDERS: [&str; 38] = [
    "#n/a",
    "#name?",
    "#null!",
    "#ref!",
    "#value!",
    "blank",
    "desconocido",
    "empty",
    "inconnu",
    "k. a.",
    "k.a.",
    "keine angabe",
    "keine angaben",
    "leer",
    "missing",
    "n. a.",
    "n.a",
    "n.a.",
    "n/a",
    "na",
    "nan",
    "nicht bekannt",
    "nicht vorhanden",
    "nil",
    "none",
    "not applicable",
    "not available",
    "not found",
    "not provided",
    "null",
    "tbd",
    "test",
    "unbekannt",
    "undefined",
    "unknown",
    "xx",
    "xxx",
    "xxxx",
];

/// Whether a tidy, non-empty cell only says that there is nothing.
///
/// Two readings are kept apart: `Na` in mixed case is a family name, and `NA` in a country column is Namibia.
pub(crate) fn is_placeholder(text: &str, field: Field) -> bool {
    if text.len() > 20 {
        return false;
    }
    if !text.chars().any(char::is_alphanumeric) {
        return true;
    }
    match field {
        Field::FirstName | Field::LastName | Field::FullName if text == "Na" => return false,
        Field::Country if text.eq_ignore_ascii_case("na") => return false,
        _ => {}
    }
    let bare = text.trim_matches(|c| matches!(c, '(' | ')' | '[' | ']' | '<' | '>' | '{' | '}' | '"' | '\''));
    let mut lower = [0u8; 20];
    let Some(lower) = lower.get_mut(..bare.len()) else { return false };
    lower.copy_from_slice(bare.as_bytes());
    lower.make_ascii_lowercase();
    PLACEHOLDERS.binary_search_by(|known| known.as_bytes().cmp(lower)).is_ok()
}

/// [`is_placeholder`], after a glance at what a cell begins with and how long it is: hardly any cell goes further.
pub(crate) fn is_placeholder_known(text: &str, kinds: Kinds, field: Field) -> bool {
    // No placeholder has a digit.
    if kinds.any(Kinds::DIGIT) {
        return false;
    }
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_alphabetic() && last.is_ascii_alphabetic() => {
            let letter = |byte: u8| usize::from(byte.to_ascii_lowercase() - b'a');
            let (lengths, lasts) = SHAPES[letter(*first)];
            text.len() < 32
                && lengths >> text.len() & 1 == 1
                && lasts >> letter(*last) & 1 == 1
                && is_placeholder(text, field)
        }
        _ => is_placeholder(text, field),
    }
}

/// The lengths of the placeholders that begin with each letter, and the letters that they end with, as bits.
const SHAPES: [(u32, u32); 26] = {
    let mut shapes = [(0, 0); 26];
    let mut n = 0;
    while n < PLACEHOLDERS.len() {
        let word = PLACEHOLDERS[n].as_bytes();
        let last = word[word.len() - 1];
        if word[0].is_ascii_lowercase() {
            let shape = &mut shapes[(word[0] - b'a') as usize];
            shape.0 |= 1 << word.len();
            if last.is_ascii_lowercase() {
                shape.1 |= 1 << (last - b'a');
            }
        }
        n += 1;
    }
    shapes
};

/// Whether the text looks like UTF-8 that was once read as Windows-1252 (`MÃ¼ller`), or has lost characters (U+FFFD).
/// It is not repaired: a wrong repair cannot be told from the truth.
pub(crate) fn looks_garbled(text: &str) -> bool {
    // What such texts have in them, as octets: `Â`, `Ã`, `â`, U+FFFD. Hardly any text goes further.
    let begins = |pair: &[u8]| matches!(pair, [0xc3, 0x82 | 0x83 | 0xa2] | [0xef, 0xbf]);
    if !text.as_bytes().windows(2).any(begins) {
        return false;
    }
    let mut before = '\0';
    text.chars().any(|c| {
        let hit = match before {
            'Ã' | 'Â' => matches!(c, '\u{0080}'..='\u{00bf}') || WINDOWS_1252_HIGH.contains(&c),
            'â' => c == '€',
            _ => false,
        };
        before = c;
        hit || c == '\u{fffd}'
    })
}

/// What Windows-1252 shows for the octets 0x80 to 0x9F.
const WINDOWS_1252_HIGH: [char; 27] = [
    '€', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 'Ž', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š',
    '›', 'œ', 'ž', 'Ÿ',
];

#[cfg(test)]
mod tests;
