//! Numbers of digits and ASCII punctuation, which nearly all are: read in one pass, without memory of their own.

use crate::dialled::{self, DIGITS_MAX};
use crate::number::{Extension, Number};
use crate::plan::Plan;
use crate::{TEXT_MAX, Unreadable};

/// What a byte is in a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    Digit,
    Plus,
    /// Punctuation that may stand between digits.
    Between,
    /// May stand before or after a number only.
    Around,
    /// A letter before the number; in it or behind it, it wants a closer look.
    Letter,
    /// Wants a closer look wherever it is.
    Odd,
}

const BYTES: [Byte; 256] = {
    let mut bytes = [Byte::Odd; 256];
    let mut at = 0;
    while at < 128 {
        bytes[at] = match at as u8 {
            b'0'..=b'9' => Byte::Digit,
            b'+' => Byte::Plus,
            b'-' | b' ' | b'(' | b')' | b'.' | b'[' | b']' | b'/' | b'*' => Byte::Between,
            b'a'..=b'z' | b'A'..=b'Z' | b'#' => Byte::Letter,
            // `;` starts the parameters of RFC 3966 and, as `~` and `,`, an extension.
            b';' | b'~' => Byte::Odd,
            _ => Byte::Around,
        };
        at += 1;
    }
    bytes
};

/// Reads the text if it is plain; none if it wants a closer look.
pub(crate) fn read(text: &str, home: Option<&'static Plan>) -> Option<Result<Number, Unreadable>> {
    let bytes = text.as_bytes();
    if bytes.len() > TEXT_MAX {
        return None;
    }
    let mut at = 0;
    let plus = loop {
        match BYTES[usize::from(*bytes.get(at)?)] {
            Byte::Digit => break false,
            Byte::Plus => break true,
            Byte::Between | Byte::Around | Byte::Letter => at += 1,
            Byte::Odd => return None,
        }
    };
    while bytes.get(at) == Some(&b'+') {
        at += 1;
    }
    let mut digits = [0; DIGITS_MAX];
    let mut len = 0;
    let (start, mut last) = (at, at);
    while let Some(&byte) = bytes.get(at) {
        match BYTES[usize::from(byte)] {
            Byte::Digit => {
                *digits.get_mut(len)? = byte - b'0';
                len += 1;
                last = at;
            }
            Byte::Between => {}
            Byte::Around => {
                let rest = &bytes[at..];
                let ends = rest.iter().all(|&b| matches!(BYTES[usize::from(b)], Byte::Between | Byte::Around));
                if !ends {
                    return None;
                }
                break;
            }
            Byte::Plus | Byte::Letter | Byte::Odd => return None,
        }
        at += 1;
    }
    // Two digits are a number only if nothing else is written.
    let bare = !plus && len == 2 && last == start + 1;
    if len < 3 && !bare {
        return Some(Err(Unreadable::NotANumber));
    }
    Some(
        dialled::read(&digits[..len], plus, home)
            .map(|dialled| Number::new(dialled.plan, dialled.national(), Extension::default())),
    )
}

#[cfg(test)]
mod tests;
