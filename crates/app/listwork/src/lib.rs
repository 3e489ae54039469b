//! Work on list files without a database and without a network: cleaning and linkage.
//!
//! [`clean::run`] takes a list from one file to another: read in chunks, cleaned on several threads, spooled, its exact
//! duplicates found by sorting, and written in place in one step at the end. [`dedupe::run`] says which rows of one list or
//! two are about the same person. What is here besides knows of neither.

pub mod clean;
pub mod dedupe;
pub mod duplicates;
mod error;
mod map;
pub mod mask;
mod options;
pub mod output;
mod page;
mod place;
mod progress;
mod source;
pub mod spool;
mod target;
#[cfg(test)]
mod testing;

pub use error::{ListError, Stop};
pub use options::ListOptions;
pub use place::{FileFormat, Place};
pub use progress::{Progress, Step};
pub use source::Layout;
