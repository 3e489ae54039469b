//! Countries by their two-letter code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An ISO 3166-1 alpha-2 code, upper case. Two letters are checked, not that the code is assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// Every code, in order: a code can be borrowed from here without another look at its letters.
const CODES: [u8; 26 * 26 * 2] = {
    let mut codes = [0; 26 * 26 * 2];
    let mut at = 0;
    while at < 26 * 26 {
        codes[at * 2] = b'A' + (at / 26) as u8;
        codes[at * 2 + 1] = b'A' + (at % 26) as u8;
        at += 1;
    }
    codes
};
const CODES_TEXT: &str = match std::str::from_utf8(&CODES) {
    Ok(codes) => codes,
    Err(_) => "",
};

/// The text is not two letters.
#[derive(Debug, thiserror::Error)]
#[error("a country is two letters, such as DE")]
pub struct NotACountry;

impl Country {
    /// The code, such as `DE`.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &'static str {
        let at = self.index() * 2;
        CODES_TEXT.get(at..at + 2).unwrap_or_default()
    }

    /// Its place among all pairs of letters, from 0 for `AA` to 675 for `ZZ`: for tables by country.
    #[must_use]
    #[inline]
    pub fn index(&self) -> usize {
        let [a, b] = self.0.map(|letter| usize::from(letter - b'A'));
        a * 26 + b
    }
}

impl FromStr for Country {
    type Err = NotACountry;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            &[a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(NotACountry),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Country {
    type Error = NotACountry;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.to_string()
    }
}
