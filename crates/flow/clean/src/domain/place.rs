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
        // The common case costs no folding.
        if let [a, b] = cell.as_bytes()
            && let Some(country) =
                self.0.get(&*String::from_utf8_lossy(&[a.to_ascii_lowercase(), b.to_ascii_lowercase()]))
        {
            return Some(*country);
        }
        self.0.get(fold::solid(cell).as_str()).copied()
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

/// A postcode as it is written in the country, and whether a lost leading zero was put back.
///
/// Spreadsheets turn `02134` into `2134` or `2134.0`. That is undone for the United States only, where four digits
/// cannot be anything else.
pub(crate) fn postcode(cell: &str, country: Option<Country>) -> (String, bool) {
    let code = match cell.strip_suffix(".0") {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => digits,
        _ => cell,
    };
    let mut code = code.to_ascii_uppercase();
    let Some(country) = country else { return (code, false) };
    // `D-10115`, `CH-8001`, `DE 10115`: the country's sign before the digits.
    let sign = if country.as_str() == "DE" { "D" } else { country.as_str() };
    for sign in [country.as_str(), sign] {
        if let Some(rest) = code.strip_prefix(sign).map(|rest| rest.trim_start_matches(['-', ' ']))
            && !rest.is_empty()
            && rest.bytes().all(|b| b.is_ascii_digit())
        {
            code = code.split_off(code.len() - rest.len());
            break;
        }
    }
    let head = code.split('-').next().unwrap_or_default();
    if country.as_str() == "US" && head.len() == 4 && head.bytes().all(|b| b.is_ascii_digit()) {
        return (format!("0{code}"), true);
    }
    (code, false)
}

#[cfg(test)]
mod tests;
