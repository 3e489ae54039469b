//! The addresses that lists are full of, read in place: ASCII, no quotes, a domain of two labels or more.

use super::{ADDRESS_OCTETS_MAX, LOCAL_OCTETS_MAX};

/// An address in ASCII that [`Email::parse`](super::Email::parse) takes, as it stands in a text.
#[derive(Clone, Copy)]
pub struct PlainAddress<'t> {
    text: &'t str,
    at: usize,
    /// Union of the classes of all octets.
    seen: u8,
}

/// Longest label of a domain (RFC 1035 §2.3.4).
const LABEL_OCTETS_MAX: usize = 63;

const LOCAL: u8 = 1;
const DOT: u8 = 2;
const NAME: u8 = 4;
const HYPHEN: u8 = 8;
const UPPER: u8 = 16;
const PLUS: u8 = 32;
const LETTER: u8 = 64;
const BAR: u8 = 128;

/// What each octet may be: `atext` of RFC 5322 before the `@`, letters, digits and hyphens behind it.
const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        let c = byte as u8;
        class[byte] = match c {
            b'a'..=b'z' => LOCAL | NAME | LETTER,
            b'A'..=b'Z' => LOCAL | NAME | LETTER | UPPER,
            b'0'..=b'9' => LOCAL | NAME,
            b'-' => LOCAL | HYPHEN,
            b'.' => DOT,
            b'+' => LOCAL | PLUS,
            b'|' => LOCAL | BAR,
            b'!' | b'#'..=b'\'' | b'*' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~' => LOCAL,
            _ => 0,
        };
        byte += 1;
    }
    class
};

impl<'t> PlainAddress<'t> {
    /// Reads the whole text as one address. `None` is no verdict: it is broken, or needs a closer look.
    #[must_use]
    pub fn read(text: &'t str) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut seen = 0;
        let mut before = DOT;
        let mut at = 0;
        loop {
            let class = CLASS[usize::from(*bytes.get(at)?)];
            // A dot stands between others only.
            if class & LOCAL == 0 && class & DOT & !before == 0 {
                break;
            }
            seen |= class;
            before = class;
            at += 1;
        }
        if bytes[at] != b'@' || before & DOT != 0 || at > LOCAL_OCTETS_MAX || bytes.len() > ADDRESS_OCTETS_MAX {
            return None;
        }
        let domain = &bytes[at + 1..];
        let (mut before, mut letters, mut dots, mut label) = (DOT, 0, 0u32, 0);
        for (here, &byte) in domain.iter().enumerate() {
            let class = CLASS[usize::from(byte)];
            if class & NAME != 0 {
                letters |= class;
            } else if class & HYPHEN != 0 {
                if before & DOT != 0 {
                    return None;
                }
                letters |= class;
            } else {
                if class & DOT == 0 || before & (DOT | HYPHEN) != 0 || here - label > LABEL_OCTETS_MAX {
                    return None;
                }
                (label, letters) = (here + 1, 0);
                dots += 1;
            }
            seen |= class;
            before = class;
        }
        // A last label of digits is no name (RFC 3696 §2).
        let named = letters & (LETTER | HYPHEN) != 0;
        let whole = before & NAME != 0 && dots > 0 && named && domain.len() - label <= LABEL_OCTETS_MAX;
        whole.then_some(Self { text, at, seen })
    }

    /// The whole address, as it stands in the text.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The part before the `@`, as given.
    #[must_use]
    pub fn local(&self) -> &'t str {
        &self.text[..self.at]
    }

    /// The domain, as given: it may have capitals.
    #[must_use]
    pub fn domain(&self) -> &'t str {
        &self.text[self.at + 1..]
    }

    /// Whether no letter is a capital.
    #[must_use]
    pub fn is_lower(&self) -> bool {
        self.seen & UPPER == 0
    }

    /// Whether the local part has a vertical bar in it, which lists put between addresses.
    #[must_use]
    pub fn has_bar(&self) -> bool {
        self.seen & BAR != 0
    }

    /// Whether the local part has a plus sign in it.
    #[must_use]
    pub fn has_plus(&self) -> bool {
        self.seen & PLUS != 0
    }
}

/// Shows the domain and the length only: an address is personal.
impl std::fmt::Debug for PlainAddress<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "({} characters)@{}", self.at, self.domain())
    }
}
