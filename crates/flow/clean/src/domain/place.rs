//! Countries and postcodes.

use plumb_base::Country;

use super::fold;
use super::lists::{self, Table};

/// Countries by the names and codes that lists use, folded.
pub(crate) struct Countries(Table<Country>);

impl Countries {
    /// Reads `AA|AAA|name|name…` lines; of two countries with one name, the first keeps it.
    pub(crate) fn new(text: &'static str) -> Self {
        let mut names = Vec::with_capacity(5_000);
        for mut row in lists::rows(text) {
            let Some(country) = row.next().and_then(|code| code.parse::<Country>().ok()) else { continue };
            names.push((country.as_str().to_ascii_lowercase(), country));
            for name in row {
                names.push((fold::solid(name), country));
                // `Oesterreich`: umlauts as they are written where the keyboard has none.
                if name.contains(UMLAUTS) {
                    let spelled: String = name.chars().map(spelled_out).collect();
                    names.push((fold::solid(&spelled), country));
                }
            }
        }
        Self(Table::new(names))
    }

    /// The country of a tidy cell: a code, or a name in one of twenty languages.
    pub(crate) fn find(&self, cell: &str) -> Option<Country> {
        let mut octets = [0; 48];
        match octets.get_mut(..cell.len()).filter(|_| cell.is_ascii()) {
            Some(octets) => self.0.get(fold::solid_ascii(cell, octets)),
            None => self.0.get(fold::solid(cell).as_bytes()),
        }
        .copied()
    }
}

/// Regions by country and by the names and codes that lists use, folded.
pub(crate) struct Regions(Table<Box<str>>);

impl Regions {
    /// Reads `AA|code=name,name|code=…` lines; the values are whole codes, such as `US-TX`.
    pub(crate) fn new(text: &'static str) -> Self {
        let mut names = Vec::with_capacity(1_500);
        for mut row in lists::rows(text) {
            let Some(country) = row.next() else { continue };
            for (code, known) in row.filter_map(|region| region.split_once('=')) {
                let whole: Box<str> = format!("{country}-{code}").into();
                for name in [code, &whole].into_iter().chain(known.split(',')) {
                    names.push((country.to_owned() + &fold::solid(name), whole.clone()));
                }
            }
        }
        Self(Table::new(names))
    }

    /// The code of a tidy cell in a country whose regions are known.
    pub(crate) fn find(&self, cell: &str, country: Country) -> Option<&str> {
        let mut octets = [0; 48];
        let (head, rest) = octets.split_at_mut(2);
        head.copy_from_slice(country.as_str().as_bytes());
        let region = if cell.is_ascii() && cell.len() <= rest.len() {
            let len = fold::solid_ascii(cell, rest).len();
            self.0.get(&octets[..2 + len])
        } else {
            self.0.get((country.as_str().to_owned() + &fold::solid(cell)).as_bytes())
        };
        region.map(|code| &**code)
    }
}

const UMLAUTS: [char; 6] = ['ä', 'ö', 'ü', 'Ä', 'Ö', 'Ü'];

fn spelled_out(c: char) -> String {
    match c {
        'ä' | 'Ä' => "ae".to_owned(),
        'ö' | 'Ö' => "oe".to_owned(),
        'ü' | 'Ü' => "ue".to_owned(),
        _ => c.to_string(),
    }
}

/// Writes a postcode as it is written in the country; whether a lost leading zero was put back comes back.
///
/// Spreadsheets turn `02134` into `2134` or `2134.0`. That is undone for the United States only, where four digits
/// cannot be anything else.
pub(crate) fn postcode(cell: &str, country: Option<Country>, out: &mut String) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let code = cell.strip_suffix(".0").filter(|digits| is_digits(digits)).unwrap_or(cell);
    let start = out.len();
    let Some(country) = country else {
        out.push_str(code);
        raise_from(out, start);
        return false;
    };
    // `D-10115`, `CH-8001`, `DE 10115`: the country's sign before the digits.
    let own = country.as_str();
    let bare = [own, "D"].into_iter().filter(|sign| *sign == own || own == "DE").find_map(|sign| {
        let (head, rest) = code.split_at_checked(sign.len())?;
        let rest = rest.trim_start_matches(['-', ' ']);
        (head.eq_ignore_ascii_case(sign) && is_digits(rest)).then_some(rest)
    });
    let code = bare.unwrap_or(code);
    let head = code.split('-').next().unwrap_or_default();
    let padded = head.len() == 4 && own == "US" && is_digits(head);
    if padded {
        out.push('0');
    }
    out.push_str(code);
    raise_from(out, start);
    padded
}

/// Raises the small ASCII letters of the end of a text.
fn raise_from(text: &mut str, start: usize) {
    if let Some(tail) = text.get_mut(start..) {
        tail.make_ascii_uppercase();
    }
}

#[cfg(test)]
mod tests;
