use std::sync::{Arc, Mutex};

use plumb_testworld::{Mailbox, Site as World};
use serde_json::{Value, json};

use super::*;
use crate::job::tests::Scene;
use crate::provider::{Site, Sites};
use crate::run::tests::caller;
use crate::settings::tests::{STUB, serve};
use crate::settings::{ProviderBody, choose_provider};

/// A provider of lists that is at work the first time it is looked at.
async fn provider(too_long_over: usize) -> (String, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (noted, list) = (Arc::clone(&seen), Arc::new(Mutex::new((Vec::<String>::new(), 0))));
    let base = serve(move |target: &str, body: &str| {
        let path = target.split('?').next().unwrap_or_default().to_owned();
        noted.lock().unwrap().push(path.clone());
        let mut list = list.lock().unwrap();
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        match path.as_str() {
            "/v4.2/jobs/create" => {
                let rows = body["input"].as_array().unwrap();
                assert_eq!(body["key"], "secret-key-1");
                if rows.len() > too_long_over {
                    return (413, String::new());
                }
                *list = (rows.iter().map(|row| row[0].as_str().unwrap().to_owned()).collect(), 0);
                (200, json!({"status": "success", "job_id": 150_970, "execution_time": 712}).to_string())
            }
            "/v4.2/jobs/status" => {
                list.1 += 1;
                let status = if list.1 == 1 { "running" } else { "complete" };
                (200, json!({"status": "success", "id": 150_970, "job_status": status, "failure_reason": null}).to_string())
            }
            "/v4.2/jobs/results" => {
                let row = |email: &String| json!({"data": {"email": email}, "verification": {"result": "valid", "flags": []}});
                let results: Vec<Value> = list.0.iter().map(row).collect();
                (200, json!({"status": "success", "total_results": results.len(), "total_pages": 1, "results": results}).to_string())
            }
            _ => (200, json!({"status": "success", "result": "valid", "flags": []}).to_string()),
        }
    })
    .await;
    (base, seen)
}

async fn scene(base: &str) -> Scene {
    let mut site = World::new("firm.example");
    for n in 0..60 {
        site = site.mailbox(&format!("m{n}"), Mailbox::Exists);
    }
    let mut scene = Scene::new(vec![site]).await;
    let at = || Site { destination: STUB.name, base: base.to_owned(), answer_within: Site::ANSWER_WITHIN };
    scene.config.providers = Sites { neverbounce: at(), zerobounce: at(), hunter: at() };
    scene.destinations = vec![STUB];
    let body =
        ProviderBody { provider: Vendor::NeverBounce, key: "secret-key-1".to_owned(), credits_per_day: Some(1000) };
    choose_provider(scene.db.store(), &caller(scene.org), &body).await.unwrap();
    scene
}

async fn worked_off(scene: &Scene) {
    for _ in 0..8 {
        scene.work().await;
        sqlx::query("update job set run_at = now()").execute(&mut scene.db.admin_conn().await).await.unwrap();
    }
    scene.work().await;
}

#[tokio::test]
async fn a_list_is_asked_about_as_one() {
    let (base, seen) = provider(1000).await;
    let scene = scene(&base).await;
    let addresses: Vec<String> = (0..60).map(|n| format!("m{n}@firm.example")).collect();
    scene.import(&addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
    worked_off(&scene).await;
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen.iter().filter(|path| path.ends_with("/jobs/create")).count(), 1);
    assert!(!seen.iter().any(|path| path.ends_with("/single/check")), "{seen:?}");
    assert_eq!(scene.count("select count(*) from lead where verdict = 'verified'").await, 60);
    assert_eq!(
        scene.count("select count(*) from verification where evidence @> '[{\"tier\": \"provider\", \"result\": \"answered\"}]'").await,
        60
    );
    assert_eq!(scene.count("select used::bigint from verification_provider").await, 60);
    assert_eq!(scene.count("select count(*) from job").await, 0);
}

#[tokio::test]
async fn a_list_that_is_too_long_is_halved() {
    let (base, seen) = provider(10).await;
    let scene = scene(&base).await;
    let addresses: Vec<String> = (0..60).map(|n| format!("m{n}@firm.example")).collect();
    scene.import(&addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
    worked_off(&scene).await;
    assert_eq!(scene.count("select count(*) from lead where verdict = 'verified'").await, 60);
    let seen = seen.lock().unwrap().clone();
    assert_eq!(
        seen.iter().filter(|path| path.ends_with("/single/check")).count(),
        60,
        "halves of thirty go one by one"
    );
}
