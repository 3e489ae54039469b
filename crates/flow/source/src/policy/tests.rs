use http::StatusCode;
use serde_json::json;

use crate::testing::{TOKEN, World};

const LIST: &[u8] = b"Email,Name,City\nada@example.com,Ada,Town\ngrace@free.example.com,Grace,Town\n";

#[tokio::test]
async fn nothing_is_left_out_unless_somebody_says_so() {
    let world = World::new().await;
    assert_eq!(world.get("/api/v1/import-policy").await.json(), json!({ "denied": [], "changed_at": null }));
    let import = world.queued(LIST).await;
    assert!(world.work(usize::MAX).await.is_empty());
    let import = world.import(import).await;
    assert_eq!((&import["denied"], &import["flag_counts"]), (&json!([]), &json!({})));
    assert_eq!(world.count("select count(*) from lead where email is not null").await, 2);
}

#[tokio::test]
async fn only_administrators_choose() {
    let world = World::new().await;
    let body = json!({ "denied": ["mobile"] });
    assert_eq!(world.put("/api/v1/import-policy", &body).await.status, StatusCode::FORBIDDEN);
    let form = format!("csrf={TOKEN}&denied=mobile");
    assert_eq!(world.form("/imports/policy", &form).await.status, StatusCode::FORBIDDEN);
    let page = world.get("/imports/policy").await;
    assert!(page.text.contains("An administrator can change this."), "{page:?}");
    assert_eq!(world.count("select count(*) from import_policy").await, 0);
}

#[tokio::test]
async fn what_is_left_out_is_said_and_kept_nowhere() {
    let world = World::as_admin().await;
    let chosen = world.put("/api/v1/import-policy", &json!({ "denied": ["personal_email", "personal_email"] })).await;
    assert_eq!(chosen.json()["denied"], json!(["personal_email"]));
    let import = world.queued(LIST).await;
    assert!(world.work(usize::MAX).await.is_empty());
    let import = world.import(import).await;
    assert_eq!((&import["rows_new"], &import["denied"]), (&json!(2), &json!(["personal_email"])));
    assert_eq!(import["flag_counts"], json!({ "policy_withheld": 1 }));
    let withheld = "select count(*) from lead where email is null and 'policy_withheld' = any (flags)";
    assert_eq!(world.count(withheld).await, 1);
    let raw =
        "select count(*) from lead_source where raw ->> 'Email' = '[left out by policy]' and raw ->> 'Name' = 'Grace'";
    assert_eq!(world.count(raw).await, 1, "nor does the row as it came have it");
    let audited = "select count(*) from audit_pending where action = 'import.policy_changed'";
    let mut conn = world.db.admin_conn().await;
    assert_eq!(sqlx::query_scalar::<_, i64>(audited).fetch_one(&mut conn).await.expect("counts"), 1);
    let page = world.get(&format!("/imports/{}", import["id"].as_str().unwrap())).await;
    assert!(page.text.contains("Personal e-mail addresses"), "{page:?}");
}

#[tokio::test]
async fn the_form_says_all_of_it() {
    let world = World::as_admin().await;
    let form = format!("csrf={TOKEN}&denied=mobile&denied=home_address");
    assert_eq!(world.form("/imports/policy", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.get("/api/v1/import-policy").await.json()["denied"], json!(["mobile", "home_address"]));
    let page = world.get("/imports/policy").await.text;
    assert_eq!(page.matches(" checked").count(), 2, "{page}");
    let wrong = world.form("/imports/policy", &format!("csrf={TOKEN}&denied=shoes")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.form("/imports/policy", &format!("csrf={TOKEN}")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.get("/api/v1/import-policy").await.json()["denied"], json!([]));
}

#[tokio::test]
async fn a_policy_is_an_organisation_s_own() {
    let world = World::as_admin().await;
    world.put("/api/v1/import-policy", &json!({ "denied": ["mobile"] })).await;
    let other = world.db.org("Other").await;
    let theirs = world.get_as(other, "/api/v1/import-policy").await;
    assert_eq!(theirs.json()["denied"], json!([]));
}

#[tokio::test]
async fn the_preview_names_the_product_and_what_must_not_be_taken() {
    let world = World::new().await;
    let list = "Record ID,Email,Name,Allergies\n1,ada@example.com,Ada,nuts\n";
    let draft = world.upload(list.as_bytes()).await.json();
    assert_eq!(draft["preset"], "HubSpot");
    assert_eq!(draft["columns"][3]["proposal"]["warning"]["code"], "health");
    assert!(!draft.to_string().contains("nuts"), "{draft}");
    let path = format!("/imports/{}", draft["id"].as_str().unwrap());
    let page = world.get(&path).await.text;
    assert!(page.contains("export of <strong>HubSpot</strong>") && page.contains("It is about health."), "{page}");
    assert!(!page.contains("nuts"), "{page}");
    let started = world.post(&format!("/api/v1{path}/start"), &json!({})).await;
    assert_eq!(started.status, StatusCode::OK, "{started:?}");
    assert!(world.work(usize::MAX).await.is_empty());
    let raw = "select count(*) from lead_source where raw ->> 'Allergies' = '[not taken]'";
    assert_eq!(world.count(raw).await, 1);
}
