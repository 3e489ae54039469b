//! Columns about what nobody may collect in passing: special categories of personal data and what comes near them.

use std::collections::HashSet;
use std::sync::LazyLock;

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

/// A line of the list.
struct Sign {
    class: Sensitive,
    how: How,
    known: HashSet<&'static str>,
}

/// Where what is known is looked for.
enum How {
    /// The header has one of the words, or is one of them without its blanks.
    In,
    /// The header is one of them and nothing else.
    Is,
    /// Most cells are one of them.
    Cell,
    /// Most cells have one of the shapes, or are a number of a person.
    Shape,
}

static SIGNS: LazyLock<Vec<Sign>> = LazyLock::new(|| {
    let sign = |mut row: std::str::Split<'static, char>| {
        let class = row.next()?;
        let class = Sensitive::ALL.iter().copied().find(|sensitive| sensitive.code() == class)?;
        let how = match row.next()? {
            "in" => How::In,
            "is" => How::Is,
            "cell" => How::Cell,
            _ => How::Shape,
        };
        Some(Sign { class, how, known: row.next()?.split(' ').collect() })
    };
    lists::rows(SENSITIVE).filter_map(sign).collect()
});

impl Sensitive {
    /// What the name of a column, or most of its cells, speak of.
    pub(crate) fn of(name: &str, cells: &[&str]) -> Option<Self> {
        let words = fold::words(name);
        let solid = words.replace(' ', "");
        let filled: Vec<&str> = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
        let most = |count: usize| count >= CELLS_TO_WARN && count * 100 >= SHARE_TO_WARN * filled.len();
        let folded: Vec<String> = filled.iter().map(|cell| fold::solid(cell)).collect();
        let sign = SIGNS.iter().find(|Sign { how, known, .. }| match how {
            How::In => known.contains(solid.as_str()) || words.split(' ').any(|word| known.contains(word)),
            How::Is => known.contains(solid.as_str()),
            How::Cell => most(folded.iter().filter(|cell| known.contains(cell.as_str())).count()),
            How::Shape => {
                let fits =
                    |cell: &&&str| known.iter().any(|shape| has_shape(cell, shape)) || ids::is_number_of_person(cell);
                most(filled.iter().filter(fits).count())
            }
        });
        sign.map(|sign| sign.class)
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
