//! Scans: which leads were compared with the rest, how far it is, and what came of it.

use plumb_base::{ImportId, LeadId, Timestamp};
use plumb_store::{OrgTx, StoreError};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::job::Tally;

/// A search for duplicates.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct ScanView {
    /// Identifier.
    pub id: Uuid,
    /// The import whose leads were compared; none when all were.
    pub import: Option<ImportId>,
    /// `queued`, `running`, `done` or `failed`.
    pub state: String,
    /// Leads to compare.
    pub leads_total: i64,
    /// Leads that were.
    pub leads_done: i64,
    /// Pairs that the engine takes for one person.
    pub links_same: i64,
    /// Pairs that somebody should look at.
    pub links_possible: i64,
    /// Keys that so many leads share that only the newest of them were compared.
    pub blocks_thinned: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// A row of `duplicate_scan` that is worked on.
pub(crate) struct Held {
    pub(crate) import: Option<ImportId>,
    pub(crate) after: Option<LeadId>,
    pub(crate) is_final: bool,
}

/// Adds a scan.
pub(crate) async fn add(tx: &mut OrgTx, import: Option<ImportId>) -> Result<Uuid, StoreError> {
    let org = tx.org().0;
    let id = sqlx::query_scalar!(
        "insert into duplicate_scan (org_id, import_id, state) values ($1, $2, 'queued') returning id",
        org,
        import.map(|import| import.0),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(id)
}

/// Whether a scan of all leads waits or runs.
pub(crate) async fn is_under_way(tx: &mut OrgTx) -> Result<bool, StoreError> {
    let org = tx.org().0;
    let found = sqlx::query_scalar!(
        r#"select exists (select from duplicate_scan
               where org_id = $1 and import_id is null and state in ('queued', 'running')) as "found!""#,
        org,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(found)
}

/// A scan, locked.
pub(crate) async fn hold(tx: &mut OrgTx, id: Uuid) -> Result<Option<Held>, StoreError> {
    let org = tx.org().0;
    let row = sqlx::query!(
        "select import_id, state, after_lead from duplicate_scan where org_id = $1 and id = $2 for update",
        org,
        id,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Held {
        import: row.import_id.map(ImportId),
        after: row.after_lead.map(LeadId),
        is_final: is_final(&row.state),
    }))
}

/// Begins a scan, or goes on with it.
pub(crate) async fn begin(tx: &mut OrgTx, id: Uuid, leads_total: i64) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!(
        "update duplicate_scan set state = 'running', leads_total = $3 where org_id = $1 and id = $2",
        org,
        id,
        leads_total,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Records a page.
pub(crate) async fn advance(
    tx: &mut OrgTx,
    id: Uuid,
    tally: Tally,
    after: Option<LeadId>,
    is_last: bool,
) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!(
        "update duplicate_scan set leads_done = leads_done + $3, links_same = links_same + $4,
             links_possible = links_possible + $5, blocks_thinned = blocks_thinned + $6, after_lead = coalesce($7, after_lead),
             state = case when $8 then 'done' else state end, finished_at = case when $8 then now() else finished_at end
         where org_id = $1 and id = $2",
        org,
        id,
        tally.leads,
        tally.same,
        tally.possible,
        tally.blocks_thinned,
        after.map(|after| after.0),
        is_last,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives a scan up.
pub(crate) async fn fail(tx: &mut OrgTx, id: Uuid) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!(
        "update duplicate_scan set state = 'failed', finished_at = now() where org_id = $1 and id = $2",
        org,
        id,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether a search in this state has ended.
pub(crate) fn is_final(state: &str) -> bool {
    matches!(state, "done" | "failed")
}

/// The newest scans.
pub(crate) async fn newest(tx: &mut OrgTx, limit: i64) -> Result<Vec<ScanView>, StoreError> {
    read(tx, None, limit).await
}

/// One scan.
pub(crate) async fn one(tx: &mut OrgTx, id: Uuid) -> Result<Option<ScanView>, StoreError> {
    Ok(read(tx, Some(id), 1).await?.pop())
}

async fn read(tx: &mut OrgTx, one: Option<Uuid>, limit: i64) -> Result<Vec<ScanView>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select id, import_id, state, leads_total, leads_done, links_same, links_possible, blocks_thinned, created_at, finished_at
         from duplicate_scan where org_id = $1 and ($3::uuid is null or id = $3) order by created_at desc, id desc limit $2",
        org,
        limit,
        one,
    )
    .fetch_all(tx.conn())
    .await?;
    let view = rows.into_iter().map(|row| ScanView {
        id: row.id,
        import: row.import_id.map(ImportId),
        state: row.state,
        leads_total: row.leads_total,
        leads_done: row.leads_done,
        links_same: row.links_same,
        links_possible: row.links_possible,
        blocks_thinned: row.blocks_thinned,
        created_at: row.created_at,
        finished_at: row.finished_at,
    });
    Ok(view.collect())
}
