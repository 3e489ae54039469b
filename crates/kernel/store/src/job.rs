//! Background work, queued in Postgres.
//!
//! A job is queued in its caller's transaction and completed in the transaction of its effect, fenced by the
//! token under which it was claimed: whoever lost the lease cannot commit. Claims go round the organisations,
//! with a cap for each. Effects outside the database happen at least once.

mod admin;
mod claim;
mod context;
mod cron;
mod enqueue;
mod registry;
mod worker;

pub use admin::{DeadJob, Standing, cancel, dead, pending, release_all, retry, standing};
pub use context::{Done, JobContext, JobError};
pub use cron::Cron;
pub use enqueue::{Job, When, enqueue, enqueue_many, enqueue_many_once, enqueue_once, enqueue_system};
pub use registry::Registry;
pub use worker::{WorkerConfig, Workers, drain};

#[cfg(test)]
mod tests;
