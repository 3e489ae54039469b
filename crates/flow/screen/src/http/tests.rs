use axum::body::Body;
use http::StatusCode;
use serde_json::{Value, json};

use crate::testing::World;

#[tokio::test]
async fn without_a_list_everything_says_not_configured() {
    let world = World::new().await;
    let overview = world.get("/api/v1/dnc").await.json();
    assert_eq!(overview["is_configured"], false);
    assert!(overview["coverage"].as_str().unwrap().starts_with("Not configured"));
    assert!(overview["registries"].as_array().unwrap().iter().all(|view| view["state"] == "not_configured"));
    let seen = world.json("POST", "/api/v1/dnc/check", &json!({ "number": "(202) 555-0123" })).await.json();
    assert_eq!((&seen["dnc"], &seen["number"]), (&json!("not_configured"), &json!("+12025550123")));
    let page = world.get("/dnc").await.text;
    assert!(page.contains("Not configured: no Do-Not-Call list is loaded"), "in plain words");
}

#[tokio::test]
async fn a_number_is_shown_with_its_lists_and_rules() {
    let world = World::new().await;
    world.federal("2026-10-01", "2025550123\n").await;
    let body = json!({ "number": "8135550123", "region": "NY", "at": "2026-10-05T16:00:00Z" });
    let seen = world.json("POST", "/api/v1/dnc/check", &body).await.json();
    assert_eq!((&seen["dnc"], &seen["registries"]["missing"]), (&json!("clear"), &json!(["fl"])));
    assert_eq!(seen["registries"]["valid_until"], "2026-11-02T00:00:00Z");
    assert_eq!(
        (&seen["calling"]["may_call"], &seen["calling"]["until"]),
        (&json!(true), &json!("2026-10-06T00:00:00Z"))
    );
    assert_eq!(seen["calling"]["regions"], json!(["FL", "NY"]));
    assert!(seen["calling"]["rules"].as_array().unwrap().iter().all(|rule| rule["source"].is_string()));
    assert!(seen["note"].as_str().unwrap().contains("not legal advice"));
    let page = world.form("/dnc/check", "number=8135550123&region=NY").await;
    assert!(page.text.contains("Calls from 08:00 to 20:00") && page.text.contains("not legal advice"), "{page:?}");
    assert!(page.text.contains("Florida list"), "what is missing is named");
    let rules = world.get("/api/v1/dnc/rules").await.json();
    assert!(rules["rules"].as_array().unwrap().len() > 40);
}

#[tokio::test]
async fn coverage_is_what_is_loaded() {
    let world = World::new().await;
    world.federal("2026-10-01", "2025550123\n").await;
    let coverage = world.get("/api/v1/dnc").await.json()["coverage"].as_str().unwrap().to_owned();
    let (with, without) = coverage.split_once(" Not against: ").unwrap();
    assert!(with.contains("National Do Not Call Registry") && !with.contains("Florida"));
    assert!(without.contains("Florida list") && without.contains("Local lists"));
}

#[tokio::test]
async fn a_list_needs_a_subscription_and_a_whole_description() {
    let world = World::new().await;
    let fields = [("registry", "federal"), ("version_date", "2026-10-01")];
    let refused = world.upload("/api/v1/dnc/loads", &fields, "2025550123\n").await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{refused:?}");
    world.subscribe("federal").await;
    for fields in [
        &[("registry", "federal")][..],
        &[("version_date", "2026-10-01")],
        &[("registry", "federal"), ("version_date", "1 October")],
        &[("registry", "ny"), ("version_date", "2026-10-01")],
        &[("registry", "federal"), ("version_date", "2026-10-01"), ("kind", "change")],
        &[("registry", "federal"), ("version_date", "2026-10-01"), ("based_on", "2026-09-01")],
        &[("registry", "federal"), ("version_date", "2026-10-01"), ("form", "{\"layout\":\"table\"}")],
        &[("registry", "federal"), ("version_date", "2026-10-01"), ("number_column", "0")],
        &[("registry", "federal"), ("kind", "company")],
        &[("kind", "everything")],
    ] {
        let refused = world.upload("/api/v1/dnc/loads", fields, "2025550123\n").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?} {refused:?}");
    }
    let fields = [("registry", "federal"), ("version_date", "2026-10-01")];
    assert_eq!(
        world.upload("/api/v1/dnc/loads", &fields, "").await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "no file"
    );
    let large = "2025550123\n".repeat(100_000);
    assert_eq!(world.upload("/api/v1/dnc/loads", &fields, &large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let waiting = world.shelves.waiting(plumb_base::ImportId::fresh());
    assert_eq!(std::fs::read_dir(waiting.parent().unwrap()).unwrap().count(), 0, "what is refused leaves no file");
    let empty = json!({ "holder": " " });
    let refused = world.json("PUT", "/api/v1/dnc/registries/federal/subscription", &empty).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = world.json("PUT", "/api/v1/dnc/registries/ny/subscription", &json!({ "holder": "x" })).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_companys_own_list_is_kept_without_numbers() {
    let world = World::new().await;
    world.leads(&["+12025550123", "+493023125000"]).await;
    let add = async |number: &str| {
        let answer = world.json("POST", "/api/v1/dnc/company", &json!({ "number": number })).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.json()["is_new"] == json!(true)
    };
    assert!(add("202-555-0123").await && !add("+1 202 555 0123").await && add("+49 30 23125000").await);
    let listed = Some("listed".to_owned());
    let both = [("+12025550123".to_owned(), listed.clone()), ("+493023125000".to_owned(), listed)];
    assert_eq!(world.answers().await, both, "at once");
    let list = world.get("/api/v1/dnc/company").await;
    assert!(!list.text.contains("5550123") && list.json()["count"] == 2, "{list:?}");
    let page = world.get("/dnc/company").await.text;
    assert!(page.contains("+1202·····23") && !page.contains("5550123"));
    let seen = world.json("POST", "/api/v1/dnc/check", &json!({ "number": "2025550123" })).await.json();
    assert_eq!((&seen["dnc"], &seen["lists"]), (&json!("listed"), &json!(["company"])));

    let list = list.json();
    let entries: &Vec<Value> = list["entries"].as_array().unwrap();
    let american = entries.iter().find(|entry| entry["hint"].as_str().unwrap().starts_with("+1")).unwrap();
    let path = format!("/api/v1/dnc/company/{}", american["id"].as_str().unwrap());
    assert_eq!(world.json("DELETE", &path, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.json("DELETE", &path, &json!({})).await.status, StatusCode::NOT_FOUND);
    let after: Vec<_> = world.answers().await.into_iter().map(|(_, dnc)| dnc).collect();
    assert_eq!(after, [None, Some("listed".to_owned())], "the other one stays");
    let refused = world.json("POST", "/api/v1/dnc/company", &json!({ "number": "12" })).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn another_organisation_sees_and_uses_nothing_of_it() {
    let world = World::new().await;
    let theirs = world.db.org("theirs").await;
    let load = world.federal("2026-10-01", "2025550123\n").await;
    let screening = world.screened().await;
    world.json("POST", "/api/v1/dnc/company", &json!({ "number": "2025550124" })).await;
    let get = async |path: String| world.send_as(theirs, "GET", &path, "text/plain", Body::empty()).await;
    assert_eq!(get("/api/v1/dnc".to_owned()).await.json()["is_configured"], false, "our subscription is ours");
    for path in
        [format!("loads/{}", load["id"].as_str().unwrap()), format!("screenings/{}", screening["id"].as_str().unwrap())]
    {
        assert_eq!(get(format!("/api/v1/dnc/{path}")).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(get("/api/v1/dnc/loads".to_owned()).await.json()["loads"], json!([]));
    assert_eq!(get("/api/v1/dnc/company".to_owned()).await.json()["count"], 0);
    for number in ["2025550123", "2025550124"] {
        let body = json!({ "number": number }).to_string();
        let seen = world.send_as(theirs, "POST", "/api/v1/dnc/check", "application/json", body).await.json();
        assert_eq!(seen["dnc"], "not_configured");
    }
}

#[tokio::test]
async fn pages_take_what_programs_take() {
    let world = World::new().await;
    let saved = world.form("/dnc/subscriptions", "registry=federal&holder=Example&account=1&expires_on=").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{saved:?}");
    let fields = [
        ("registry", "federal"),
        ("kind", "full"),
        ("version_date", "2026-10-01"),
        ("based_on", ""),
        ("number_column", ""),
        ("every", ""),
        ("covers_all", "true"),
    ];
    assert_eq!(world.upload("/dnc/loads", &fields, "2025550123\n").await.status, StatusCode::SEE_OTHER);
    let id = world.get("/api/v1/dnc/loads").await.json()["loads"][0]["id"].as_str().unwrap().to_owned();
    assert!(world.get(&format!("/dnc/loads/{id}")).await.text.contains("Waiting"));
    world.work().await;
    assert!(world.get(&format!("/dnc/loads/{id}")).await.text.contains("Done"));
    assert_eq!(world.form("/dnc/screenings", "import=").await.status, StatusCode::SEE_OTHER);
    world.work().await;
    let page = world.get("/dnc").await.text;
    assert!(page.contains("4 days old; can be used for 27 days more") && page.contains("of 2026-10-01"), "{page}");
    assert_eq!(world.form("/dnc/company", "number=2025550124&asked_on=2026-10-01").await.status, StatusCode::SEE_OTHER);
    let entry = world.get("/api/v1/dnc/company").await.json()["entries"][0].clone();
    assert_eq!(entry["asked_on"], "2026-10-01");
    let remove = format!("/dnc/company/{}/remove", entry["id"].as_str().unwrap());
    assert_eq!(world.form(&remove, "").await.status, StatusCode::SEE_OTHER);
}
