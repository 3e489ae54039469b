//! Folding text for comparison: never shown, never stored as a value.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text as lower-case words of letters and digits without accents, one blank between them: `Müller-Lüdenscheidt`
/// becomes `muller ludenscheidt`. Scripts other than Latin keep their letters.
pub(crate) fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    let mut push = |c: char| {
        if c.is_alphanumeric() {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        } else if !is_apostrophe(c) {
            gap = true;
        }
    };
    if text.is_ascii() {
        text.chars().map(|c| c.to_ascii_lowercase()).for_each(push);
    } else {
        for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
            match latin(c) {
                Some(plain) => plain.chars().for_each(&mut push),
                None => c.to_lowercase().for_each(&mut push),
            }
        }
    }
    out
}

/// [`words`] without the blanks: `E-Mail`, `e mail` and `Email` are one.
pub(crate) fn solid(text: &str) -> String {
    let mut folded = words(text);
    folded.retain(|c| c != ' ');
    folded
}

/// Apostrophes join: `O'Brien` is `obrien`.
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' | '\u{00b4}')
}

/// Latin letters that no decomposition takes apart.
fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "ss",
        'ø' | 'Ø' => "o",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ı' | 'İ' => "i",
        'ħ' | 'Ħ' => "h",
        _ => return None,
    })
}
