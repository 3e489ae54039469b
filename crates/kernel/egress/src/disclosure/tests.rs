use std::time::Instant;

use plumb_base::{Clock, DisclosureId, OrgId};
use plumb_store::testing::Db;
use plumb_store::{Actor, Store};
use uuid::Uuid;

use super::{Disclosure, MEMORY_RECORDS_MAX, Recorder, Subject};
use crate::error::EgressError;
use crate::outgoing::FieldClass;
use crate::register::{MAILBOX_HOSTS, Region};

fn disclosure(org: OrgId) -> Disclosure {
    Disclosure {
        id: DisclosureId::fresh(),
        at: Clock::System.now(),
        org,
        destination: MAILBOX_HOSTS,
        host: "mx.example.com".to_owned(),
        region: Region::Recipient,
        classes: vec![FieldClass::Domain, FieldClass::Email],
        subject: Some(Subject { kind: "lead", id: Uuid::from_u128(7) }),
        purpose: "verify.mailbox",
        direction: None,
    }
}

async fn count(store: &Store, org: OrgId) -> i64 {
    let mut tx = store.org(org, Actor::SYSTEM).await.unwrap();
    let count =
        sqlx::query_scalar!(r#"select count(*) as "count!" from disclosure"#).fetch_one(tx.conn()).await.unwrap();
    tx.done_reading().await.unwrap();
    count
}

#[tokio::test]
async fn a_record_is_committed_when_the_call_may_go() {
    let db = Db::new().await;
    let (ours, theirs) = (db.org("ours").await, db.org("theirs").await);
    let recorder = Recorder::database(db.store().clone());
    let record = disclosure(ours);
    recorder.record(record.clone()).await.unwrap();

    let mut tx = db.store().org(ours, Actor::SYSTEM).await.unwrap();
    let row = sqlx::query!(
        "select id, at, destination, host, region, classes, subject_kind, subject_id, purpose, direction_id from disclosure"
    )
    .fetch_one(tx.conn())
    .await
    .unwrap();
    tx.done_reading().await.unwrap();
    assert_eq!((row.id, row.at), (record.id.0, record.at));
    assert_eq!(
        (row.destination.as_str(), row.host.as_str(), row.region.as_str()),
        ("mailbox-hosts", "mx.example.com", "recipient")
    );
    assert_eq!(row.classes, ["domain", "email"]);
    assert_eq!((row.subject_kind.as_str(), row.subject_id), ("lead", Some(Uuid::from_u128(7))));
    assert_eq!((row.purpose.as_str(), row.direction_id), ("verify.mailbox", None));
    assert_eq!(count(db.store(), theirs).await, 0, "another organisation sees nothing");
}

#[tokio::test]
async fn an_organisation_that_is_no_more_stops_only_its_own_calls() {
    let db = Db::new().await;
    let ours = db.org("ours").await;
    let recorder = Recorder::database(db.store().clone());
    let calls = (0..40).map(|n| {
        let recorder = recorder.clone();
        let org = if n == 17 { OrgId::fresh() } else { ours };
        tokio::spawn(async move { (n, recorder.record(disclosure(org)).await) })
    });
    let calls: Vec<_> = calls.collect();
    for call in calls {
        let (n, result) = call.await.unwrap();
        assert_eq!(result.is_err(), n == 17, "call {n}: {result:?}");
    }
    assert_eq!(count(db.store(), ours).await, 39);
}

#[tokio::test]
async fn without_a_database_nothing_goes() {
    let db = Db::new().await;
    let ours = db.org("ours").await;
    let recorder = Recorder::database(db.store().clone());
    db.store().close().await;
    let refused = recorder.record(disclosure(ours)).await.unwrap_err();
    assert!(matches!(refused, EgressError::NotRecorded(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_records_share_a_commit() {
    let db = Db::new().await;
    let ours = db.org("ours").await;
    let recorder = Recorder::database(db.store().clone());
    let began = Instant::now();
    let callers = (0..128).map(|_| {
        let recorder = recorder.clone();
        tokio::spawn(async move {
            for _ in 0..32 {
                recorder.record(disclosure(ours)).await.unwrap();
            }
        })
    });
    let callers: Vec<_> = callers.collect();
    for caller in callers {
        caller.await.unwrap();
    }
    println!("{:.0} records/s", 4096.0 / began.elapsed().as_secs_f64());
    assert_eq!(count(db.store(), ours).await, 4096);
    let mut tx = db.store().org(ours, Actor::SYSTEM).await.unwrap();
    let commits = sqlx::query_scalar!(r#"select count(distinct xmin::text) as "count!" from disclosure"#)
        .fetch_one(tx.conn())
        .await
        .unwrap();
    tx.done_reading().await.unwrap();
    assert!(commits < 4096 / 8, "{commits} commits");
}

#[tokio::test]
async fn memory_keeps_the_newest() {
    let recorder = Recorder::memory();
    let org = OrgId::fresh();
    let first = disclosure(org);
    recorder.record(first.clone()).await.unwrap();
    assert_eq!(recorder.kept().unwrap(), std::slice::from_ref(&first));
    for _ in 0..MEMORY_RECORDS_MAX {
        recorder.record(disclosure(org)).await.unwrap();
    }
    let kept = recorder.kept().unwrap();
    assert_eq!(kept.len(), MEMORY_RECORDS_MAX);
    assert!(!kept.contains(&first));
}
