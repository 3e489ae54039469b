//! Countries and postcodes.

use std::collections::HashMap;

use plumb_base::Country;
use xxhash_rust::xxh3::Xxh3DefaultBuilder;

use super::fold;
use super::lists;

/// Countries by the names and codes that lists use, folded.
pub(crate) struct Countries(HashMap<Box<str>, Country, Xxh3DefaultBuilder>);

impl Countries {
    /// Reads `AA|AAA|name|name…` lines; of two countries with one name, the first keeps it.
    pub(crate) fn new(text: &'static str) -> Self {
        let mut map = HashMap::with_capacity_and_hasher(5_000, Xxh3DefaultBuilder);
        for mut row in lists::rows(text) {
            let Some(country) = row.next().and_then(|code| code.parse::<Country>().ok()) else { continue };
            map.entry(country.as_str().to_ascii_lowercase().into()).or_insert(country);
            for name in row {
                map.entry(fold::solid(name).into()).or_insert(country);
                // `Oesterreich`: umlauts as they are written where the keyboard has none.
                if name.contains(UMLAUTS) {
                    let spelled: String = name.chars().map(spelled_out).collect();
                    map.entry(fold::solid(&spelled).into()).or_insert(country);
                }
            }
        }
        Self(map)
    }

    /// The country of a tidy cell: a code, or a name in one of twenty languages.
    pub(crate) fn find(&self, cell: &str) -> Option<Country> {
        let mut octets = [0; 48];
        match octets.get_mut(..cell.len()).filter(|_| cell.is_ascii()) {
            Some(octets) => self.0.get(fold::solid_ascii(cell, octets)),
            None => self.0.get(fold::solid(cell).as_str()),
        }
        .copied()
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
    let sign = if country.as_str() == "DE" { "D" } else { country.as_str() };
    let bare = [country.as_str(), sign].into_iter().find_map(|sign| {
        let (head, rest) = code.split_at_checked(sign.len())?;
        let rest = rest.trim_start_matches(['-', ' ']);
        (head.eq_ignore_ascii_case(sign) && is_digits(rest)).then_some(rest)
    });
    let code = bare.unwrap_or(code);
    let head = code.split('-').next().unwrap_or_default();
    let padded = country.as_str() == "US" && head.len() == 4 && is_digits(head);
    if padded {
        out.push('0');
    }
    out.push_str(code);
    raise_from(out, start);
    padded
}

/// Raises the small ASCII letters of the end of a text.
fn raise_from(text: &mut String, start: usize) {
    if let Some(tail) = text.get_mut(start..) {
        tail.make_ascii_uppercase();
    }
}

#[cfg(test)]
mod tests;
