//! The clock jumps, to and fro: what depends on the time follows it, and no row is lost or doubled.

use chrono::{TimeDelta, TimeZone as _, Utc};
use http::{Method, StatusCode};
use plumb::config::Config;
use plumb_base::Clock;
use plumb_store::job;
use plumb_testworld::World;
use plumb_testworld::demo::Truth;
use serde_json::json;

use crate::app::{App, From};
use crate::flow::{impatient, pointed_at, somebody};

#[tokio::test]
async fn a_session_ends_by_the_clock_and_stays_ended() {
    let clock = Clock::frozen(Utc.with_ymd_and_hms(2026, 1, 5, 9, 0, 0).unwrap());
    let app = App::new(clock.clone()).await;
    let (_, user) = app.org("Ours", "owner@example.com").await;
    let browser = app.browser(user).await;
    let status = async || app.get("/api/v1/me", From::Browser(&browser)).await.status;
    assert_eq!(status().await, StatusCode::OK);
    clock.advance(TimeDelta::hours(-3));
    assert_eq!(status().await, StatusCode::OK, "a clock that was put back signs nobody out");
    clock.advance(TimeDelta::hours(3) + TimeDelta::minutes(plumb_identity::SESSION_IDLE_MINUTES - 1));
    assert_eq!(status().await, StatusCode::OK, "used within the hour, it lives on");
    clock.advance(TimeDelta::minutes(plumb_identity::SESSION_IDLE_MINUTES + 1));
    assert_eq!(status().await, StatusCode::UNAUTHORIZED, "unused for an hour");
    let second = app.browser(user).await;
    let mut hours = 0;
    while app.get("/api/v1/me", From::Browser(&second)).await.status == StatusCode::OK {
        clock.advance(TimeDelta::minutes(30));
        hours += 1;
        assert!(hours <= 2 * plumb_identity::SESSION_HOURS_MAX, "however busy, it ends");
    }
    assert_eq!(hours, 2 * plumb_identity::SESSION_HOURS_MAX);
    eprintln!("clock: a session ended after an hour without use, and after {} hours of use", hours / 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_runs_out_by_the_clock() {
    let start = Utc.with_ymd_and_hms(2026, 1, 5, 9, 0, 0).unwrap();
    let clock = Clock::frozen(start);
    let world = World::demo().await.expect("an internet");
    let config = Config { ..pointed_at(&world) };
    let app = App::with(clock.clone(), &config, impatient()).await;
    let (_, user) = app.org("Ours", "owner@example.com").await;
    let domains = ["lanternworks.example", "musterwerk.example", "kiezelhof.example", "quillstone.test"];
    let mut list = vec!["Name,Email,Company".to_owned()];
    for (n, domain) in domains.iter().enumerate() {
        list.push(format!("Person{n} Example,{},Company {n}", somebody(domain, Truth::Deliverable, 1)));
    }
    let browser = app.browser(user).await;
    let draft = app.upload("/api/v1/imports", From::Browser(&browser), &list.join("\n")).await;
    assert_eq!(draft.status, StatusCode::CREATED, "{draft:?}");
    let id = draft.json()["id"].as_str().expect("an id").to_owned();
    let started =
        app.api(Method::POST, &format!("/api/v1/imports/{id}/start"), From::Browser(&browser), &json!({})).await;
    assert_eq!(started.status, StatusCode::OK, "{started:?}");
    let (ran, failed) = job::drain(app.db.store(), &app.jobs).await.expect("the jobs run");
    assert!(failed.is_empty(), "{failed:?}");

    let usable = async || {
        let browser = app.browser(user).await;
        let asked = app.api(Method::POST, "/api/v1/exports", From::Browser(&browser), &json!({})).await.json();
        let (_, failed) = job::drain(app.db.store(), &app.jobs).await.expect("the jobs run");
        assert!(failed.is_empty(), "{failed:?}");
        let content = format!("/api/v1/exports/{}/content", asked["id"].as_str().expect("an id"));
        let export = app.get(&content, From::Browser(&browser)).await;
        assert_eq!(export.status, StatusCode::OK, "{export:?}");
        let page = app.get("/api/v1/leads?limit=200", From::Browser(&browser)).await.json();
        let leads = page["leads"].as_array().expect("leads").clone();
        assert_eq!(leads.len(), domains.len(), "no lead lost, none doubled");
        let expired = leads.iter().filter(|lead| lead["unusable"] == "expired").count();
        (export.body.lines().count() - 1, expired)
    };
    assert_eq!(usable().await, (4, 0));
    clock.advance(TimeDelta::days(3650));
    assert_eq!(usable().await, (0, 4), "ten years later they are guesses");
    let (again, failed) = job::drain(app.db.store(), &app.jobs).await.expect("the jobs run");
    assert!(failed.is_empty(), "{failed:?}");
    clock.advance(TimeDelta::days(-3650));
    assert_eq!(usable().await, (4, 0), "and the clock was only wrong");
    let mut conn = app.db.admin_conn().await;
    let rows: i64 =
        sqlx::query_scalar("select count(*) from verification").fetch_one(&mut conn).await.expect("a count");
    assert_eq!(rows, 4, "one verdict each");
    let expires: Vec<chrono::DateTime<Utc>> =
        sqlx::query_scalar("select distinct verdict_expires_at from lead").fetch_all(&mut conn).await.expect("times");
    let first = *expires.iter().min().expect("a time");
    clock.advance(first - start - TimeDelta::seconds(1));
    assert_eq!(usable().await.0, 4, "until the last second");
    clock.advance(TimeDelta::days(3650));
    assert_eq!(usable().await.0, 0);
    eprintln!("clock: 4 verdicts over jumps of ±10 years: {ran} jobs ran, then {again}; no row lost or doubled");
}
