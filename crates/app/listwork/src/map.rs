//! What somebody says that a column is about.

use crate::error::ListError;

/// Reads `Name=word`, or `#3=word` for the third column; the word `-` is for none of them. `word` knows the words, `words`
/// lists them, and `called` is what they are.
pub(crate) fn asked<T>(
    text: &str,
    names: &[&str],
    called: &str,
    word: impl Fn(&str) -> Option<T>,
    words: impl IntoIterator<Item = &'static str>,
) -> Result<(usize, Option<T>), ListError> {
    let usage = |why: String| ListError::Usage(format!("--map {text:?}: {why}"));
    let (name, said) = text
        .rsplit_once('=')
        .ok_or_else(|| usage(format!("write it as 'Column name={called}', or 'Column name=-' for no {called}")))?;
    let exact = names.iter().position(|column| *column == name);
    let folded = || names.iter().position(|column| is_same_name(column, name));
    let numbered = || name.strip_prefix('#')?.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < names.len());
    let at = exact
        .or_else(folded)
        .or_else(numbered)
        .ok_or_else(|| usage(format!("there is no column {name:?}; there are {}", names.join(", "))))?;
    if matches!(said, "-" | "") {
        return Ok((at, None));
    }
    let found = word(said).ok_or_else(|| {
        let all: Vec<&str> = words.into_iter().collect();
        usage(format!("there is no {called} {said:?}; {called}s are {}", all.join(", ")))
    })?;
    Ok((at, Some(found)))
}

/// Whether two names are of one column: upper or lower case does not matter.
pub(crate) fn is_same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
