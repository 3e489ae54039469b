use sqlx::ConnectOptions as _;

use crate::testing::Db;
use crate::{MIGRATIONS, StoreError, migrate, roles};

async fn migrate_with(extra: &'static str) -> Result<Vec<&'static str>, StoreError> {
    let db = Db::new().await;
    let mut all = MIGRATIONS.to_vec();
    all.push(("9999_test", extra));
    migrate(&mut db.admin_conn().await, &all).await.map(|done| done.applied)
}

#[tokio::test]
async fn a_second_run_applies_nothing() {
    let db = Db::new().await;
    assert_eq!(migrate(&mut db.admin_conn().await, MIGRATIONS).await.unwrap().applied, Vec::<&str>::new());
}

#[tokio::test]
async fn an_undeclared_column_fails_its_migration() {
    for ddl in [
        "alter table lead add column nickname text",
        "alter table lead add column photo bytea",
        "alter table lead add column notes jsonb",
        "alter table lead add column born date",
        "alter table lead add column ip inet",
        "create table diary (id uuid primary key, entry text)",
        "create materialized view copied as select org_id, email from lead",
        "create view shown with (security_invoker = true) as select org_id, email as address from lead",
        "create domain number_of as bigint; alter table lead add column mobile number_of",
        "create type mood as enum ('good'); alter table lead add column mood mood",
        "alter table lead add column nicknames text[]",
        "alter table lead add column initials text generated always as (left(first_name, 1)) stored",
    ] {
        let error = migrate_with(ddl).await.expect_err(ddl).to_string();
        assert!(error.contains("undeclared"), "{ddl}: {error}");
    }
}

#[tokio::test]
async fn a_failed_migration_leaves_nothing() {
    let db = Db::new().await;
    let mut all = MIGRATIONS.to_vec();
    all.push(("9999_test", "alter table lead add column nickname text"));
    migrate(&mut db.admin_conn().await, &all).await.unwrap_err();
    let columns: i64 =
        sqlx::query_scalar("select count(*) from information_schema.columns where column_name = 'nickname'")
            .fetch_one(&mut db.admin_conn().await)
            .await
            .unwrap();
    assert_eq!(columns, 0);
}

#[tokio::test]
async fn a_declared_or_harmless_column_is_fine() {
    let declared = "alter table lead add column nickname text; call declare_personal('lead', 'person.name', 'greeting', '24 months', 'lead.id', 'nickname')";
    assert_eq!(migrate_with(declared).await.unwrap(), ["9999_test"]);
    assert_eq!(migrate_with("alter table lead add column opened integer").await.unwrap(), ["9999_test"]);
}

#[tokio::test]
async fn a_declaration_without_its_column_fails() {
    let error = migrate_with("call declare_none('lead', 'nothing', 'no_such_column')").await.unwrap_err().to_string();
    assert!(error.contains("there is no such column"), "{error}");
}

#[tokio::test]
async fn a_changed_migration_and_a_newer_database_are_refused() {
    let db = Db::new().await;
    let mut changed = MIGRATIONS.to_vec();
    changed[0].1 = "select 1";
    let error = migrate(&mut db.admin_conn().await, &changed).await.unwrap_err().to_string();
    assert!(error.contains("has changed"), "{error}");
    let error = migrate(&mut db.admin_conn().await, &MIGRATIONS[..3]).await.unwrap_err().to_string();
    assert!(error.contains("newer plumb"), "{error}");
}

/// What an extension brings is not ours to declare: watching a database is usual.
#[tokio::test]
async fn an_extension_beside_us_is_no_matter() {
    let db = Db::new().await;
    sqlx::query("create extension pg_stat_statements").execute(&mut db.admin_conn().await).await.unwrap();
    let mut all = MIGRATIONS.to_vec();
    all.push(("9999_test", "alter table lead add column opened integer"));
    assert_eq!(migrate(&mut db.admin_conn().await, &all).await.unwrap().applied, ["9999_test"]);
    assert_eq!(db.store().catalogue_defects().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_at_once_on_an_empty_database_do_not_meet() {
    let db = Db::new().await;
    sqlx::query("create database empty_one").execute(&mut db.admin_conn().await).await.unwrap();
    let start = || {
        let (admin, keys) = (db.admin().clone().database("empty_one"), db.store().keys().clone());
        tokio::spawn(async move {
            let mut admin = admin.connect().await.unwrap();
            roles::ensure(&mut admin, &keys).await.unwrap();
            migrate(&mut admin, MIGRATIONS).await.unwrap().applied.len()
        })
    };
    let mut applied = Vec::new();
    for node in futures::future::join_all((0..4).map(|_| start())).await {
        applied.push(node.unwrap());
    }
    applied.sort_unstable();
    assert_eq!(applied, [0, 0, 0, MIGRATIONS.len()], "one node does it, and the others wait");
}
