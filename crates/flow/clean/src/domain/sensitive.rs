//! Columns about what nobody may collect in passing: special categories of personal data and what comes near them.

use super::flag::closed_words;
use super::fold;
use super::lists;

mod ids;

const SENSITIVE: &str = include_str!("../../lists/sensitive.txt");

/// How many of the filled cells must look like it, in per cent.
const SHARE_TO_WARN: usize = 50;
/// And how many must be filled at all.
const CELLS_TO_WARN: usize = 3;

closed_words! {
    /// What a column seems to be about that must not be taken (GDPR articles 8, 9, 10 and 87).
    Sensitive {
        Health "health" "It looks like data about health (GDPR article 9).",
        Religion "religion" "It looks like data about religion or belief (GDPR article 9).",
        Ethnicity "ethnicity" "It looks like data about race or ethnic origin (GDPR article 9).",
        Politics "politics" "It looks like data about political opinions (GDPR article 9).",
        Union "union" "It looks like data about membership of a trade union (GDPR article 9).",
        SexLife "sex_life" "It looks like data about sex life or sexual orientation (GDPR article 9).",
        Biometric "biometric" "It looks like biometric or genetic data (GDPR article 9).",
        Criminal "criminal" "It looks like data about convictions or offences (GDPR article 10).",
        NationalId "national_id" "It looks like a national identification number (GDPR article 87).",
        Children "children" "It looks like data about children (GDPR article 8).",
    }
}

impl Sensitive {
    /// What the name of a column, or most of its cells, speak of.
    pub(crate) fn of(name: &str, cells: &[&str]) -> Option<Self> {
        let words = fold::words(name);
        let solid = words.replace(' ', "");
        let filled: Vec<&str> = cells.iter().copied().filter(|cell| !cell.trim().is_empty()).collect();
        let most = |fits: &dyn Fn(&str) -> bool| {
            let count = filled.iter().filter(|cell| fits(cell)).count();
            count >= CELLS_TO_WARN && count * 100 >= SHARE_TO_WARN * filled.len()
        };
        lists::rows(SENSITIVE).find_map(|mut row| {
            let class = row.next()?;
            let (how, known) = (row.next()?, row.next()?);
            let holds = |word: &str| known.split(' ').any(|known| known == word);
            let says = match how {
                "in" => holds(&solid) || words.split(' ').any(holds),
                "is" => holds(&solid),
                "cell" => most(&|cell| holds(&fold::solid(cell))),
                _ => most(&|cell| {
                    let cell = cell.trim();
                    known.split(' ').any(|shape| has_shape(cell, shape)) || ids::is_number_of_person(cell)
                }),
            };
            says.then(|| Self::ALL.iter().copied().find(|sensitive| sensitive.code() == class)).flatten()
        })
    }
}

/// `#` stands for a digit, `@` for a letter, `_` for a blank.
fn has_shape(cell: &str, shape: &str) -> bool {
    cell.len() == shape.len()
        && cell.bytes().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
            b'#' => byte.is_ascii_digit(),
            b'@' => byte.is_ascii_alphabetic(),
            b'_' => byte == b' ',
            other => byte == other,
        })
}

#[cfg(test)]
mod tests;
