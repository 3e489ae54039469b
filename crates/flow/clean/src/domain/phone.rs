//! Phone numbers, by the numbering plans of libphonenumber.

use plumb_base::Country;
use plumb_phone::{Kind, Number, Unreadable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::batch::Value;
use super::draft::Draft;
use super::flag::Flag;
use super::scan::Kinds;

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

impl From<Option<Kind>> for PhoneType {
    fn from(kind: Option<Kind>) -> Self {
        match kind {
            Some(Kind::FixedLine) => Self::FixedLine,
            Some(Kind::Mobile) => Self::Mobile,
            Some(Kind::FixedLineOrMobile) => Self::FixedLineOrMobile,
            Some(Kind::TollFree) => Self::TollFree,
            Some(Kind::PremiumRate) => Self::PremiumRate,
            Some(Kind::SharedCost) => Self::SharedCost,
            Some(Kind::Voip) => Self::Voip,
            Some(Kind::Personal) => Self::Personal,
            Some(Kind::Pager) => Self::Pager,
            Some(Kind::Uan) => Self::Uan,
            Some(Kind::Voicemail) => Self::Voicemail,
            None => Self::Unknown,
        }
    }
}

/// What the pieces of a cell came to.
#[derive(Default)]
struct Found {
    /// The first valid number.
    valid: Option<Number>,
    /// The first of a possible length.
    possible: Option<Number>,
    /// Further valid numbers in E.164 form, a blank between them.
    others: String,
    damaged: bool,
    /// A number without country code, and no country.
    homeless: bool,
}

/// What a phone cell can be noticed for.
pub(crate) const FLAGS: [Flag; 10] = [
    Flag::PhoneDamaged,
    Flag::PhoneNoCountry,
    Flag::PhoneInvalid,
    Flag::PhonePossible,
    Flag::PhoneTollFree,
    Flag::PhonePremium,
    Flag::PhoneVoip,
    Flag::PhoneMobile,
    Flag::PhoneSeveral,
    Flag::PhoneExtension,
];
/// What is taken from a phone cell.
pub(crate) const VALUES: [Value; 3] = [Value::Phone, Value::PhoneExtension, Value::PhoneOthers];

/// Reads a tidy, non-empty cell into the draft. A number without country code is read as one of `country`; if that is not
/// known, it stays unread and is flagged, never guessed.
///
/// A number whose range is not in use is kept if its length is possible (numbering plans change faster than metadata),
/// with a flag.
pub(crate) fn read(draft: &mut Draft<'_>, cell: &str, kinds: Kinds, country: Option<Country>) {
    let mut found = Found::default();
    if is_plain(cell, kinds) {
        found.take(cell, country);
    } else if cell.bytes().any(|b| matches!(b, b';' | b'|' | b',' | b'/' | b'o' | b'n')) {
        pieces(cell).for_each(|piece| found.add(piece, country));
    } else {
        found.add(cell, country);
    }
    let flags = &mut draft.record.flags;
    flags.note(Flag::PhoneDamaged, found.damaged);
    let Some(number) = found.valid.or(found.possible) else {
        let unread = if found.homeless { Flag::PhoneNoCountry } else { Flag::PhoneInvalid };
        return flags.note(unread, !found.damaged);
    };
    flags.note(Flag::PhonePossible, found.valid.is_none());
    if found.valid.is_some() {
        let kind = PhoneType::from(number.kind());
        flags.note(Flag::PhoneTollFree, kind == PhoneType::TollFree);
        flags.note(Flag::PhonePremium, matches!(kind, PhoneType::PremiumRate | PhoneType::SharedCost));
        flags.note(Flag::PhoneVoip, kind == PhoneType::Voip);
        flags.note(Flag::PhoneMobile, kind == PhoneType::Mobile);
        draft.record.phone_type = Some(kind);
    }
    flags.note(Flag::PhoneSeveral, !found.others.is_empty());
    draft.put(Value::Phone, number.e164());
    if let Some(extension) = number.extension().filter(|extension| !extension.is_empty()) {
        draft.record.flags.insert(Flag::PhoneExtension);
        draft.put(Value::PhoneExtension, extension);
    }
    draft.put(Value::PhoneOthers, &found.others);
}

impl Found {
    fn add(&mut self, piece: &str, country: Option<Country>) {
        let edges = [piece.as_bytes().first(), piece.as_bytes().last()];
        let wrapped = edges.into_iter().flatten().any(|b| matches!(b, b' ' | b'\'' | b'"'));
        let piece = undecimal(if wrapped { bare(piece) } else { piece });
        if is_rounded(piece) {
            self.damaged = true;
            return;
        }
        if is_plausible(piece) {
            self.take(piece, country);
        }
    }

    /// Takes what may be a number.
    fn take(&mut self, piece: &str, country: Option<Country>) {
        let dialled = plumb_phone::read(piece, country);
        let abroad = || piece.starts_with("00") || piece.contains(['+', '\u{ff0b}']);
        self.homeless |= dialled == Err(Unreadable::NoCountry) && !abroad();
        let dialled = dialled.ok();
        let number = dialled.filter(Number::is_valid).or_else(|| {
            // `00` is how most of the world dials out; a row's country may do it otherwise.
            let rest = piece.strip_prefix("00")?;
            plumb_phone::read(&format!("+{rest}"), None).ok().filter(Number::is_valid)
        });
        match number {
            Some(number) => match &self.valid {
                None => self.valid = Some(number),
                Some(first) if first.e164() != number.e164() => {
                    if !self.others.is_empty() {
                        self.others.push(' ');
                    }
                    self.others.push_str(number.e164());
                }
                Some(_) => {}
            },
            None if self.possible.is_none() => self.possible = dialled.filter(is_possible),
            None => {}
        }
    }
}

/// Whether a cell is one number of digits and the usual signs, which needs no closer look before it is read.
fn is_plain(cell: &str, kinds: Kinds) -> bool {
    let mut digits = 0;
    let usual = |byte: u8| {
        digits += u32::from(byte.is_ascii_digit());
        matches!(byte, b'0'..=b'9' | b' ' | b'+' | b'-' | b'(' | b')') || (byte == b'.' && digits < 10)
    };
    kinds.only(Kinds::DIGIT.and(Kinds::BLANK).and(Kinds::JOIN).and(Kinds::SIGN))
        && cell.len() <= 32
        && cell.bytes().all(usual)
        && digits >= 4
}

/// A possible length that can be dialled from anywhere, and a form that reads back as itself.
fn is_possible(number: &Number) -> bool {
    number.is_possible()
        && !number.is_local()
        && plumb_phone::read(number.e164(), None).is_ok_and(|again| again.e164() == number.e164())
}

/// The numbers of a cell.
fn pieces(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([';', '|', ','])
        .flat_map(|piece| piece.split(" or "))
        .flat_map(|piece| piece.split(" oder "))
        .flat_map(|piece| piece.split(" ou "))
        .flat_map(|piece| piece.split(" and "))
        .flat_map(|piece| piece.split(" und "))
        .flat_map(between_slashes)
}

/// Divides where a slash stands between two numbers. Behind an area code it is a part of the number: `030/123456`,
/// `030 / 123456`.
fn between_slashes(text: &str) -> Vec<&str> {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let (mut numbers, mut start, mut seen, mut counted) = (Vec::new(), 0, 0, 0);
    for (at, _) in text.match_indices('/') {
        seen += digits(&text[counted..at]);
        counted = at + 1;
        let next = text[at + 1..].split('/').next().unwrap_or_default();
        // Between blanks, what is short or begins anew is another extension or number.
        let apart = text[..at].ends_with(' ') && next.starts_with(' ');
        let begins = apart && (digits(next) <= 3 || next.trim_start().starts_with(['0', '+', '(']));
        if seen >= 7 && (digits(next) >= 7 || begins) {
            numbers.push(&text[start..at]);
            (start, seen) = (at + 1, 0);
        }
    }
    numbers.push(&text[start..]);
    numbers
}

fn bare(piece: &str) -> &str {
    piece.trim_matches([' ', '\'', '"'])
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
    let mark = piece.bytes().position(|b| matches!(b, b'e' | b'E'));
    mark.is_some_and(|at| {
        let (figure, power) = (&piece[..at], &piece[at + 1..]);
        let power = power.strip_prefix('+').unwrap_or(power);
        !figure.is_empty()
            && figure.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
            && (1..=2).contains(&power.len())
            && power.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Keeps sentences, addresses and short codes away from the parser, which reads letters as the keys of a phone.
fn is_plausible(piece: &str) -> bool {
    let (mut digits, mut letters, mut at) = (0, 0, false);
    if piece.is_ascii() {
        for byte in piece.bytes() {
            digits += u32::from(byte.is_ascii_digit());
            letters += u32::from(byte.is_ascii_alphabetic());
            at |= byte == b'@';
        }
        return piece.len() <= 80 && digits >= 4 && letters <= 12 && !at;
    }
    for c in piece.chars() {
        digits += u32::from(c.is_numeric());
        letters += u32::from(c.is_alphabetic());
        at |= c == '@';
    }
    piece.len() <= 80 && digits >= 4 && letters <= 12 && !at
}

#[cfg(test)]
mod tests;
