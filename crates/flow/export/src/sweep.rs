//! What is past its time: exports whose work stopped, files after 30 days, lines of the history after 90 (claim 130).

use plumb_store::job::Job as _;
use plumb_store::{Actor, OrgTx, Store, StoreError, SystemTask, audit};

use crate::job::WriteExport;
use crate::model::State;
use crate::query;

/// Exports that one organisation's turn handles at once.
const TURN: i64 = 100;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Exports whose work had stopped for good, and that now say so.
    pub stopped: u64,
    /// Exports whose file was removed.
    pub contents: u64,
    /// Lines of the history that were removed.
    pub lines: u64,
}

/// Removes what is past its time, organisation by organisation, each under its own row-level security.
pub async fn sweep(store: &Store) -> Result<Swept, StoreError> {
    let mut swept = Swept::default();
    for org in store.organisations(SystemTask::Sweep).await? {
        let mut tx = store.org(org, Actor::SYSTEM).await?;
        let (stopped, contents, lines) = (without_job(&mut tx).await?, contents(&mut tx).await?, lines(&mut tx).await?);
        if stopped + contents + lines == 0 {
            tx.done_reading().await?;
            continue;
        }
        let entry =
            audit::Entry::of("export.swept").with("stopped", stopped).with("contents", contents).with("lines", lines);
        tx.commit(entry).await?;
        swept.stopped += stopped;
        swept.contents += contents;
        swept.lines += lines;
    }
    Ok(swept)
}

/// The job was put aside, after it failed or killed its process too often, without saying so here.
async fn without_job(tx: &mut OrgTx) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let stopped = sqlx::query_scalar!(
        "select id from export e
         where org_id = $1 and state in ('queued', 'running')
           and not exists (select from job j where j.org_id = $1 and j.kind = $2 and j.state <> 'dead'
                             and j.payload ->> 'export' = e.id::text)
         limit $3 for update skip locked",
        org,
        WriteExport::NAME,
        TURN,
    )
    .fetch_all(tx.conn())
    .await?;
    for id in &stopped {
        let error = "The work on it stopped and was not taken up again. Ask for it again.";
        query::stop(tx, *id, State::Failed, Some(error)).await?;
    }
    Ok(stopped.len() as u64)
}

async fn contents(tx: &mut OrgTx) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let old = sqlx::query_scalar!(
        "select id from export
         where org_id = $1 and state = 'done' and content_removed_at is null and finished_at + interval '30 days' <= now()
         order by created_at limit $2 for update skip locked",
        org,
        TURN,
    )
    .fetch_all(tx.conn())
    .await?;
    for id in &old {
        query::forget_pieces(tx, *id).await?;
    }
    sqlx::query!("update export set content_removed_at = now() where org_id = $1 and id = any ($2)", org, &old)
        .execute(tx.conn())
        .await?;
    Ok(old.len() as u64)
}

async fn lines(tx: &mut OrgTx) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let gone = sqlx::query!("delete from export where org_id = $1 and finished_at + interval '90 days' <= now()", org)
        .execute(tx.conn())
        .await?
        .rows_affected();
    Ok(gone)
}

#[cfg(test)]
mod tests;
