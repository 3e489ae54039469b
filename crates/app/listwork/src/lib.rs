//! Work on list files without a database and without a network: cleaning and linkage.
//!
//! [`clean::run`] takes a list from one file to another: read in chunks, cleaned on several threads, spooled, its exact
//! duplicates found by sorting, and written in place in one step at the end. What is here besides ([`spool`],
//! [`duplicates`], [`output`]) knows nothing of cleaning.

pub mod clean;
pub mod dedupe;
pub mod duplicates;
mod error;
pub mod mask;
pub mod output;
pub mod spool;

pub use error::{ListError, Stop};
