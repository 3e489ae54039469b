//! The import itself: rows out of the stored pieces, through cleaning and screening, into leads, a batch at a time.
//!
//! A batch is one transaction: its leads, its rejects, the import's counts and an audit entry. Whoever is killed
//! between two goes on after the last; whoever lost the job to another worker cannot commit. The next batch is read
//! and cleaned while this one is written.

mod batch;
mod reader;

use std::time::Duration;

use futures::channel::mpsc;
use futures::{SinkExt as _, StreamExt as _};
use plumb_base::ImportId;
use plumb_store::audit;
use plumb_store::job::{Done, Job, JobContext, JobError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::State;
use crate::worker::{Batch, Worker, WorkerError};
use crate::{policy, query};
use batch::{Landing, Totals};
use reader::{ReadError, Reader};

/// Rows of an import that are read into leads.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ImportList {
    /// The import.
    pub import: ImportId,
}

impl Job for ImportList {
    const NAME: &'static str = "source.import";
    // Each restart of the server in the middle of a long list takes one.
    const ATTEMPTS_MAX: u16 = 20;
}

/// A sentence for an import that stopped: why, and how many rows are in.
pub(crate) fn stopped_after(rows_read: i64, why: &str) -> String {
    if rows_read == 0 {
        return format!("{why} No row was imported.");
    }
    format!("{why} The first {rows_read} rows were imported and stay; the rows after them were not.")
}

/// Rows in one batch, at most. Small enough that a cancel is not kept waiting, large enough that the commit is cheap.
pub(crate) const BATCH_ROWS: usize = 2_000;

/// Attempts after which a list that broke the process that reads it is not handed to another: it is the list.
const BREAKS_MAX: u16 = 5;
/// When a list is tried again that waits for a system that can close its reader in.
const TRY_CLOSING_AFTER: Duration = Duration::from_mins(1);

/// Runs the job, `batch_rows` at a time. Rows are read by `worker` and cleaned under the rules of `rules_version`.
pub(crate) async fn run(
    worker: Worker,
    rules_version: String,
    batch_rows: usize,
    job: ImportList,
    cx: JobContext,
) -> Result<Done, JobError> {
    match import(&worker, rules_version, batch_rows, job.import, &cx).await {
        // The last attempt: whoever looks at the import must see that it will not go on.
        Err(JobError::Retry(reason)) if cx.attempt() >= ImportList::ATTEMPTS_MAX => {
            tracing::error!(import = %job.import, reason, "an import was given up");
            fail(job.import, &cx, "The server could not go on with it.").await
        }
        other => other,
    }
}

async fn import(
    worker: &Worker,
    rules_version: String,
    batch_rows: usize,
    import: ImportId,
    cx: &JobContext,
) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    let Some(row) = query::hold(&mut tx, import).await? else { return Ok(Done::Nothing) };
    if !matches!(row.state(), State::Queued | State::Running) {
        return Ok(Done::Nothing); // cancelled while it waited
    }
    // What was chosen when the first row was read holds for the whole list.
    let denied = match &row.denied {
        Some(words) => policy::classes(words),
        None => policy::policy(&mut tx).await?.denied,
    };
    let reader = match Reader::new(worker, batch_rows, import, cx, &row, &denied).await {
        Ok(reader) => reader,
        Err(why) => {
            tx.done_reading().await?;
            return stop(import, cx, why).await;
        }
    };
    let mut landing = Landing::new(import, cx, Totals::of(&row));
    query::run(&mut tx, import, &rules_version, &policy::words(&denied)).await?;
    // The evidence for claim 127: how the process that reads the file is closed in, or that it is not.
    let entry = audit::Entry::of("import.running")
        .on("import", import.0)
        .with("rows_read", row.rows_read)
        .with("rules_version", rules_version)
        .with("denied", json!(denied))
        .with("worker_closed", json!(reader.closed()));
    cx.checkpoint(tx, entry).await?;

    let (batches, mut ready) = mpsc::channel(0);
    let reading = read(reader, batches);
    let landing = async {
        while let Some(batch) = ready.next().await {
            if let Some(done) = landing.land(batch).await? {
                return Ok(Some(done));
            }
            // The server stops: another takes up the rest, without losing an attempt or waiting for the lease.
            if cx.cancelled().is_cancelled() {
                return Ok(Some(Done::Later(Duration::ZERO)));
            }
        }
        Ok::<_, JobError>(None)
    };
    let reading = std::pin::pin!(reading);
    let landing = std::pin::pin!(landing);
    // Side by side; when the landing ends, whatever is still being read is of no use.
    let (read, landed) = match futures::future::select(reading, landing).await {
        futures::future::Either::Left((read, landing)) => (read, landing.await?),
        futures::future::Either::Right((landed, _)) => (Ok(()), landed?),
    };
    match (landed, read) {
        (Some(done), _) => Ok(done),
        (None, Err(why)) => stop(import, cx, why).await,
        (None, Ok(())) => Err(JobError::Retry("the list ended without its last batch".to_owned())),
    }
}

/// Reads ahead by what the channel holds.
async fn read(mut reader: Reader, mut batches: mpsc::Sender<Batch>) -> Result<(), ReadError> {
    while let Some(batch) = reader.next().await? {
        if batches.send(batch).await.is_err() {
            return Ok(()); // the landing has ended
        }
    }
    Ok(())
}

/// What becomes of an import whose list cannot be read on: what may pass is tried again.
async fn stop(import: ImportId, cx: &JobContext, why: ReadError) -> Result<Done, JobError> {
    match why {
        ReadError::Job(error) => Err(error),
        ReadError::Worker(error @ WorkerError::Unavailable(_)) => {
            tracing::error!(%import, %error, "an import waits");
            Ok(Done::Later(TRY_CLOSING_AFTER))
        }
        ReadError::Worker(error @ WorkerError::BrokeOff(_)) if cx.attempt() < BREAKS_MAX => {
            Err(JobError::Retry(error.to_string()))
        }
        ReadError::Worker(error) => {
            tracing::error!(%import, %error, "an import was given up");
            fail(import, cx, "The process that reads the file broke off each time.").await
        }
        why => fail(import, cx, &why.to_string()).await,
    }
}

/// Ends the import with an error in words, and the job with it.
async fn fail(import: ImportId, cx: &JobContext, why: &str) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    let Some(row) = query::hold(&mut tx, import).await? else { return Ok(Done::Nothing) };
    let error = stopped_after(row.rows_read, why);
    if !query::end(&mut tx, import, State::Failed, Some(&error)).await? {
        return Ok(Done::Nothing);
    }
    if row.rows_read > 0 {
        plumb_lead::hand_over_import(&mut tx, import).await?;
    }
    let entry = audit::Entry::of("import.failed").on("import", import.0).with("rows_read", row.rows_read).refused();
    Ok(cx.finish(tx, entry).await?)
}

#[cfg(test)]
mod tests;
