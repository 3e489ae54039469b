//! The statements on imports, their pieces and their rejects.

use chrono::TimeDelta;
use plumb_base::{ImportId, Timestamp, UserId};
use plumb_store::{OrgTx, StoreError};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cleaning::Mapping;
use crate::model::{Progress, State};

/// A row of `import`.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) file_name: String,
    pub(crate) state: String,
    pub(crate) bytes: i64,
    pub(crate) encoding: Option<String>,
    pub(crate) delimiter: Option<String>,
    pub(crate) columns: Value,
    pub(crate) mapping: Value,
    pub(crate) preview_sealed: Option<Vec<u8>>,
    pub(crate) default_country: Option<String>,
    pub(crate) preset: Option<String>,
    pub(crate) denied: Option<Vec<String>>,
    pub(crate) rows_read: i64,
    pub(crate) rows_new: i64,
    pub(crate) rows_merged: i64,
    pub(crate) rows_rejected: i64,
    pub(crate) rows_suppressed: i64,
    pub(crate) bytes_read: i64,
    pub(crate) flag_counts: Value,
    pub(crate) reject_counts: Value,
    pub(crate) rules_version: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) finished_at: Option<Timestamp>,
}

impl Row {
    pub(crate) fn state(&self) -> State {
        State::of(&self.state)
    }

    pub(crate) fn progress(&self) -> Progress {
        Progress {
            rows_read: self.rows_read,
            rows_new: self.rows_new,
            rows_merged: self.rows_merged,
            rows_rejected: self.rows_rejected,
            rows_suppressed: self.rows_suppressed,
            bytes_read: self.bytes_read,
        }
    }
}

/// An upload that is silent for so long was left behind by a server that was killed: one that breaks off is cleared away
/// at once, and whoever sends nothing for half a minute is cut off.
const UPLOAD_SILENT_MAX: TimeDelta = TimeDelta::minutes(5);

/// Makes the row that an upload goes under.
pub(crate) async fn begin(
    tx: &mut OrgTx,
    import: ImportId,
    file_name: &str,
    by: Option<UserId>,
) -> Result<(), StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into import (org_id, id, file_name, state, created_by, created_at, upload_until)
         values ($1, $2, $3, 'uploading', $4, $5, $6)",
        org,
        import.0,
        file_name,
        by.map(|user| user.0),
        now,
        now + UPLOAD_SILENT_MAX,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps sealed pieces of the file, numbered from `first`; the upload goes on. False when the upload was given up meanwhile.
pub(crate) async fn keep_chunks(
    tx: &mut OrgTx,
    import: ImportId,
    first: i32,
    sealed: &[Vec<u8>],
    bytes: i64,
) -> Result<bool, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let going_on = sqlx::query!(
        "update import set bytes = $3, upload_until = $4 where org_id = $1 and id = $2 and state = 'uploading'",
        org,
        import.0,
        bytes,
        now + UPLOAD_SILENT_MAX,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    sqlx::query!(
        "insert into import_chunk (org_id, import_id, seq, sealed)
         select $1, $2, $3 + nth::integer - 1, sealed from unnest($4::bytea[]) with ordinality as x (sealed, nth)",
        org,
        import.0,
        first,
        sealed,
    )
    .execute(tx.conn())
    .await?;
    Ok(going_on > 0)
}

/// What is known about a file once all of it is here.
pub(crate) struct Uploaded<'a> {
    pub(crate) state: State,
    pub(crate) bytes: i64,
    pub(crate) encoding: &'a str,
    pub(crate) delimiter: &'a str,
    pub(crate) columns: Value,
    pub(crate) mapping: Value,
    pub(crate) preview_sealed: Vec<u8>,
    pub(crate) default_country: Option<&'a str>,
    pub(crate) preset: Option<&'a str>,
}

/// Makes a finished upload a draft, or queued. False when it was given up meanwhile.
pub(crate) async fn uploaded(tx: &mut OrgTx, import: ImportId, with: Uploaded<'_>) -> Result<bool, StoreError> {
    let org = tx.org().0;
    let done = sqlx::query!(
        "update import set state = $3, bytes = $4, encoding = $5, delimiter = $6, columns = $7, mapping = $8,
                preview_sealed = $9, default_country = $10, preset = $11
         where org_id = $1 and id = $2 and state = 'uploading'",
        org,
        import.0,
        with.state.as_str(),
        with.bytes,
        with.encoding,
        with.delimiter,
        with.columns,
        with.mapping,
        with.preview_sealed,
        with.default_country,
        with.preset,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(done > 0)
}

/// One import.
pub(crate) async fn one(tx: &mut OrgTx, import: ImportId) -> Result<Option<Row>, StoreError> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(
        Row,
        "select id, file_name, state, bytes, encoding, delimiter, columns, mapping, preview_sealed, default_country, preset, denied,
                rows_read, rows_new, rows_merged, rows_rejected, rows_suppressed, bytes_read, flag_counts, reject_counts,
                rules_version, error, created_at, started_at, finished_at
         from import where org_id = $1 and id = $2",
        org,
        import.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// One import, held against changes until the transaction ends.
pub(crate) async fn hold(tx: &mut OrgTx, import: ImportId) -> Result<Option<Row>, StoreError> {
    let org = tx.org().0;
    sqlx::query!("select id from import where org_id = $1 and id = $2 for update", org, import.0)
        .fetch_optional(tx.conn())
        .await?;
    one(tx, import).await
}

/// A page of imports, newest first, from the one after `before`.
pub(crate) async fn page(tx: &mut OrgTx, before: Option<ImportId>, rows: i64) -> Result<Vec<Row>, StoreError> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(
        Row,
        "select id, file_name, state, bytes, encoding, delimiter, columns, mapping, null::bytea as preview_sealed, default_country, preset, denied,
                rows_read, rows_new, rows_merged, rows_rejected, rows_suppressed, bytes_read, flag_counts, reject_counts,
                rules_version, error, created_at, started_at, finished_at
         from import
         where org_id = $1
           and ($2::uuid is null
                or (created_at, id) < (select b.created_at, b.id from import b where b.org_id = $1 and b.id = $2))
         order by created_at desc, id desc limit $3",
        org,
        before.map(|import| import.0),
        rows,
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Queues a draft.
pub(crate) async fn queue(
    tx: &mut OrgTx,
    import: ImportId,
    mapping: &Mapping,
    default_country: Option<&str>,
) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!(
        "update import set state = 'queued', mapping = $3, default_country = $4 where org_id = $1 and id = $2 and state = 'draft'",
        org,
        import.0,
        json!(mapping),
        default_country,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Marks that a worker reads rows now.
pub(crate) async fn run(
    tx: &mut OrgTx,
    import: ImportId,
    rules_version: &str,
    denied: &[String],
) -> Result<(), StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update import set state = 'running', started_at = coalesce(started_at, $3), rules_version = $4, denied = $5
         where org_id = $1 and id = $2 and state in ('queued', 'running')",
        org,
        import.0,
        now,
        rules_version,
        denied,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends an import that has not ended. False when it had.
pub(crate) async fn end(
    tx: &mut OrgTx,
    import: ImportId,
    state: State,
    error: Option<&str>,
) -> Result<bool, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let ended = sqlx::query!(
        "update import set state = $3, error = $4, finished_at = $5
         where org_id = $1 and id = $2 and state not in ('done', 'failed', 'cancelled')",
        org,
        import.0,
        state.as_str(),
        error,
        now,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(ended > 0)
}

/// Removes the pieces of a file.
pub(crate) async fn forget_chunks(tx: &mut OrgTx, import: ImportId) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let gone = sqlx::query!("delete from import_chunk where org_id = $1 and import_id = $2", org, import.0)
        .execute(tx.conn())
        .await?;
    Ok(gone.rows_affected())
}

/// Some sealed pieces of a file, from `first` on, in order.
pub(crate) async fn chunks(
    tx: &mut OrgTx,
    import: ImportId,
    first: i32,
    count: i64,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        "select sealed from import_chunk where org_id = $1 and import_id = $2 and seq >= $3 order by seq limit $4",
        org,
        import.0,
        first,
        count,
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Writes how far a running import is.
pub(crate) async fn advance(
    tx: &mut OrgTx,
    import: ImportId,
    progress: Progress,
    flag_counts: Value,
    reject_counts: Value,
) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!(
        "update import set rows_read = $3, rows_new = $4, rows_merged = $5, rows_rejected = $6, rows_suppressed = $7,
                bytes_read = $8, flag_counts = $9, reject_counts = $10
         where org_id = $1 and id = $2",
        org,
        import.0,
        progress.rows_read,
        progress.rows_new,
        progress.rows_merged,
        progress.rows_rejected,
        progress.rows_suppressed,
        progress.bytes_read,
        flag_counts,
        reject_counts,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Rejected rows as columns of one insert.
#[derive(Default)]
pub(crate) struct Rejects {
    pub(crate) row_no: Vec<i64>,
    pub(crate) reason: Vec<String>,
    pub(crate) detail: Vec<String>,
    pub(crate) raw: Vec<Option<Value>>,
}

impl Rejects {
    pub(crate) fn push(&mut self, row_no: i64, reason: &str, detail: String, raw: Option<Value>) {
        self.row_no.push(row_no);
        self.reason.push(reason.to_owned());
        self.detail.push(detail);
        self.raw.push(raw);
    }
}

/// Keeps rejected rows.
pub(crate) async fn keep_rejects(tx: &mut OrgTx, import: ImportId, rejects: &Rejects) -> Result<(), StoreError> {
    if rejects.row_no.is_empty() {
        return Ok(());
    }
    let org = tx.org().0;
    sqlx::query!(
        "insert into import_reject (org_id, import_id, row_no, reason, detail, raw)
         select $1, $2, x.row_no, x.reason, x.detail, x.raw
         from unnest($3::bigint[], $4::text[], $5::text[], $6::jsonb[]) as x (row_no, reason, detail, raw)",
        org,
        import.0,
        &rejects.row_no,
        &rejects.reason,
        &rejects.detail,
        &rejects.raw as &[Option<Value>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A rejected row.
pub(crate) struct Reject {
    pub(crate) row_no: i64,
    pub(crate) reason: String,
    pub(crate) detail: String,
    pub(crate) raw: Option<Value>,
}

/// Some rejected rows after row `after`, in order.
pub(crate) async fn rejects(
    tx: &mut OrgTx,
    import: ImportId,
    after: i64,
    count: i64,
) -> Result<Vec<Reject>, StoreError> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(
        Reject,
        "select row_no, reason, detail, raw from import_reject
         where org_id = $1 and import_id = $2 and row_no > $3 order by row_no limit $4",
        org,
        import.0,
        after,
        count,
    )
    .fetch_all(tx.conn())
    .await?)
}
