//! What runs out is asked again, a little at a time; requests are kept for 30 days.

use std::time::Duration;

use chrono::TimeDelta;
use plumb_base::{LeadId, VerificationRunId};
use plumb_store::audit::Entry;
use plumb_store::job::{Done, Job, JobContext, JobError, When, enqueue_once};
use plumb_store::{Actor, OrgTx, StoreError, SystemTask};
use serde::{Deserialize, Serialize};

use crate::job::queue;
use crate::run::PlanRun;

#[cfg(test)]
mod tests;

/// How often it is looked what has run out.
pub(crate) const EVERY: Duration = Duration::from_mins(15);
/// Leads of one organisation that are queued at one look: a large list that runs out in an hour is asked over days, and
/// what people bring in meanwhile does not wait behind it.
const LEADS_MAX: i64 = 200;
/// An address whose answer is never final is not asked for ever: this often in [`ROUNDS_WITHIN`].
const ROUNDS_MAX: i64 = 3;
/// The time in which rounds are counted.
const ROUNDS_WITHIN: TimeDelta = TimeDelta::days(90);
/// An address of a request that waits for this long without a plan was left behind, and is queued again.
const STALE_AFTER: TimeDelta = TimeDelta::hours(26);
/// How long the answers of a provider's list wait for the work on their mailboxes.
const BATCH_KEPT_FOR: TimeDelta = TimeDelta::hours(24);
/// How long requests are kept.
const KEPT_FOR: TimeDelta = TimeDelta::days(30);
/// Requests that one look handles.
const RUNS_MAX: i64 = 100;

/// Goes round the organisations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Recheck {}

impl Job for Recheck {
    const NAME: &'static str = "verify.recheck";
}

/// One organisation's turn.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RecheckOrg {}

impl Job for RecheckOrg {
    const NAME: &'static str = "verify.recheck_org";
    /// After everything that people wait for.
    const PRIORITY: i16 = -10;
}

pub(crate) async fn round(_: Recheck, cx: JobContext) -> Result<Done, JobError> {
    for org in cx.store().organisations(SystemTask::Sweep).await? {
        let mut tx = cx.store().org(org, Actor::job(cx.job_id())).await?;
        if !has_work(&mut tx).await? {
            tx.done_reading().await?;
            continue;
        }
        enqueue_once(&mut tx, &RecheckOrg {}, When::Now, "recheck").await?;
        tx.commit(Entry::of("verify.recheck_planned")).await?;
    }
    Ok(Done::Nothing)
}

pub(crate) async fn of_org(_: RecheckOrg, cx: JobContext) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    let leads = run_out(&mut tx, LEADS_MAX).await?;
    let queued = queue(&mut tx, &leads).await?;
    let stale = stale(&mut tx).await?;
    for run in &stale {
        enqueue_once(&mut tx, &PlanRun { run: *run, after: 0 }, When::Now, &run.to_string()).await?;
    }
    let removed = sweep(&mut tx).await?;
    let entry = Entry::of("verify.rechecked")
        .with("mailboxes", queued)
        .with("requests_resumed", stale.len())
        .with("requests_removed", removed);
    Ok(cx.finish(tx, entry).await?)
}

async fn has_work(tx: &mut OrgTx) -> Result<bool, StoreError> {
    if !run_out(tx, 1).await?.is_empty() || !stale(tx).await?.is_empty() {
        return Ok(true);
    }
    let (org, before) = (tx.org().0, tx.now() - KEPT_FOR);
    let old = sqlx::query_scalar!(
        r#"select exists (select from verification_run where org_id = $1 and created_at < $2)
               or exists (select from verification_batch where org_id = $1 and created_at < $3) as "old!""#,
        org,
        before,
        tx.now() - BATCH_KEPT_FOR,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(old)
}

/// Leads whose verdict has run out and that nobody plans to ask about, the longest past first.
async fn run_out(tx: &mut OrgTx, limit: i64) -> Result<Vec<LeadId>, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let leads = sqlx::query_scalar!(
        "select id from lead l
         where org_id = $1 and verdict is not null and next_check_at is null and email is not null and verdict_expires_at <= $2
           and verdict_reason <> 'suppressed'
           and (select count(distinct checked_at) from verification v where v.org_id = l.org_id and v.lead_id = l.id and v.attempt = 1 and v.checked_at > $3) < $4
         order by verdict_expires_at limit $5",
        org,
        now,
        now - ROUNDS_WITHIN,
        ROUNDS_MAX,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(leads.into_iter().map(LeadId).collect())
}

/// Requests with an address that waits and whose time has long come: the work on it stopped for good.
async fn stale(tx: &mut OrgTx) -> Result<Vec<VerificationRunId>, StoreError> {
    let (org, before) = (tx.org().0, tx.now() - STALE_AFTER);
    let runs = sqlx::query_scalar!(
        "select r.id from verification_run r
         where r.org_id = $1 and r.created_at < $2 and r.cancelled_at is null and exists (
             select from verification_item i where i.org_id = r.org_id and i.run_id = r.id and i.state = 'waiting'
               and (i.next_at is null or i.next_at < $2))
         order by r.id limit $3",
        org,
        before,
        RUNS_MAX,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(runs.into_iter().map(VerificationRunId).collect())
}

/// Removes requests that are past their time, with their addresses.
async fn sweep(tx: &mut OrgTx) -> Result<u64, StoreError> {
    let (org, before) = (tx.org().0, tx.now() - KEPT_FOR);
    let gone = sqlx::query!(
        "delete from verification_run where org_id = $1 and id in (
             select id from verification_run where org_id = $1 and created_at < $2 order by created_at limit $3)",
        org,
        before,
        RUNS_MAX,
    )
    .execute(tx.conn())
    .await?;
    let batches_before = tx.now() - BATCH_KEPT_FOR;
    sqlx::query!("delete from verification_batch where org_id = $1 and created_at < $2", org, batches_before)
        .execute(tx.conn())
        .await?;
    Ok(gone.rows_affected())
}
