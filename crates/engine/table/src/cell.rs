//! What a cell looks like.

/// Whether a text reads like an e-mail address.
#[must_use]
pub fn is_email(cell: &str) -> bool {
    let cell = cell.trim();
    match cell.split_once('@') {
        Some((local, domain)) => {
            !local.is_empty() && domain.contains('.') && !cell.contains(char::is_whitespace) && !domain.ends_with('.')
        }
        None => false,
    }
}

/// Whether a text reads like a value rather than the name of a column: an address, a link, a number, a date.
#[must_use]
pub fn is_value(cell: &str) -> bool {
    let cell = cell.trim();
    is_email(cell) || is_link(cell) || is_number(cell)
}

/// Whether a text reads like a link.
#[must_use]
pub fn is_link(cell: &str) -> bool {
    let cell = cell.trim();
    cell.contains("://") || cell.starts_with("www.")
}

fn is_number(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    digits > 0 && cell.bytes().all(|byte| byte.is_ascii_digit() || b"+-()/., :".contains(&byte))
}

/// Whether a spreadsheet would run the cell as a formula: it begins with `=` or `@`, or with `+`, `-`, a tab or a
/// carriage return, and is no number, date or telephone number.
#[inline]
#[must_use]
pub fn is_formula(cell: &[u8]) -> bool {
    match cell.first() {
        Some(b'=' | b'@') => cell.len() > 1,
        Some(b'+' | b'-' | b'\t' | b'\r') => calls(&cell[1..]),
        _ => false,
    }
}

/// Whether what stands after a sign runs something.
fn calls(rest: &[u8]) -> bool {
    let sign = |byte: &u8| matches!(byte, b'\t' | b'\r' | b'+' | b'-' | b' ');
    let rest = &rest[rest.iter().take_while(|byte| sign(byte)).count()..];
    matches!(rest.first(), Some(b'=' | b'@')) || has_call(rest)
}

/// After a sign, what runs something has a name right before `(`, `|` or `!`: of a function, a program, a sheet.
fn has_call(rest: &[u8]) -> bool {
    rest.windows(2).any(|pair| pair[0].is_ascii_alphanumeric() && matches!(pair[1], b'(' | b'|' | b'!'))
}

#[cfg(test)]
mod tests;
