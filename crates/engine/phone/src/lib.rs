//! Telephone numbers: read, judged valid or not, and written in E.164, as Google's libphonenumber does.
//!
//! The numbering plans are libphonenumber's (`data/plans.txt`, see `data/NOTICE`). The build turns them into automata
//! over digits, one per calling code, which say in one walk whose a number is and of what kind.

mod dialled;
mod extension;
mod kind;
mod letters;
mod number;
mod odd;
mod op;
mod plain;
mod plan;
mod prefix;

pub use kind::Kind;
pub use number::Number;
use plumb_base::Country;

use crate::plan::Plan;

/// Longest text that may be a number, in characters (libphonenumber).
const TEXT_MAX: usize = 250;

/// Why a text is no number. Ordered as libphonenumber finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The text is not written like a number.
    #[error("not written like a telephone number")]
    NotANumber,
    /// There is no calling code, or none that exists, and no country to take it from.
    #[error("without a country calling code that exists")]
    NoCountry,
    /// Too few digits.
    #[error("too few digits for a telephone number")]
    TooShort,
    /// Too many digits, or too much text.
    #[error("too many digits for a telephone number")]
    TooLong,
}

/// Reads a number out of a text, as it would be dialled in `home`: with or without calling code, national or
/// international prefix, letters on keys (`1-800-FLOWERS`), extension; in digits of any script; RFC 3966 with
/// `phone-context`. What stands before the first digit or plus is skipped. Without `home`, or in a country without
/// plan, only numbers with plus can be read.
///
/// A number that was read need not be valid: see [`Number::is_valid`].
pub fn read(text: &str, home: Option<Country>) -> Result<Number, Unreadable> {
    let home = home.and_then(Plan::of);
    plain::read(text, home).unwrap_or_else(|| odd::read(text, home))
}
