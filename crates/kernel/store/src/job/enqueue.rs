//! Queueing.

use std::time::Duration;

use plumb_base::{JobId, OrgId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::PgConnection;
use sqlx::postgres::types::PgInterval;

use crate::error::StoreError;
use crate::tx::{OrgTx, SystemTx};

/// A kind of background work; the value is what it needs to know, ids only.
///
/// It may run more than once: its effect must be safe to repeat until the transaction that completes it.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind, such as `verify.check_mailbox`. Renaming one orphans what is queued.
    const NAME: &'static str;
    /// Attempts before it is put aside as dead.
    const ATTEMPTS_MAX: u16 = 5;
    /// Higher runs first within an organisation.
    const PRIORITY: i16 = 0;
}

/// When a job may run.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// As soon as a worker is free.
    Now,
    /// After this long, by the database's clock.
    After(Duration),
    /// At a moment, by the database's clock.
    At(Timestamp),
}

/// Queues a job in the caller's transaction.
pub async fn enqueue<J: Job>(tx: &mut OrgTx, job: &J, when: When) -> Result<JobId, StoreError> {
    let id = JobId::fresh();
    insert(tx.conn_for_jobs(), id, job, when, None).await?;
    Ok(id)
}

/// Queues a job unless one of its kind with the same key waits or runs already.
pub async fn enqueue_once<J: Job>(tx: &mut OrgTx, job: &J, when: When, key: &str) -> Result<Option<JobId>, StoreError> {
    let id = JobId::fresh();
    let queued = insert(tx.conn_for_jobs(), id, job, when, Some(key)).await?;
    Ok(queued.then_some(id))
}

/// Queues many jobs of one kind in one statement.
pub async fn enqueue_many<J: Job>(tx: &mut OrgTx, jobs: &[J]) -> Result<(), StoreError> {
    let ids: Vec<_> = jobs.iter().map(|_| JobId::fresh().0).collect();
    let payloads = jobs.iter().map(payload).collect::<Result<Vec<_>, _>>()?;
    sqlx::query(
        "insert into job (org_id, id, kind, payload, priority, run_at, state, attempts_max, created_at)
         select app_org(), id, $3, payload, $4, now(), 'ready', $5, now() from unnest($1::uuid[], $2::jsonb[]) as x (id, payload)",
    )
    .bind(&ids)
    .bind(&payloads)
    .bind(J::NAME)
    .bind(J::PRIORITY)
    .bind(i16::try_from(J::ATTEMPTS_MAX).unwrap_or(i16::MAX))
    .execute(tx.conn_for_jobs())
    .await?;
    Ok(())
}

/// Queues many jobs of one kind in one statement, each unless one with the same key waits or runs already. Answers how
/// many were queued.
pub async fn enqueue_many_once<J: Job>(tx: &mut OrgTx, jobs: &[(String, J)]) -> Result<u64, StoreError> {
    let ids: Vec<_> = jobs.iter().map(|_| JobId::fresh().0).collect();
    let keys: Vec<&str> = jobs.iter().map(|(key, _)| key.as_str()).collect();
    let payloads = jobs.iter().map(|(_, job)| payload(job)).collect::<Result<Vec<_>, _>>()?;
    let queued = sqlx::query(
        "insert into job (org_id, id, kind, payload, priority, run_at, state, attempts_max, dedup_key, created_at)
         select app_org(), id, $4, payload, $5, now(), 'ready', $6, key, now()
         from unnest($1::uuid[], $2::text[], $3::jsonb[]) as x (id, key, payload)
         on conflict do nothing",
    )
    .bind(&ids)
    .bind(&keys)
    .bind(&payloads)
    .bind(J::NAME)
    .bind(J::PRIORITY)
    .bind(i16::try_from(J::ATTEMPTS_MAX).unwrap_or(i16::MAX))
    .execute(tx.conn_for_jobs())
    .await?;
    Ok(queued.rows_affected())
}

/// Queues a job of the installation itself, unless one with the same key waits or runs already.
pub async fn enqueue_system<J: Job>(tx: &mut SystemTx, job: &J, key: &str) -> Result<(), StoreError> {
    insert_for(tx.conn(), OrgId::PLATFORM, JobId::fresh(), J::NAME, payload(job)?, J::ATTEMPTS_MAX, J::PRIORITY, key)
        .await
}

pub(super) fn payload<J: Job>(job: &J) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(job).map_err(|error| StoreError::Unfit(format!("{} cannot be queued: {error}", J::NAME)))
}

#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
pub(super) async fn insert_for(
    conn: &mut PgConnection,
    org: OrgId,
    id: JobId,
    kind: &str,
    payload: serde_json::Value,
    attempts_max: u16,
    priority: i16,
    key: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into job (org_id, id, kind, payload, priority, run_at, state, attempts_max, dedup_key, created_at)
         values ($1, $2, $3, $4, $5, now(), 'ready', $6, $7, now()) on conflict do nothing",
    )
    .bind(org.0)
    .bind(id.0)
    .bind(kind)
    .bind(payload)
    .bind(priority)
    .bind(i16::try_from(attempts_max).unwrap_or(i16::MAX))
    .bind(key)
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert<J: Job>(
    conn: &mut PgConnection,
    id: JobId,
    job: &J,
    when: When,
    key: Option<&str>,
) -> Result<bool, StoreError> {
    let (at, after) = match when {
        When::Now => (None, Duration::ZERO),
        When::After(wait) => (None, wait),
        When::At(at) => (Some(at), Duration::ZERO),
    };
    let inserted = sqlx::query(
        "insert into job (org_id, id, kind, payload, priority, run_at, state, attempts_max, dedup_key, created_at)
         select app_org(), $1, $2, $3, $4, due.at, case when due.at <= now() then 'ready' else 'delayed' end, $5, $6, now()
         from (select coalesce($7, now() + $8) as at) due
         on conflict do nothing",
    )
    .bind(id.0)
    .bind(J::NAME)
    .bind(payload(job)?)
    .bind(J::PRIORITY)
    .bind(i16::try_from(J::ATTEMPTS_MAX).unwrap_or(i16::MAX))
    .bind(key)
    .bind(at)
    .bind(interval(after))
    .execute(conn)
    .await?
    .rows_affected();
    Ok(inserted > 0)
}

pub(super) fn interval(duration: Duration) -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: i64::try_from(duration.as_micros()).unwrap_or(i64::MAX) }
}

impl OrgTx {
    fn conn_for_jobs(&mut self) -> &mut PgConnection {
        self.queued_jobs = true;
        self.conn()
    }
}
