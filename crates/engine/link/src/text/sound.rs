//! A key under which words meet that sound alike in most European languages: coarser than spelling, finer than Soundex
//! (Russell 1918), whose idea of consonant classes it keeps.

/// Consonants that count.
const SOUNDS_MAX: usize = 5;

/// The sound of one folded word; 0 for none. Words in scripts without classes are their own sound.
pub(crate) fn key(word: &[u8]) -> u32 {
    if !word.is_ascii() {
        return xxhash_rust::xxh3::xxh3_64(word) as u32 | 1;
    }
    let mut key: u32 = 0;
    let mut count = 0;
    let mut last = 0;
    let mut at = 0;
    while at < word.len() && count < SOUNDS_MAX {
        let (class, length) = class(&word[at..], at == 0);
        // A vowel at the beginning is heard, later ones only part two consonants.
        if class != 0 && class != last && (class != VOWEL || at == 0) {
            key = key << 4 | class;
            count += 1;
        }
        last = if class == 0 { last } else { class };
        at += length;
    }
    key
}

const VOWEL: u32 = 1;

/// The class of the sound that the text begins with, and how many letters write it; class 0 is silent.
fn class(text: &[u8], first: bool) -> (u32, usize) {
    const P: u32 = 2;
    const F: u32 = 3;
    const T: u32 = 4;
    const S: u32 = 5;
    const K: u32 = 6;
    const L: u32 = 7;
    const M: u32 = 8;
    const N: u32 = 9;
    const R: u32 = 10;
    const J: u32 = 11;
    const DIGIT: u32 = 12;
    match text {
        [b'p', b'h', ..] => (F, 2),
        [b'k' | b'g' | b'p', b'n', ..] if first => (N, 2),
        [b'w', b'r', ..] if first => (R, 2),
        [b's' | b't', b'c', b'h', ..] => (S, 3),
        [b's' | b'c' | b'z', b'h', ..] | [b't', b's' | b'z', ..] | [b'c' | b's', b'z', ..] => (S, 2),
        [b't', b'h', ..] => (T, 2),
        [b'g', b'h', ..] => (if first { K } else { 0 }, 2),
        [b'c', b'k', ..] => (K, 2),
        [b'm', b'c', ..] if first => (M, 1),
        [b'a' | b'e' | b'i' | b'o' | b'u' | b'y', ..] => (VOWEL, 1),
        [b'b' | b'p', ..] => (P, 1),
        [b'f' | b'v' | b'w', ..] => (F, 1),
        [b'd' | b't', ..] => (T, 1),
        [b's' | b'z' | b'x', ..] | [b'c', b'e' | b'i' | b'y', ..] => (S, 1),
        [b'c' | b'k' | b'q' | b'g', ..] => (K, 1),
        [b'l', ..] => (L, 1),
        [b'm', ..] => (M, 1),
        [b'n', ..] => (N, 1),
        [b'r', ..] => (R, 1),
        [b'j', ..] => (J, 1),
        [b'0'..=b'9', ..] => (DIGIT, 1),
        _ => (0, 1),
    }
}

#[cfg(test)]
mod tests;
