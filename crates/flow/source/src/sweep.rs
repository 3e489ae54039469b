//! What is past its time: uploads that never ended, imports whose work stopped, files 30 days after (claim 130).

use chrono::TimeDelta;
use plumb_base::{ImportId, Timestamp};
use plumb_store::job::Job as _;
use plumb_store::{Actor, OrgTx, Store, StoreError, SystemTask, audit};

use crate::job::ImportList;
use crate::model::State;
use crate::query;

/// What is said of an upload whose server is gone.
const BROKEN_OFF: &str =
    "The server stopped before the whole file was there. Nothing was imported. Upload the file again.";
/// Files, previews and error files are kept this long after an import ended (claims 130, 131).
const KEPT_FOR: TimeDelta = TimeDelta::days(30);
/// Imports that one organisation's turn handles at once.
const TURN: i64 = 100;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Uploads that were given up.
    pub uploads: u64,
    /// Imports whose work had stopped for good, and that now say so.
    pub stopped: u64,
    /// Imports whose file, preview and error file were removed.
    pub expired: u64,
}

/// Removes what is past its time, organisation by organisation, each under its own row-level security.
pub async fn sweep(store: &Store) -> Result<Swept, StoreError> {
    let mut swept = Swept::default();
    for org in store.organisations(SystemTask::Sweep).await? {
        let mut tx = store.org(org, Actor::SYSTEM).await?;
        let now = tx.now();
        let uploads = give_up(&mut tx, Some(now)).await?;
        let stopped = without_job(&mut tx).await?;
        let expired = expired(&mut tx, now - KEPT_FOR).await?;
        if uploads + stopped + expired == 0 {
            tx.done_reading().await?;
            continue;
        }
        let entry =
            audit::Entry::of("import.swept").with("uploads", uploads).with("stopped", stopped).with("expired", expired);
        tx.commit(entry).await?;
        swept.uploads += uploads;
        swept.stopped += stopped;
        swept.expired += expired;
    }
    Ok(swept)
}

/// Gives up every upload that was under way, which only a server may do that has the database for itself: those that it
/// left behind when it was killed need not run out. Answers how many.
pub async fn give_up_uploads(store: &Store) -> Result<u64, StoreError> {
    let mut given_up = 0;
    for org in store.organisations(SystemTask::Sweep).await? {
        let mut tx = store.org(org, Actor::SYSTEM).await?;
        let uploads = give_up(&mut tx, None).await?;
        if uploads == 0 {
            tx.done_reading().await?;
            continue;
        }
        tx.commit(audit::Entry::of("import.swept").with("uploads", uploads)).await?;
        given_up += uploads;
    }
    Ok(given_up)
}

/// Gives up uploads that were to be heard of before `now`, or all: the server was killed.
async fn give_up(tx: &mut OrgTx, now: Option<Timestamp>) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let stale = sqlx::query_scalar!(
        "select id from import where org_id = $1 and state = 'uploading'
           and ($2::timestamptz is null or coalesce(upload_until, created_at + interval '6 hours') < $2)
         limit $3 for update skip locked",
        org,
        now,
        TURN,
    )
    .fetch_all(tx.conn())
    .await?;
    for import in stale.iter().copied().map(ImportId) {
        query::end(tx, import, State::Failed, Some(BROKEN_OFF)).await?;
        query::forget_chunks(tx, import).await?;
    }
    Ok(stale.len() as u64)
}

/// The job was put aside, after it failed or killed its process too often, without saying so here.
async fn without_job(tx: &mut OrgTx) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let stopped = sqlx::query!(
        "select id, rows_read from import i
         where org_id = $1 and state in ('queued', 'running')
           and not exists (select from job j where j.org_id = $1 and j.kind = $2 and j.state <> 'dead'
                             and j.payload ->> 'import' = i.id::text)
         limit $3 for update skip locked",
        org,
        ImportList::NAME,
        TURN,
    )
    .fetch_all(tx.conn())
    .await?;
    for row in &stopped {
        let error = crate::job::stopped_after(row.rows_read, "The work on it stopped and was not taken up again.");
        query::end(tx, ImportId(row.id), State::Failed, Some(&error)).await?;
    }
    Ok(stopped.len() as u64)
}

async fn expired(tx: &mut OrgTx, before: Timestamp) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let ids = sqlx::query_scalar!(
        "select id from import
         where org_id = $1 and (file_name <> '' or preview_sealed is not null)
           and (finished_at < $2 or (state = 'draft' and created_at < $2))
         order by created_at limit $3 for update skip locked",
        org,
        before,
        TURN,
    )
    .fetch_all(tx.conn())
    .await?;
    for import in ids.iter().copied().map(ImportId) {
        query::end(tx, import, State::Cancelled, Some("It was not started within 30 days. Nothing was imported."))
            .await?;
        query::forget_chunks(tx, import).await?;
    }
    sqlx::query!("delete from import_reject where org_id = $1 and import_id = any ($2)", org, &ids)
        .execute(tx.conn())
        .await?;
    sqlx::query!(
        "update import set file_name = '', preview_sealed = null where org_id = $1 and id = any ($2)",
        org,
        &ids
    )
    .execute(tx.conn())
    .await?;
    Ok(ids.len() as u64)
}

#[cfg(test)]
mod tests;
