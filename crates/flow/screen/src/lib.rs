//! Do-Not-Call: whether a lead's number may be called, by which lists and rules, and until when.
//!
//! Registries' lists are loaded from files, whole or as changes, into a folder of bits for each organisation ([`bits`]);
//! a job screens leads with what is loaded and writes the answer, with its date and its end, on the lead. Without a
//! loaded list the answer is "not configured", never "clear". Beside the registries stand the company's own list, what
//! the Reassigned Numbers Database answered, and when a number may be called ([`domain::rules`]).

pub mod bits;
mod company;
pub mod domain;
mod http;
mod job;
mod model;
mod number;
mod page;
mod query;
pub mod reader;
mod shelf;
#[cfg(test)]
mod testing;
mod upload;

pub use http::routes;
pub use job::{LoadList, ScreenLeads, ToScreenAgain, jobs};
pub use model::{Load, LoadState, RegistryState, RegistryView, Screening};
pub use shelf::Shelves;

use plumb_store::Store;

/// What the routes of this crate stand on. Cheap to clone.
#[derive(Clone)]
pub struct Screen {
    pub(crate) store: Store,
    pub(crate) shelves: Shelves,
    pub(crate) upload_bytes_max: u64,
}

impl Screen {
    /// Screens leads of `store` with the lists on `shelves`; files of up to 4 GiB.
    #[must_use]
    pub fn new(store: Store, shelves: Shelves) -> Self {
        Self { store, shelves, upload_bytes_max: 4 * 1024 * 1024 * 1024 }
    }

    /// Takes files of at most so many bytes.
    #[must_use]
    pub fn upload_bytes_max(mut self, bytes: u64) -> Self {
        self.upload_bytes_max = bytes;
        self
    }
}
