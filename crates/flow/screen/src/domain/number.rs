//! A telephone number of the North American plan, as registries list them.

use std::fmt;

/// Numbers that one area code can have: prefixes 200 to 999 with 10,000 lines each.
pub const LINES_PER_AREA: u32 = 8_000_000;

/// A number of the North American plan: area code, and place among the numbers of the area. Ten digits, of which the
/// first and the fourth are 2 to 9; nothing is said about whether anybody has it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number {
    area: u16,
    line: u32,
}

/// Shows the area code only: the rest is personal.
impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({}…)", self.area)
    }
}

impl Number {
    /// From its ten digits as bytes `b'0'..=b'9'`.
    #[must_use]
    pub fn of_digits(digits: &[u8; 10]) -> Option<Self> {
        if !digits.iter().all(u8::is_ascii_digit) || digits[0] < b'2' || digits[3] < b'2' {
            return None;
        }
        let value = |digits: &[u8]| digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
        Some(Self { area: value(&digits[..3]) as u16, line: value(&digits[3..]) - 2_000_000 })
    }

    /// From an area code and the seven digits after it.
    #[must_use]
    pub fn of_parts(area: &[u8; 3], local: &[u8; 7]) -> Option<Self> {
        let mut digits = [0; 10];
        digits[..3].copy_from_slice(area);
        digits[3..].copy_from_slice(local);
        Self::of_digits(&digits)
    }

    /// From the form `+12025550123`.
    #[must_use]
    pub fn of_e164(text: &str) -> Option<Self> {
        Self::of_digits(text.strip_prefix("+1")?.as_bytes().try_into().ok()?)
    }

    /// From a number as people and registries write it: ten digits, with or without `1` or `+1` before them, and with
    /// spaces, dots, hyphens, brackets and commas between them.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        let mut digits = [0; 11];
        let mut found = 0;
        for (at, byte) in text.trim_ascii().iter().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    *digits.get_mut(found)? = *byte;
                    found += 1;
                }
                b' ' | b'.' | b'-' | b'(' | b')' | b',' | b'/' => {}
                b'+' if at == 0 => {}
                _ => return None,
            }
        }
        match (found, digits[0]) {
            (10, _) => Self::of_digits(digits[..10].try_into().ok()?),
            (11, b'1') => Self::of_digits(digits[1..].try_into().ok()?),
            _ => None,
        }
    }

    pub(crate) fn of_bit(area: u16, line: u32) -> Self {
        Self { area, line }
    }

    /// The area code, 200 to 999.
    #[must_use]
    pub const fn area(self) -> u16 {
        self.area
    }

    /// The number's bit in its area: `(prefix − 200) × 10,000 + line`.
    #[must_use]
    pub const fn bit(self) -> u32 {
        self.line
    }

    /// The form `+12025550123`.
    #[must_use]
    pub fn e164(self) -> String {
        format!("+1{}{}", self.area, self.line + 2_000_000)
    }
}

#[cfg(test)]
mod tests;
