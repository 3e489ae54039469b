use chrono::{TimeDelta, TimeZone as _, Utc};
use plumb_base::{Clock, ImportId};
use serde_json::json;

use super::*;
use crate::testing::{World, people};

fn clock() -> Clock {
    Clock::frozen(Utc.with_ymd_and_hms(2026, 11, 1, 12, 0, 0).single().expect("a moment"))
}

const KEPT: &str = "select (select count(*) from import_chunk) + (select count(*) from import_reject)
                         + (select count(*) from import where file_name <> '' or preview_sealed is not null)";

#[tokio::test]
async fn files_and_error_files_go_30_days_after_the_end_and_not_before() {
    let clock = clock();
    let world = World::with(clock.clone(), |source| source).await;
    let import = world.queued(people(20).as_bytes()).await;
    assert!(world.work(usize::MAX).await.is_empty());
    let draft = crate::testing::id(&world.upload(people(2).as_bytes()).await.json());
    clock.advance(TimeDelta::days(30));
    assert_eq!(sweep(world.db.store()).await.expect("sweeps"), Swept::default(), "day 30 is within");
    assert!(world.get(&format!("/api/v1/imports/{import}/rejects.csv")).await.text.contains("nothing_to_identify"));
    clock.advance(TimeDelta::seconds(1));
    let swept = sweep(world.db.store()).await.expect("sweeps");
    assert_eq!(swept, Swept { expired: 2, ..Swept::default() });
    assert_eq!(world.count(KEPT).await, 0);
    assert_eq!(world.count("select count(*) from lead").await, 16, "leads stay");
    let import = world.import(import).await;
    assert_eq!(
        (&import["state"], &import["rows_read"], &import["file_name"]),
        (&json!("done"), &json!(20), &json!(""))
    );
    let draft = world.import(draft).await;
    assert_eq!(draft["state"], "cancelled");
    assert_eq!(draft["error"], "It was not started within 30 days. Nothing was imported.");
    assert_eq!(sweep(world.db.store()).await.expect("sweeps"), Swept::default(), "once");
}

#[tokio::test]
async fn an_upload_left_behind_by_a_killed_server_is_given_up() {
    let clock = clock();
    let world = World::with(clock.clone(), |source| source).await;
    let import = ImportId::fresh();
    let mut tx = world.tx().await;
    query::begin(&mut tx, import, "list.csv", None).await.expect("begins");
    assert!(query::keep_chunks(&mut tx, import, 0, &[vec![1], vec![2]], 2).await.expect("keeps"));
    tx.commit(audit::Entry::of("import.received")).await.expect("commits");
    clock.advance(TimeDelta::minutes(4));
    assert_eq!(sweep(world.db.store()).await.expect("sweeps"), Swept::default(), "it may be silent for a while");
    let mut tx = world.tx().await;
    assert!(query::keep_chunks(&mut tx, import, 2, &[vec![3]], 3).await.expect("keeps"));
    tx.commit(audit::Entry::of("import.received")).await.expect("commits");
    clock.advance(TimeDelta::minutes(4));
    assert_eq!(sweep(world.db.store()).await.expect("sweeps"), Swept::default(), "it went on");
    clock.advance(TimeDelta::minutes(2));
    let swept = sweep(world.db.store()).await.expect("sweeps");
    assert_eq!(swept, Swept { uploads: 1, ..Swept::default() });
    let failed = world.import(import).await;
    assert_eq!(failed["state"], "failed");
    assert!(failed["error"].as_str().is_some_and(|error| error.ends_with("Upload the file again.")), "{failed}");
    assert_eq!(world.count("select count(*) from import_chunk").await, 0);
    let mut tx = world.tx().await;
    assert!(!query::keep_chunks(&mut tx, import, 3, &[], 3).await.expect("asks"), "a late piece finds it given up");
    tx.done_reading().await.expect("ends");
}

#[tokio::test]
async fn a_server_that_starts_alone_gives_up_what_it_left_behind() {
    let world = World::new().await;
    let import = ImportId::fresh();
    let mut tx = world.tx().await;
    query::begin(&mut tx, import, "list.csv", None).await.expect("begins");
    tx.commit(audit::Entry::of("import.upload_begun")).await.expect("commits");
    let draft = crate::testing::id(&world.upload(people(2).as_bytes()).await.json());
    assert_eq!(sweep(world.db.store()).await.expect("sweeps"), Swept::default(), "it may still go on elsewhere");
    assert_eq!(give_up_uploads(world.db.store()).await.expect("gives up"), 1);
    assert_eq!(world.import(import).await["state"], "failed");
    assert_eq!(world.import(draft).await["state"], "draft");
    assert_eq!(give_up_uploads(world.db.store()).await.expect("gives up"), 0);
}

#[tokio::test]
async fn an_import_whose_job_was_put_aside_says_so() {
    let world = World::new().await;
    let import = world.queued(people(50).as_bytes()).await;
    assert_eq!(sweep(world.db.store()).await.expect("sweeps"), Swept::default(), "its job waits");
    assert!(!world.work(2).await.is_empty(), "killed midway and put aside");
    let swept = sweep(world.db.store()).await.expect("sweeps");
    assert_eq!(swept, Swept { stopped: 1, ..Swept::default() });
    let import = world.import(import).await;
    assert_eq!(import["state"], "failed");
    assert!(import["error"].as_str().is_some_and(|error| error.starts_with("The work on it stopped")), "{import}");
}
