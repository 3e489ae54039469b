//! Finds where an extension starts at the end of a text: `ext. 12`, `x12`, `#12`, `,,12`, `;ext=12`, `- 12#`.

use crate::letters::{digit, fold};
use crate::number::{EXTENSION_MAX, Extension};

/// Names of an extension, of which up to [`EXTENSION_MAX`] digits may follow. Lower case.
const NAMES: [&str; 23] = [
    "xt",
    "xtn",
    "xtensio",
    "xtension",
    "xtensio\u{301}",
    "xtensio\u{301}n",
    "xtensió",
    "xtensión",
    "ext",
    "extn",
    "extensio",
    "extension",
    "extensio\u{301}",
    "extensio\u{301}n",
    "extensió",
    "extensión",
    "ｘｔ",
    "ｘｔｎ",
    "ｅｘｔ",
    "ｅｘｔｎ",
    "доб",
    "anexo",
    ";ext=",
];
/// Marks that may mean an extension, of at most [`MARKED_MAX`] digits.
const MARKS: [&str; 8] = ["x", "ｘ", "#", "＃", "~", "～", "int", "ｉｎｔ"];

/// Digits after a mark, or after commas.
const MARKED_MAX: usize = 9;
/// Digits after what makes a telephone dial on by itself.
const DIALLED_ON_MAX: usize = 15;
/// Digits between a dash or blank and `#`.
const UNMARKED_MAX: usize = 6;

/// Everywhere that an extension which ends with the text can be said to start, and its digits.
pub(crate) fn find(text: &[char]) -> Option<(Vec<usize>, Extension)> {
    let hash = text.last() == Some(&'#');
    let end = text.len() - usize::from(hash);
    let count = text[..end].iter().rev().take_while(|&&c| digit(c).is_some()).count();
    if count == 0 || count > EXTENSION_MAX {
        return None;
    }
    let digits = end - count;
    let mut starts = Vec::new();
    let separators = |at: usize, comma: bool| {
        let separates = |c: &&char| matches!(c, ' ' | '\u{a0}' | '\t') || (comma && **c == ',');
        at - text[..at].iter().rev().take_while(separates).count()..=at
    };

    // Between name and digits: a full stop or colon, then blanks, dashes and commas, of which commas may be the name.
    let follows = |c: char| matches!(c, ' ' | '\u{a0}' | '\t' | ',' | '-');
    let first = digits - text[..digits].iter().rev().take_while(|&&c| follows(c)).count();
    let stop = |at: usize| {
        let stops = at > 0 && matches!(text[at - 1], ':' | '.' | '\u{ff0e}');
        if stops { at - 1 } else { at }
    };

    let label = stop(first);
    let ends_with = |name: &str| {
        let letters = text[..label].iter().rev().map(|&c| fold(c));
        let at = label.checked_sub(name.chars().count())?;
        letters.take(label - at).eq(name.chars().rev()).then_some(at)
    };
    for name in NAMES {
        let Some(at) = ends_with(name) else { continue };
        if name.starts_with(';') {
            // RFC 3966: nothing between, nothing around.
            if label == digits && !hash {
                starts.push(at);
            }
        } else {
            starts.extend(separators(at, true));
        }
    }
    if count <= MARKED_MAX {
        starts.extend(MARKS.iter().filter_map(|mark| ends_with(mark)).flat_map(|at| separators(at, true)));
    }
    for end in (first..=digits).flat_map(|at| [at, stop(at)]) {
        let commas = text[..end].iter().rev().take_while(|&&c| c == ',').count();
        if count <= MARKED_MAX && commas > 0 {
            starts.extend((end - commas..end).flat_map(|at| separators(at, false)));
        }
        if count <= DIALLED_ON_MAX && commas >= 2 {
            starts.extend(separators(end - 2, false));
        }
        if count <= DIALLED_ON_MAX && text[..end].last() == Some(&';') {
            starts.extend(separators(end - 1, false));
        }
    }
    if count <= UNMARKED_MAX && hash {
        let run = text[..digits].iter().rev().take_while(|c| matches!(c, '-' | ' ')).count();
        starts.extend(digits - run..digits);
    }
    let values = text[digits..end].iter().filter_map(|&c| digit(c));
    (!starts.is_empty()).then(|| (starts, Extension::new(values)))
}

#[cfg(test)]
mod tests;
