//! What stays of a word through the ways of writing it in Latin letters: `Aleksey` and `Alexei`, `Juergen` and `Jurgen`,
//! `Mueller` and `Muller`, `Chara` and `Hara`. Finer than [`sound`](super::sound): vowels count.

/// A word in one spelling; nothing for words in other letters.
pub(crate) fn plain(word: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(word.len());
    if !word.is_ascii() {
        return plain;
    }
    // The article of an Arabic name comes and goes.
    let word = word.strip_prefix(b"al ").or(word.strip_prefix(b"el ")).unwrap_or(word);
    let mut at = 0;
    while at < word.len() {
        let one = [letter(word[at])];
        let (written, length) = letters(&word[at..]).unwrap_or((&one, 1));
        for letter in written {
            // A letter twice is a letter; `y` and `j` beside an `i` are heard as one.
            if plain.last() != Some(letter) && *letter != b' ' {
                plain.push(*letter);
            }
        }
        at += length;
    }
    // A silent end: `Sarah`.
    if plain.len() > 2 && plain.last() == Some(&b'h') {
        plain.pop();
    }
    plain
}

/// The consonants of a word in one spelling, `b` and `v` as one, and whether it begins and ends with a vowel: what stays where vowels are
/// written by ear (`Mariam`, `Meriem`). Nothing when they are too few to say something.
pub(crate) fn consonants(plain: &[u8]) -> Option<Vec<u8>> {
    const LEAST: usize = 3;
    let is_vowel = |letter: &u8| matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u');
    let left = plain.iter().copied().filter(|letter| !is_vowel(letter));
    let mut left: Vec<u8> = left.map(|letter| if letter == b'b' { b'v' } else { letter }).collect();
    if left.len() < LEAST {
        return None;
    }
    left.push(b'0' + u8::from(plain.first().is_some_and(is_vowel)) + 2 * u8::from(plain.last().is_some_and(is_vowel)));
    Some(left)
}

/// One letter in one spelling.
fn letter(letter: u8) -> u8 {
    match letter {
        b'c' | b'q' => b'k',
        b'w' => b'v',
        b'y' | b'j' => b'i',
        other => other,
    }
}

/// Several letters that are written for one sound, and how many they are; nothing where the first stands for itself.
fn letters(text: &[u8]) -> Option<(&'static [u8], usize)> {
    Some(match text {
        [b's', b'c', b'h', b't', b's', b'c', b'h', ..] => (b"s", 7),
        [b's', b'h', b'c', b'h', ..] | [b't', b's', b'c', b'h', ..] => (b"s", 4),
        [b's' | b't', b'c', b'h', ..] => (b"s", 3),
        [b's' | b'z', b'h', ..] => (b"s", 2),
        [b'c' | b'k', b'h', ..] => (b"h", 2),
        [b't', b's' | b'z', ..] => (b"z", 2),
        [b'p', b'h', ..] => (b"f", 2),
        [b't', b'h', ..] => (b"t", 2),
        [b'k', b's', ..] => (b"x", 2),
        [b'c', b'k', ..] => (b"k", 2),
        [b'o', b'u' | b'o', ..] | [b'u', b'e', ..] => (b"u", 2),
        [b'a' | b'e', b'i' | b'y', ..] => (b"ei", 2),
        [b'e' | b'i', b'e', ..] => (b"i", 2),
        [b'a', b'e', ..] => (b"a", 2),
        [b'o', b'e', ..] => (b"o", 2),
        [b'e', b'u', ..] => (b"ev", 2),
        [b'c', b'e' | b'i' | b'y', ..] => (b"s", 1),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
