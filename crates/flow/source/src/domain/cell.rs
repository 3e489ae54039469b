//! What a cell looks like.

/// Whether a text reads like an e-mail address.
pub(crate) fn is_email(cell: &str) -> bool {
    let cell = cell.trim();
    match cell.split_once('@') {
        Some((local, domain)) => {
            !local.is_empty() && domain.contains('.') && !cell.contains(char::is_whitespace) && !domain.ends_with('.')
        }
        None => false,
    }
}

/// Whether a text reads like a value rather than the name of a column: an address, a link, a number, a date.
pub(crate) fn is_value(cell: &str) -> bool {
    let cell = cell.trim();
    is_email(cell) || is_link(cell) || is_number(cell)
}

/// Whether a text reads like a link.
pub(crate) fn is_link(cell: &str) -> bool {
    let cell = cell.trim();
    cell.contains("://") || cell.starts_with("www.")
}

fn is_number(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    digits > 0 && cell.bytes().all(|byte| byte.is_ascii_digit() || b"+-()/., :".contains(&byte))
}

/// The text with NUL characters replaced, as Postgres cannot hold them, and cut at `bytes_max`.
pub(crate) fn storable(cell: &str, bytes_max: usize) -> std::borrow::Cow<'_, str> {
    let cut = &cell[..cell.floor_char_boundary(bytes_max)];
    if cut.contains('\0') { cut.replace('\0', "\u{fffd}").into() } else { cut.into() }
}

#[cfg(test)]
mod tests;
