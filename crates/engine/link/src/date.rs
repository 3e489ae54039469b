//! Dates as lists hold them: in any order, shortened, garbled.

use crate::text::near;

/// A date as eight digits, year first; parts that are not known are zeros. Not checked against a calendar: a garbled
/// date still says who somebody is. Nothing when there are no four digits in it.
pub(crate) fn digits(text: &str) -> Option<[u8; 8]> {
    let text = text.trim();
    // A time of day says nothing: `1970-01-01T00:00:00`, `1/2/1970 00:00`.
    let text = text.split(['T', ' ']).next().filter(|day| day.len() >= 6).unwrap_or(text);
    let mut parts: [&str; 3] = [""; 3];
    let mut count = 0;
    for part in text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        *parts.get_mut(count)? = part;
        count += 1;
    }
    let number = |part: &str| part.parse::<u32>().ok();
    match (count, parts) {
        (1, [whole, ..]) if whole.len() == 8 && whole.is_ascii() => {
            let year_first = matches!(whole.as_bytes(), [b'1', b'5'..=b'9', ..] | [b'2', b'0', ..]);
            let ordered = if year_first { whole.to_owned() } else { [&whole[4..], &whole[2..4], &whole[..2]].concat() };
            ordered.bytes().all(|b| b.is_ascii_digit()).then(|| ordered.as_bytes().try_into().ok()).flatten()
        }
        (1, [whole, ..]) if whole.len() == 6 && whole.is_ascii() => {
            let [year, month] = [&whole[..4], &whole[4..]].map(number);
            Some(packed(year?, month?, 0))
        }
        (1, [year, ..]) if year.len() == 4 => Some(packed(number(year)?, 0, 0)),
        (2, [year, month, _]) if year.len() == 4 => Some(packed(number(year)?, month_of(month)?, 0)),
        (3, [year, month, day]) if year.len() == 4 => Some(packed(number(year)?, month_of(month)?, number(day)?)),
        (3, [day, month, year]) => {
            let mut year_number = number(year)?;
            if year.len() == 2 {
                year_number += if year_number > 30 { 1900 } else { 2000 };
            }
            if number(day).is_none() {
                return Some(packed(year_number, month_of(day)?, number(month)?));
            }
            let (day, month) = (number(day)?, month_of(month)?);
            let (day, month) = if month > 12 && day <= 12 { (month, day) } else { (day, month) };
            Some(packed(year_number, month, day))
        }
        _ => None,
    }
}

fn packed(year: u32, month: u32, day: u32) -> [u8; 8] {
    let digit = |of: u32, place: u32| b'0' + (of / place % 10) as u8;
    [
        digit(year, 1000),
        digit(year, 100),
        digit(year, 10),
        digit(year, 1),
        digit(month, 10),
        digit(month, 1),
        digit(day, 10),
        digit(day, 1),
    ]
}

/// How the names of the months begin.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen"],
    &["feb", "fev", "fév"],
    &["mar", "mär", "maer", "mrz"],
    &["apr", "abr", "avr"],
    &["may", "mai", "mag"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "ago", "aoû", "aou"],
    &["sep", "set"],
    &["oct", "okt", "ott"],
    &["nov"],
    &["dec", "dez", "dic", "déc"],
];

/// A month by number, or by its first letters in English, German, French, Spanish or Italian.
fn month_of(text: &str) -> Option<u32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let text = text.to_lowercase();
    let at = MONTHS.iter().position(|names| names.iter().any(|name| text.starts_with(name)))?;
    Some(at as u32 + 1)
}

/// How two dates go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// One slip of the fingers, or day and month the other way round.
    Slip,
    /// Only a part is the same: the year, or all but the year.
    Part,
    /// Nothing to speak of.
    None,
}

/// Compares two dates that are not equal.
pub(crate) fn fit(a: &[u8], b: &[u8]) -> Fit {
    let (Some((year_a, rest_a)), Some((year_b, rest_b))) = (a.split_at_checked(4), b.split_at_checked(4)) else {
        return Fit::None;
    };
    let turned = rest_a.len() == 4 && rest_b.len() == 4 && rest_a[..2] == rest_b[2..] && rest_a[2..] == rest_b[..2];
    if year_a == year_b && (turned || rest_a == b"0000" || rest_b == b"0000") {
        return if turned { Fit::Slip } else { Fit::Part };
    }
    match near::typos(a, b, 2) {
        1 => Fit::Slip,
        2 => Fit::Part,
        _ if year_a == year_b || rest_a == rest_b => Fit::Part,
        _ => Fit::None,
    }
}

#[cfg(test)]
mod tests;
