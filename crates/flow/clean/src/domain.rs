//! The cleaning kernel: pure and row-local.
//!
//! No input or output, no clock, no randomness, and nothing that depends on the order of a hash map. What a row becomes
//! depends on the row, the mapping and the rules alone, so any split of a list gives the same rows.

pub mod batch;
pub mod columns;
pub(crate) mod company;
pub mod date;
pub(crate) mod draft;
pub(crate) mod email;
pub mod flag;
pub(crate) mod fold;
pub mod kernel;
pub mod key;
pub mod lead;
pub(crate) mod lists;
pub mod mapping;
pub(crate) mod memo;
pub(crate) mod person;
pub mod phone;
pub(crate) mod place;
pub mod policy;
pub mod preset;
pub(crate) mod row;
pub mod rules;
pub(crate) mod scan;
pub mod sensitive;
pub(crate) mod text;
pub mod title;
pub(crate) mod web;
