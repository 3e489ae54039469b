use http::{StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::json;

use crate::job::{PLACE, piece_row};
use crate::testing::World;

#[tokio::test]
async fn an_export_is_asked_for_remembered_and_taken() {
    let world = World::new().await;
    world.people(3).await;
    let wanted = json!({ "country": "DE", "verdict": "verified", "domain": "shop.example" });
    let (export, _) = world.exported(&wanted).await;
    assert_eq!(export["rows_out"], 0, "nobody of that country");
    assert_eq!((&export["filter"]["country"], &export["asked_by_kind"]), (&json!("DE"), &json!("user")));
    let (export, file) = world.exported(&json!({ "domain": "shop.example" })).await;
    assert_eq!(export["rows_out"], 3);
    let content = world.get(export["links"]["content"].as_str().unwrap()).await;
    assert_eq!(content.headers[header::CONTENT_LENGTH], file.len().to_string());
    let disposition = content.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(disposition.starts_with("attachment") && disposition.ends_with(".csv\""), "{disposition}");
    let history = world.get("/api/v1/exports?limit=1").await.json();
    assert_eq!(history["exports"][0]["id"], export["id"], "newest first");
    let next = world.get(history["next"].as_str().unwrap()).await.json();
    assert_eq!((next["exports"].as_array().map(Vec::len), &next["next"]), (Some(1), &json!(null)));
    let taken = "select count(*) from audit_pending where action = 'export.downloaded'";
    let mut conn = world.db.admin_conn().await;
    let taken: i64 = sqlx::query_scalar(taken).fetch_one(&mut conn).await.unwrap();
    assert_eq!(taken, 3, "each time that a file was taken is in the log");
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_words() {
    let world = World::new().await;
    for body in [
        json!({ "format": "xlsx" }),
        json!({ "profile": "everything" }),
        json!({ "country": "Germany" }),
        json!({ "email": "ada@shop.example" }),
    ] {
        let refused = world.post("/api/v1/exports", &body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body} {}", refused.text);
    }
    for _ in 0..10 {
        world.asked(&json!({})).await;
    }
    let refused = world.post("/api/v1/exports", &json!({})).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "the eleventh that waits");
    let history = world.get("/api/v1/exports").await.json();
    let path = history["exports"][0]["links"]["self"].as_str().unwrap().to_owned();
    assert_eq!(world.get(&format!("{path}/content")).await.status, StatusCode::CONFLICT, "not yet");
    let cancelled = world.post(&format!("{path}/cancel"), &json!({})).await;
    assert_eq!(cancelled.json()["state"], "cancelled", "{}", cancelled.text);
    assert_eq!(world.post(&format!("{path}/cancel"), &json!({})).await.status, StatusCode::CONFLICT, "once");
    assert!(world.work(usize::MAX).await.is_empty());
    assert_eq!(world.get(&path).await.json()["state"], "cancelled", "and it stays so");
    assert_eq!(world.get(&format!("{path}/content")).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn another_organisation_finds_no_export() {
    let world = World::new().await;
    world.people(3).await;
    let (export, _) = world.exported(&json!({})).await;
    let owner = plumb_identity::create_org_with_owner(world.db.store(), "Theirs", "they@example.com", "", None).await;
    let path = export["links"]["self"].as_str().unwrap();
    for path in [path.to_owned(), format!("{path}/content"), format!("{path}/events")] {
        assert_eq!(world.get_as(owner.as_ref().map(|ids| *ids).unwrap(), &path).await.status, StatusCode::NOT_FOUND);
    }
    let history = world.get_as(owner.unwrap(), "/api/v1/exports").await.json();
    assert_eq!(history["exports"], json!([]));
}

#[tokio::test]
async fn a_file_with_somebody_who_has_opted_out_since_is_not_given_out() {
    let world = World::new().await;
    world.people(3).await;
    let (export, _) = world.exported(&json!({})).await;
    world.opt_out("p2@shop.example").await;
    let refused = world.get(export["links"]["content"].as_str().unwrap()).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(refused.text.contains("export-outdated") && refused.text.contains("Ask for the export again"));
    world.clock.advance(chrono::TimeDelta::seconds(1));
    assert_eq!(world.rows(&json!({})).await.len(), 2, "the next file is without them");
}

#[tokio::test]
async fn a_download_ends_when_whoever_takes_it_may_not_any_more() {
    let world = World::new().await;
    world.people(3).await;
    let (export, _) = world.exported(&json!({})).await;
    // A second piece, so that there is something after the first.
    let id: uuid::Uuid = export["id"].as_str().unwrap().parse().unwrap();
    let row = piece_row(id, 1);
    let context = plumb_vault::Context { org: world.org, place: PLACE, row: &row };
    let sealed = world.db.store().keys().seal(plumb_vault::Purpose::Personal, context, b"more");
    let mut tx = world.tx().await;
    crate::query::keep_pieces(&mut tx, id, 1, &[sealed]).await.unwrap();
    sqlx::query("update export set pieces = 2, bytes = bytes + 4").execute(tx.conn()).await.unwrap();
    tx.commit(plumb_store::audit::Entry::of("test.longer")).await.unwrap();

    let path = export["links"]["content"].as_str().unwrap();
    let whole = world.get(path).await;
    assert!(whole.body.ends_with(b"more"));
    let response = world.response(path).await;
    let mut body = response.into_body();
    assert!(body.frame().await.unwrap().is_ok(), "the first piece");
    world.everybody_leaves().await;
    assert!(body.frame().await.unwrap().is_err(), "no second");
}

#[tokio::test]
async fn what_lies_in_the_database_is_sealed() {
    let world = World::new().await;
    world.people(3).await;
    world.exported(&json!({})).await;
    let mut conn = world.db.admin_conn().await;
    let sealed: Vec<u8> = sqlx::query_scalar("select sealed from export_piece").fetch_one(&mut conn).await.unwrap();
    assert!(!sealed.windows(4).any(|bytes| bytes == b"shop"));
}

#[tokio::test]
async fn pages_do_what_the_api_does() {
    let world = World::new().await;
    world.people(3).await;
    let begun = world.get("/exports?verdict=verified&country=&domain=shop.example").await.text;
    assert!(begun.contains("No exports yet") && begun.contains("value=\"shop.example\""));
    let body = "format=csv&profile=crm&rows=usable&verdict=&country=&domain=&include_provenance=true";
    let sent = world.form("/exports", body).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let page = sent.headers[header::LOCATION].to_str().unwrap().to_owned();
    assert!(world.get(&page).await.text.contains("Cancel the export"));
    assert!(world.work(usize::MAX).await.is_empty());
    let done = world.get(&page).await.text;
    assert!(done.contains("Download") && done.contains("with the origin of each field"), "{done}");
    assert!(world.get("/exports").await.text.contains("for a customer database"));
    assert_eq!(world.form(&format!("{page}/cancel"), "").await.status, StatusCode::CONFLICT);
    assert_eq!(world.form("/exports", "verdict=splendid").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
