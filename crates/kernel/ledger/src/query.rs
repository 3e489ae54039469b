//! All SQL of this crate but the list's.

use std::collections::BTreeSet;

use plumb_base::{OrgId, Timestamp};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::LedgerError;
use plumb_log::hash::{HASH_BYTES, Hash};
use plumb_log::note::Checkpoint;
use plumb_log::tree::{TileId, TileMap};

/// The advisory lock that the one sequencer of an installation holds for the length of its transaction.
const SEQUENCER_LOCK: i64 = 0x706c_756d_6261_7564;

/// Becomes the one sequencer for the rest of the transaction, unless another is.
pub(crate) async fn lead(conn: &mut PgConnection) -> Result<bool, LedgerError> {
    let locked = sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "locked!""#, SEQUENCER_LOCK);
    Ok(locked.fetch_one(conn).await?)
}

/// An event as the outbox has it.
pub(crate) struct Pending {
    pub(crate) org_id: Uuid,
    pub(crate) id: Uuid,
    pub(crate) at: Timestamp,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) action: String,
    pub(crate) object_kind: Option<String>,
    pub(crate) object_id: Option<Uuid>,
    pub(crate) outcome: String,
    pub(crate) request_id: Option<Uuid>,
    pub(crate) payload: Value,
    pub(crate) nonce: Vec<u8>,
}

/// Takes the oldest committed events out of the outbox, whatever their ids: a transaction may commit after a later
/// one, and its event is found then.
pub(crate) async fn take_pending(conn: &mut PgConnection, most: i64) -> Result<Vec<Pending>, LedgerError> {
    let mut events = sqlx::query_as!(
        Pending,
        "with batch as (select org_id, id from audit_pending order by at, id limit $1)
         delete from audit_pending p using batch b where p.org_id = b.org_id and p.id = b.id
         returning p.org_id, p.id, p.at, p.actor_kind, p.actor_id, p.action, p.object_kind, p.object_id, p.outcome,
                   p.request_id, p.payload, p.nonce",
        most
    )
    .fetch_all(conn)
    .await?;
    events.sort_by_key(|event| (event.at, event.id));
    Ok(events)
}

/// A checkpoint's row.
pub(crate) struct CheckpointRow {
    pub(crate) size: u64,
    pub(crate) root: Vec<u8>,
    pub(crate) note: String,
}

/// The newest checkpoint.
pub(crate) async fn newest_checkpoint(conn: &mut PgConnection) -> Result<Option<CheckpointRow>, LedgerError> {
    let row = sqlx::query!("select size, root, note from ledger_checkpoint order by size desc limit 1");
    let row = row.fetch_optional(conn).await?;
    Ok(row.map(|row| CheckpointRow { size: row.size as u64, root: row.root, note: row.note }))
}

/// How many places of the log have been given to entries.
pub(crate) async fn places_taken(conn: &mut PgConnection) -> Result<u64, LedgerError> {
    let last = sqlx::query_scalar!("select max(log_index) from audit_entry").fetch_one(conn).await?;
    Ok(last.map_or(0, |last| last as u64 + 1))
}

/// Keeps a checkpoint.
pub(crate) async fn insert_checkpoint(
    conn: &mut PgConnection,
    checkpoint: &Checkpoint,
    note: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    sqlx::query!(
        "insert into ledger_checkpoint (size, root, note, signed_at) values ($1, $2, $3, $4)",
        checkpoint.size as i64,
        &checkpoint.root.0,
        note,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The tiles that exist of those asked for.
pub(crate) async fn tiles(conn: &mut PgConnection, ids: &BTreeSet<TileId>) -> Result<TileMap, LedgerError> {
    let (levels, tiles): (Vec<i16>, Vec<i64>) = ids.iter().map(|id| (i16::from(id.level), id.tile as i64)).unzip();
    let rows = sqlx::query!(
        "select t.level, t.tile, t.hashes from ledger_tile t
         join unnest($1::smallint[], $2::bigint[]) as wanted (level, tile) on t.level = wanted.level and t.tile = wanted.tile",
        &levels,
        &tiles
    )
    .fetch_all(conn)
    .await?;
    let mut map = TileMap::default();
    for row in rows {
        let (hashes, rest) = row.hashes.as_chunks::<HASH_BYTES>();
        if !rest.is_empty() {
            return Err(LedgerError::Tampered(format!("tile {} of level {} is torn", row.tile, row.level)));
        }
        let id = TileId { level: row.level as u8, tile: row.tile as u64 };
        map.insert(id, hashes.iter().copied().map(Hash).collect());
    }
    Ok(map)
}

/// Keeps tiles, each in place of its shorter self.
pub(crate) async fn put_tiles(conn: &mut PgConnection, tiles: &[(TileId, Vec<Hash>)]) -> Result<(), LedgerError> {
    let levels: Vec<i16> = tiles.iter().map(|(id, _)| i16::from(id.level)).collect();
    let numbers: Vec<i64> = tiles.iter().map(|(id, _)| id.tile as i64).collect();
    let hashes: Vec<Vec<u8>> =
        tiles.iter().map(|(_, hashes)| hashes.iter().flat_map(|hash| hash.0).collect()).collect();
    sqlx::query!(
        "insert into ledger_tile (level, tile, hashes) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
         on conflict (level, tile) do update set hashes = excluded.hashes",
        &levels,
        &numbers,
        &hashes
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The end of one organisation's log.
pub(crate) struct LogEnd {
    pub(crate) org: Uuid,
    pub(crate) seq: u64,
    pub(crate) leaf: Vec<u8>,
}

/// The ends of the logs of `orgs`; none for an organisation whose log is empty.
pub(crate) async fn log_ends(conn: &mut PgConnection, orgs: &[Uuid]) -> Result<Vec<LogEnd>, LedgerError> {
    let rows = sqlx::query!(
        r#"select o.org_id as "org_id!", e.org_seq, e.leaf from unnest($1::uuid[]) as o (org_id)
           cross join lateral (select org_seq, leaf from audit_entry e where e.org_id = o.org_id
                               order by org_seq desc limit 1) e"#,
        orgs
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| LogEnd { org: row.org_id, seq: row.org_seq as u64, leaf: row.leaf }).collect())
}

/// An event with its places and its leaf.
pub(crate) struct NewEntry {
    pub(crate) event: Pending,
    pub(crate) org_seq: u64,
    pub(crate) log_index: u64,
    pub(crate) leaf: String,
}

/// Writes a batch of entries in one statement.
pub(crate) async fn insert_entries(conn: &mut PgConnection, entries: &[NewEntry]) -> Result<(), LedgerError> {
    let column = |of: fn(&NewEntry) -> Uuid| entries.iter().map(of).collect::<Vec<_>>();
    let optional = |of: fn(&NewEntry) -> Option<Uuid>| entries.iter().map(of).collect::<Vec<_>>();
    let text = |of: fn(&NewEntry) -> &str| entries.iter().map(|entry| of(entry).to_owned()).collect::<Vec<_>>();
    let org_seqs: Vec<i64> = entries.iter().map(|entry| entry.org_seq as i64).collect();
    let log_indexes: Vec<i64> = entries.iter().map(|entry| entry.log_index as i64).collect();
    let ats: Vec<Timestamp> = entries.iter().map(|entry| entry.event.at).collect();
    let object_kinds: Vec<Option<String>> = entries.iter().map(|entry| entry.event.object_kind.clone()).collect();
    let payloads: Vec<Value> = entries.iter().map(|entry| entry.event.payload.clone()).collect();
    let nonces: Vec<Vec<u8>> = entries.iter().map(|entry| entry.event.nonce.clone()).collect();
    let leaves: Vec<Vec<u8>> = entries.iter().map(|entry| entry.leaf.as_bytes().to_vec()).collect();
    sqlx::query!(
        "insert into audit_entry (org_id, org_seq, log_index, id, at, actor_kind, actor_id, action, object_kind,
                                  object_id, outcome, request_id, payload, nonce, leaf)
         select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::uuid[], $5::timestamptz[], $6::text[],
                              $7::uuid[], $8::text[], $9::text[], $10::uuid[], $11::text[], $12::uuid[],
                              $13::jsonb[], $14::bytea[], $15::bytea[])",
        &column(|entry| entry.event.org_id),
        &org_seqs,
        &log_indexes,
        &column(|entry| entry.event.id),
        &ats,
        &text(|entry| &entry.event.actor_kind),
        &optional(|entry| entry.event.actor_id) as &[Option<Uuid>],
        &text(|entry| &entry.event.action),
        &object_kinds as &[Option<String>],
        &optional(|entry| entry.event.object_id) as &[Option<Uuid>],
        &text(|entry| &entry.event.outcome),
        &optional(|entry| entry.event.request_id) as &[Option<Uuid>],
        &payloads,
        &nonces,
        &leaves
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What an export needs of an entry.
pub(crate) struct StoredEntry {
    pub(crate) org_seq: i64,
    pub(crate) log_index: i64,
    pub(crate) id: Uuid,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) object_kind: Option<String>,
    pub(crate) object_id: Option<Uuid>,
    pub(crate) request_id: Option<Uuid>,
    pub(crate) payload: Option<Value>,
    pub(crate) nonce: Option<Vec<u8>>,
    pub(crate) leaf: Vec<u8>,
}

/// Entries of one organisation from `from_seq` on, as far as the tree of `size` leaves has them.
pub(crate) async fn entries(
    conn: &mut PgConnection,
    org: OrgId,
    from_seq: u64,
    size: u64,
    most: usize,
) -> Result<Vec<StoredEntry>, LedgerError> {
    let rows = sqlx::query_as!(
        StoredEntry,
        "select org_seq, log_index, id, actor_kind, actor_id, object_kind, object_id, request_id, payload, nonce, leaf
         from audit_entry where org_id = $1 and org_seq >= $2 and log_index < $3 order by org_seq limit $4",
        org.0,
        i64::try_from(from_seq).unwrap_or(i64::MAX),
        size as i64,
        most as i64
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
