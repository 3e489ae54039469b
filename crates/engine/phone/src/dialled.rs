//! What digits mean where they are dialled: calling code and national number, by libphonenumber's rules.

use crate::Unreadable;
use crate::number::NATIONAL_MAX;
use crate::plan::{Length, Plan};

/// Fewest digits of a national number (libphonenumber).
const NATIONAL_MIN: usize = 2;
/// More digits than this change nothing: no prefix of any plan leaves a number of [`NATIONAL_MAX`] digits of them.
pub(crate) const DIGITS_MAX: usize = 60;

/// A national number under the plan that has its calling code.
pub(crate) struct Dialled {
    pub(crate) plan: &'static Plan,
    digits: [u8; NATIONAL_MAX],
    len: usize,
}

impl Dialled {
    pub(crate) fn national(&self) -> &[u8] {
        &self.digits[..self.len]
    }
}

/// Digits of which the first were stripped, or replaced by a rule.
enum Stripped<'a> {
    Rest(&'a [u8]),
    Made([u8; DIGITS_MAX], usize),
}

impl Stripped<'_> {
    fn digits(&self) -> &[u8] {
        match self {
            Self::Rest(digits) => digits,
            Self::Made(digits, len) => &digits[..*len],
        }
    }
}

/// Reads digits (by value, at most [`DIGITS_MAX`]) that were written after a plus or not, by the plan of `home`.
pub(crate) fn read(digits: &[u8], plus: bool, home: Option<&'static Plan>) -> Result<Dialled, Unreadable> {
    if plus {
        match after_exit(digits) {
            Ok((plan, rest)) => finish(plan, rest),
            // The plus may stand before a number as it is dialled at home.
            Err(Unreadable::NoCountry) => match home.map(|home| coded(digits, home)) {
                Some(Ok(Some((plan, rest)))) => finish(plan, rest.digits()),
                Some(Err(error)) => Err(error),
                Some(Ok(None)) | None => Err(Unreadable::NoCountry),
            },
            Err(error) => Err(error),
        }
    } else {
        let home = home.ok_or(Unreadable::NoCountry)?;
        match coded(digits, home)? {
            Some((plan, rest)) => finish(plan, rest.digits()),
            None => finish(home, digits),
        }
    }
}

/// The calling code after a plus or an international prefix.
fn after_exit(digits: &[u8]) -> Result<(&'static Plan, &[u8]), Unreadable> {
    if digits.len() <= NATIONAL_MIN {
        return Err(Unreadable::TooShort);
    }
    Plan::by_code(digits).ok_or(Unreadable::NoCountry)
}

/// The calling code in a number without plus, if it has one: after an international prefix, or that of `home` itself
/// where the number makes sense only without it.
fn coded<'a>(digits: &'a [u8], home: &'static Plan) -> Result<Option<(&'static Plan, Stripped<'a>)>, Unreadable> {
    if let Some(found) = home.abroad.find(digits) {
        let rest = &digits[found.end..];
        // No calling code starts with 0, so that was no international prefix.
        if rest.first() != Some(&0) {
            return after_exit(rest).map(|(plan, rest)| Some((plan, Stripped::Rest(rest))));
        }
    }
    let Some(rest) = digits.strip_prefix(home.code) else { return Ok(None) };
    let rest = strip(rest, home);
    let better = !home.has(digits) && home.has(rest.digits());
    let stripped = better || home.length(digits.len()) == Length::TooLong;
    Ok(stripped.then(|| (home.main(), rest)))
}

/// Takes the national prefix off and checks the length.
fn finish(plan: &'static Plan, digits: &[u8]) -> Result<Dialled, Unreadable> {
    if digits.len() < NATIONAL_MIN {
        return Err(Unreadable::TooShort);
    }
    let stripped = strip(digits, plan);
    // A short number may start like a prefix.
    let national = match plan.length(stripped.digits().len()) {
        Length::TooShort | Length::Local | Length::Never => digits,
        Length::Possible | Length::TooLong => stripped.digits(),
    };
    if national.len() < NATIONAL_MIN {
        return Err(Unreadable::TooShort);
    }
    let mut dialled = Dialled { plan, digits: [0; NATIONAL_MAX], len: national.len() };
    dialled.digits.get_mut(..national.len()).ok_or(Unreadable::TooLong)?.copy_from_slice(national);
    Ok(dialled)
}

/// Takes the national prefix off, unless that makes a number of what is none.
fn strip<'a>(digits: &'a [u8], plan: &Plan) -> Stripped<'a> {
    let Some(found) = plan.prefix.find(digits) else { return Stripped::Rest(digits) };
    let rest = &digits[found.end..];
    let last = plan.groups.checked_sub(1).and_then(|last| found.group(last, digits));
    let stripped = match (plan.rule, last) {
        (Some((first, group)), Some(_)) => {
            let mut made = [0; DIGITS_MAX];
            let group = found.group(group, digits).unwrap_or_default();
            let mut len = 0;
            for (slot, digit) in made.iter_mut().zip(first.iter().chain(group).chain(rest)) {
                *slot = *digit;
                len += 1;
            }
            Stripped::Made(made, len)
        }
        _ if found.end == 0 => return Stripped::Rest(digits),
        _ => Stripped::Rest(rest),
    };
    if !plan.has(stripped.digits()) && plan.has(digits) {
        return Stripped::Rest(digits);
    }
    stripped
}

#[cfg(test)]
mod tests;
