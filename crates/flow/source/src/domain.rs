//! Reading a list: what the bytes are, how they are laid out, and which records are in them. No I/O.

pub(crate) mod cell;
pub(crate) mod encoding;
pub(crate) mod header;
pub(crate) mod magic;
pub(crate) mod records;
pub(crate) mod refusal;
pub(crate) mod sniff;
pub(crate) mod table;
