//! Exports: leads as a file, made by a job, kept for a while, and remembered for longer.
//!
//! Whoever asks says which leads, which columns and which format; the job `export.write` reads leads a page at a time and
//! keeps the file in sealed pieces. Each page asks anew whether whoever asked still may. Rows that may not be used stay
//! out and are counted by reason; a telephone number is there only with a Do-Not-Call screening of at most 31 days
//! (claim 172), and the file names that screening. The content can be had for 30 days (claims 130, 131), the line of the
//! history for 90.

mod content;
mod domain;
mod events;
mod http;
mod job;
mod model;
mod page;
mod query;
mod sweep;
#[cfg(test)]
mod testing;
mod writer;

pub use domain::{Format, Profile, Which};
pub use http::routes;
pub use job::{WriteExport, jobs};
pub use model::{Export, Links, State};
pub use sweep::{Swept, sweep};
