use std::time::Instant;

use plumb_base::UserId;
use plumb_store::testing::Db;
use plumb_store::{Actor, audit};
use sqlx::Row as _;

use super::*;
use crate::{AuditFilter, list};
use plumb_log::tree::TileMap;

pub(crate) fn ledger(db: &Db) -> Ledger {
    Ledger::new(db.store().clone(), "log.example.com/audit".parse().unwrap())
}

/// Commits `count` events of `org`, each in a transaction of its own.
pub(crate) async fn commit(db: &Db, org: OrgId, count: usize) {
    let user = UserId(Uuid::from_u128(7));
    for nth in 0..count {
        let tx = db.store().org(org, Actor::user(user, None)).await.unwrap();
        tx.commit(audit::Entry::of("lead.edited").on("lead", Uuid::from_u128(8)).with("n", nth)).await.unwrap();
    }
}

/// Everything in the log, and its newest checkpoint recomputed from the leaves.
async fn whole_log(db: &Db) -> Vec<(i64, Uuid, i64, Uuid)> {
    let mut conn = db.admin_conn().await;
    let rows = sqlx::query("select log_index, org_id, org_seq, id, leaf from audit_entry order by log_index");
    let rows = rows.fetch_all(&mut conn).await.unwrap();
    let leaves: Vec<Hash> = rows.iter().map(|row| Hash::leaf(row.get("leaf"))).collect();
    let mut edge = Edge::default();
    edge.append(&leaves);
    let newest = query::newest_checkpoint(&mut conn).await.unwrap();
    if let Some(newest) = newest {
        assert_eq!(newest.size, rows.len() as u64);
        assert_eq!(newest.root[..], edge.root().0[..]);
        let ids = Edge::tiles_of(newest.size).into_iter().map(|(id, _)| id).collect();
        let tiles: TileMap = query::tiles(&mut conn, &ids).await.unwrap();
        assert_eq!(Edge::load(newest.size, &tiles).unwrap(), edge);
    }
    for (nth, row) in rows.iter().enumerate() {
        assert_eq!(row.get::<i64, _>("log_index"), nth as i64, "places follow one another");
    }
    let mut next_seq: HashMap<Uuid, i64> = HashMap::new();
    for row in &rows {
        let next = next_seq.entry(row.get("org_id")).or_default();
        assert_eq!(row.get::<i64, _>("org_seq"), *next, "numbers within an organisation follow one another");
        *next += 1;
    }
    rows.iter().map(|row| (row.get("log_index"), row.get("org_id"), row.get("org_seq"), row.get("id"))).collect()
}

async fn pending(db: &Db) -> i64 {
    let mut conn = db.admin_conn().await;
    sqlx::query("select count(*) from audit_pending").fetch_one(&mut conn).await.unwrap().get(0)
}

#[tokio::test]
async fn events_of_all_organisations_go_into_one_tree() {
    let db = Db::new().await;
    let (ours, theirs) = (db.org("ours").await, db.org("theirs").await);
    let ledger = ledger(&db);
    assert_eq!(ledger.sequence_once().await.unwrap(), Sequenced::Nothing);
    commit(&db, ours, 3).await;
    commit(&db, theirs, 2).await;
    assert_eq!(ledger.sequence_once().await.unwrap(), Sequenced::Appended { events: 5, size: 5 });
    commit(&db, ours, 1).await;
    assert_eq!(ledger.sequence_once().await.unwrap(), Sequenced::Appended { events: 1, size: 6 });
    assert_eq!(ledger.sequence_once().await.unwrap(), Sequenced::Nothing);
    assert_eq!(pending(&db).await, 0);
    let log = whole_log(&db).await;
    assert_eq!(log.iter().filter(|(_, org, ..)| *org == ours.0).count(), 4);
    assert_eq!(log.iter().filter(|(_, org, ..)| *org == theirs.0).count(), 2);
}

/// The process is killed after all statements and before the commit.
#[tokio::test]
async fn what_was_not_committed_is_sequenced_again_and_once() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let ledger = ledger(&db);
    commit(&db, org, 4).await;
    ledger.sequence_once().await.unwrap();
    commit(&db, org, 5).await;
    let mut tx = db.store().system(SystemTask::SequenceAudit).await.unwrap();
    assert_eq!(ledger.sequence_in(&mut tx).await.unwrap(), Sequenced::Appended { events: 5, size: 9 });
    drop(tx);
    assert_eq!(pending(&db).await, 5);
    assert_eq!(whole_log(&db).await.len(), 4);
    assert_eq!(ledger.sequence_once().await.unwrap(), Sequenced::Appended { events: 5, size: 9 });
    assert_eq!(whole_log(&db).await.len(), 9);
    assert_eq!(pending(&db).await, 0);
}

/// The database's own process is killed under the sequencer.
#[tokio::test]
async fn a_connection_lost_midway_loses_and_repeats_nothing() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let ledger = ledger(&db);
    commit(&db, org, 3).await;
    let mut tx = db.store().system(SystemTask::SequenceAudit).await.unwrap();
    let backend: i32 = sqlx::query("select pg_backend_pid()").fetch_one(tx.conn()).await.unwrap().get(0);
    ledger.sequence_in(&mut tx).await.unwrap();
    sqlx::query("select pg_terminate_backend($1, 5000)")
        .bind(backend)
        .execute(&mut db.admin_conn().await)
        .await
        .unwrap();
    assert!(tx.commit_unaudited().await.is_err());
    assert_eq!(ledger.sequence_once().await.unwrap(), Sequenced::Appended { events: 3, size: 3 });
    assert_eq!(whole_log(&db).await.len(), 3);
}

/// Transactions do not commit in the order of their events' ids and times.
#[tokio::test]
async fn a_late_commit_of_an_early_event_is_not_passed_over() {
    let db = Db::new().await;
    let (slow_org, org) = (db.org("slow").await, db.org("ours").await);
    let ledger = ledger(&db);
    let mut slow = db.store().org(slow_org, Actor::SYSTEM).await.unwrap();
    let early = Uuid::from_u128(1);
    sqlx::query(
        "insert into audit_pending (org_id, id, at, actor_kind, action, outcome, payload, nonce)
         values ($1, $2, $3, 'system', 'test.early', 'success', '{}', $4)",
    )
    .bind(slow_org.0)
    .bind(early)
    .bind(slow.now() - chrono::TimeDelta::days(1))
    .bind(vec![0_u8; NONCE_BYTES])
    .execute(slow.conn())
    .await
    .unwrap();
    commit(&db, org, 2).await;
    assert_eq!(ledger.sequence_once().await.unwrap(), Sequenced::Appended { events: 2, size: 2 });
    slow.commit(audit::Entry::of("test.late")).await.unwrap();
    assert_eq!(ledger.sequence_once().await.unwrap(), Sequenced::Appended { events: 2, size: 4 });
    let log = whole_log(&db).await;
    assert!(log.iter().any(|(index, _, _, id)| *id == early && *index == 2));
}

#[tokio::test]
async fn one_sequencer_works_at_a_time() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let ledger = ledger(&db);
    commit(&db, org, 1).await;
    let mut tx = db.store().system(SystemTask::SequenceAudit).await.unwrap();
    ledger.sequence_in(&mut tx).await.unwrap();
    assert_eq!(ledger.sequence_once().await.unwrap(), Sequenced::Elsewhere);
    tx.commit_unaudited().await.unwrap();
    assert_eq!(ledger.sequence_once().await.unwrap(), Sequenced::Nothing);
}

/// Three nodes sequence while four others write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_sequencers_make_one_tree() {
    let db = Db::new().await;
    let mut orgs = Vec::new();
    for name in ["a", "b", "c", "d"] {
        orgs.push(db.org(name).await);
    }
    let ledger = ledger(&db);
    let done = CancellationToken::new();
    let nodes: Vec<_> = (0..3)
        .map(|_| {
            let (ledger, done) = (ledger.clone(), done.clone());
            tokio::spawn(async move {
                let mut events = 0;
                loop {
                    // Read before the run, so that the last run sees all that was committed.
                    let last = done.is_cancelled();
                    match ledger.sequence_once().await.unwrap() {
                        Sequenced::Appended { events: more, .. } => events += more,
                        Sequenced::Nothing if last => return events,
                        _ => tokio::task::yield_now().await,
                    }
                }
            })
        })
        .collect();
    tokio::join!(
        commit(&db, orgs[0], 60),
        commit(&db, orgs[1], 60),
        commit(&db, orgs[2], 60),
        commit(&db, orgs[3], 60)
    );
    done.cancel();
    let mut events = 0;
    for node in nodes {
        events += node.await.unwrap();
    }
    assert_eq!(events, 240);
    assert_eq!(whole_log(&db).await.len(), 240);
    assert_eq!(pending(&db).await, 0);
}

/// Claim 108: an event can be proved within five seconds of its commit.
#[tokio::test]
async fn the_running_sequencer_is_in_time() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let (ledger, shutdown) = (ledger(&db), CancellationToken::new());
    let running = tokio::spawn({
        let (ledger, shutdown) = (ledger.clone(), shutdown.clone());
        async move { ledger.run(shutdown).await }
    });
    commit(&db, org, 1).await;
    let committed = Instant::now();
    loop {
        let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
        let page = list(&mut tx, &AuditFilter::default()).await.unwrap();
        tx.done_reading().await.unwrap();
        if page.items.len() == 1 {
            break;
        }
        assert!(committed.elapsed() < Duration::from_secs(5), "not in the log after five seconds");
    }
    shutdown.cancel();
    running.await.unwrap();
}

/// The sequencer does not sign over a log that was changed behind its back.
/// An older state of the checkpoints, as after a partial restore: going on from it would sign a second history over
/// places that are taken, and a key of this installation would vouch for both.
#[tokio::test]
async fn a_log_that_was_cut_is_not_forked() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let ledger = ledger(&db);
    for _ in 0..2 {
        commit(&db, org, 3).await;
        ledger.sequence_once().await.unwrap();
    }
    commit(&db, org, 1).await;
    let mut conn = db.admin_conn().await;
    for cut in ["delete from ledger_checkpoint where size = 6", "delete from ledger_checkpoint"] {
        sqlx::query(cut).execute(&mut conn).await.unwrap();
        let refused = ledger.sequence_once().await;
        assert!(matches!(refused, Err(LedgerError::Tampered(_))), "{cut}: {refused:?}");
    }
    assert_eq!(pending(&db).await, 1, "nothing is lost");
}

#[tokio::test]
async fn a_changed_log_is_not_signed_over() {
    let changes = [
        "update ledger_tile set hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1)",
        "delete from ledger_tile",
        "update ledger_tile set hashes = substr(hashes, 1, 70)",
        "update ledger_checkpoint set root = set_byte(root, 0, get_byte(root, 0) # 1)",
        "update ledger_checkpoint set note = replace(note, E'\\n3\\n', E'\\n2\\n')",
        "update ledger_checkpoint set size = 2",
    ];
    for change in changes {
        let db = Db::new().await;
        let org = db.org("ours").await;
        let ledger = ledger(&db);
        commit(&db, org, 3).await;
        ledger.sequence_once().await.unwrap();
        db.as_owner(change).await;
        commit(&db, org, 1).await;
        let refused = ledger.sequence_once().await;
        assert!(matches!(refused, Err(LedgerError::Tampered(_))), "{change}: {refused:?}");
        assert_eq!(pending(&db).await, 1, "the event waits");
    }
}

#[tokio::test]
#[ignore = "a measurement"]
async fn sequence_rate() {
    const EVENTS: i64 = 100_000;
    let db = Db::new().await;
    for name in 0..50 {
        db.org(&name.to_string()).await;
    }
    let mut conn = db.admin_conn().await;
    sqlx::query(
        "insert into audit_pending (org_id, id, at, actor_kind, actor_id, action, object_kind, object_id, outcome,
                                    request_id, payload, nonce)
         select o.ids[1 + n % 50], gen_random_uuid(), now() + n * interval '1 microsecond', 'user', gen_random_uuid(),
                'lead.edited', 'lead', gen_random_uuid(), 'success', gen_random_uuid(),
                jsonb_build_object('fields', jsonb_build_array('title', 'company'), 'n', n),
                decode(md5(n::text), 'hex')
         from generate_series(1, $1) n, (select array_agg(org_id) ids from org where org_id <> $2) o",
    )
    .bind(EVENTS)
    .bind(OrgId::PLATFORM.0)
    .execute(&mut conn)
    .await
    .unwrap();
    let ledger = ledger(&db);
    let began = Instant::now();
    ledger.drain(&CancellationToken::new()).await.unwrap();
    let took = began.elapsed();
    println!("{EVENTS} events in {took:?}: {:.0}/s", EVENTS as f64 / took.as_secs_f64());
    assert_eq!(pending(&db).await, 0);
    assert_eq!(whole_log(&db).await.len(), EVENTS as usize);
}
