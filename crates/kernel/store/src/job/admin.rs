//! What people do with the queue: look, cancel, try again.

use plumb_base::{JobId, Timestamp};
use sqlx::Row as _;

use crate::error::StoreError;
use crate::store::Store;
use crate::tx::{OrgTx, SystemTask};

/// A job that was put aside.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct DeadJob {
    /// The job.
    pub id: JobId,
    /// Its kind.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i16,
    /// Why it failed the last time.
    pub reason: Option<String>,
    /// When it was queued.
    pub queued_at: Timestamp,
}

/// The organisation's jobs that were put aside, newest first, at most 200.
pub async fn dead(tx: &mut OrgTx) -> Result<Vec<DeadJob>, StoreError> {
    let rows = sqlx::query(
        "select id, kind, attempt, last_error, created_at from job
         where org_id = app_org() and state = 'dead' order by created_at desc limit 200",
    )
    .fetch_all(tx.conn())
    .await?;
    let job = |row: &sqlx::postgres::PgRow| DeadJob {
        id: JobId(row.get("id")),
        kind: row.get("kind"),
        attempts: row.get("attempt"),
        reason: row.get("last_error"),
        queued_at: row.get("created_at"),
    };
    Ok(rows.iter().map(job).collect())
}

/// How many of the organisation's jobs of these kinds wait or run; delayed ones are counted apart.
pub async fn pending(tx: &mut OrgTx, kinds: &[&str]) -> Result<(i64, i64), StoreError> {
    let row = sqlx::query(
        "select count(*) filter (where state in ('ready', 'running')) as now, count(*) filter (where state = 'delayed') as later
         from job where org_id = app_org() and kind = any ($1)",
    )
    .bind(kinds)
    .fetch_one(tx.conn())
    .await?;
    Ok((row.get("now"), row.get("later")))
}

/// Queues a job that was put aside again, with all its attempts; where another took its key meanwhile, that one does
/// its work and it is dropped. False when there is no such job.
pub async fn retry(tx: &mut OrgTx, id: JobId) -> Result<bool, StoreError> {
    let dropped = sqlx::query(
        "delete from job using job newer
         where job.org_id = app_org() and job.id = $1 and job.state = 'dead' and newer.org_id = job.org_id
           and newer.kind = job.kind and newer.dedup_key = job.dedup_key and newer.state <> 'dead'",
    )
    .bind(id.0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    let changed = sqlx::query(
        "update job set state = 'ready', attempt = 0, vanished = 0, unknown_since = null, run_at = now(), fence = null, cancel_requested = false
         where org_id = app_org() and id = $1 and state = 'dead'",
    )
    .bind(id.0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    tx.queued_jobs = true;
    Ok(changed + dropped > 0)
}

/// Cancels a job: one that waits is removed, one that runs is told. False when there is no such job.
pub async fn cancel(tx: &mut OrgTx, id: JobId) -> Result<bool, StoreError> {
    let removed = sqlx::query("delete from job where org_id = app_org() and id = $1 and state in ('ready', 'delayed')")
        .bind(id.0)
        .execute(tx.conn())
        .await?
        .rows_affected();
    let told = sqlx::query(
        "update job set cancel_requested = true where org_id = app_org() and id = $1 and state = 'running'",
    )
    .bind(id.0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(removed + told > 0)
}

/// Jobs of all organisations that do not go on by themselves, by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Their kind.
    pub kind: String,
    /// How many were put aside.
    pub put_aside: i64,
    /// How many wait for a server that knows their kind; none has so far.
    pub unknown: i64,
}

/// The jobs of all organisations that were put aside, or that no server knows: for whoever runs the installation. Counts
/// by kind, most first, at most 50 kinds.
pub async fn standing(store: &Store) -> Result<Vec<Standing>, StoreError> {
    let mut tx = store.system(SystemTask::RunJobs).await?;
    let rows = sqlx::query(
        "select kind, count(*) filter (where state = 'dead') as put_aside, count(*) filter (where state <> 'dead') as unknown
         from job where state = 'dead' or unknown_since is not null group by kind order by count(*) desc, kind limit 50",
    )
    .fetch_all(tx.conn())
    .await?;
    tx.done_reading().await?;
    let standing = |row: &sqlx::postgres::PgRow| Standing {
        kind: row.get("kind"),
        put_aside: row.get("put_aside"),
        unknown: row.get("unknown"),
    };
    Ok(rows.iter().map(standing).collect())
}

/// Gives back at once every job that some process holds: only for one that knows that no other works on the database.
pub async fn release_all(store: &Store) -> Result<(), StoreError> {
    super::claim::release_all(store).await
}
