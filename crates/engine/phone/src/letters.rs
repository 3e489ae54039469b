//! Characters as libphonenumber takes them.

use unicode_normalization::char::is_combining_mark;

/// The zeros of the decimal digits beyond ASCII (Unicode category Nd); the other nine follow each. Mathematical digits
/// are in five rows.
#[rustfmt::skip]
const ZEROS: &[u32] = &[
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
    0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136,
    0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0,
    0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

/// The value of a decimal digit of any script.
pub(crate) fn digit(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.is_ascii_digit().then(|| c as u8 - b'0');
    }
    let code = u32::from(c);
    let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= code)].last()?;
    (code - zero < 10).then_some((code - zero) as u8)
}

/// The digit on whose key a letter stands (ITU-T E.161); of a digit, itself. None beyond ASCII, less two letters of
/// which the capital is in it.
pub(crate) fn key(c: char) -> Option<u8> {
    Some(match c.to_ascii_uppercase() {
        digit @ '0'..='9' => digit as u8 - b'0',
        'A'..='C' => 2,
        'D'..='F' => 3,
        'G'..='I' | 'ı' => 4,
        'J'..='L' => 5,
        'M'..='O' => 6,
        'P'..='S' | 'ſ' => 7,
        'T'..='V' => 8,
        'W'..='Z' => 9,
        _ => return None,
    })
}

/// Lower case, so that what differs only in that is the same.
pub(crate) fn fold(c: char) -> char {
    match c {
        'ı' => 'i',
        'ſ' => 's',
        '\u{1c81}' => 'д',
        '\u{1c82}' => 'о',
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

/// Whether a number may hold it as a letter.
pub(crate) fn is_letter(c: char) -> bool {
    fold(c).is_ascii_lowercase()
}

pub(crate) fn is_plus(c: char) -> bool {
    matches!(c, '+' | '\u{ff0b}')
}

/// What may stand between digits. An `x` holds the place of a carrier's code.
pub(crate) fn is_between(c: char) -> bool {
    matches!(
        c,
        '-' | 'x'
            | 'X'
            | ' '
            | '('
            | ')'
            | '.'
            | '['
            | ']'
            | '/'
            | '~'
            | '*'
            | '\u{2010}'..='\u{2015}'
            | '\u{2212}'
            | '\u{30fc}'
            | '\u{ff0d}'..='\u{ff0f}'
            | '\u{a0}'
            | '\u{ad}'
            | '\u{200b}'
            | '\u{2060}'
            | '\u{3000}'
            | '\u{ff08}'
            | '\u{ff09}'
            | '\u{ff3b}'
            | '\u{ff3d}'
            | '\u{2053}'
            | '\u{223c}'
            | '\u{ff5e}'
    )
}

/// Whether a number may end with it: any letter, any figure, and `#`.
pub(crate) fn may_end(c: char) -> bool {
    // Circled letters are symbols to Unicode, and alphabetic.
    let symbol = matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}');
    c == '#' || (c.is_alphanumeric() && !is_combining_mark(c) && !symbol)
}

#[cfg(test)]
mod tests;
