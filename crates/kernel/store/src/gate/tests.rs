//! The gate is broken on purpose, one way at a time: a gate that has never gone red proves nothing.

use crate::testing::Db;

/// A defect to plant, and a word of the clause that must name it.
const PLANTED: &[(&str, &str)] = &[
    ("alter table lead disable row level security", "no row-level security"),
    ("alter table lead no force row level security", "not forced"),
    ("drop policy tenant on lead", "without a policy"),
    ("create table n (id uuid primary key, org_id uuid); call tenant_table('n')", "may be null"),
    ("create table loose (id uuid primary key)", "not on the list"),
    (
        "drop policy tenant on lead; create policy tenant on lead to plumb_app using (true) with check (true)",
        "is not org_id = app_org()",
    ),
    (
        "create policy second on lead to plumb_app using (org_id = app_org()) with check (org_id = app_org())",
        "more than one permissive",
    ),
    ("create policy wide on lead to plumb_system using (true) with check (true)", "not open to"),
    ("create policy public_one on lead using (org_id = app_org()) with check (org_id = app_org())", "not open to"),
    ("create view peek as select * from lead", "security_invoker"),
    (
        "create materialized view heap as select org_id from lead; grant select on heap to plumb_app",
        "materialised view",
    ),
    ("create unique index oracle on lead (email)", "does not begin with org_id"),
    ("create table pk (domain text primary key, org_id uuid not null); call tenant_table('pk')", "primary key"),
    (
        "alter table verification add constraint lone foreign key (id) references import_lone (id)",
        "accepts another tenant",
    ),
    ("create function definer() returns int language sql security definer as 'select 1'", "SECURITY DEFINER"),
    ("grant truncate on lead to plumb_app", "TRUNCATE"),
    ("grant update on audit_entry to plumb_app", "the log can be changed"),
    ("grant update (payload) on audit_entry to plumb_system", "the log can be changed"),
    ("grant delete on audit_pending to plumb_app", "the log can be changed"),
    ("grant update (payload) on audit_pending to plumb_auth", "the log can be changed"),
    ("grant delete on ledger_tile to plumb_app", "the log can be changed"),
    ("grant select on app_user to plumb_app", "for another role alone"),
    ("grant select (email) on app_user to plumb_system", "for another role alone"),
    ("grant select on auth_token to public", "for another role alone"),
    ("grant delete on suppression to plumb_app", "opt-outs can be taken back"),
    ("create or replace function app_org() returns uuid language sql stable as 'select null::uuid'", "app_org"),
    ("create sequence counter; grant select on sequence counter to plumb_app", "sequence"),
    ("create schema other; create table other.t (org_id uuid not null)", "no row-level security"),
    ("alter default privileges grant select on tables to plumb_app", "default privileges"),
];

#[tokio::test]
async fn the_schema_has_no_defect() {
    let db = Db::new().await;
    assert_eq!(db.store().catalogue_defects().await.unwrap(), []);
}

#[tokio::test]
async fn every_planted_defect_is_found() {
    let db = Db::new().await;
    db.as_owner(
        "create table import_lone (id uuid primary key, org_id uuid not null); call tenant_table('import_lone')",
    )
    .await;
    let mut missed = Vec::new();
    for (plant, word) in PLANTED {
        let found = db.defects_with(plant).await;
        if !found.iter().any(|defect| defect.clause.contains(word)) {
            missed.push(format!("{plant} → {found:?}"));
        }
    }
    assert_eq!(missed, Vec::<String>::new(), "{} of {} missed", missed.len(), PLANTED.len());
}

#[tokio::test]
async fn a_role_that_could_see_everything_is_found() {
    let db = Db::new().await;
    for (plant, word) in [
        ("alter role plumb_app bypassrls", "bypasses row-level security"),
        ("grant plumb_owner to plumb_app", "member of another role"),
        ("grant create on schema public to plumb_app", "may create"),
        ("alter table lead owner to plumb_app", "owns it"),
    ] {
        let found = db.defects_as_admin(plant).await;
        assert!(found.iter().any(|defect| defect.clause.contains(word)), "{plant} → {found:?}");
    }
}
