//! Which records are about the same person.
//!
//! A [`Linker`] takes rows whose columns are known by [`Kind`] (or guessed by [`propose`]) and says which of them are one
//! person ([`Linked`]): clusters with a confidence, the links that hold them together with the evidence for each, and
//! pairs for a person to look at. It needs no expert and no labels: how rare a value is, which values belong to a company
//! and how carelessly each field is kept are measured in the list itself. Pure and deterministic: the same rows give the
//! same clusters on any number of threads, and another order of rows only changes their numbers.

mod block;
mod cluster;
mod compare;
mod date;
mod dict;
mod employer;
mod judge;
mod keys;
mod kind;
mod learn;
mod linker;
mod log;
#[cfg(any(test, feature = "testing"))]
pub mod made;
mod merge;
mod name;
mod propose;
mod table;
mod text;
mod value;
mod weigh;

pub use keys::{KEYS_VERSION, keys_of};
pub use kind::Kind;
pub use linker::{Agreement, Code, Evidence, Link, Linked, Linker, OneToOne, Options, Report};
pub use merge::{Record, Survivor, survivors};
pub use propose::propose;
