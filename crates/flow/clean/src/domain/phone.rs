//! Phone numbers, by the numbering plans of libphonenumber.

use plumb_base::Country;
use rlibphonenumber::enums::Region;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::flag::Flag;

/// What a number is for, by its range. In North America a range does not tell a mobile from a landline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhoneType {
    /// A landline.
    FixedLine,
    /// A mobile.
    Mobile,
    /// A landline or a mobile: the range does not tell. To be treated as possibly a mobile.
    FixedLineOrMobile,
    /// Free for the caller.
    TollFree,
    /// Charged at a premium.
    PremiumRate,
    /// The cost is shared between caller and called.
    SharedCost,
    /// Internet telephony.
    Voip,
    /// Follows a person from line to line.
    Personal,
    /// A pager.
    Pager,
    /// A company's one number for many offices.
    Uan,
    /// Access to a voice mailbox.
    Voicemail,
    /// No known range.
    Unknown,
}

impl PhoneType {
    /// The stable name, as in JSON.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::FixedLine => "fixed_line",
            Self::Mobile => "mobile",
            Self::FixedLineOrMobile => "fixed_line_or_mobile",
            Self::TollFree => "toll_free",
            Self::PremiumRate => "premium_rate",
            Self::SharedCost => "shared_cost",
            Self::Voip => "voip",
            Self::Personal => "personal",
            Self::Pager => "pager",
            Self::Uan => "uan",
            Self::Voicemail => "voicemail",
            Self::Unknown => "unknown",
        }
    }
}

impl From<PhoneNumberType> for PhoneType {
    fn from(kind: PhoneNumberType) -> Self {
        match kind {
            PhoneNumberType::FixedLine => Self::FixedLine,
            PhoneNumberType::Mobile => Self::Mobile,
            PhoneNumberType::FixedLineOrMobile => Self::FixedLineOrMobile,
            PhoneNumberType::TollFree => Self::TollFree,
            PhoneNumberType::PremiumRate => Self::PremiumRate,
            PhoneNumberType::SharedCost => Self::SharedCost,
            PhoneNumberType::VoIP => Self::Voip,
            PhoneNumberType::PersonalNumber => Self::Personal,
            PhoneNumberType::Pager => Self::Pager,
            PhoneNumberType::UAN => Self::Uan,
            PhoneNumberType::VoiceMail => Self::Voicemail,
            PhoneNumberType::Unknown => Self::Unknown,
        }
    }
}

/// What a phone cell holds.
#[derive(Default)]
pub(crate) struct PhoneCell {
    pub(crate) e164: Option<String>,
    pub(crate) kind: Option<PhoneType>,
    pub(crate) flags: Vec<Flag>,
    pub(crate) extension: Option<String>,
    /// Further valid numbers in the cell, in E.164 form.
    pub(crate) others: Vec<String>,
}

/// Reads a tidy, non-empty cell. A number without country code is read as one of `country`; if that is not known, it
/// stays unread and is flagged, never guessed.
///
/// A number whose range is not in use is kept if its length is possible (numbering plans change faster than metadata),
/// with a flag.
pub(crate) fn read(cell: &str, country: Option<Country>) -> PhoneCell {
    let region = country.and_then(|country| Region::from_code(country.as_str()).ok());
    let mut read = PhoneCell::default();
    let mut possible: Option<PhoneNumber> = None;
    let mut kept: Option<PhoneNumber> = None;
    let mut homeless = false;
    for piece in pieces(cell) {
        let piece = undecimal(piece);
        if is_rounded(piece) {
            read.flags.push(Flag::PhoneDamaged);
            continue;
        }
        if !is_plausible(piece) {
            continue;
        }
        // `00` is how most of the world dials out; a row's country may do it otherwise.
        let international = piece.strip_prefix("00").map(|rest| format!("+{rest}"));
        homeless |= region.is_none() && international.is_none() && !piece.contains(['+', '\u{ff0b}']);
        let dialled = PHONE_NUMBER_UTIL.parse(piece, region).ok();
        let valid = |number: &PhoneNumber| PHONE_NUMBER_UTIL.is_valid_number(number);
        let (dialled, unproven) = match dialled {
            Some(number) if valid(&number) => (Some(number), None),
            other => (None, other),
        };
        let found = dialled.or_else(|| PHONE_NUMBER_UTIL.parse(international.as_deref()?, None).ok().filter(valid));
        match found {
            Some(number) if kept.is_none() => kept = Some(number),
            Some(number) => read.others.push(e164(&number)),
            None if possible.is_none() => possible = unproven.filter(is_possible),
            None => {}
        }
    }
    if let Some(number) = kept {
        let kind = PhoneType::from(PHONE_NUMBER_UTIL.get_number_type(&number));
        read.flags.extend(match kind {
            PhoneType::TollFree => Some(Flag::PhoneTollFree),
            PhoneType::PremiumRate | PhoneType::SharedCost => Some(Flag::PhonePremium),
            PhoneType::Voip => Some(Flag::PhoneVoip),
            _ => None,
        });
        read.kind = Some(kind);
        take(&mut read, &number);
    } else if let Some(number) = possible {
        read.flags.push(Flag::PhonePossible);
        take(&mut read, &number);
    } else if read.flags.is_empty() {
        read.flags.push(if homeless { Flag::PhoneNoCountry } else { Flag::PhoneInvalid });
    }
    let first = read.e164.clone();
    read.others.retain(|other| Some(other) != first.as_ref());
    if !read.others.is_empty() {
        read.flags.push(Flag::PhoneSeveral);
    }
    read
}

fn take(read: &mut PhoneCell, number: &PhoneNumber) {
    read.e164 = Some(e164(number));
    if let Some(extension) = number.extension.as_deref().filter(|extension| !extension.is_empty()) {
        read.extension = Some(extension.to_owned());
        read.flags.push(Flag::PhoneExtension);
    }
}

/// A possible length, and a form that reads back as itself.
fn is_possible(number: &PhoneNumber) -> bool {
    let again = |number: &PhoneNumber| PHONE_NUMBER_UTIL.parse(e164(number), None).ok();
    PHONE_NUMBER_UTIL.is_possible_number(number) && again(number).is_some_and(|again| e164(&again) == e164(number))
}

fn e164(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164).into_owned()
}

/// The numbers of a cell. A slash separates only between blanks or whole numbers: `030/123456` is one number.
fn pieces(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([';', '|', ','])
        .flat_map(|piece| piece.split(" / "))
        .flat_map(|piece| piece.split(" or "))
        .flat_map(|piece| {
            let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
            let halves = piece.split_once('/').filter(|(a, b)| digits(a) >= 7 && digits(b) >= 7);
            match halves {
                Some((a, b)) => [Some(a), Some(b)],
                None => [Some(piece), None],
            }
            .into_iter()
            .flatten()
        })
        .map(|piece| piece.trim_matches([' ', '\'', '"']))
}

/// Without the `.0` that a spreadsheet appends to what it took for a figure.
fn undecimal(piece: &str) -> &str {
    match piece.strip_suffix(".0") {
        Some(digits) if digits.len() >= 6 && digits.bytes().all(|b| b.is_ascii_digit()) => digits,
        _ => piece,
    }
}

/// `1.20256E+10`: the last digits are gone.
fn is_rounded(piece: &str) -> bool {
    piece.split_once(['e', 'E']).is_some_and(|(figure, power)| {
        let power = power.strip_prefix('+').unwrap_or(power);
        !figure.is_empty()
            && figure.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
            && (1..=2).contains(&power.len())
            && power.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Keeps sentences, addresses and short codes away from the parser, which reads letters as the keys of a phone.
fn is_plausible(piece: &str) -> bool {
    let digits = piece.chars().filter(|c| c.is_numeric()).count();
    let letters = piece.chars().filter(|c| c.is_alphabetic()).count();
    piece.len() <= 80 && digits >= 4 && letters <= 12 && !piece.contains('@')
}

#[cfg(test)]
mod tests;
