//! The row that names the columns: whether it is one, and what the columns are called from then on.

use plumb_base::limits::COLUMNS_MAX;

use super::cell;
use super::refusal::Refusal;

/// Longest name of a column in bytes: what is longer is a text, not a name.
const NAME_BYTES_MAX: usize = 1024;

/// How many of these cells are known as names of columns, judged by the words alone.
pub(crate) type KnownNames<'a> = &'a dyn Fn(&[String]) -> usize;

/// Checks the first row, and the row below it, and answers the names of the columns: no two alike, none empty.
pub(crate) fn names(
    first: &[String],
    first_number: u64,
    second: Option<(&[String], u64)>,
    known: KnownNames<'_>,
) -> Result<Vec<String>, Refusal> {
    if first.len() > COLUMNS_MAX {
        return Err(Refusal::TooManyColumns { found: first.len() });
    }
    if let Some(seen) = values(first) {
        return Err(Refusal::NoHeader { seen });
    }
    if let Some((second, second_number)) = second
        && second != first
        && second.len() == first.len()
        && values(second).is_none()
    {
        // A title row above the header has few words, but a row of people has hardly two names of columns in it.
        let below = known(second);
        if below >= 2 && below > known(first) / 2 {
            return Err(Refusal::TwoHeaders { first: first_number, second: second_number });
        }
    }
    Ok(distinct(first))
}

/// What in the row is a value and not a name, if anything is.
fn values(row: &[String]) -> Option<String> {
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

/// The names with blanks around them removed, empty ones named by position, and repeated ones numbered.
fn distinct(row: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(row.len());
    let mut taken = std::collections::HashSet::new();
    for (n, cell) in row.iter().enumerate() {
        let cell = cell::storable(cell.trim(), NAME_BYTES_MAX);
        let base = if cell.is_empty() { format!("Column {}", n + 1) } else { cell.into_owned() };
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
