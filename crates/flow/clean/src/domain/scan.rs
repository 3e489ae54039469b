//! What kinds of characters a cell has: one pass over its octets, asked by every reader after it.

/// A set of kinds.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    pub(crate) const LOWER: Self = Self(1);
    pub(crate) const UPPER: Self = Self(2);
    pub(crate) const DIGIT: Self = Self(4);
    pub(crate) const BLANK: Self = Self(8);
    /// Beyond ASCII.
    pub(crate) const HIGH: Self = Self(16);
    /// A control of ASCII, tabs and line ends among them.
    pub(crate) const CONTROL: Self = Self(32);
    /// A hyphen or an apostrophe: inside names and words.
    pub(crate) const JOIN: Self = Self(64);
    /// Any other sign of ASCII.
    pub(crate) const SIGN: Self = Self(128);

    pub(crate) const LETTERS: Self = Self(Self::LOWER.0 | Self::UPPER.0);
    /// Something that is seen, of ASCII.
    pub(crate) const VISIBLE: Self = Self(Self::LETTERS.0 | Self::DIGIT.0 | Self::JOIN.0 | Self::SIGN.0);

    /// The kinds of a text's characters.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.bytes().fold(0, |seen, byte| seen | KINDS[usize::from(byte)]))
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

const KINDS: [u8; 256] = {
    let mut kinds = [Kinds::HIGH.0; 256];
    let mut byte = 0;
    while byte < 128 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' => Kinds::LOWER.0,
            b'A'..=b'Z' => Kinds::UPPER.0,
            b'0'..=b'9' => Kinds::DIGIT.0,
            b' ' => Kinds::BLANK.0,
            b'-' | b'\'' => Kinds::JOIN.0,
            b'!'..=b'~' => Kinds::SIGN.0,
            _ => Kinds::CONTROL.0,
        };
        byte += 1;
    }
    kinds
};
