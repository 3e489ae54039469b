//! Claiming, completing, giving back: the statements of the queue.

use std::collections::HashMap;
use std::time::Duration;

use plumb_base::{JobId, OrgId};
use sqlx::Row as _;
use uuid::Uuid;

use super::enqueue::interval;
use crate::error::StoreError;
use crate::store::Store;
use crate::tx::{SystemTask, SystemTx};

/// A claimed job.
#[derive(Clone, Debug)]
pub(super) struct Claimed {
    pub(super) org: OrgId,
    pub(super) id: JobId,
    pub(super) kind: String,
    pub(super) payload: serde_json::Value,
    pub(super) attempt: i16,
    pub(super) attempts_max: i16,
    pub(super) fence: Uuid,
}

/// How much to claim.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask<'a> {
    /// At most this many.
    pub(super) jobs: i64,
    /// At most this many held at once for one organisation.
    pub(super) cap: i64,
    /// How many are held for each organisation already.
    pub(super) held: &'a HashMap<OrgId, i64>,
    /// How long the claim holds without a sign of life.
    pub(super) lease: Duration,
    /// The organisation served last: the round goes on after it.
    pub(super) after: Uuid,
}

/// Claims ready jobs, going round the organisations.
pub(super) async fn claim(store: &Store, ask: Ask<'_>) -> Result<Vec<Claimed>, StoreError> {
    let mut tx = store.system(SystemTask::RunJobs).await?;
    let fence = JobId::fresh().0;
    let (orgs, running): (Vec<Uuid>, Vec<i64>) = ask.held.iter().map(|(org, running)| (org.0, *running)).unzip();
    // A loose index scan finds the organisations that have ready jobs; each that is below its cap gives its share,
    // oldest first. Locked rows keep their place until the end of the transaction, and by it they are found whatever the
    // planner believes of the table: by key it may read all of it for each claim.
    let rows = sqlx::query(
        "with recursive waiting (org_id) as (
             (select org_id from job where state = 'ready' order by org_id limit 1)
             union all
             select (select j.org_id from job j where j.state = 'ready' and j.org_id > w.org_id order by j.org_id limit 1)
             from waiting w where w.org_id is not null
         ),
         turn as (
             select w.org_id, held.running, count(*) over () as orgs from waiting w
             cross join lateral (
                 select coalesce(sum(x.running), 0)::bigint as running
                 from unnest($6::uuid[], $7::bigint[]) as x (org_id, running) where x.org_id = w.org_id
             ) held
             where w.org_id is not null and held.running < $3
             order by w.org_id <= $1, w.org_id limit $2
         ),
         picked as (
             select j.tid from turn
             cross join lateral (
                 select j.ctid as tid from job j where j.org_id = turn.org_id and j.state = 'ready'
                 order by j.priority desc, j.run_at, j.id
                 limit least(greatest(1, $2 / turn.orgs), $3 - turn.running)
                 for update skip locked
             ) j
             limit $2
         )
         update job set state = 'running', attempt = job.attempt + 1, fence = $4, lease_until = now() + $5
         where job.ctid = any (array(select tid from picked))
         returning job.org_id, job.id, job.kind, job.payload, job.attempt, job.attempts_max",
    )
    .bind(ask.after)
    .bind(ask.jobs)
    .bind(ask.cap)
    .bind(fence)
    .bind(interval(ask.lease))
    .bind(&orgs)
    .bind(&running)
    .fetch_all(tx.conn())
    .await?;
    tx.commit_unaudited().await?;
    let claimed = |row: &sqlx::postgres::PgRow| Claimed {
        org: OrgId(row.get("org_id")),
        id: JobId(row.get("id")),
        kind: row.get("kind"),
        payload: row.get("payload"),
        attempt: row.get("attempt"),
        attempts_max: row.get("attempts_max"),
        fence,
    };
    Ok(rows.iter().map(claimed).collect())
}

/// Removes finished jobs that had no effect to commit. One that was given to another worker stays.
pub(super) async fn complete(store: &Store, done: &[(OrgId, JobId, Uuid)]) -> Result<(), StoreError> {
    let orgs: Vec<Uuid> = done.iter().map(|(org, _, _)| org.0).collect();
    let ids: Vec<Uuid> = done.iter().map(|(_, id, _)| id.0).collect();
    let fences: Vec<Uuid> = done.iter().map(|(_, _, fence)| *fence).collect();
    let mut tx = store.system(SystemTask::RunJobs).await?;
    sqlx::query(
        "delete from job using unnest($1::uuid[], $2::uuid[], $3::uuid[]) as x (org_id, id, fence)
         where job.org_id = x.org_id and job.id = x.id and job.fence = x.fence and job.state = 'running'",
    )
    .bind(&orgs)
    .bind(&ids)
    .bind(&fences)
    .execute(tx.conn())
    .await?;
    tx.commit_unaudited().await
}

/// What becomes of a job that did not finish.
pub(super) enum Verdict {
    /// Runs again after this long.
    Again { after: Duration, reason: Option<String>, counts: bool },
    /// This node does not know the kind: runs again after this long, and is put aside when no node has known it for
    /// [`NOT_HERE_MAX`].
    NotHere { after: Duration, reason: String },
    /// Put aside.
    Dead { reason: String },
}

/// How long a job may wait for a node that knows its kind: nodes of two versions stand beside each other for hours.
const NOT_HERE_MAX: Duration = Duration::from_hours(24);

/// How often, and how far apart, a job is settled while the database is away: within its lease.
const SETTLE_TRIES: u32 = 20;
const SETTLE_PAUSE: Duration = Duration::from_millis(500);

/// Gives a job back, or puts it aside. One that was cancelled while it ran is removed. Waits for a database that is away
/// for a moment: it is often why the job failed.
pub(super) async fn settle(store: &Store, job: &Claimed, verdict: Verdict) -> Result<(), StoreError> {
    for _ in 1..SETTLE_TRIES {
        match settle_once(store, job, &verdict).await {
            Err(error) if error.is_temporary() => tokio::time::sleep(SETTLE_PAUSE).await,
            settled => return settled,
        }
    }
    settle_once(store, job, &verdict).await
}

async fn settle_once(store: &Store, job: &Claimed, verdict: &Verdict) -> Result<(), StoreError> {
    let mut tx = store.system(SystemTask::RunJobs).await?;
    let (state, after, reason, counts) = match verdict {
        Verdict::NotHere { after, reason } => return not_here(tx, job, *after, reason).await,
        Verdict::Again { after, reason, counts } if after.is_zero() => ("ready", *after, reason.as_ref(), *counts),
        Verdict::Again { after, reason, counts } => ("delayed", *after, reason.as_ref(), *counts),
        Verdict::Dead { reason } => ("dead", Duration::ZERO, Some(reason), true),
    };
    sqlx::query(
        "with cancelled as (
             delete from job where org_id = $1 and id = $2 and fence = $3 and state = 'running' and cancel_requested
         )
         update job set state = $4, run_at = now() + $5, fence = null, lease_until = null,
                last_error = coalesce($6, last_error), attempt = attempt - case when $7 then 0 else 1 end, unknown_since = null
         where org_id = $1 and id = $2 and fence = $3 and state = 'running' and not cancel_requested",
    )
    .bind(job.org.0)
    .bind(job.id.0)
    .bind(job.fence)
    .bind(state)
    .bind(interval(after))
    .bind(reason)
    .bind(counts)
    .execute(tx.conn())
    .await?;
    tx.commit_unaudited().await
}

async fn not_here(mut tx: SystemTx, job: &Claimed, after: Duration, reason: &str) -> Result<(), StoreError> {
    let put_aside = sqlx::query(
        "with cancelled as (
             delete from job where org_id = $1 and id = $2 and fence = $3 and state = 'running' and cancel_requested
         )
         update job set fence = null, lease_until = null, attempt = attempt - 1, unknown_since = coalesce(unknown_since, now()),
                run_at = now() + $4, state = case when unknown_since < now() - $5 then 'dead' else 'delayed' end,
                last_error = case when unknown_since < now() - $5
                    then 'no server has known jobs of this kind since ' || to_char(unknown_since at time zone 'utc', 'YYYY-MM-DD HH24:MI') || ' UTC'
                    else $6 end
         where org_id = $1 and id = $2 and fence = $3 and state = 'running' and not cancel_requested
         returning state = 'dead'",
    )
    .bind(job.org.0)
    .bind(job.id.0)
    .bind(job.fence)
    .bind(interval(after))
    .bind(interval(NOT_HERE_MAX))
    .bind(reason)
    .fetch_optional(tx.conn())
    .await?
    .is_some_and(|row| row.get(0));
    tx.commit_unaudited().await?;
    if put_aside {
        tracing::warn!(job = %job.id, kind = job.kind, "a job was put aside: no server knows its kind");
    }
    Ok(())
}

/// Shows that this worker lives, for everything it holds; answers what was cancelled or taken away.
pub(super) async fn renew(
    store: &Store,
    held: &[(OrgId, JobId, Uuid)],
    lease: Duration,
) -> Result<Vec<JobId>, StoreError> {
    let orgs: Vec<Uuid> = held.iter().map(|(org, _, _)| org.0).collect();
    let ids: Vec<Uuid> = held.iter().map(|(_, id, _)| id.0).collect();
    let fences: Vec<Uuid> = held.iter().map(|(_, _, fence)| *fence).collect();
    let mut tx = store.system(SystemTask::RunJobs).await?;
    let rows = sqlx::query(
        "update job set lease_until = now() + $4 from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as x (org_id, id, fence)
         where job.org_id = x.org_id and job.id = x.id and job.fence = x.fence and job.state = 'running'
         returning job.id, job.cancel_requested",
    )
    .bind(&orgs)
    .bind(&ids)
    .bind(&fences)
    .bind(interval(lease))
    .fetch_all(tx.conn())
    .await?;
    tx.commit_unaudited().await?;
    let going_on: Vec<Uuid> =
        rows.iter().filter(|row| !row.get::<bool, _>("cancel_requested")).map(|row| row.get("id")).collect();
    Ok(held.iter().map(|(_, id, _)| *id).filter(|id| !going_on.contains(&id.0)).collect())
}

/// How often a job may be held by a worker that vanishes. A job that kills its process must not be tried for ever; one
/// that was only claimed beside it, or when a server was killed, must not be put aside for that.
const VANISHED_MAX: i16 = 20;

/// Wakes delayed jobs whose time has come, and takes back what dead workers held.
pub(super) async fn tend(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.system(SystemTask::RunJobs).await?;
    sqlx::query(
        "update job set state = 'ready' from (
             select org_id, id from job where state = 'delayed' and run_at <= now() order by run_at limit 2000 for update skip locked
         ) due where job.org_id = due.org_id and job.id = due.id",
    )
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "update job set fence = null, lease_until = null, run_at = now(), attempt = job.attempt - 1, vanished = job.vanished + 1,
                state = case when job.vanished + 1 >= $1 then 'dead' else 'ready' end,
                last_error = 'the worker that held it vanished, for the ' || job.vanished + 1 || '. time'
         from (select org_id, id from job where state = 'running' and lease_until < now() limit 2000 for update skip locked) lost
         where job.org_id = lost.org_id and job.id = lost.id",
    )
    .bind(VANISHED_MAX)
    .execute(tx.conn())
    .await?;
    tx.commit_unaudited().await
}

/// Gives back every claimed job at once: for a process that knows that no other one works on the database.
pub(super) async fn release_all(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.system(SystemTask::RunJobs).await?;
    sqlx::query("update job set lease_until = now() - interval '1 second' where state = 'running'")
        .execute(tx.conn())
        .await?;
    tx.commit_unaudited().await?;
    tend(store).await
}
