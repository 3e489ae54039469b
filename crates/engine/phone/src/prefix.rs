//! What is dialled before a number: matched from its start, with the rules of a backtracking regular expression.

use crate::op::Op;

/// A pattern for the first digits.
pub(crate) enum Prefix {
    /// Nothing is dialled before.
    Never,
    /// These digits.
    Digits(&'static [u8]),
    /// A pattern; `first` has bit n if it can match where digit n comes first.
    Steps { first: u16, steps: &'static [Op] },
}

/// A place in the digits that a group has not noted.
const UNSET: u8 = u8::MAX;

/// Where a prefix ends, and its groups.
pub(crate) struct Found {
    /// How many digits matched.
    pub(crate) end: usize,
    slots: [u8; 4],
}

impl Found {
    /// What a group captured, from the digits that were searched.
    pub(crate) fn group<'a>(&self, number: u8, digits: &'a [u8]) -> Option<&'a [u8]> {
        let at = usize::from(number) * 2;
        let (&from, &to) = (self.slots.get(at)?, self.slots.get(at + 1)?);
        if to == UNSET { None } else { digits.get(usize::from(from)..usize::from(to)) }
    }
}

impl Prefix {
    /// Matches the start of `digits`.
    pub(crate) fn find(&self, digits: &[u8]) -> Option<Found> {
        match *self {
            Self::Never => None,
            Self::Digits(prefix) => {
                digits.starts_with(prefix).then_some(Found { end: prefix.len(), slots: [UNSET; 4] })
            }
            Self::Steps { first, steps } => {
                let can_start = digits.first().is_some_and(|digit| first & (1 << digit) != 0);
                if can_start { run(steps, 0, digits, 0, [UNSET; 4]) } else { None }
            }
        }
    }
}

fn run(steps: &[Op], from: usize, digits: &[u8], start: usize, mut slots: [u8; 4]) -> Option<Found> {
    let (mut step, mut at) = (from, start);
    loop {
        match *steps.get(step)? {
            Op::Digit(set) => {
                if set & (1 << *digits.get(at)?) == 0 {
                    return None;
                }
                at += 1;
                step += 1;
            }
            Op::Split(first, second) => {
                if let Some(found) = run(steps, usize::from(first), digits, at, slots) {
                    return Some(found);
                }
                step = usize::from(second);
            }
            Op::Jump(to) => step = usize::from(to),
            Op::Save(slot) => {
                slots[usize::from(slot)] = u8::try_from(at).ok()?;
                step += 1;
            }
            Op::End => {
                if at != digits.len() {
                    return None;
                }
                step += 1;
            }
            Op::Accept => return Some(Found { end: at, slots }),
        }
    }
}

#[cfg(test)]
mod tests;
