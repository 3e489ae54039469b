//! Duplicates among an organisation's leads: which of them may be one person, a queue for people to look at, merging and
//! undoing.
//!
//! Rows with one key are one lead already when they are imported. This crate finds the rest: after an import, after an
//! edit, or on request the job `duplicate.index` computes the keys under which leads meet, fetches those that share one,
//! and lets the engine compare them. What it finds is suggested, with a confidence and the evidence in words; only an
//! organisation that says so has the surest merged by itself. Whatever somebody said is not the same is not asked again.

mod compare;
mod decide;
mod domain;
mod events;
mod http;
mod job;
mod model;
mod page;
mod query;
mod scan;
mod settings;
mod sweep;
#[cfg(test)]
mod testing;

pub use http::routes;
pub use job::{MergeSure, Scan, jobs};
pub use sweep::{Swept, sweep};
