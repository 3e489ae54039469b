//! Folding text for comparison: never shown, never stored as a value.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// The text as lower-case words of letters and digits without accents, one blank between them: `Müller-Lüdenscheidt`
/// becomes `muller ludenscheidt`. Scripts in which a mark makes another letter keep their marks.
pub(crate) fn words(text: &str) -> String {
    usual_words(text).unwrap_or_else(|| any_words(text))
}

/// [`words`] of a text of usual letters, octet by octet.
fn usual_words(text: &str) -> Option<String> {
    let folds = &**FOLDS;
    // No usual letter folds to more octets than it has.
    let mut out = Vec::with_capacity(text.len());
    let mut gap = false;
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let at = match byte {
            0..0x80 => usize::from(byte),
            0xc3..=0xc5 => usize::from(byte & 0x1f) << 6 | usize::from(bytes.next()? & 0x3f),
            _ => return None,
        };
        match folds[at] {
            Fold::To(first, second) => {
                if gap && !out.is_empty() {
                    out.push(b' ');
                }
                gap = false;
                out.push(first);
                if second != 0 {
                    out.push(second);
                }
            }
            Fold::Gap => gap = true,
            Fold::Nothing => {}
            Fold::Unusual => return None,
        }
    }
    String::from_utf8(out).ok()
}

/// What each usual letter becomes.
static FOLDS: LazyLock<Box<[Fold; 384]>> = LazyLock::new(|| {
    let mut folds = Box::new([Fold::Unusual; 384]);
    for (c, fold) in ('\0'..'\u{180}').zip(folds.iter_mut()).filter(|(c, _)| is_usual(*c)) {
        let mut one = Words::default();
        one.push_any(c);
        *fold = match one.out.as_bytes() {
            [] if one.gap => Fold::Gap,
            [] => Fold::Nothing,
            &[only] => Fold::To(only, 0),
            &[first, second] => Fold::To(first, second),
            _ => Fold::Unusual,
        };
    }
    folds
});

#[derive(Clone, Copy)]
enum Fold {
    /// One octet of a word, or two.
    To(u8, u8),
    /// It ends a word.
    Gap,
    /// It joins two.
    Nothing,
    /// It wants a closer look.
    Unusual,
}

fn any_words(text: &str) -> String {
    let mut out = Words { out: String::with_capacity(text.len()), gap: false };
    if text.chars().all(is_usual) {
        text.chars().for_each(|c| out.push_any(c));
    } else {
        text.nfkc().for_each(|c| out.push_any(c));
    }
    out.out
}

/// Letters that NFKC leaves alone whatever stands beside them, as long as that is one of them too.
fn is_usual(c: char) -> bool {
    c.is_ascii()
        || matches!(c, '\u{00c0}'..='\u{0131}' | '\u{0134}'..='\u{013e}' | '\u{0141}'..='\u{0148}' | '\u{014a}'..='\u{017e}')
}

#[derive(Default)]
struct Words {
    out: String,
    gap: bool,
}

impl Words {
    fn push_any(&mut self, c: char) {
        if let Some(plain) = latin(c) {
            plain.chars().for_each(|c| self.push(c));
        } else if has_accents(c) {
            decompose_canonical(c, |c| self.push_lower(c));
        } else {
            self.push_lower(c);
        }
    }

    fn push(&mut self, c: char) {
        if c.is_alphanumeric() || is_combining_mark(c) {
            if self.gap && !self.out.is_empty() {
                self.out.push(' ');
            }
            self.gap = false;
            self.out.push(c);
        } else {
            self.gap |= !is_apostrophe(c);
        }
    }

    fn push_lower(&mut self, c: char) {
        if !is_accent(c) {
            c.to_lowercase().filter(|c| !is_accent(*c)).for_each(|c| self.push(c));
        }
    }
}

/// Latin, Greek and Cyrillic: the scripts that lists write with and without accents.
fn has_accents(c: char) -> bool {
    matches!(c, '\u{00c0}'..='\u{052f}' | '\u{1e00}'..='\u{1fff}')
}

fn is_accent(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}')
}

/// [`words`] without the blanks: `E-Mail`, `e mail` and `Email` are one.
pub(crate) fn solid(text: &str) -> String {
    let mut folded = words(text);
    folded.retain(|c| c != ' ');
    folded
}

/// [`solid`] of a text in ASCII, written into as many octets as it has.
pub(crate) fn solid_ascii<'o>(text: &str, out: &'o mut [u8]) -> &'o [u8] {
    let mut len = 0;
    for byte in text.bytes().filter(u8::is_ascii_alphanumeric) {
        out[len] = byte.to_ascii_lowercase();
        len += 1;
    }
    &out[..len]
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

#[cfg(test)]
mod tests;
