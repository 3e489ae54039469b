//! Everything that this crate asks the database. Times are the database's own: a server whose clock is wrong keeps
//! nothing longer.

use std::collections::HashMap;

use plumb_base::{ImportId, Timestamp};
use plumb_store::{Actor, ActorKind, OrgTx, StoreError};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::domain::{Format, Imports, Profile, Which};
use crate::http::Wanted;
use crate::model::{Export, Links, Progress, State};

/// A row of `export`.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    state: String,
    format: String,
    profile: String,
    which: String,
    filter: Value,
    pub(crate) with_provenance: bool,
    pub(crate) with_not_us: bool,
    asked_by_kind: String,
    asked_by: Uuid,
    leads_total: i64,
    leads_read: i64,
    rows_out: i64,
    phones_out: i64,
    left_out: Value,
    phones_withheld: Value,
    pub(crate) pieces: i32,
    pub(crate) bytes: i64,
    sha256: Option<String>,
    error: Option<String>,
    created_at: Timestamp,
    pub(crate) started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    /// Until when the content is there; none when it is not.
    pub(crate) content_until: Option<Timestamp>,
}

impl Row {
    pub(crate) fn state(&self) -> State {
        State::of(&self.state)
    }

    pub(crate) fn format(&self) -> Format {
        Format::of(&self.format)
    }

    pub(crate) fn profile(&self) -> Profile {
        Profile::of(&self.profile)
    }

    pub(crate) fn which(&self) -> Which {
        Which::of(&self.which)
    }

    pub(crate) fn filter(&self) -> Result<plumb_lead::Filter, StoreError> {
        serde_json::from_value(self.filter.clone())
            .map_err(|error| StoreError::Unfit(format!("the filter of an export cannot be read: {error}")))
    }

    /// Who asked for it.
    pub(crate) fn asked_by(&self) -> Actor {
        let kind = if self.asked_by_kind == ActorKind::User.as_str() { ActorKind::User } else { ActorKind::ApiKey };
        Actor { kind, id: Some(self.asked_by), request_id: None }
    }

    pub(crate) fn progress(&self) -> Progress {
        let counts = |value: &Value| serde_json::from_value(value.clone()).unwrap_or_default();
        Progress {
            leads_read: self.leads_read,
            leads_read_total: self.leads_total,
            rows_out: self.rows_out,
            left_out: counts(&self.left_out),
            phones_out: self.phones_out,
            phones_withheld: counts(&self.phones_withheld),
        }
    }

    pub(crate) fn view(self) -> Export {
        let (state, progress) = (self.state(), self.progress());
        Export {
            id: self.id,
            state,
            format: self.format(),
            profile: self.profile(),
            rows: self.which(),
            filter: self.filter().unwrap_or_default(),
            include_provenance: self.with_provenance,
            include_not_us_phones: self.with_not_us,
            asked_by_kind: self.asked_by_kind,
            asked_by: self.asked_by,
            progress,
            bytes: self.bytes,
            sha256: self.sha256,
            error: self.error,
            created_at: self.created_at,
            finished_at: self.finished_at,
            content_until: self.content_until,
            links: Links::of(self.id, state, self.content_until.is_some()),
        }
    }
}

/// Keeps what was asked for, and answers its id.
pub(crate) async fn add(tx: &mut OrgTx, wanted: &Wanted) -> Result<Uuid, StoreError> {
    let (org, actor) = (tx.org().0, *tx.actor());
    let id = sqlx::query_scalar!(
        "insert into export (org_id, state, format, profile, which, filter, with_provenance, with_not_us, asked_by_kind, asked_by)
         values ($1, 'queued', $2, $3, $4, $5, $6, $7, $8, $9) returning id",
        org,
        wanted.format.as_str(),
        wanted.profile.as_str(),
        wanted.rows.as_str(),
        json!(wanted.filter()),
        wanted.include_provenance,
        wanted.include_not_us_phones,
        actor.kind.as_str(),
        actor.id.unwrap_or_default(),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(id)
}

/// How many exports of the organisation have not ended.
pub(crate) async fn unfinished(tx: &mut OrgTx) -> Result<i64, StoreError> {
    let org = tx.org().0;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from export where org_id = $1 and state in ('queued', 'running')"#,
        org
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// One export; held, nobody else changes it until the transaction ends.
pub(crate) async fn one(tx: &mut OrgTx, id: Uuid, hold: bool) -> Result<Option<Row>, StoreError> {
    let org = tx.org().0;
    if hold {
        sqlx::query!("select id from export where org_id = $1 and id = $2 for update", org, id)
            .fetch_optional(tx.conn())
            .await?;
    }
    let row = sqlx::query_as!(
        Row,
        "select id, state, format, profile, which, filter, with_provenance, with_not_us, asked_by_kind, asked_by, leads_total,
             leads_read, rows_out, phones_out, left_out, phones_withheld, pieces, bytes, sha256, error, created_at, started_at,
             finished_at, case when state = 'done' and content_removed_at is null and finished_at + interval '30 days' > now()
                          then finished_at + interval '30 days' end as content_until
         from export where org_id = $1 and id = $2",
        org,
        id,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// A page of the history, newest first.
pub(crate) async fn page(tx: &mut OrgTx, before: Option<Uuid>, limit: i64) -> Result<Vec<Row>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        Row,
        "select id, state, format, profile, which, filter, with_provenance, with_not_us, asked_by_kind, asked_by, leads_total,
             leads_read, rows_out, phones_out, left_out, phones_withheld, pieces, bytes, sha256, error, created_at, started_at,
             finished_at, case when state = 'done' and content_removed_at is null and finished_at + interval '30 days' > now()
                          then finished_at + interval '30 days' end as content_until
         from export e where org_id = $1
           and ($2::uuid is null or (created_at, id) < (select b.created_at, b.id from export b where b.org_id = $1 and b.id = $2))
         order by created_at desc, id desc limit $3",
        org,
        before,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Begins the work, from the beginning: what an earlier attempt wrote is no part of this file.
pub(crate) async fn begin(tx: &mut OrgTx, id: Uuid, leads_total: i64) -> Result<(), StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    forget_pieces(tx, id).await?;
    sqlx::query!(
        "update export set state = 'running', leads_total = $3, leads_read = 0, rows_out = 0, phones_out = 0, left_out = '{}',
             phones_withheld = '{}', pieces = 0, bytes = 0, started_at = $4
         where org_id = $1 and id = $2",
        org,
        id,
        leads_total,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps how far the work is.
pub(crate) async fn advance(tx: &mut OrgTx, id: Uuid, progress: &Progress, pieces: i32) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!(
        "update export set leads_read = $3, rows_out = $4, phones_out = $5, left_out = $6, phones_withheld = $7, pieces = $8
         where org_id = $1 and id = $2",
        org,
        id,
        progress.leads_read,
        progress.rows_out,
        progress.phones_out,
        json!(progress.left_out),
        json!(progress.phones_withheld),
        pieces,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The file is whole.
pub(crate) async fn done(tx: &mut OrgTx, id: Uuid, bytes: u64, sha256: &str) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!(
        "update export set state = 'done', bytes = $3, sha256 = $4, leads_total = leads_read, finished_at = now()
         where org_id = $1 and id = $2",
        org,
        id,
        i64::try_from(bytes).unwrap_or(i64::MAX),
        sha256,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends an export without a file, unless it has ended.
pub(crate) async fn stop(tx: &mut OrgTx, id: Uuid, state: State, error: Option<&str>) -> Result<bool, StoreError> {
    let org = tx.org().0;
    let stopped = sqlx::query!(
        "update export set state = $3, error = $4, pieces = 0, bytes = 0, finished_at = now()
         where org_id = $1 and id = $2 and state in ('queued', 'running')",
        org,
        id,
        state.as_str(),
        error,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    if stopped > 0 {
        forget_pieces(tx, id).await?;
    }
    Ok(stopped > 0)
}

/// Keeps pieces of the file, the first of them as number `from`.
pub(crate) async fn keep_pieces(tx: &mut OrgTx, id: Uuid, from: i32, sealed: &[Vec<u8>]) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!(
        "insert into export_piece (org_id, export_id, seq, sealed)
         select $1, $2, $3 + (nth - 1)::int, bytes from unnest($4::bytea[]) with ordinality as x (bytes, nth)",
        org,
        id,
        from,
        sealed,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// One piece of the file.
pub(crate) async fn piece(tx: &mut OrgTx, id: Uuid, seq: i32) -> Result<Option<Vec<u8>>, StoreError> {
    let org = tx.org().0;
    let sealed = sqlx::query_scalar!(
        "select sealed from export_piece where org_id = $1 and export_id = $2 and seq = $3",
        org,
        id,
        seq,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(sealed)
}

pub(crate) async fn forget_pieces(tx: &mut OrgTx, id: Uuid) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!("delete from export_piece where org_id = $1 and export_id = $2", org, id).execute(tx.conn()).await?;
    Ok(())
}

/// When imports were made.
pub(crate) async fn imports(tx: &mut OrgTx, ids: &[Uuid]) -> Result<Imports, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!("select id, created_at from import where org_id = $1 and id = any ($2)", org, ids)
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|row| (ImportId(row.id), row.created_at)).collect::<HashMap<_, _>>())
}
