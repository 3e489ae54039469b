//! Folding: one way of writing for every way in which lists write the same word.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Appends the text as lower-case words of letters and digits, one blank between them. Accents go, Cyrillic and Greek
/// are written in Latin letters, apostrophes join (`O'Brien` is `obrien`); other scripts stay as they are.
pub(crate) fn words(text: &str, out: &mut String) {
    let start = out.len();
    let mut gap = false;
    let mut push = |c: char, out: &mut String| {
        if c.is_alphanumeric() {
            if gap && out.len() > start {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        } else if !matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' | '\u{00b4}') {
            gap = true;
        }
    };
    if text.is_ascii() {
        text.chars().for_each(|c| push(c.to_ascii_lowercase(), out));
        return;
    }
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match latin(c) {
            Some(written) => written.chars().for_each(|c| push(c, out)),
            None => push(c, out),
        }
    }
}

/// [`words`] without the blanks.
pub(crate) fn solid(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
        return;
    }
    let mut spaced = String::with_capacity(text.len());
    words(text, &mut spaced);
    out.extend(spaced.chars().filter(|c| *c != ' '));
}

/// Letters that no decomposition takes apart, and the two scripts beside Latin that European lists mix with it
/// (Cyrillic as in passports, ICAO Doc 9303 part 3; Greek as in ELOT 743 without digraphs).
fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'ø' | 'о' | 'ο' | 'ω' => "o",
        'æ' => "ae",
        'œ' => "oe",
        'ł' | 'л' | 'λ' => "l",
        'đ' | 'ð' | 'д' | 'δ' => "d",
        'þ' | 'θ' => "th",
        'ı' | 'и' | 'й' | 'і' | 'ї' | 'ι' | 'η' => "i",
        'ħ' => "h",
        'а' | 'α' => "a",
        'б' => "b",
        'в' | 'β' => "v",
        'г' | 'ґ' | 'γ' => "g",
        'е' | 'э' | 'ё' | 'є' | 'ε' => "e",
        'ж' => "zh",
        'з' | 'ζ' => "z",
        'к' | 'κ' => "k",
        'м' | 'μ' => "m",
        'н' | 'ν' => "n",
        'п' | 'π' => "p",
        'р' | 'ρ' => "r",
        'с' | 'σ' | 'ς' => "s",
        'т' | 'τ' => "t",
        'у' => "u",
        'υ' | 'ы' => "y",
        'ф' | 'φ' => "f",
        'х' => "kh",
        'χ' | 'ч' => "ch",
        'ц' => "ts",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' => "ie",
        'ь' => "",
        'ю' => "iu",
        'я' => "ia",
        'ξ' => "x",
        'ψ' => "ps",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
