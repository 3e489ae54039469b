//! What is past its time: searches whose work stopped, and the lines of searches that ended long ago.

use plumb_store::job::Job as _;
use plumb_store::{Actor, OrgTx, Store, StoreError, SystemTask, audit};

use crate::job::Scan;

/// How long the line of a search is kept, in days: as long as the line of an export. Nothing hangs on it; what it found
/// lies with the pairs, and that it was made in the audit log.
const KEEP_DAYS: i32 = 90;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Searches whose work had stopped for good, and that now say so.
    pub stopped: u64,
    /// Lines of searches that were removed.
    pub lines: u64,
}

/// Removes what is past its time, organisation by organisation, each under its own row-level security.
pub async fn sweep(store: &Store) -> Result<Swept, StoreError> {
    let mut swept = Swept::default();
    for org in store.organisations(SystemTask::Sweep).await? {
        let mut tx = store.org(org, Actor::SYSTEM).await?;
        let (stopped, lines) = (without_job(&mut tx).await?, lines(&mut tx).await?);
        if stopped + lines == 0 {
            tx.done_reading().await?;
            continue;
        }
        tx.commit(audit::Entry::of("duplicate.swept").with("stopped", stopped).with("lines", lines)).await?;
        swept.stopped += stopped;
        swept.lines += lines;
    }
    Ok(swept)
}

/// The job was put aside without saying so here: a search that seems to run would keep the next one from beginning.
async fn without_job(tx: &mut OrgTx) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let stopped = sqlx::query!(
        "update duplicate_scan s set state = 'failed', finished_at = now()
         where org_id = $1 and state in ('queued', 'running')
           and not exists (select from job j where j.org_id = $1 and j.kind = $2 and j.state <> 'dead'
                             and j.payload ->> 'scan' = s.id::text)",
        org,
        Scan::NAME,
    )
    .execute(tx.conn())
    .await?;
    Ok(stopped.rows_affected())
}

async fn lines(tx: &mut OrgTx) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let gone = sqlx::query!(
        "delete from duplicate_scan where org_id = $1 and finished_at + make_interval(days => $2) <= now()",
        org,
        KEEP_DAYS,
    )
    .execute(tx.conn())
    .await?;
    Ok(gone.rows_affected())
}

#[cfg(test)]
mod tests;
