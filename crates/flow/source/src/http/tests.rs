use futures::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::testing::{TOKEN, World, id, people, request};

#[tokio::test]
async fn a_draft_is_started_once_with_a_sound_mapping() {
    let world = World::new().await;
    let draft = id(&world.upload(b"Kontakt,Name\na@example.com,Ada\n").await.json());
    let start = format!("/api/v1/imports/{draft}/start");
    let refused = world.post(&start, &json!({})).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["errors"], json!(["no column has an address"]));
    let unknown = json!({ "mapping": { "width": 2, "columns": [{ "index": 7, "name": "x", "field": "email" }] } });
    assert_eq!(world.post(&start, &unknown).await.status, 422);

    let mapping = json!({ "width": 2, "columns": [{ "index": 0, "name": "Kontakt", "field": "email" }] });
    let started = world.post(&start, &json!({ "mapping": mapping, "default_country": "AT" })).await;
    assert_eq!(started.status, 200, "{started:?}");
    assert_eq!(started.json(), json!({ "id": draft, "state": "queued" }), "no more than who may only write may see");
    let started = world.import(draft).await;
    assert_eq!((&started["state"], &started["default_country"]), (&json!("queued"), &json!("AT")));
    assert_eq!(started["mapping"]["columns"][1], json!({ "index": 1, "name": "Name", "field": null }));
    assert_eq!(world.post(&start, &json!({})).await.status, 409);
    assert!(world.work(usize::MAX).await.is_empty());
    assert_eq!(world.import(draft).await["rows_new"], 1);
    assert_eq!(world.post(&format!("/api/v1/imports/{draft}/cancel"), &json!({})).await.status, 409, "it has ended");
}

#[tokio::test]
async fn a_queued_import_that_is_cancelled_never_runs() {
    let world = World::new().await;
    let import = world.queued(people(20).as_bytes()).await;
    let cancelled = world.post(&format!("/api/v1/imports/{import}/cancel"), &json!({})).await.json();
    assert_eq!(cancelled, json!({ "id": import, "state": "cancelled" }));
    assert_eq!(world.import(import).await["error"], "It was cancelled. No row was imported.");
    assert!(world.work(usize::MAX).await.is_empty());
    assert_eq!(world.count("select count(*) from lead").await, 0);
}

#[tokio::test]
async fn another_organisation_sees_nothing() {
    let world = World::new().await;
    let import = world.queued(people(20).as_bytes()).await;
    let theirs = world.db.org("Other").await;
    for path in ["", "/events", "/rejects.csv"] {
        let answer = world.get_as(theirs, &format!("/api/v1/imports/{import}{path}")).await;
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
    }
    assert_eq!(world.get_as(theirs, &format!("/imports/{import}")).await.status, 404);
    assert_eq!(world.get_as(theirs, "/api/v1/imports").await.json()["imports"], json!([]));
    for verb in ["start", "cancel"] {
        let request = request(theirs, "POST", &format!("/api/v1/imports/{import}/{verb}"));
        let request = request.header("content-type", "application/json").body("{}".into()).expect("a request");
        assert_eq!(world.send(request).await.status, 404, "{verb}");
    }
}

#[tokio::test]
async fn whoever_looks_at_a_preview_is_in_the_log() {
    let world = World::new().await;
    let draft = id(&world.upload(people(7).as_bytes()).await.json());
    let looks = async || {
        let logged = "select count(*) from audit_pending where action = 'import.preview_read' and actor_kind = 'user'
                        and payload::text like '%rows_: 5%'";
        let mut conn = world.db.admin_conn().await;
        sqlx::query_scalar::<_, i64>(logged).fetch_one(&mut conn).await.expect("counts")
    };
    let before = looks().await;
    assert_eq!(world.import(draft).await["preview"].as_array().map(Vec::len), Some(5));
    assert_eq!(world.get(&format!("/imports/{draft}")).await.status, 200);
    assert_eq!(looks().await, before + 2, "by program and by page");
    world.post(&format!("/api/v1/imports/{draft}/start"), &json!({})).await;
    assert!(world.import(draft).await["preview"].is_null());
    assert_eq!(looks().await, before + 2, "there is no preview any more");
}

#[tokio::test]
async fn the_list_goes_on_page_by_page() {
    let world = World::new().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(id(&world.upload(people(2).as_bytes()).await.json()).to_string());
    }
    made.reverse();
    let mut seen: Vec<String> = Vec::new();
    let mut next = Some("/api/v1/imports?limit=2".to_owned());
    while let Some(path) = next {
        let page = world.get(&path).await.json();
        let ids =
            page["imports"].as_array().expect("a list").iter().map(|import| import["id"].as_str().expect("an id"));
        seen.extend(ids.map(str::to_owned));
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, made);
}

#[tokio::test]
async fn the_error_file_can_be_corrected_and_is_harmless() {
    let world = World::new().await;
    let list = "Email,Name,Company\n,=HYPERLINK(1),+49301234567\n\"a@example.com\",x\nb@example.com,Bob,B\n,@cmd,\"two, words\"\n";
    let import = world.queued(list.as_bytes()).await;
    assert!(world.work(usize::MAX).await.is_empty());
    let file = world.get(&format!("/api/v1/imports/{import}/rejects.csv")).await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8; header=present");
    assert!(file.headers["content-disposition"].to_str().expect("text").starts_with("attachment;"));
    assert_eq!(
        file.text,
        "row,reason,explanation,Email,Name,Company\n\
         2,nothing_to_identify,The row names nobody.,,'=HYPERLINK(1),+49301234567\n\
         3,ragged_row,The row has 2 cells; the header has 3.,a@example.com,x,\n\
         5,nothing_to_identify,The row names nobody.,,'@cmd,\"two, words\"\n"
    );
    let mut conn = world.db.admin_conn().await;
    let logged =
        "select count(*) from audit_pending where action = 'import.rejects_downloaded' and actor_kind = 'user'";
    assert_eq!(sqlx::query_scalar::<_, i64>(logged).fetch_one(&mut conn).await.expect("counts"), 1);
}

#[tokio::test]
async fn a_long_error_file_is_whole() {
    let world = World::new().await;
    let list = format!("Email,Name\n{}", ",Nobody\n".repeat(2_500));
    let import = world.queued(list.as_bytes()).await;
    assert!(world.work(usize::MAX).await.is_empty());
    let file = world.get(&format!("/api/v1/imports/{import}/rejects.csv")).await.text;
    let rows: Vec<usize> =
        file.lines().skip(1).map(|line| line.split(',').next().expect("a cell").parse().expect("a number")).collect();
    assert_eq!(rows, (2..=2_501).collect::<Vec<_>>());
}

#[tokio::test]
async fn events_tell_progress_and_the_end() {
    let world = World::new().await;
    let import = world.queued(people(30).as_bytes()).await;
    let request =
        request(world.org, "GET", &format!("/api/v1/imports/{import}/events")).body(axum::body::Body::empty());
    let response = world.router.clone().oneshot(request.expect("a request")).await.expect("infallible");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    let mut text = String::new();
    let first = stream.next().await.expect("an event").expect("bytes");
    text.push_str(&String::from_utf8_lossy(&first));
    assert!(text.contains("\"state\":\"queued\""), "{text}");
    assert!(world.work(usize::MAX).await.is_empty());
    while let Some(piece) = stream.next().await {
        text.push_str(&String::from_utf8_lossy(&piece.expect("bytes")));
    }
    let last = text.lines().rev().find_map(|line| line.strip_prefix("data: ")).expect("an event");
    let last: Value = serde_json::from_str(last).expect("JSON");
    assert_eq!((&last["state"], &last["rows_read"]), (&json!("done"), &json!(30)));
    assert_eq!(last["bytes_read"], last["bytes_read_total"]);
    assert_eq!(text.matches("event: done").count(), 1);
}

#[tokio::test]
async fn the_pages_lead_from_upload_to_result() {
    let world = World::new().await;
    let empty = world.get("/imports").await.text;
    assert!(empty.contains("No imports yet") && empty.contains("type=\"file\""), "{empty}");

    let list = "Email,Name,<b>Odd</b>\na@example.com,Ada,<script>1</script>\n,Nobody,x\n";
    let answer = world.upload_to(&format!("/imports?csrf={TOKEN}"), list.as_bytes(), &[]).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let page = answer.headers["location"].to_str().expect("text").to_owned();
    let draft = world.get(&page).await.text;
    assert!(draft.contains("Start the import") && draft.contains("&lt;b&gt;Odd&lt;/b&gt;"), "{draft}");
    assert!(!draft.contains("<script>1"), "cells are text");

    let form = format!("csrf={TOKEN}&column=email&column=full_name&column=&default_country=DE");
    let answer = world.form(&format!("{page}/start"), &form).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let running = world.get(&page).await.text;
    assert!(running.contains("data-events=") && running.contains("Cancel the import"), "{running}");
    assert!(world.work(usize::MAX).await.is_empty());
    let done = world.get(&page).await.text;
    assert!(done.contains("Download the error file") && done.contains("The row names nobody."), "{done}");
    assert!(world.get("/imports").await.text.contains("list.csv"));

    let second = world.upload_to(&format!("/imports?csrf={TOKEN}"), list.as_bytes(), &[]).await;
    let page = second.headers["location"].to_str().expect("text").to_owned();
    assert_eq!(world.form(&format!("{page}/cancel"), &format!("csrf={TOKEN}")).await.status, 303);
    assert!(world.get(&page).await.text.contains("It was cancelled. No row was imported."));

    let workbook = world.upload_to(&format!("/imports?csrf={TOKEN}"), b"PK\x03\x04 xl/workbook.xml", &[]).await;
    assert_eq!(workbook.status, 415);
    assert!(workbook.text.contains("<html") && workbook.text.contains("save the sheet as CSV"), "{}", workbook.text);
}
