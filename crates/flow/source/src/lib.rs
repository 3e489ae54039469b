//! Stage 1, find: lists that come in as CSV files, plain or packed, by page or API.
//!
//! An upload is judged by its beginning, kept sealed in pieces, and shown with a proposed mapping of its columns. Once
//! started, the job `source.import` has its rows read and cleaned ([`Cleaning`]), screens them, and makes leads of them, a
//! batch at a time. The file itself is only ever looked into by a process that is closed in ([`Worker`]). Every row ends as a new lead, as merged into one, as rejected with a reason, or as
//! suppressed: none is lost and none counts twice, however often the work is interrupted.

mod cleaning;
mod domain;
mod events;
mod http;
mod job;
mod model;
mod page;
mod policy;
mod query;
mod reason;
mod rejects;
mod sweep;
#[cfg(test)]
mod testing;
mod upload;
mod worker;

pub use cleaning::{
    Check, Clean, Cleaned, CleanedRow, Cleaning, Explain, FieldName, MappedColumn, Mapping, Proposal, Propose,
    Proposed, Warning, Wishes,
};
pub use http::routes;
pub use job::ImportList;
pub use model::{Column, Import, Links, Progress, Standing, State};
pub use policy::{ImportPolicy, PrivateValue};
pub use sweep::{Swept, give_up_uploads, sweep};
pub use worker::{FILE_WORKER, NOT_CLOSED, Worker, WorkerError, serve};

use plumb_base::limits::UPLOAD_BYTES_MAX;
use plumb_store::Store;
use plumb_store::job::Registry;

/// What the routes of this crate stand on. Cheap to clone.
#[derive(Clone)]
pub struct Source {
    pub(crate) store: Store,
    pub(crate) cleaning: Cleaning,
    pub(crate) worker: Worker,
    pub(crate) upload_bytes_max: u64,
}

impl Source {
    /// Imports into `store`, read by `worker`, which cleans as `cleaning` does; files of up to 2 GiB.
    #[must_use]
    pub fn new(store: Store, cleaning: Cleaning, worker: Worker) -> Self {
        Self { store, cleaning, worker, upload_bytes_max: UPLOAD_BYTES_MAX }
    }

    /// Takes files of at most so many bytes.
    #[must_use]
    pub fn upload_bytes_max(mut self, bytes: u64) -> Self {
        self.upload_bytes_max = bytes;
        self
    }
}

/// The background work of this crate.
#[must_use]
pub fn jobs(cleaning: &Cleaning, worker: &Worker) -> Registry {
    let (rules_version, worker) = (cleaning.rules_version.clone(), worker.clone());
    Registry::new().handle::<ImportList, _, _>(move |job, cx| {
        job::run(worker.clone(), rules_version.clone(), job::BATCH_ROWS, job, cx)
    })
}
