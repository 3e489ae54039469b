//! The row that names the columns: whether it is one, and what the columns are called from then on.

use plumb_base::limits::COLUMNS_MAX;

use super::cell;
use super::refusal::Refusal;
use super::sniff::KnownNames;

/// Longest name of a column in bytes: what is longer is a text, not a name.
const NAME_BYTES_MAX: usize = 1024;

/// Checks the first row and answers the names of the columns: no two alike, none empty.
pub fn names(first: &[&str]) -> Result<Vec<String>, Refusal> {
    if first.len() > COLUMNS_MAX {
        return Err(Refusal::TooManyColumns { found: first.len() });
    }
    if let Some(seen) = values(first) {
        return Err(Refusal::NoHeader { seen });
    }
    Ok(distinct(first))
}

/// Refuses a list whose second row names columns as well, and better than the first. Each row comes with its number.
pub fn refuse_second(first: (&[&str], u32), second: (&[&str], u32), known: KnownNames<'_>) -> Result<(), Refusal> {
    let ((first, first_number), (second, second_number)) = (first, second);
    if second == first || second.len() != first.len() || values(second).is_some() {
        return Ok(());
    }
    let known = |row: &[&str]| known(&row.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>());
    // A title row above the header has few words, but a row of people has hardly two names of columns in it.
    let below = known(second);
    if below >= 2 && below > known(first) / 2 {
        return Err(Refusal::TwoHeaders { first: first_number, second: second_number });
    }
    Ok(())
}

/// What in the row is a value and not a name, if anything is.
fn values(row: &[&str]) -> Option<String> {
    let at = |n: usize| n + 1;
    if let Some(n) = row.iter().position(|cell| cell::is_email(cell)) {
        return Some(format!("has an e-mail address in column {}", at(n)));
    }
    if let Some(n) = row.iter().position(|cell| cell::is_link(cell)) {
        return Some(format!("has a link in column {}", at(n)));
    }
    if let Some(n) = row.iter().position(|cell| cell.len() > NAME_BYTES_MAX) {
        return Some(format!("has a text of more than {NAME_BYTES_MAX} bytes in column {}", at(n)));
    }
    let filled = row.iter().filter(|cell| !cell.trim().is_empty()).count();
    if filled == 0 {
        return Some("has no names in it".to_owned());
    }
    let numbers = row.iter().filter(|cell| cell::is_value(cell)).count();
    (numbers * 2 >= filled).then(|| format!("has numbers in {numbers} of its {filled} filled cells"))
}

/// Names for the columns of a list without a header.
#[must_use]
pub fn numbered(width: usize) -> Vec<String> {
    (1..=width).map(|n| format!("Column {n}")).collect()
}

/// The names with blanks around them removed, empty ones named by position, and repeated ones numbered.
#[must_use]
pub fn distinct(row: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(row.len());
    let mut taken = std::collections::HashSet::new();
    for (n, cell) in row.iter().enumerate() {
        let cell = cell.trim();
        let cell = &cell[..cell.floor_char_boundary(NAME_BYTES_MAX)];
        // No database holds a NUL in a text.
        let base = if cell.is_empty() { format!("Column {}", n + 1) } else { cell.replace('\0', "\u{fffd}") };
        let mut name = base.clone();
        let mut nth = 2;
        while !taken.insert(name.clone()) {
            name = format!("{base} ({nth})");
            nth += 1;
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests;
