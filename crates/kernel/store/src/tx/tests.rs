use std::collections::HashSet;

use futures::future::join_all;
use plumb_base::OrgId;
use sqlx::Row as _;

use crate::testing::Db;
use crate::{Actor, Store, StoreError, SystemTask, audit};

async fn names(store: &Store, org: OrgId) -> Vec<String> {
    let mut tx = store.org(org, Actor::SYSTEM).await.unwrap();
    let rows = sqlx::query("select name from org").fetch_all(tx.conn()).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn an_organisation_sees_its_own_rows_only() {
    let db = Db::new().await;
    let (ours, theirs) = (db.org("ours").await, db.org("theirs").await);
    assert_eq!(names(db.store(), ours).await, ["ours"]);
    assert_eq!(names(db.store(), theirs).await, ["theirs"]);
    assert_eq!(names(db.store(), OrgId::fresh()).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_row_cannot_be_written_for_another_organisation() {
    let db = Db::new().await;
    let (ours, theirs) = (db.org("ours").await, db.org("theirs").await);
    let mut tx = db.store().org(ours, Actor::SYSTEM).await.unwrap();
    let refused = sqlx::query(
        "insert into import (org_id, id, file_name, state, created_at) values ($1, $2, 'x', 'draft', now())",
    )
    .bind(theirs.0)
    .bind(OrgId::fresh().0)
    .execute(tx.conn())
    .await;
    assert!(refused.unwrap_err().to_string().contains("row-level security"));
}

#[tokio::test]
async fn many_tasks_on_few_connections_never_see_a_foreign_row() {
    let db = Db::new().await;
    let mut orgs = Vec::new();
    for n in 0..20 {
        let name = format!("org {n}");
        orgs.push((db.org(&name).await, name));
    }
    let tasks = (0..600).map(|n| {
        let (store, (org, name)) = (db.store().clone(), orgs[n % 20].clone());
        async move {
            let read = tokio::spawn(async move { names(&store, org).await });
            if n % 7 == 0 {
                // Cancelled in flight: the connection goes back to the pool in whatever state it is.
                read.abort();
                return None;
            }
            Some((read.await.unwrap(), name))
        }
    });
    let read: Vec<_> = join_all(tasks).await.into_iter().flatten().collect();
    assert!(read.len() > 500);
    for (seen, name) in read {
        assert_eq!(seen, [name]);
    }
}

#[tokio::test]
async fn a_commit_writes_its_entry_and_a_drop_writes_nothing() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
    sqlx::query("update org set name = 'dropped'").execute(tx.conn()).await.unwrap();
    drop(tx);
    assert_eq!(names(db.store(), org).await, ["ours"]);
    let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
    sqlx::query("update org set name = 'kept'").execute(tx.conn()).await.unwrap();
    tx.commit(audit::Entry::of("org.renamed").on("org", org.0)).await.unwrap();
    assert_eq!(names(db.store(), org).await, ["kept"]);

    let mut system = db.store().system(SystemTask::SequenceAudit).await.unwrap();
    let rows = sqlx::query("select action, actor_kind from audit_pending where org_id = $1")
        .bind(org.0)
        .fetch_all(system.conn())
        .await
        .unwrap();
    let written: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(written, [("org.renamed".to_owned(), "system".to_owned())]);
}

#[tokio::test]
async fn the_application_cannot_read_or_change_the_outbox() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    for sql in [
        "select 1 from audit_pending",
        "update audit_pending set action = 'x'",
        "delete from audit_pending",
        "truncate audit_pending",
        "delete from audit_entry",
        "select 1 from app_user",
        "select 1 from session",
    ] {
        let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
        let refused = sqlx::query(sql).execute(tx.conn()).await;
        assert!(refused.unwrap_err().to_string().contains("permission denied"), "{sql}");
    }
}

#[tokio::test]
async fn an_opt_out_cannot_be_committed_without_its_entry() {
    let db = Db::new().await;
    let tx = db.store().system(SystemTask::Suppress).await.unwrap();
    assert!(matches!(tx.commit_unaudited().await, Err(StoreError::Unfit(_))));
}

#[tokio::test]
async fn rates_hold_exactly_under_concurrency() {
    let db = Db::new().await;
    let asks = (0..100).map(|_| db.store().rate_limit("one key", std::time::Duration::from_hours(1), 5));
    let allowed =
        join_all(asks).await.into_iter().filter(|answer| matches!(answer, Ok(crate::RateDecision::Allowed))).count();
    assert_eq!(allowed, 5);
    let other = db.store().rate_limit("another key", std::time::Duration::from_hours(1), 1).await.unwrap();
    assert_eq!(other, crate::RateDecision::Allowed);
    let kept: HashSet<String> = sqlx::query_scalar("select key from rate_limit")
        .fetch_all(&mut db.admin_conn().await)
        .await
        .unwrap()
        .into_iter()
        .collect();
    assert!(kept.iter().all(|key| !key.contains("key")), "keys are kept as hashes");
}

#[tokio::test]
async fn another_master_key_is_refused_before_anything_changes() {
    let db = Db::new().await;
    let config = crate::StoreConfig { admin: db.admin().clone(), connections_max: 2 };
    let refused = Store::open(config, plumb_vault::Keys::generate(), plumb_base::Clock::System).await;
    assert!(refused.unwrap_err().to_string().contains("master key is not the one"));
    assert!(db.store().ping().await.is_ok());
}

/// A request whose client goes away is dropped wherever it stands, also while its transaction is being begun. What comes
/// next on that connection must not find itself inside that transaction.
#[tokio::test]
async fn a_beginning_that_was_given_up_leaves_no_open_transaction() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let config = crate::StoreConfig { admin: db.admin().clone(), connections_max: 1 };
    let (store, _) = Store::open(config, db.store().keys().clone(), plumb_base::Clock::System).await.unwrap();
    let mut watch = db.admin_conn().await;
    for polls in 1..40 {
        {
            let mut beginning = std::pin::pin!(store.org(org, Actor::SYSTEM));
            for _ in 0..polls {
                if futures::poll!(&mut beginning).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        store.rate_limit(&format!("key {polls}"), std::time::Duration::from_hours(1), 5).await.unwrap();
        let kept: i64 = sqlx::query_scalar("select count(*) from rate_limit").fetch_one(&mut watch).await.unwrap();
        assert_eq!(kept, polls, "what was counted after {polls} polls is not committed");
    }
}

#[tokio::test]
async fn a_second_installation_on_one_server_is_refused() {
    let db = Db::new().await;
    let mut admin = db.admin_conn().await;
    let fresh = format!("fresh_{}", OrgId::fresh().0.simple());
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {fresh}"))).execute(&mut admin).await.unwrap();
    let config = crate::StoreConfig { admin: db.admin().clone().database(&fresh), connections_max: 2 };
    let refused = Store::open(config, plumb_vault::Keys::generate(), plumb_base::Clock::System).await;
    assert!(refused.unwrap_err().to_string().contains("another installation"));
    assert!(db.store().ping().await.is_ok(), "the first one is not locked out");
}

#[tokio::test]
async fn an_entry_keeps_whatever_is_in_it() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let hostile = "it's $$ $q$ \\' \"; rollback; -- \u{1f600}\n'); drop table lead; --";
    let tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
    tx.commit(audit::Entry::of("test.hostile").with(hostile, hostile)).await.unwrap();
    let kept: serde_json::Value = sqlx::query_scalar("select payload from audit_pending where action = 'test.hostile'")
        .fetch_one(&mut db.admin_conn().await)
        .await
        .unwrap();
    assert_eq!(kept[hostile], hostile);
    assert!(db.store().catalogue_defects().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_transaction_that_failed_before_cannot_be_committed() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
    sqlx::query("update org set name = 'changed'").execute(tx.conn()).await.unwrap();
    sqlx::query("select 1 / 0").execute(tx.conn()).await.unwrap_err();
    tx.commit(audit::Entry::of("test.failed")).await.unwrap_err();
    assert_eq!(names(db.store(), org).await, ["ours"]);
}
