//! An organisation's audit log for people to look through, newest first.

#[cfg(test)]
mod tests;

use plumb_base::Timestamp;
use plumb_store::OrgTx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::error::LedgerError;

/// Most items on one page.
pub const LIST_ITEMS_MAX: u32 = 200;

/// Which entries. Every part that is given must fit.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuditFilter {
    /// The name of an action (`lead.edited`), or an area with its dot (`lead.`).
    pub action: Option<String>,
    /// The id of the user, key or job that acted.
    pub actor_id: Option<Uuid>,
    /// The kind of object that it was done to.
    pub object_kind: Option<String>,
    /// The id of the object that it was done to.
    pub object_id: Option<Uuid>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Older than the entry with this number: [`AuditPage::next`] of the page before.
    pub before_seq: Option<i64>,
    /// Most items, 1 to 200; 50 when not given.
    pub limit: Option<u32>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AuditItem {
    /// Number within the organisation's log, from 0 and without a gap.
    pub seq: i64,
    /// Place in the log of the whole installation.
    pub log_index: i64,
    /// The event's id.
    pub id: Uuid,
    /// When it happened.
    pub at: Timestamp,
    /// The kind of actor: `user`, `api_key`, `job`, `system`, `anonymous`.
    pub actor_kind: String,
    /// Which user, key or job.
    pub actor_id: Option<Uuid>,
    /// What was done.
    pub action: String,
    /// The kind of object that it was done to.
    pub object_kind: Option<String>,
    /// Which object.
    pub object_id: Option<Uuid>,
    /// `success` or `refused`.
    pub outcome: String,
    /// The request in which it was asked for.
    pub request_id: Option<Uuid>,
    /// Facts of the event; none when their time is over (claim 115).
    pub payload: Option<Value>,
}

/// A page of entries.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AuditPage {
    /// The entries, newest first.
    pub items: Vec<AuditItem>,
    /// The `before_seq` of the next page, when there is one.
    pub next: Option<i64>,
}

/// A page of the log of the transaction's organisation.
pub async fn list(tx: &mut OrgTx, filter: &AuditFilter) -> Result<AuditPage, LedgerError> {
    let org = tx.org();
    let most = filter.limit.unwrap_or(50).clamp(1, LIST_ITEMS_MAX);
    let mut items = sqlx::query_as!(
        AuditItem,
        "select org_seq as seq, log_index, id, at, actor_kind, actor_id, action, object_kind, object_id, outcome,
                request_id, payload
         from audit_entry
         where org_id = $1
           and ($2::bigint is null or org_seq < $2)
           and ($3::text is null or action = $3 or (right($3, 1) = '.' and starts_with(action, $3)))
           and ($4::uuid is null or actor_id = $4)
           and ($5::text is null or object_kind = $5)
           and ($6::uuid is null or object_id = $6)
           and ($7::timestamptz is null or at >= $7)
           and ($8::timestamptz is null or at < $8)
         order by org_seq desc limit $9",
        org.0,
        filter.before_seq,
        filter.action.as_deref(),
        filter.actor_id,
        filter.object_kind.as_deref(),
        filter.object_id,
        filter.from,
        filter.until,
        i64::from(most) + 1
    )
    .fetch_all(tx.conn())
    .await?;
    let more = items.len() > most as usize;
    items.truncate(most as usize);
    let next = items.last().filter(|_| more).map(|item| item.seq);
    Ok(AuditPage { items, next })
}
