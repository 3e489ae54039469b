//! What kinds of characters a cell has: one pass over its octets, asked by every reader after it.

/// A set of kinds.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u16);

impl Kinds {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const LOWER: Self = Self(1);
    pub(crate) const UPPER: Self = Self(2);
    pub(crate) const DIGIT: Self = Self(4);
    pub(crate) const BLANK: Self = Self(8);
    /// A letter or sign of U+00C0 to U+02FF: visible, no digit, and the same in every normal form but the decomposed ones.
    pub(crate) const LATIN: Self = Self(16);
    /// Anything else beyond ASCII.
    pub(crate) const FAR: Self = Self(32);
    /// A control of ASCII, tabs and line ends among them.
    pub(crate) const CONTROL: Self = Self(64);
    /// A hyphen or an apostrophe: inside names and words.
    pub(crate) const JOIN: Self = Self(128);
    /// Any other sign of ASCII.
    pub(crate) const SIGN: Self = Self(256);
    /// Two blanks in a row.
    pub(crate) const GAP: Self = Self(512);

    pub(crate) const LETTERS: Self = Self(Self::LOWER.0 | Self::UPPER.0);
    /// Beyond ASCII.
    pub(crate) const HIGH: Self = Self(Self::LATIN.0 | Self::FAR.0);
    /// Something of ASCII that is seen.
    pub(crate) const VISIBLE: Self = Self(Self::LETTERS.0 | Self::DIGIT.0 | Self::JOIN.0 | Self::SIGN.0);

    /// The kinds of a text's characters.
    pub(crate) fn of(text: &str) -> Self {
        let seen = text.bytes().fold(0, |seen, byte| seen | KINDS[usize::from(byte)]);
        let gap = seen & Self::BLANK.0 != 0 && has_gap(text.as_bytes());
        Self(if gap { seen | Self::GAP.0 } else { seen })
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any of `kinds` is there.
    pub(crate) fn any(self, kinds: Self) -> bool {
        self.0 & kinds.0 != 0
    }

    /// Whether there is nothing but `kinds`.
    pub(crate) fn only(self, kinds: Self) -> bool {
        self.0 & !kinds.0 == 0
    }

    pub(crate) fn is_ascii(self) -> bool {
        !self.any(Self::HIGH)
    }
}

/// Whether two blanks stand in a row: looked for in eight octets at a time, of which seven are new.
fn has_gap(bytes: &[u8]) -> bool {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    const BLANKS: u64 = 0x2020_2020_2020_2020;
    let mut rest = bytes;
    while let Some(eight) = rest.first_chunk::<8>() {
        let other = u64::from_le_bytes(*eight) ^ BLANKS;
        // The high bit of each octet that is a blank, and of no other.
        let blank = !(((other & LOW) + LOW) | other | LOW);
        if blank & (blank >> 8) != 0 {
            return true;
        }
        rest = &rest[7..];
    }
    rest.windows(2).any(|pair| pair == b"  ")
}

const KINDS: [u16; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let kind = match byte as u8 {
            b'a'..=b'z' => Kinds::LOWER,
            b'A'..=b'Z' => Kinds::UPPER,
            b'0'..=b'9' => Kinds::DIGIT,
            b' ' => Kinds::BLANK,
            b'-' | b'\'' => Kinds::JOIN,
            b'!'..=b'~' => Kinds::SIGN,
            0..=127 => Kinds::CONTROL,
            // What continues a character, and what begins one of U+00C0 to U+02FF.
            0x80..=0xbf | 0xc3..=0xcb => Kinds::LATIN,
            _ => Kinds::FAR,
        };
        kinds[byte] = kind.0;
        byte += 1;
    }
    kinds
};

#[cfg(test)]
mod tests;
