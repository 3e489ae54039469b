//! Two leads about one person become one, and two again.
//!
//! The survivor takes values from the other by [`crate::domain::merge`]; each remembers where it came from. The merged
//! lead stays as a hollow row that no listing shows: its key leads rows of later imports to the survivor, and what other
//! crates keep about it stays. All its values lie with the merge, and go with it when the survivor is erased.

use plumb_base::{LeadId, Timestamp};
use plumb_store::{ActorKind, OrgTx, StoreError};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::domain::merge::{Row, Side, in_order, taken};
use crate::flow::compare_again;
use crate::verdict::rescore;

/// Two leads that are one now.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Merged {
    /// The merge; with it, it can be undone.
    pub merge: Uuid,
    /// The lead that stays.
    pub survivor: LeadId,
    /// The lead that is in it.
    pub merged: LeadId,
    /// The survivor's fields that changed.
    pub fields: Vec<String>,
}

/// A merge in the history.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Merge {
    /// Identifier.
    pub id: Uuid,
    /// The lead that stayed.
    pub survivor: LeadId,
    /// The lead that was merged into it.
    pub merged: LeadId,
    /// The survivor's fields that changed.
    pub fields: Vec<String>,
    /// `user`, `api_key`, `job` or `system`.
    pub merged_by_kind: String,
    /// Who, by id.
    pub merged_by: Option<Uuid>,
    /// When.
    pub merged_at: Timestamp,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
}

/// Why two leads were not merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// One of them is not there any more: erased, or merged into another.
    #[error("one of the leads is gone, or was merged meanwhile")]
    Gone,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a merge was not undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// No such merge here.
    #[error("there is no such merge")]
    NotFound,
    /// It was undone before.
    #[error("the merge was undone before")]
    Undone,
    /// A later merge stands on it, and has to be undone first.
    #[error("a later merge has to be undone first")]
    Later(Uuid),
    /// These fields were changed since.
    #[error("fields were changed since: {}", .0.join(", "))]
    Changed(Vec<String>),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for MergeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<sqlx::Error> for UndoError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Columns that a merged lead keeps: what it is found by, and what an opt-out is recognised by.
const KEPT: [&str; 15] = [
    "org_id",
    "id",
    "dedupe_key",
    "email_token",
    "email_token_base",
    "import_id",
    "row_no",
    "stage",
    "flags",
    "provenance",
    "dnc_lists",
    "score",
    "score_version",
    "created_at",
    "updated_at",
];

/// The two leads, locked in the order in which imports lock.
async fn hold(tx: &mut OrgTx, ids: [Uuid; 2]) -> Result<Vec<Side>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select to_jsonb(l) as "row!", exists (select from suppression s
               where s.token = any (array[l.email_token, l.email_token_base] || l.merged_tokens)) as "suppressed!"
           from lead l where l.org_id = $1 and l.id = any ($2) order by l.dedupe_key for update of l"#,
        org,
        &ids[..],
    )
    .fetch_all(tx.conn())
    .await?;
    let side = |row: Value, suppressed| Side { row: row.as_object().cloned().unwrap_or_default(), suppressed };
    Ok(rows.into_iter().map(|row| side(row.row, row.suppressed)).collect())
}

fn id(row: &Row) -> Result<Uuid, StoreError> {
    let id = row.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    id.ok_or_else(|| StoreError::Unfit("a lead without an id".to_owned()))
}

/// Sets columns of a lead, each given by its name and by the value that the database itself would show as JSON.
async fn put(tx: &mut OrgTx, lead: Uuid, columns: &Row) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!(
        "update lead l set email = x.email, email_key = x.email_key, email_domain = x.email_domain, org_domain = x.org_domain,
             first_name = x.first_name, last_name = x.last_name, full_name = x.full_name, title = x.title, company = x.company,
             company_key = x.company_key, website = x.website, phone_e164 = x.phone_e164, phone_type = x.phone_type,
             street = x.street, city = x.city, region = x.region, postcode = x.postcode, country = x.country,
             linkedin = x.linkedin, flags = x.flags, provenance = x.provenance, stage = x.stage, verdict = x.verdict,
             verdict_reason = x.verdict_reason, verdict_expires_at = x.verdict_expires_at, next_check_at = x.next_check_at,
             score = x.score, score_version = x.score_version, dnc = x.dnc, dnc_number = x.dnc_number, dnc_lists = x.dnc_lists,
             dnc_version = x.dnc_version, dnc_valid_until = x.dnc_valid_until, dnc_screening_id = x.dnc_screening_id,
             merged_into = x.merged_into, merged_tokens = x.merged_tokens, updated_at = x.updated_at
         from lead o cross join lateral jsonb_populate_record(null::lead, to_jsonb(o) || $3) x
         where l.org_id = $1 and l.id = $2 and o.org_id = $1 and o.id = $2",
        org,
        lead,
        Value::Object(columns.clone()),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Merges two leads in the caller's transaction.
pub async fn merge(tx: &mut OrgTx, a: LeadId, b: LeadId) -> Result<Merged, MergeError> {
    let sides: [Side; 2] = hold(tx, [a.0, b.0]).await?.try_into().map_err(|_| MergeError::Gone)?;
    if sides.iter().any(|side| side.row.get("merged_into").is_some_and(|into| !into.is_null())) {
        return Err(MergeError::Gone);
    }
    let [a, b] = sides;
    let (survivor, merged) = in_order(a, b);
    let (survivor_id, merged_id) = (id(&survivor.row)?, id(&merged.row)?);
    let mut taken = taken(&survivor, &merged);
    let before: Row = taken.columns.keys().map(|column| (column.clone(), survivor.row[column].clone())).collect();
    let after = taken.columns.clone();

    let (org, now, actor) = (tx.org().0, tx.now(), *tx.actor());
    taken.columns.insert("updated_at".to_owned(), json!(now));
    put(tx, survivor_id, &taken.columns).await?;
    let mut hollow: Row = merged
        .row
        .keys()
        .filter(|name| !KEPT.contains(&name.as_str()))
        .map(|name| (name.clone(), Value::Null))
        .collect();
    hollow.insert("merged_into".to_owned(), json!(survivor_id));
    hollow.insert("flags".to_owned(), json!([]));
    hollow.insert("dnc_lists".to_owned(), json!([]));
    hollow.insert("provenance".to_owned(), json!({}));
    put(tx, merged_id, &hollow).await?;

    let moved = sqlx::query!(
        "update lead_source set lead_id = $3 where org_id = $1 and lead_id = $2 returning import_id, row_no",
        org,
        merged_id,
        survivor_id,
    )
    .fetch_all(tx.conn())
    .await?;
    let sources: Vec<Value> =
        moved.into_iter().map(|row| json!({ "import": row.import_id, "row": row.row_no })).collect();
    let fields: Vec<String> = taken.fields.iter().map(|field| (*field).to_owned()).collect();
    let merge = sqlx::query_scalar!(
        "insert into lead_merge (org_id, survivor_id, merged_id, fields, survivor_before, survivor_after, merged_row, sources,
             merged_by_kind, merged_by, merged_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        org,
        survivor_id,
        merged_id,
        &fields,
        Value::Object(before),
        Value::Object(after),
        Value::Object(merged.row),
        Value::Array(sources),
        kind(actor.kind),
        actor.id,
        now,
    )
    .fetch_one(tx.conn())
    .await?;
    let survivor = LeadId(survivor_id);
    rescore(tx, &[survivor]).await?;
    compare_again(tx, survivor).await?;
    Ok(Merged { merge, survivor, merged: LeadId(merged_id), fields })
}

const fn kind(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::User => "user",
        ActorKind::ApiKey => "api_key",
        ActorKind::Job => "job",
        ActorKind::System => "system",
        ActorKind::Anonymous => "anonymous",
    }
}

/// Undoes a merge in the caller's transaction: both leads are what they were. What was learnt about the survivor since,
/// such as a verdict, stays.
pub async fn undo(tx: &mut OrgTx, merge: Uuid) -> Result<Merged, UndoError> {
    let org = tx.org().0;
    let found = sqlx::query!("select survivor_id, merged_id from lead_merge where org_id = $1 and id = $2", org, merge)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(UndoError::NotFound)?;
    // The leads first, as whoever merges them again does.
    let sides = hold(tx, [found.survivor_id, found.merged_id]).await?;
    let row = sqlx::query!(
        "select seq, fields, survivor_before, survivor_after, merged_row, sources, undone_at from lead_merge
         where org_id = $1 and id = $2 for update",
        org,
        merge,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(UndoError::NotFound)?;
    if row.undone_at.is_some() {
        return Err(UndoError::Undone);
    }
    let later = sqlx::query_scalar!(
        "select id from lead_merge where org_id = $1 and seq > $2 and undone_at is null
           and (survivor_id in ($3, $4) or merged_id in ($3, $4)) order by seq desc limit 1",
        org,
        row.seq,
        found.survivor_id,
        found.merged_id,
    )
    .fetch_optional(tx.conn())
    .await?;
    if let Some(later) = later {
        return Err(UndoError::Later(later));
    }
    let of = |lead: Uuid| sides.iter().find(|side| id(&side.row).is_ok_and(|id| id == lead)).map(|side| &side.row);
    let survivor = of(found.survivor_id).ok_or(UndoError::NotFound)?;
    let (before, after) = (object(row.survivor_before), object(row.survivor_after));
    let mut columns = restored(survivor, &before, &after, &row.fields).map_err(UndoError::Changed)?;
    let mut merged = object(row.merged_row);
    unscreen(&mut columns);
    unscreen(&mut merged);

    let now = tx.now();
    put(tx, found.survivor_id, &columns).await?;
    put(tx, found.merged_id, &merged).await?;
    sqlx::query!(
        "update lead_source s set lead_id = $2
         from jsonb_to_recordset($4) as x (import uuid, row bigint)
         where s.org_id = $1 and s.lead_id = $3 and s.import_id = x.import and s.row_no = x.row",
        org,
        found.merged_id,
        found.survivor_id,
        row.sources,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!("update lead_merge set undone_at = $3 where org_id = $1 and id = $2", org, merge, now)
        .execute(tx.conn())
        .await?;
    let (survivor, merged) = (LeadId(found.survivor_id), LeadId(found.merged_id));
    rescore(tx, &[survivor]).await?;
    Ok(Merged { merge, survivor, merged, fields: row.fields })
}

fn object(value: Value) -> Row {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// Forgets that a number was cleared: while it lay with the merge it may have been put on a list, and nobody marked it. That
/// it is on one is not forgotten.
fn unscreen(columns: &mut Row) {
    if columns.get("dnc").is_none_or(|dnc| dnc.is_null() || dnc == "listed") {
        return;
    }
    for (column, value) in columns.iter_mut().filter(|(column, _)| column.starts_with("dnc")) {
        *value = if column == "dnc_lists" { json!([]) } else { Value::Null };
    }
}

/// The survivor's columns as they were, or the fields that somebody changed since. What is noted beside the fields (where
/// they came from, what cleaning noticed) grows with later rows, so only what the merge put there is taken back.
fn restored(now: &Row, before: &Row, after: &Row, fields: &[String]) -> Result<Row, Vec<String>> {
    let is_note = |column: &str| matches!(column, "provenance" | "flags");
    let differs = |column: &&String| !is_note(column) && now.get(*column) != after.get(*column);
    let is_screening = |column: &str| column.starts_with("dnc");
    let changed: Vec<String> = after.keys().filter(differs).filter(|column| !is_screening(column)).cloned().collect();
    if !changed.is_empty() {
        return Err(changed);
    }
    let mut columns: Row =
        before.iter().filter(|(column, _)| !is_note(column)).map(|(c, v)| (c.clone(), v.clone())).collect();
    if let (Some(noted), Some(was)) = (now["provenance"].as_object(), before.get("provenance")) {
        let mut provenance = noted.clone();
        for field in fields {
            match was.get(field) {
                Some(origin) => provenance.insert(field.clone(), origin.clone()),
                None => provenance.remove(field),
            };
        }
        columns.insert("provenance".to_owned(), Value::Object(provenance));
    }
    if let (Some(was), true) = (before.get("flags"), now.get("flags") == after.get("flags")) {
        columns.insert("flags".to_owned(), was.clone());
    }
    Ok(columns)
}

/// The history of merges, newest first.
pub async fn merges(tx: &mut OrgTx, before: Option<Uuid>, limit: u32) -> Result<Vec<Merge>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select id, survivor_id, merged_id, fields, merged_by_kind, merged_by, merged_at, undone_at from lead_merge
         where org_id = $1 and ($2::uuid is null or seq < (select b.seq from lead_merge b where b.org_id = $1 and b.id = $2))
         order by seq desc limit $3",
        org,
        before,
        i64::from(limit),
    )
    .fetch_all(tx.conn())
    .await?;
    let merge = rows.into_iter().map(|row| Merge {
        id: row.id,
        survivor: LeadId(row.survivor_id),
        merged: LeadId(row.merged_id),
        fields: row.fields,
        merged_by_kind: row.merged_by_kind,
        merged_by: row.merged_by,
        merged_at: row.merged_at,
        undone_at: row.undone_at,
    });
    Ok(merge.collect())
}
