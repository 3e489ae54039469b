//! What of a cell can be kept.

/// The text with NUL characters replaced, as Postgres cannot hold them, and cut at `bytes_max`.
pub(crate) fn storable(cell: &str, bytes_max: usize) -> std::borrow::Cow<'_, str> {
    let cut = &cell[..cell.floor_char_boundary(bytes_max)];
    if cut.contains('\0') { cut.replace('\0', "\u{fffd}").into() } else { cut.into() }
}

#[cfg(test)]
mod tests;
