//! One line of `data/oracle.py`: a text, its country, and what libphonenumber makes of it.

use plumb_base::Country;

/// What we make of a text, in the oracle's words.
fn ours(text: &str, home: Option<Country>) -> String {
    match plumb_phone::read(text, home) {
        Err(reason) => format!("{reason:?}"),
        Ok(number) => [
            number.e164(),
            number.region().unwrap_or("-"),
            &number.kind().map_or_else(|| "-".to_owned(), |kind| format!("{kind:?}")),
            number.extension().unwrap_or("-"),
            if number.is_possible() { "possible" } else { "-" },
        ]
        .join("\t"),
    }
}

/// Reads the text of a line and compares; the error shows both answers.
pub(crate) fn check(line: &str) -> Result<(), String> {
    let mut parts = line.splitn(3, '\t');
    let (Some(text), Some(home), Some(theirs)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(format!("not a line of the oracle: {line:?}"));
    };
    let ours = ours(text, home.parse().ok());
    if ours == theirs { Ok(()) } else { Err(format!("{text:?} in {home}: {ours:?}, libphonenumber {theirs:?}")) }
}
