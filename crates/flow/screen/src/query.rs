//! The statements on subscriptions, loads and screenings.

use chrono::NaiveDate;
use plumb_base::{ImportId, LeadId, Timestamp, UserId};
use plumb_store::{OrgTx, StoreError};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::bits::Loaded;
use crate::domain::registry::Registry;
use crate::model::{EditionUsed, FileKind, Load, LoadState, Screening};
use crate::reader::Form;

/// How long the record of a screening is kept (16 CFR 310.5).
const KEEP_DAYS: i64 = 5 * 365 + 2;

/// Under whose subscription a registry is used.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) registry: String,
    pub(crate) holder: String,
    pub(crate) account: String,
    pub(crate) expires_on: Option<NaiveDate>,
}

impl Subscription {
    pub(crate) fn holds_on(&self, day: NaiveDate) -> bool {
        self.expires_on.is_none_or(|last| day <= last)
    }
}

pub(crate) async fn subscriptions(tx: &mut OrgTx) -> Result<Vec<Subscription>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        Subscription,
        "select registry, holder, account, expires_on from dnc_subscription where org_id = $1",
        org
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

pub(crate) async fn subscribe(tx: &mut OrgTx, subscription: &Subscription) -> Result<(), StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let Subscription { registry, holder, account, expires_on } = subscription;
    sqlx::query!(
        "insert into dnc_subscription (org_id, registry, holder, account, expires_on, updated_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (org_id, registry) do update set holder = $3, account = $4, expires_on = $5, updated_at = $6",
        org,
        registry,
        holder,
        account,
        *expires_on,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A row of `dnc_load`.
#[derive(Clone, Debug)]
pub(crate) struct LoadRow {
    id: Uuid,
    registry: String,
    kind: String,
    state: String,
    pub(crate) holder: String,
    pub(crate) version_date: NaiveDate,
    pub(crate) obtained_on: NaiveDate,
    pub(crate) based_on: Option<NaiveDate>,
    form: Value,
    pub(crate) covers_all: bool,
    pub(crate) accept_unusual: bool,
    bytes: i64,
    bytes_read: i64,
    entries: i64,
    malformed: i64,
    added: i64,
    removed: i64,
    without_effect: i64,
    numbers: i64,
    manifest_sha256: Option<String>,
    error: Option<String>,
    pub(crate) created_by: Option<Uuid>,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
}

impl LoadRow {
    pub(crate) fn state(&self) -> LoadState {
        LoadState::of(&self.state)
    }

    pub(crate) fn kind(&self) -> FileKind {
        FileKind::of(&self.kind).unwrap_or_default()
    }

    pub(crate) fn registry(&self) -> Option<Registry> {
        self.registry.parse().ok()
    }

    pub(crate) fn form(&self) -> Form {
        serde_json::from_value(self.form.clone()).unwrap_or_default()
    }

    pub(crate) fn view(self) -> Load {
        Load {
            id: ImportId(self.id),
            registry: self.registry(),
            kind: self.kind(),
            state: self.state(),
            version_date: self.version_date,
            obtained_on: self.obtained_on,
            based_on: self.based_on,
            bytes: self.bytes,
            bytes_read: self.bytes_read,
            entries: self.entries,
            malformed: self.malformed,
            added: self.added,
            removed: self.removed,
            without_effect: self.without_effect,
            numbers: self.numbers,
            manifest_sha256: self.manifest_sha256,
            error: self.error,
            created_at: self.created_at,
            finished_at: self.finished_at,
        }
    }
}

/// A file that is here and waits.
pub(crate) struct NewLoad {
    pub(crate) id: ImportId,
    pub(crate) registry: Option<Registry>,
    pub(crate) kind: FileKind,
    pub(crate) holder: String,
    pub(crate) version_date: NaiveDate,
    pub(crate) obtained_on: NaiveDate,
    pub(crate) based_on: Option<NaiveDate>,
    pub(crate) form: Form,
    pub(crate) covers_all: bool,
    pub(crate) accept_unusual: bool,
    pub(crate) bytes: i64,
    pub(crate) by: Option<UserId>,
}

pub(crate) async fn add_load(tx: &mut OrgTx, load: &NewLoad) -> Result<(), StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into dnc_load (org_id, id, registry, kind, state, holder, version_date, obtained_on, based_on, form, covers_all,
             accept_unusual, bytes, created_by, created_at)
         values ($1, $2, $3, $4, 'queued', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        org,
        load.id.0,
        load.registry.map_or("", Registry::as_str),
        load.kind.as_str(),
        load.holder,
        load.version_date,
        load.obtained_on,
        load.based_on,
        json!(load.form),
        load.covers_all,
        load.accept_unusual,
        load.bytes,
        load.by.map(|user| user.0),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(crate) async fn load(tx: &mut OrgTx, id: ImportId) -> Result<Option<LoadRow>, StoreError> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        LoadRow,
        "select id, registry, kind, state, holder, version_date, obtained_on, based_on, form, covers_all, accept_unusual, bytes,
             bytes_read, entries, malformed, added, removed, without_effect, numbers, manifest_sha256, error, created_by,
             created_at, finished_at
         from dnc_load where org_id = $1 and id = $2",
        org,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

pub(crate) async fn loads(tx: &mut OrgTx, limit: i64) -> Result<Vec<LoadRow>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        LoadRow,
        "select id, registry, kind, state, holder, version_date, obtained_on, based_on, form, covers_all, accept_unusual, bytes,
             bytes_read, entries, malformed, added, removed, without_effect, numbers, manifest_sha256, error, created_by,
             created_at, finished_at
         from dnc_load where org_id = $1 order by created_at desc, id desc limit $2",
        org,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Notes how far a load is. False when it has ended.
pub(crate) async fn load_reads(tx: &mut OrgTx, id: ImportId, bytes_read: i64) -> Result<bool, StoreError> {
    let org = tx.org().0;
    let changed = sqlx::query!(
        "update dnc_load set state = 'running', bytes_read = $3 where org_id = $1 and id = $2 and state in ('queued', 'running')",
        org,
        id.0,
        bytes_read,
    )
    .execute(tx.conn())
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// What a load that went through did.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoadEffect {
    pub(crate) entries: u64,
    pub(crate) malformed: u64,
    pub(crate) added: u64,
    pub(crate) removed: u64,
    pub(crate) without_effect: u64,
    pub(crate) numbers: u64,
    pub(crate) manifest_sha256: Option<String>,
}

impl From<&Loaded> for LoadEffect {
    fn from(loaded: &Loaded) -> Self {
        Self {
            entries: loaded.counts.entries,
            malformed: loaded.counts.malformed,
            added: loaded.added,
            removed: loaded.removed,
            without_effect: loaded.without_effect,
            numbers: loaded.manifest.numbers,
            manifest_sha256: Some(loaded.manifest.fingerprint()),
        }
    }
}

/// Ends a load. False when it had ended before.
pub(crate) async fn end_load(
    tx: &mut OrgTx,
    id: ImportId,
    ended: Result<&LoadEffect, &str>,
) -> Result<bool, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let state = if ended.is_ok() { LoadState::Done } else { LoadState::Failed };
    let nothing = LoadEffect::default();
    let effect = ended.unwrap_or(&nothing);
    let changed = sqlx::query!(
        "update dnc_load set state = $3, entries = $4, malformed = $5, added = $6, removed = $7, without_effect = $8, numbers = $9,
             manifest_sha256 = $10, error = $11, finished_at = $12,
             bytes_read = case when $3 = 'done' then bytes else bytes_read end
         where org_id = $1 and id = $2 and state in ('queued', 'running')",
        org,
        id.0,
        state.as_str(),
        effect.entries as i64,
        effect.malformed as i64,
        effect.added as i64,
        effect.removed as i64,
        effect.without_effect as i64,
        effect.numbers as i64,
        effect.manifest_sha256,
        ended.err(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// A row of `dnc_screening`.
#[derive(Clone, Debug)]
pub(crate) struct ScreeningRow {
    id: Uuid,
    state: String,
    import_id: Option<Uuid>,
    only_unanswered: bool,
    editions: Value,
    rules_sha256: Option<String>,
    counts: Value,
    pub(crate) leads_done: i64,
    after_lead: Option<Uuid>,
    error: Option<String>,
    created_by: Option<Uuid>,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
    keep_until: Timestamp,
}

impl ScreeningRow {
    pub(crate) fn after(&self) -> Option<LeadId> {
        self.after_lead.map(LeadId)
    }

    pub(crate) fn view(self) -> Screening {
        Screening {
            id: self.id,
            state: LoadState::of(&self.state),
            import: self.import_id.map(ImportId),
            only_unanswered: self.only_unanswered,
            editions: serde_json::from_value(self.editions).unwrap_or_default(),
            rules_sha256: self.rules_sha256,
            counts: serde_json::from_value(self.counts).unwrap_or_default(),
            leads_done: self.leads_done,
            error: self.error,
            created_by: self.created_by,
            created_at: self.created_at,
            finished_at: self.finished_at,
            keep_until: self.keep_until,
        }
    }
}

/// Which leads a screening is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    /// Those of an import; none: of all.
    pub(crate) import: Option<ImportId>,
    /// Only those whose number has no answer.
    pub(crate) only_unanswered: bool,
}

pub(crate) async fn add_screening(tx: &mut OrgTx, scope: Scope, by: Option<UserId>) -> Result<Uuid, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let keep_until = now + chrono::TimeDelta::days(KEEP_DAYS);
    let id = sqlx::query_scalar!(
        "insert into dnc_screening (org_id, state, import_id, only_unanswered, created_by, created_at, keep_until)
         values ($1, 'queued', $2, $6, $3, $4, $5) returning id",
        org,
        scope.import.map(|import| import.0),
        by.map(|user| user.0),
        now,
        keep_until,
        scope.only_unanswered,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(id)
}

/// A screening, held against others that would go on with it.
pub(crate) async fn hold_screening(tx: &mut OrgTx, id: Uuid) -> Result<Option<ScreeningRow>, StoreError> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        ScreeningRow,
        "select id, state, import_id, only_unanswered, editions, rules_sha256, counts, leads_done, after_lead, error, created_by, created_at,
             finished_at, keep_until
         from dnc_screening where org_id = $1 and id = $2 for update",
        org,
        id,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

pub(crate) async fn screenings(tx: &mut OrgTx, one: Option<Uuid>, limit: i64) -> Result<Vec<ScreeningRow>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        ScreeningRow,
        "select id, state, import_id, only_unanswered, editions, rules_sha256, counts, leads_done, after_lead, error, created_by, created_at,
             finished_at, keep_until
         from dnc_screening where org_id = $1 and ($2::uuid is null or id = $2) order by created_at desc, id desc limit $3",
        org,
        one,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Begins a screening, or begins it again with other versions: what it found before is forgotten.
pub(crate) async fn begin_screening(
    tx: &mut OrgTx,
    id: Uuid,
    editions: &[EditionUsed],
    rules_sha256: &str,
) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!(
        "update dnc_screening set state = 'running', editions = $3, rules_sha256 = $4, counts = '{}', leads_done = 0, after_lead = null
         where org_id = $1 and id = $2",
        org,
        id,
        json!(editions),
        rules_sha256,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(crate) async fn advance_screening(
    tx: &mut OrgTx,
    id: Uuid,
    counts: &Value,
    leads_done: i64,
    after: Option<LeadId>,
    is_done: bool,
) -> Result<(), StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update dnc_screening set counts = $3, leads_done = $4, after_lead = $5, state = case when $6 then 'done' else state end,
             finished_at = case when $6 then $7 else finished_at end
         where org_id = $1 and id = $2",
        org,
        id,
        counts,
        leads_done,
        after.map(|after| after.0),
        is_done,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(crate) async fn fail_screening(tx: &mut OrgTx, id: Uuid, why: &str) -> Result<(), StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update dnc_screening set state = 'failed', error = $3, finished_at = $4
         where org_id = $1 and id = $2 and state in ('queued', 'running')",
        org,
        id,
        why,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
