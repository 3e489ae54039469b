//! Which column is about what, from its name and from what its cells look like.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::kind::Kind;
use crate::text::fold;
use crate::value;

/// What the name of a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Kind(Kind),
    /// Which record it is, or something that does not tell people apart.
    Nothing,
    /// It is not known.
    Unknown,
}

/// Whether a cell looks like something.
type Looks = fn(&str) -> bool;

/// What cells of any column may unmistakably look like, first match wins.
const SHAPES: [(Kind, Looks); 3] = [(Kind::Email, is_address), (Kind::Profile, is_profile), (Kind::Phone, is_number)];

static HEADERS: LazyLock<HashMap<&str, Says>> = LazyLock::new(|| {
    let lines = include_str!("data/headers.txt").lines().filter(|line| !line.starts_with('#'));
    let mut known = HashMap::new();
    for line in lines {
        let mut words = line.split_whitespace();
        // The line of columns about nothing has no kind.
        let says = words.next().and_then(Kind::from_code).map_or(Says::Nothing, Says::Kind);
        for word in words {
            known.entry(word).or_insert(says);
        }
    }
    known
});

/// Share of the filled cells, in per cent, that must look like an address, a number or a link where the name of the
/// column does not say so.
const SHARE_TO_DECIDE: usize = 80;
/// Share below which the name of a column is not believed.
const SHARE_TO_KEEP: usize = 30;

/// Proposes what each column is about. `sample` holds some of the first rows; some hundreds are enough, and they may be
/// ragged.
///
/// Columns that say which record it is (`id`, `rec_id`, `cluster`) are about nothing: a value that no two rows share
/// cannot tell that they are one person, and one that was made by an earlier linkage must not. Neither are columns that
/// nothing is known about.
#[must_use]
pub fn propose<H: AsRef<str>>(headers: &[H], sample: &[Vec<String>]) -> Vec<Option<Kind>> {
    let mut kinds: Vec<Option<Kind>> =
        headers.iter().enumerate().map(|(column, header)| of_column(header.as_ref(), column, sample)).collect();
    // A company's list may call the company "name": beside both parts of a person's name it is not one of theirs.
    let has = |kinds: &[Option<Kind>], kind| kinds.contains(&Some(kind));
    if has(&kinds, Kind::FirstName) && has(&kinds, Kind::LastName) && !has(&kinds, Kind::Company) {
        for (kind, header) in kinds.iter_mut().zip(headers) {
            let is_name = *kind == Some(Kind::FullName) && solid(header.as_ref()) == "name";
            let whole = sample.iter().take(200).filter(|row| holds_its_parts(row, headers, header.as_ref()));
            if is_name && whole.count() * 3 < sample.len().min(200) {
                *kind = Some(Kind::Company);
            }
        }
    }
    // In French `nom` beside `prenom` is the family name, in Portuguese `nome` is the given or the whole one.
    if !has(&kinds, Kind::LastName) && !has(&kinds, Kind::FullName) {
        for kind in &mut kinds {
            if *kind == Some(Kind::FirstName) && blanks_inside(&kinds_column(headers, sample, Kind::FirstName)) {
                *kind = Some(Kind::FullName);
            }
        }
    }
    kinds
}

/// Whether a row's cell called `name` begins or ends with another cell of the row.
fn holds_its_parts<H: AsRef<str>>(row: &[String], headers: &[H], name: &str) -> bool {
    let Some(at) = headers.iter().position(|header| header.as_ref() == name) else { return false };
    let Some(whole) = row.get(at).map(|cell| cell.to_lowercase()) else { return false };
    let parts = row.iter().enumerate().filter(|(other, cell)| *other != at && cell.len() > 1);
    parts.filter(|(_, part)| whole.contains(&part.to_lowercase())).count() >= 2
}

/// The cells of the columns whose names say `kind`.
fn kinds_column<'s, H: AsRef<str>>(headers: &[H], sample: &'s [Vec<String>], kind: Kind) -> Vec<&'s str> {
    let at = headers.iter().position(|header| by_name(header.as_ref()) == Says::Kind(kind));
    sample.iter().filter_map(|row| row.get(at?)).map(String::as_str).collect()
}

/// Whether most cells hold more than one word.
fn blanks_inside(cells: &[&str]) -> bool {
    let several = cells.iter().filter(|cell| cell.trim().contains(' ')).count();
    several * 2 > cells.len()
}

fn solid(header: &str) -> String {
    let mut name = String::new();
    fold::solid(header, &mut name);
    name
}

/// What the name of a column says, whatever is written around it.
fn by_name(header: &str) -> Says {
    let name = solid(header);
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let known = |name: &str| HEADERS.get(name).copied();
    if let Some(says) = known(&name).or_else(|| known(bare)) {
        return says;
    }
    // `Contact: First Name`, `Primary E-mail`, `Company (cleaned)`: the words at the end, then those at the start.
    let mut folded = String::new();
    fold::words(header, &mut folded);
    let words: Vec<&str> = folded.split(' ').collect();
    let ends = (1..words.len()).map(|from| words[from..].concat());
    let starts = (1..words.len()).rev().map(|to| words[..to].concat());
    let says = ends.chain(starts).find_map(|part| known(&part));
    says.filter(|says| *says != Says::Nothing).unwrap_or(Says::Unknown)
}

fn of_column(header: &str, column: usize, sample: &[Vec<String>]) -> Option<Kind> {
    let cells = sample.iter().filter_map(|row| row.get(column)).map(|cell| cell.trim());
    let cells: Vec<&str> = cells.filter(|cell| !value::is_blank(cell)).take(1000).collect();
    let share = |fits: Looks| 100 * cells.iter().filter(|cell| fits(cell)).count() / cells.len().max(1);
    let shown = || {
        SHAPES.into_iter().find(|(_, fits)| cells.len() >= 3 && share(*fits) >= SHARE_TO_DECIDE).map(|(kind, _)| kind)
    };
    match by_name(header) {
        Says::Kind(kind) => {
            let fits: Option<Looks> = match kind {
                Kind::Email => Some(is_address),
                Kind::Phone => Some(has_digits),
                Kind::BirthDate => Some(|cell| crate::date::digits(cell).is_some()),
                _ => None,
            };
            let believed = cells.is_empty() || fits.is_none_or(|fits| share(fits) >= SHARE_TO_KEEP);
            let unmistakable = shown().filter(|shown| matches!(shown, Kind::Email | Kind::Profile));
            match unmistakable {
                Some(shown) if shown != kind => Some(shown),
                _ => believed.then_some(kind),
            }
        }
        Says::Nothing => None,
        // Numbers alone may be anything.
        Says::Unknown => shown().filter(|kind| *kind != Kind::Phone || share(has_plus) >= SHARE_TO_DECIDE),
    }
}

fn is_address(cell: &str) -> bool {
    value::Mailbox::read(cell).is_some()
}

fn is_profile(cell: &str) -> bool {
    ["linkedin.com/in/", "xing.com/profile/", "github.com/", "twitter.com/", "x.com/"]
        .iter()
        .any(|mark| cell.contains(mark))
}

fn has_digits(cell: &str) -> bool {
    cell.chars().filter(char::is_ascii_digit).count() >= 6
}

fn has_plus(cell: &str) -> bool {
    cell.starts_with(['+', '('])
}

fn is_number(cell: &str) -> bool {
    has_digits(cell) && cell.chars().all(|c| c.is_ascii_digit() || "+()-./ x".contains(c))
}

#[cfg(test)]
mod tests;
