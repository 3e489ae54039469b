//! Numbers that are more than digits and punctuation: letters, extensions, RFC 3966, other scripts.

use crate::dialled::{self, DIGITS_MAX};
use crate::extension;
use crate::letters::{digit, is_between, is_letter, is_plus, key, may_end};
use crate::number::{Extension, Number};
use crate::plan::Plan;
use crate::{TEXT_MAX, Unreadable};

/// Reads any text.
pub(crate) fn read(text: &str, home: Option<&'static Plan>) -> Result<Number, Unreadable> {
    if text.chars().nth(TEXT_MAX).is_some() {
        return Err(Unreadable::TooLong);
    }
    let mut number = written(text)?;
    let found = extension::find(&number);
    if !is_viable(&number, found.as_ref().map_or(&[], |(starts, _)| starts)) {
        return Err(Unreadable::NotANumber);
    }
    let plus = is_plus(number[0]);
    if home.is_none() && !plus {
        return Err(Unreadable::NoCountry);
    }
    let mut extension = Extension::default();
    if let Some((starts, digits)) = found
        && let Some(&start) = starts.iter().min()
        && is_viable_alone(&number[..start])
    {
        number.truncate(start);
        extension = digits;
    }
    let (digits, len) = digits(&number);
    let dialled = dialled::read(&digits[..len], plus, home)?;
    Ok(Number::new(dialled.plan, dialled.national(), extension))
}

/// The part of the text that is a number: with what stands around it taken off, or put together by RFC 3966.
fn written(text: &str) -> Result<Vec<char>, Unreadable> {
    const CONTEXT: &str = ";phone-context=";
    let mut number: String = if let Some((before, after)) = text.split_once(CONTEXT) {
        let context = after.split(';').next().unwrap_or_default();
        if !is_context(context) {
            return Err(Unreadable::NotANumber);
        }
        // A domain says nothing about the number.
        let code = if context.starts_with('+') { context } else { "" };
        // Whatever stands before `tel:` is not part of it; where that comes after the context, nothing is.
        let national = match text.find("tel:") {
            Some(at) => before.get(at + "tel:".len()..).unwrap_or_default(),
            None => before,
        };
        format!("{code}{national}")
    } else {
        possible(text).to_owned()
    };
    if let Some(at) = number.find(";isub=").filter(|&at| at > 0) {
        number.truncate(at);
    }
    Ok(number.chars().collect())
}

/// From the first digit or plus to the last letter or figure, or to a second number.
fn possible(text: &str) -> &str {
    let Some(start) = text.find(|c| is_plus(c) || digit(c).is_some()) else { return "" };
    let number = text[start..].trim_end_matches(|c| !may_end(c));
    let second =
        number.match_indices(['\\', '/']).find(|(at, _)| number[at + 1..].trim_start_matches(' ').starts_with('x'));
    second.map_or(number, |(at, _)| &number[..at])
}

/// A number with calling code or a domain name, as RFC 3966 wants after `phone-context=`.
fn is_context(context: &str) -> bool {
    let is_alphanumeric = |c: char| c.is_ascii_alphabetic() || digit(c).is_some();
    if let Some(number) = context.strip_prefix('+') {
        let fits = |c| digit(c).is_some() || matches!(c, '-' | '.' | '(' | ')');
        return number.chars().all(fits) && number.chars().any(|c| digit(c).is_some());
    }
    let is_label = |label: &str| {
        label.starts_with(is_alphanumeric)
            && label.ends_with(is_alphanumeric)
            && label.chars().all(|c| c == '-' || is_alphanumeric(c))
    };
    let name = context.strip_suffix('.').unwrap_or(context);
    let top = name.rsplit('.').next().unwrap_or_default();
    name.split('.').all(is_label) && top.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether the text is a number, with an extension that starts at one of `starts`, or without.
fn is_viable(number: &[char], starts: &[usize]) -> bool {
    if let [a, b] = number {
        return digit(*a).is_some() && digit(*b).is_some();
    }
    let mut at = number.iter().take_while(|&&c| is_plus(c)).count();
    let mut digits = 0;
    while digits < 3 {
        match number.get(at) {
            Some(&c) if digit(c).is_some() => digits += 1,
            Some(&c) if is_between(c) => {}
            _ => return false,
        }
        at += 1;
    }
    let fits = |&&c: &&char| is_between(c) || is_letter(c) || digit(c).is_some();
    let end = at + number[at..].iter().take_while(fits).count();
    end == number.len() || starts.iter().any(|start| (at..=end).contains(start))
}

/// Whether what is before an extension is a number; it may have one of its own.
fn is_viable_alone(number: &[char]) -> bool {
    let found = extension::find(number);
    is_viable(number, found.as_ref().map_or(&[], |(starts, _)| starts))
}

/// The digits to dial. Three letters make it a word on the keys; fewer are in error.
fn digits(number: &[char]) -> ([u8; DIGITS_MAX], usize) {
    let is_word = number.iter().filter(|c| c.is_ascii_alphabetic()).count() >= 3;
    let values = number.iter().filter_map(|&c| if is_word { key(c) } else { digit(c) });
    let mut digits = [0; DIGITS_MAX];
    let mut len = 0;
    for (slot, value) in digits.iter_mut().zip(values) {
        *slot = value;
        len += 1;
    }
    (digits, len)
}
