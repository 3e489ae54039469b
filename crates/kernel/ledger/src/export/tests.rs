use plumb_base::OrgId;
use plumb_store::testing::Db;
use plumb_store::{Actor, StoreError, audit};
use serde_json::json;

use super::*;
use crate::sequencer::tests::{commit, ledger};
use plumb_log::leaf::Leaf;
use plumb_log::{Fault, Known, Verified, verify_bundle};

/// A handler of the server has to be able to wait for it.
fn sendable<F: Future + Send>(future: F) -> F {
    future
}

async fn export(db: &Db, org: OrgId, wanted: ExportQuery) -> Result<Exported, LedgerError> {
    let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
    let ledger = ledger(db);
    let exported = sendable(ledger.export(&mut tx, wanted)).await;
    tx.done_reading().await.unwrap();
    exported
}

async fn verified(db: &Db, org: OrgId, wanted: ExportQuery, kept: Option<&str>) -> Result<Verified, Vec<Fault>> {
    let bundle = export(db, org, wanted).await.unwrap().bundle;
    let vkey = ledger(db).vkey().to_string();
    verify_bundle(&serde_json::to_string(&bundle).unwrap(), Known { vkey: Some(&vkey), checkpoint: kept })
}

/// Entries of two organisations in turn, over more than one tile.
async fn two_logs(db: &Db) -> (OrgId, OrgId) {
    let (ours, theirs) = (db.org("ours").await, db.org("theirs").await);
    for _ in 0..3 {
        commit(db, ours, 60).await;
        commit(db, theirs, 40).await;
        ledger(db).sequence_once().await.unwrap();
    }
    (ours, theirs)
}

#[tokio::test]
async fn an_export_verifies_offline_and_holds_nothing_of_others() {
    let db = Db::new().await;
    let (ours, theirs) = two_logs(&db).await;
    let shown = verified(&db, ours, ExportQuery::default(), None).await.unwrap();
    assert_eq!((shown.org, shown.entries, shown.disclosed, shown.first_seq), (ours.0, 180, 180, Some(0)));
    assert_eq!(shown.checkpoint.size, 300);
    assert!(shown.key_was_known);
    let bundle = serde_json::to_string(&export(&db, ours, ExportQuery::default()).await.unwrap().bundle).unwrap();
    assert!(!bundle.contains(&theirs.to_string()));
    assert_eq!(verified(&db, theirs, ExportQuery::default(), None).await.unwrap().entries, 120);
}

#[tokio::test]
async fn a_long_log_comes_in_parts_that_link() {
    let db = Db::new().await;
    let (ours, _) = two_logs(&db).await;
    let (mut from_seq, mut link, mut entries) = (Some(0), None, 0);
    while let Some(from) = from_seq {
        let wanted = ExportQuery { from_seq: from, entries_max: 75, since: None };
        let shown = verified(&db, ours, wanted, None).await.unwrap();
        assert_eq!((shown.first_seq, shown.first_link), (Some(from), link));
        (link, entries) = (shown.last_link, entries + shown.entries);
        from_seq = export(&db, ours, wanted).await.unwrap().next_seq;
    }
    assert_eq!(entries, 180);
}

#[tokio::test]
async fn a_log_continues_the_checkpoint_that_was_kept() {
    let db = Db::new().await;
    let (ours, _) = two_logs(&db).await;
    let kept = export(&db, ours, ExportQuery::default()).await.unwrap().bundle.checkpoint;
    commit(&db, ours, 70).await;
    ledger(&db).sequence_once().await.unwrap();
    let wanted = ExportQuery { since: Some(300), ..ExportQuery::default() };
    let shown = verified(&db, ours, wanted, Some(&kept)).await.unwrap();
    assert_eq!((shown.continues, shown.checkpoint.size), (Some(300), 370));
    let too_far = export(&db, ours, ExportQuery { since: Some(371), ..ExportQuery::default() }).await;
    assert!(matches!(too_far, Err(LedgerError::FromTheFuture { since: 371, size: 370 })));
}

/// The operator empties the log and has it written anew, signed with the right key.
#[tokio::test]
async fn a_log_written_anew_is_found_by_whoever_kept_a_checkpoint() {
    let db = Db::new().await;
    let (ours, _) = two_logs(&db).await;
    let kept = export(&db, ours, ExportQuery::default()).await.unwrap().bundle.checkpoint;
    db.as_owner("alter table audit_entry disable row level security; truncate audit_entry, ledger_tile, ledger_checkpoint; alter table audit_entry enable row level security")
        .await;
    commit(&db, ours, 320).await;
    ledger(&db).sequence_once().await.unwrap();
    let wanted = ExportQuery { since: Some(300), ..ExportQuery::default() };
    assert!(verified(&db, ours, wanted, None).await.is_ok(), "by itself the new log is sound");
    assert_eq!(verified(&db, ours, wanted, Some(&kept)).await.unwrap_err(), [Fault::Forked { size: 300 }]);
}

#[tokio::test]
async fn what_is_changed_in_the_database_shows() {
    let db = Db::new().await;
    let (ours, _) = two_logs(&db).await;
    let mut conn = db.admin_conn().await;
    let mut change = async |sql: &'static str| {
        assert_eq!(sqlx::query(sql).bind(ours.0).execute(&mut conn).await.unwrap().rows_affected(), 1, "{sql}");
    };
    // Its time over: the record goes, the leaf's proof stays.
    change("update audit_entry set payload = null, nonce = null where org_id = $1 and org_seq = 9").await;
    let shown = verified(&db, ours, ExportQuery::default(), None).await.unwrap();
    assert_eq!((shown.entries, shown.disclosed), (180, 179));

    change("update audit_entry set payload = '{\"n\": 1000}' where org_id = $1 and org_seq = 10").await;
    change("update audit_entry set actor_id = null where org_id = $1 and org_seq = 11").await;
    change("update audit_entry set leaf = replace(convert_from(leaf, 'UTF8'), 'edited', 'viewed')::bytea where org_id = $1 and org_seq = 20").await;
    change("delete from audit_entry where org_id = $1 and org_seq = 30").await;
    let faults = verified(&db, ours, ExportQuery::default(), None).await.unwrap_err();
    let expected = [
        Fault::Commitment { entry: 10 },
        Fault::Commitment { entry: 11 },
        Fault::NotIncluded { entry: 20 },
        Fault::Gap { entry: 21 },
        Fault::Gap { entry: 30 },
    ];
    assert_eq!(faults, expected);
}

/// Claim 112: the application's own role can neither change nor remove what is in the log.
#[tokio::test]
async fn the_application_cannot_change_the_log() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    commit(&db, org, 2).await;
    ledger(&db).sequence_once().await.unwrap();
    for sql in [
        "update audit_entry set action = 'x'",
        "delete from audit_entry",
        "update ledger_tile set hashes = ''",
        "delete from ledger_checkpoint",
        "delete from audit_pending",
    ] {
        let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
        let refused = StoreError::from(sqlx::query(sql).execute(tx.conn()).await.unwrap_err());
        assert!(matches!(refused, StoreError::Database(_)), "{sql}: {refused:?}");
    }
}

/// The record is read from the database twice, before it is committed to and when it is exported.
#[tokio::test]
async fn any_payload_opens_its_commitment() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let payloads = [
        json!(0.1 + 0.2),
        json!([1e-7, 1e21, f64::MAX, f64::MIN_POSITIVE, 5e-324, -0.0, 1.448_997_445_238_699]),
        json!([u64::MAX, i64::MIN, 0, 9_007_199_254_740_993_i64]),
        json!({"\u{1f600}": "\u{1}\"\\\n\u{e9}\u{2028}", "": {"b": [], "aa": {}, "a": null}}),
    ];
    for payload in payloads {
        let tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
        tx.commit(audit::Entry::of("test.payload").with("payload", payload)).await.unwrap();
    }
    ledger(&db).sequence_once().await.unwrap();
    assert_eq!(verified(&db, org, ExportQuery::default(), None).await.unwrap().disclosed, 4);
}

#[tokio::test]
async fn before_the_first_event_there_is_nothing_to_prove() {
    let db = Db::new().await;
    let (org, other) = (db.org("ours").await, db.org("other").await);
    assert!(matches!(export(&db, org, ExportQuery::default()).await, Err(LedgerError::Empty)));
    commit(&db, other, 1).await;
    ledger(&db).sequence_once().await.unwrap();
    assert_eq!(verified(&db, org, ExportQuery::default(), None).await.unwrap().entries, 0);
    assert!(Leaf::from_text(&export(&db, other, ExportQuery::default()).await.unwrap().bundle.entries[0].leaf).is_ok());
}
