//! The numbering plans, as tables that the build makes from `data/plans.txt`.

use plumb_base::Country;

use crate::op::Op;
use crate::prefix::Prefix;

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// A calling code.
pub(crate) struct Code {
    /// Who shares it, by index into [`PLANS`]; the main one first.
    sharers: &'static [u8],
    /// Where the automaton of its ranges starts.
    ranges: u16,
}

/// What one region's numbers are like.
pub(crate) struct Plan {
    /// ISO 3166-1 alpha-2, or `001` for a code of no country.
    pub(crate) region: &'static str,
    /// The calling code, digit by digit.
    pub(crate) code: &'static [u8],
    pub(crate) code_index: u8,
    /// What is dialled before a calling code.
    pub(crate) abroad: Prefix,
    /// What is dialled before a number at home.
    pub(crate) prefix: Prefix,
    /// How many groups `prefix` captures.
    pub(crate) groups: u8,
    /// If the last group of `prefix` matched: digits and the group to put in place of all that matched.
    pub(crate) rule: Option<(&'static [u8], u8)>,
    /// Bit n: n digits can be dialled near by only.
    local: u32,
    /// Bit n: numbers of n digits.
    lengths: u32,
    /// Where the automaton of all numbers starts.
    general: u16,
}

/// What a count of digits is to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    Possible,
    Local,
    TooShort,
    TooLong,
    /// Between the shortest and the longest, and neither.
    Never,
}

impl Plan {
    /// The plan of a country, if it has one.
    pub(crate) fn of(country: Country) -> Option<&'static Self> {
        let index = *PLAN_OF.get(country.index())?;
        PLANS.get(usize::from(index).checked_sub(1)?)
    }

    /// The calling code that `digits` start with, and the digits after it.
    pub(crate) fn by_code(digits: &[u8]) -> Option<(&'static Self, &[u8])> {
        let mut number = 0;
        for (at, &digit) in digits.iter().take(3).enumerate() {
            number = number * 10 + usize::from(digit);
            if number == 0 {
                return None;
            }
            if let Some(index) = usize::from(CODE_OF[number]).checked_sub(1) {
                return Some((&PLANS[usize::from(CODES[index].sharers[0])], &digits[at + 1..]));
            }
        }
        None
    }

    /// The main plan of the calling code.
    pub(crate) fn main(&self) -> &'static Self {
        &PLANS[usize::from(CODES[usize::from(self.code_index)].sharers[0])]
    }

    /// Whether the digits could be a number of this region, of whatever kind and length.
    pub(crate) fn has(&self, digits: &[u8]) -> bool {
        HOLDS[usize::from(walk(self.general, digits))] != 0
    }

    /// What so many digits are to this plan.
    pub(crate) fn length(&self, digits: usize) -> Length {
        let bit = if digits < 32 { 1_u32 << digits } else { 0 };
        if self.local & bit != 0 {
            Length::Local
        } else if self.lengths & bit != 0 {
            Length::Possible
        } else if bit == 0 || bit > self.lengths {
            Length::TooLong
        } else if self.lengths & (bit - 1) == 0 {
            Length::TooShort
        } else {
            Length::Never
        }
    }

    /// Whose a number of this plan's calling code is (by index), and of what kind; 0 is none.
    pub(crate) fn class(&self, digits: &[u8]) -> (Option<u8>, u16) {
        let code = &CODES[usize::from(self.code_index)];
        let holds = HOLDS[usize::from(walk(code.ranges, digits))];
        let owner = if let &[only] = code.sharers {
            Some(only)
        } else {
            usize::from(holds >> 4).checked_sub(1).and_then(|sharer| code.sharers.get(sharer).copied())
        };
        (owner, holds & 0xf)
    }
}

/// The name of a region, by index.
pub(crate) fn region(index: u8) -> Option<&'static str> {
    PLANS.get(usize::from(index)).map(|plan| plan.region)
}

/// The state after `digits`.
fn walk(from: u16, digits: &[u8]) -> u16 {
    let mut state = from;
    for &digit in digits {
        state = NEXT[usize::from(state)][usize::from(digit)];
    }
    state
}

#[cfg(test)]
mod tests;
