use http::{StatusCode, header};

use crate::testing::World;

#[tokio::test]
async fn a_key_is_made_shown_once_and_revoked_on_the_page() {
    let world = World::new().await;
    let session = world.sign_in().await;
    assert!(world.get("/settings/keys", &session).await.body.contains("No keys yet"));

    let fields = [("name", "<b>CRM</b>"), ("scope", "leads:read"), ("scope", "imports:write"), ("days", "30")];
    let made = world.submit("/settings/keys", &session, &fields).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert!(made.body.contains("<code>plk_"));
    assert!(made.body.contains("&lt;b&gt;CRM&lt;/b&gt;") && made.body.contains("leads:read, imports:write"));
    assert!(made.body.contains("2026-02-04"));

    let page = world.get("/settings/keys", &session).await.body;
    let (_, rest) = page.split_once("action=\"/settings/keys/").expect("a button to revoke");
    let id = rest.split('/').next().unwrap();
    assert!(!page.contains("shown this once"));
    let revoked = world.submit(&format!("/settings/keys/{id}/revoke"), &session, &[]).await;
    assert_eq!(revoked.header(header::LOCATION), "/settings/keys");
    assert!(world.get("/settings/keys", &session).await.body.contains("revoked"));
}

#[tokio::test]
async fn a_key_without_a_scope_is_explained_on_the_page() {
    let world = World::new().await;
    let session = world.sign_in().await;
    let answer = world.submit("/settings/keys", &session, &[("name", "CRM"), ("days", "30")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("at least one scope"));
}
