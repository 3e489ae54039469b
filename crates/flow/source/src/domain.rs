//! What an import makes of what the reader of tables says. No I/O.

pub(crate) mod cell;
pub(crate) mod encoding;
pub(crate) mod refusal;
