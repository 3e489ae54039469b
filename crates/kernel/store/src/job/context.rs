//! What a running job holds.

use std::time::Duration;

use plumb_base::{JobId, OrgId};
use tokio_util::sync::CancellationToken;

use super::claim::Claimed;
use super::enqueue::{Job, When, interval, payload};
use crate::actor::Actor;
use crate::audit;
use crate::error::StoreError;
use crate::store::Store;
use crate::tx::OrgTx;

/// How a run ended well.
#[derive(Debug)]
pub enum Done {
    /// Its effect was committed with [`JobContext::finish`] or [`JobContext::again`], and its completion with it.
    Committed,
    /// There was nothing to commit.
    Nothing,
    /// Not yet: run again after this long. Does not count as an attempt.
    Later(Duration),
}

/// How a run failed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// May go well another time; tried again with growing delays.
    #[error("{0}")]
    Retry(String),
    /// Will never go well: put aside at once.
    #[error("{0}")]
    Fail(String),
    /// This process does not know the kind, such as an older node beside a newer one: left for one that does.
    #[error("this process does not know jobs of kind {0}")]
    NotHere(String),
    /// Another worker has it now.
    #[error("the job was given to another worker")]
    LostLease,
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LostLease => Self::LostLease,
            other => Self::Retry(other.to_string()),
        }
    }
}

impl From<sqlx::Error> for JobError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

/// A running job: whose it is, which attempt, and the way to commit its effect together with its completion.
#[derive(Clone)]
pub struct JobContext {
    pub(super) store: Store,
    pub(super) claimed: Claimed,
    pub(super) cancelled: CancellationToken,
}

impl JobContext {
    /// The organisation that it works for. Ids in the payload are looked up under it, never trusted.
    #[must_use]
    pub fn org(&self) -> OrgId {
        self.claimed.org
    }

    /// The job.
    #[must_use]
    pub fn job_id(&self) -> JobId {
        self.claimed.id
    }

    /// Which attempt this is, from 1.
    #[must_use]
    pub fn attempt(&self) -> u16 {
        self.claimed.attempt.unsigned_abs()
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Fires when the job is cancelled, lost to another worker, or the server stops.
    #[must_use]
    pub fn cancelled(&self) -> &CancellationToken {
        &self.cancelled
    }

    /// Begins a transaction of the job's organisation.
    pub async fn org_tx(&self) -> Result<OrgTx, StoreError> {
        self.store.org(self.claimed.org, Actor::job(self.claimed.id)).await
    }

    /// Commits the effect and the job's completion together.
    ///
    /// # Errors
    /// [`StoreError::LostLease`], with nothing committed, when another worker has the job meanwhile.
    pub async fn finish(&self, mut tx: OrgTx, entry: audit::Entry) -> Result<Done, StoreError> {
        let gone = sqlx::query("delete from job where org_id = $1 and id = $2 and fence = $3 and state = 'running'")
            .bind(self.claimed.org.0)
            .bind(self.claimed.id.0)
            .bind(self.claimed.fence)
            .execute(tx.conn())
            .await?
            .rows_affected();
        if gone == 0 {
            return Err(StoreError::LostLease);
        }
        tx.commit(entry).await?;
        Ok(Done::Committed)
    }

    /// Commits a part of the work while the job goes on, provided that it is still ours.
    pub async fn checkpoint(&self, mut tx: OrgTx, entry: audit::Entry) -> Result<(), StoreError> {
        self.hold(&mut tx).await?;
        tx.commit(entry).await
    }

    /// Commits a part of the work together with the job's new payload and time: the rest runs later.
    pub async fn again<J: Job>(
        &self,
        mut tx: OrgTx,
        rest: &J,
        when: When,
        entry: audit::Entry,
    ) -> Result<Done, StoreError> {
        let (at, after) = match when {
            When::Now => (None, Duration::ZERO),
            When::After(wait) => (None, wait),
            When::At(at) => (Some(at), Duration::ZERO),
        };
        let moved = sqlx::query(
            "update job set payload = $4, run_at = due.at, state = case when due.at <= now() then 'ready' else 'delayed' end,
                    attempt = 0, fence = null, lease_until = null, unknown_since = null
             from (select coalesce($5, now() + $6) as at) due
             where org_id = $1 and id = $2 and fence = $3 and state = 'running'",
        )
        .bind(self.claimed.org.0)
        .bind(self.claimed.id.0)
        .bind(self.claimed.fence)
        .bind(payload(rest)?)
        .bind(at)
        .bind(interval(after))
        .execute(tx.conn())
        .await?
        .rows_affected();
        if moved == 0 {
            return Err(StoreError::LostLease);
        }
        tx.queued_jobs = true;
        tx.commit(entry).await?;
        Ok(Done::Committed)
    }

    /// Takes the job's row for the rest of this transaction: nobody else can be given the job meanwhile, and whoever
    /// queues another under the same key waits for the end, and queues it when this transaction completed the job.
    /// Without it, what is committed between a job's last look and its completion would be nobody's work.
    ///
    /// # Errors
    /// [`StoreError::LostLease`] when another worker has the job.
    pub async fn hold(&self, tx: &mut OrgTx) -> Result<(), StoreError> {
        // An update and not a lock of the row: an insert that meets the key waits for writers only.
        let held = sqlx::query(
            "update job set fence = fence where org_id = $1 and id = $2 and fence = $3 and state = 'running'",
        )
        .bind(self.claimed.org.0)
        .bind(self.claimed.id.0)
        .bind(self.claimed.fence)
        .execute(tx.conn())
        .await?
        .rows_affected();
        if held == 0 { Err(StoreError::LostLease) } else { Ok(()) }
    }
}
