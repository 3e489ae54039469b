use http::StatusCode;
use serde_json::json;

use super::*;
use crate::testing::World;

#[tokio::test]
async fn files_go_after_30_days_and_lines_after_90() {
    let world = World::new().await;
    world.people(3).await;
    let (export, _) = world.exported(&json!({})).await;
    let path = format!("/api/v1/exports/{}", export["id"].as_str().unwrap());
    let content = format!("{path}/content");
    world.ended_ago("29 days 23 hours 59 minutes").await;
    assert_eq!(sweep(world.db.store()).await.unwrap(), Swept::default());
    assert_eq!(world.get(&content).await.status, StatusCode::OK, "on the thirtieth day it is there");
    world.ended_ago("1 minute").await;
    let gone = world.get(&content).await;
    assert_eq!(gone.status, StatusCode::GONE, "also before the sweep");
    assert!(gone.text.contains("30 days"));
    assert!(world.get(&path).await.json()["links"]["content"].is_null());
    assert_eq!(sweep(world.db.store()).await.unwrap(), Swept { contents: 1, ..Swept::default() });
    assert_eq!(world.count("select count(*) from export_piece").await, 0);
    assert_eq!(world.get(&content).await.status, StatusCode::GONE);
    assert_eq!(sweep(world.db.store()).await.unwrap(), Swept::default(), "once");
    world.ended_ago("59 days 23 hours").await;
    assert_eq!(sweep(world.db.store()).await.unwrap(), Swept::default());
    assert_eq!(world.get(&path).await.json()["rows_out"], 3, "the line is there for 90");
    world.ended_ago("1 hour").await;
    assert_eq!(sweep(world.db.store()).await.unwrap(), Swept { lines: 1, ..Swept::default() });
    assert_eq!(world.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_export_whose_job_was_put_aside_says_so() {
    let world = World::new().await;
    world.people(9).await;
    let path = world.asked(&json!({})).await;
    assert_eq!(sweep(world.db.store()).await.unwrap(), Swept::default(), "its job waits");
    assert!(!world.work(2).await.is_empty(), "killed midway and put aside");
    assert_eq!(sweep(world.db.store()).await.unwrap(), Swept { stopped: 1, ..Swept::default() });
    let export = world.get(&path).await.json();
    assert_eq!(export["state"], "failed");
    assert!(export["error"].as_str().unwrap().contains("not taken up again"));
    assert_eq!(world.count("select count(*) from export_piece").await, 0);
}
