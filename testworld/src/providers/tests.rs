#![expect(clippy::disallowed_methods, reason = "these tests are the client of the servers beside them")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use super::*;

/// One call by hand: status, body.
async fn call(providers: &Providers, request: String) -> (u16, String) {
    let address = providers.address;
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).expect("somebody listens");
        stream.write_all(request.as_bytes()).expect("it takes the request");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("text");
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        (status, text.split_once("\r\n\r\n").map_or(String::new(), |(_, body)| body.to_owned()))
    })
    .await
    .expect("a call")
}

async fn get(providers: &Providers, target: &str) -> (u16, String) {
    call(providers, format!("GET {target} HTTP/1.1\r\nHost: a.test\r\n\r\n")).await
}

async fn json(providers: &Providers, target: &str) -> (u16, Value) {
    let (status, body) = get(providers, target).await;
    (status, serde_json::from_str(&body).expect("JSON"))
}

#[tokio::test]
async fn neverbounce_errs_inside_200() {
    let providers = Providers::start().await.expect("a socket");
    providers.knows("ada@firm.example", Known::Valid);
    let check = format!("/v4.2/single/check?key={KEY}&email=ada%40firm.example");
    assert_eq!(json(&providers, &check).await.1["result"], "valid");
    let (status, body) = json(&providers, "/v4.2/single/check?email=ada%40firm.example").await;
    assert_eq!((status, body["status"].as_str()), (200, Some("general_failure")));
    for (mood, word) in [
        (Mood::KeyRevoked, "auth_failure"),
        (Mood::Throttled, "throttle_triggered"),
        (Mood::Unavailable, "temp_unavail"),
        (Mood::OutOfCredits, "general_failure"),
    ] {
        providers.is(Vendor::NeverBounce, mood);
        let (status, body) = json(&providers, &check).await;
        assert_eq!((status, body["status"].as_str()), (200, Some(word)), "{mood:?}");
    }
    providers.is(Vendor::NeverBounce, Mood::Talkative);
    assert!(json(&providers, &check).await.1["flags"].to_string().contains("acedemic_host"));
    providers.is(Vendor::NeverBounce, Mood::CutOff);
    let (status, body) = get(&providers, &check).await;
    assert!(status == 200 && serde_json::from_str::<Value>(&body).is_err(), "{body}");
    providers.is(Vendor::NeverBounce, Mood::Html);
    assert!(get(&providers, &check).await.1.starts_with("<!DOCTYPE"));
    assert_eq!(providers.calls()[0].emails, ["ada@firm.example"]);
}

#[tokio::test]
async fn a_list_is_done_after_some_looks() {
    let providers = Providers::start().await.expect("a socket");
    providers.knows("gone@firm.example", Known::Invalid);
    let body = format!(
        r#"{{"key":"{KEY}","input_location":"supplied","input":[["ada@firm.example"],{{"email":"gone@firm.example","id":"7"}}]}}"#
    );
    let request = format!("POST /v4.2/jobs/create HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let (status, answer) = call(&providers, request.clone()).await;
    assert_eq!((status, answer.contains("\"job_id\":1")), (200, true), "{answer}");
    let looks = format!("/v4.2/jobs/status?key={KEY}&job_id=1");
    let page = format!("/v4.2/jobs/results?key={KEY}&job_id=1&page=2&items_per_page=1");
    assert_eq!(json(&providers, &page).await.1["status"], "general_failure", "not yet");
    let mut states = Vec::new();
    for _ in 0..3 {
        states.push(json(&providers, &looks).await.1["job_status"].as_str().map(str::to_owned));
    }
    assert_eq!(states.last(), Some(&Some("complete".to_owned())));
    let (_, results) = json(&providers, &page).await;
    assert_eq!(results["total_pages"], 2);
    assert_eq!(results["results"][0]["verification"]["result"], "invalid");
    assert_eq!(results["results"][0]["data"]["id"], "7");
    providers.is(Vendor::NeverBounce, Mood::TooLarge);
    assert_eq!(call(&providers, request).await.0, 413);
}

#[tokio::test]
async fn hunter_works_twice_and_knows_who_opted_out() {
    let providers = Providers::start().await.expect("a socket");
    providers.knows("slow@firm.example", Known::ReadyAfter(2));
    providers.knows("out@firm.example", Known::OptedOut);
    let slow = format!("/v2/email-verifier?email=slow@firm.example&api_key={KEY}");
    for status in [202, 202, 200] {
        assert_eq!(json(&providers, &slow).await.0, status);
    }
    let out = "GET /v2/email-verifier?email=out@firm.example HTTP/1.1\r\nX-API-KEY: ";
    assert_eq!(call(&providers, format!("{out}{KEY}\r\n\r\n")).await.0, 451);
    assert_eq!(call(&providers, format!("{out}wrong\r\n\r\n")).await.0, 401);
}

#[tokio::test]
async fn zerobounce_says_error() {
    let providers = Providers::start().await.expect("a socket");
    providers.knows("trap@firm.example", Known::SpamTrap);
    let check = format!("/v2/validate?api_key={KEY}&email=trap%40firm.example&ip_address=");
    assert_eq!(json(&providers, &check).await.1["status"], "spamtrap");
    let (status, body) = json(&providers, "/v2/validate?api_key=wrong&email=trap%40firm.example").await;
    assert!(status == 400 && body["error"].is_string());
    providers.is(Vendor::ZeroBounce, Mood::KeyRevoked);
    let (status, body) = json(&providers, &check).await;
    assert!(status == 200 && body["error"].is_string(), "an error inside 200");
    providers.is(Vendor::ZeroBounce, Mood::HangsUp);
    assert_eq!(get(&providers, &check).await, (0, String::new()));
}
