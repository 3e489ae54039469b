//! Dates as lists write them, read into ISO 8601. What may be two dates is said, never guessed.

use super::fold;

/// Which of day and month a list writes first, where both are figures before the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// `20/11/2026`.
    DayFirst,
    /// `11/20/2026`.
    MonthFirst,
}

impl DateOrder {
    /// The order that the cells of one column show: that of those that can be read one way only, if they agree.
    pub fn of<'c>(cells: impl IntoIterator<Item = &'c str>) -> Option<Self> {
        let mut found = None;
        for cell in cells {
            let Some(Figures { first, second, order: None, .. }) = Figures::of(cell.trim()) else { continue };
            let shown = match (first > 12, second > 12) {
                (true, false) => Self::DayFirst,
                (false, true) => Self::MonthFirst,
                _ => continue,
            };
            if found.replace(shown).is_some_and(|before| before != shown) {
                return None;
            }
        }
        found
    }
}

/// A day of the Gregorian calendar; shown as `2026-11-20`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Years 1600 to 9999, and days that there are.
    fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1600..=9999).contains(&year) && (1..=days).contains(&day)).then_some(Self {
            year: year as u16,
            month: month as u8,
            day: day as u8,
        })
    }
}

impl Date {
    /// Appends the day in ISO 8601.
    pub(crate) fn write(self, out: &mut String) {
        let Self { year, month, day } = self;
        for (figure, digits) in [(year, 4), (u16::from(month), 2), (u16::from(day), 2)] {
            if digits == 2 {
                out.push('-');
            }
            for place in (0..digits).rev() {
                out.push(char::from(b'0' + (figure / 10u16.pow(place) % 10) as u8));
            }
        }
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::with_capacity(10);
        self.write(&mut text);
        f.write_str(&text)
    }
}

/// Why a cell is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// `03/04/2026` in a list that does not show its order.
    #[error("the day and the month cannot be told apart; say which of them the list writes first")]
    Ambiguous,
    /// No form of a date that is known, or a day that there is not.
    #[error("this is no date")]
    Unreadable,
}

/// Reads the date at the head of a tidy cell; a time behind it is left aside, and its zone does not move the day.
///
/// `order` speaks for the list, and is asked only where both readings are days. Years of two digits are those of POSIX:
/// 69 to 99 are of the last century.
///
/// # Errors
/// [`DateError`] where there is no date, or two.
pub fn read(cell: &str, order: Option<DateOrder>) -> Result<Date, DateError> {
    if let Some(figures) = Figures::of(cell) {
        return figures.date(order);
    }
    worded(cell).ok_or(DateError::Unreadable)
}

/// Whether a cell looks like a date by itself: digits in a row may as well be a number.
pub(crate) fn looks_like(cell: &str) -> bool {
    !cell.bytes().all(|b| b.is_ascii_digit()) && read(cell, Some(DateOrder::DayFirst)).is_ok()
}

/// Three figures, as they stand.
struct Figures {
    first: u32,
    second: u32,
    third: u32,
    /// Known where the year stands first, or where dots part the figures.
    order: Option<Fixed>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fixed {
    YearFirst,
    DayFirst,
}

impl Figures {
    fn of(cell: &str) -> Option<Self> {
        let head = without_time(cell);
        if head.len() == 8 && head.bytes().all(|b| b.is_ascii_digit()) {
            let (first, rest) = head.split_at(4);
            let (second, third) = rest.split_at(2);
            let [first, second, third] = [first, second, third].map(|text| text.parse().unwrap_or_default());
            return Some(Self { first, second, third, order: Some(Fixed::YearFirst) });
        }
        let mark = head.chars().find(|c| !c.is_ascii_digit())?;
        let asian = mark == '年';
        let mut pieces = if asian {
            head.split(['年', '月', '日']).map(str::trim).filter(|piece| !piece.is_empty()).collect::<Vec<_>>()
        } else if matches!(mark, '-' | '/' | '.') {
            head.trim_end_matches('.').split(mark).map(str::trim).collect()
        } else {
            return None;
        };
        if pieces.len() != 3
            || !pieces.iter().all(|p| (1..=4).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
        {
            return None;
        }
        let years = pieces.iter().map(|piece| piece.len() > 2).collect::<Vec<_>>();
        let third = pieces.pop()?;
        let order = match years[..] {
            [true, false, false] => Some(Fixed::YearFirst),
            [false, false, _] if third.len() == 2 || third.len() == 4 => (mark == '.').then_some(Fixed::DayFirst),
            _ => return None,
        };
        let [first, second] = [pieces[0], pieces[1]].map(|text| text.parse().unwrap_or_default());
        let third = if order == Some(Fixed::YearFirst) { third.parse().ok()? } else { year(third)? };
        Some(Self { first, second, third, order })
    }

    fn date(self, order: Option<DateOrder>) -> Result<Date, DateError> {
        let Self { first, second, third, .. } = self;
        let one = |date: Option<Date>| date.ok_or(DateError::Unreadable);
        match self.order {
            Some(Fixed::YearFirst) => return one(Date::new(first, second, third)),
            Some(Fixed::DayFirst) => return one(Date::new(third, second, first)),
            None => {}
        }
        match (Date::new(third, second, first), Date::new(third, first, second), order) {
            (Some(day_first), Some(month_first), _) if day_first == month_first => Ok(day_first),
            (Some(day_first), Some(_), Some(DateOrder::DayFirst)) => Ok(day_first),
            (Some(_), Some(month_first), Some(DateOrder::MonthFirst)) => Ok(month_first),
            (Some(_), Some(_), None) => Err(DateError::Ambiguous),
            (day_first, month_first, _) => one(day_first.or(month_first)),
        }
    }
}

fn year(text: &str) -> Option<u32> {
    let year = text.parse().ok()?;
    Some(match (text.len(), year) {
        (2, 69..) => year + 1900,
        (2, _) => year + 2000,
        _ => year,
    })
}

/// The head of a cell, without a time of day behind it.
fn without_time(cell: &str) -> &str {
    let clock = |text: &str| {
        let (hour, rest) = text.split_once(':').unwrap_or_default();
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        (1..=2).contains(&hour.len()) && digits(hour) && rest.get(..2).is_some_and(digits)
    };
    let cut = cell.match_indices([' ', 'T']).find(|(at, _)| *at >= 6 && clock(&cell[at + 1..]));
    cut.map_or(cell, |(at, _)| cell[..at].trim_end_matches(','))
}

/// A date with the month in words: `20 Nov 2026`, `November 20th, 2026`, `20 de noviembre de 2026`, `20NOV2026`.
fn worded(cell: &str) -> Option<Date> {
    let folded = fold::words(without_time(cell));
    let (mut month, mut numbers) = (None, Vec::new());
    for word in folded.split(' ').flat_map(runs) {
        if word.bytes().all(|b| b.is_ascii_digit()) {
            numbers.push(word);
        } else if let Some(found) = month_of(word) {
            if month.replace(found).is_some() {
                return None;
            }
        } else if !is_filling(word) {
            return None;
        }
    }
    let [day, at_end] = numbers[..] else { return None };
    let (day, of) = if day.len() == 4 { (at_end, day) } else { (day, at_end) };
    if day.len() > 2 || !matches!(of.len(), 2 | 4) {
        return None;
    }
    Date::new(year(of)?, month?, day.parse().ok()?)
}

/// The runs of digits and of letters in a word: `20nov2026`.
fn runs(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let digits = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        rest = behind;
        Some(run)
    })
}

/// Endings of days, small words, and days of the week.
fn is_filling(word: &str) -> bool {
    const DAYS: [&str; 21] = [
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "sun",
        "lunes",
        "martes",
        "miercoles",
        "jueves",
        "viernes",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
    ];
    matches!(word, "st" | "nd" | "rd" | "th" | "er" | "de" | "del" | "of" | "den" | "the")
        || word.ends_with("day")
        || ["montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"].contains(&word)
        || DAYS.contains(&word)
}

/// The month of a folded word, in the languages of twelve countries.
fn month_of(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "jan january januar janvier enero janeiro gennaio januari tammikuuta stycznia janner ene ledna janv",
        "feb february februar fevrier febrero fevereiro febbraio februari helmikuuta lutego fev unora fevr",
        "mar march marz mars marzo marco maart maaliskuuta marca mrz maerz brezna mrt",
        "apr april avril abril aprile huhtikuuta kwietnia abr avr dubna",
        "may mai mayo maio maggio mei maj toukokuuta maja kvetna",
        "jun june juni juin junio junho giugno kesakuuta czerwca cervna",
        "jul july juli juillet julio julho luglio heinakuuta lipca cervence juil",
        "aug august aout agosto augustus augusti elokuuta sierpnia ago srpna",
        "sep sept september septembre septiembre setembro settembre syyskuuta wrzesnia zari set",
        "oct october oktober octobre octubre outubro ottobre lokakuuta pazdziernika okt out rijna",
        "nov november novembre noviembre novembro marraskuuta listopada",
        "dec december dezember decembre diciembre dezembro dicembre joulukuuta grudnia dez dic des desember prosince",
    ];
    let at = MONTHS.iter().position(|names| names.split(' ').any(|name| name == word))?;
    Some(at as u32 + 1)
}

#[cfg(test)]
mod tests;
