use http::{Method, StatusCode, header};
use serde_json::json;

use super::*;
use crate::create_org_with_owner;
use crate::testing::{PASSWORD, PROBE, World};

const KEYS: &str = "/api/v1/api-keys";

async fn key(world: &World, session: &str, scopes: &[&str]) -> (String, String) {
    let answer = world.api(Method::POST, KEYS, session, json!({ "name": "CRM", "scopes": scopes })).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let made = answer.json();
    (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_key_works_and_its_secret_is_shown_once() {
    let world = World::new().await;
    let session = world.sign_in().await;
    let (id, secret) = key(&world, &session, &["leads:read"]).await;
    assert!(Presented::parse(&secret).is_some(), "{secret}");
    let probe = world.with_key(Method::GET, PROBE, &secret).await;
    assert_eq!(probe.json(), json!({ "org": world.org.to_string(), "role": "owner" }));

    let list = world.get(KEYS, &session).await;
    assert!(!list.body.contains(&secret[13..]), "{}", list.body);
    let listed = &list.json()["keys"][0];
    assert_eq!(listed["id"], id.as_str());
    assert_eq!(listed["prefix"], &secret[..12]);
    assert_eq!(listed["scopes"], json!(["leads:read"]));
    assert_eq!(listed["active"], true);
    assert_eq!(listed["expires_at"], "2027-01-05T09:00:00Z");
    assert_eq!(listed["last_used_at"], "2026-01-05T09:00:00Z");
    let mut tx = world.store().auth().await.unwrap();
    let row = sqlx::query_scalar!(r#"select api_key::text as "row!" from api_key"#).fetch_one(tx.conn()).await.unwrap();
    assert!(!row.contains(&secret[13..]));
    assert_eq!(world.audit().await.last().unwrap(), "api_key.created success user here");
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_and_no_more() {
    let world = World::new().await;
    let session = world.sign_in().await;
    let (_, secret) = key(&world, &session, &["imports:read"]).await;
    let answer = world.with_key(Method::GET, PROBE, &secret).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.json()["scope"], "leads:read");
}

#[tokio::test]
async fn keys_cannot_make_list_or_revoke_keys_nor_see_members() {
    let world = World::new().await;
    let session = world.sign_in().await;
    let all: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    let (id, secret) = key(&world, &session, &all).await;
    let one = format!("{KEYS}/{id}");
    for (method, path) in [
        (Method::GET, KEYS),
        (Method::POST, KEYS),
        (Method::DELETE, one.as_str()),
        (Method::GET, "/api/v1/members"),
        (Method::GET, "/api/v1/me"),
        (Method::GET, "/settings/keys"),
    ] {
        let answer = world.with_key(method.clone(), path, &secret).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once() {
    let world = World::new().await;
    let session = world.sign_in().await;
    let (id, secret) = key(&world, &session, &["leads:read"]).await;
    let path = format!("{KEYS}/{id}");
    assert_eq!(world.api(Method::DELETE, &path, &session, json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.with_key(Method::GET, PROBE, &secret).await.status, StatusCode::UNAUTHORIZED);
    let audit = world.audit().await;
    assert_eq!(audit.last().unwrap(), "api_key.revoked success user here");
    assert_eq!(world.api(Method::DELETE, &path, &session, json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.audit().await, audit, "the second time nothing happened");
}

#[tokio::test]
async fn a_key_ends_on_its_day() {
    let world = World::new().await;
    let session = world.sign_in().await;
    let body = json!({ "name": "short", "scopes": ["leads:read"], "expires_in_days": 1 });
    let made = world.api(Method::POST, KEYS, &session, body).await.json();
    let secret = made["secret"].as_str().unwrap();
    world.minutes_pass(24 * 60 - 1);
    assert_eq!(world.with_key(Method::GET, PROBE, secret).await.status, StatusCode::OK);
    world.minutes_pass(1);
    assert_eq!(world.with_key(Method::GET, PROBE, secret).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_key_has_its_makers_role_today_and_ends_with_the_membership() {
    let world = World::new().await;
    let maker = world.colleague("bob@example.com", "admin").await;
    let session = world.sign_in_as("bob@example.com").await;
    let (_, secret) = key(&world, &session, &["leads:read"]).await;
    assert_eq!(world.with_key(Method::GET, PROBE, &secret).await.json()["role"], "admin");
    world.remove_member(maker).await;
    assert_eq!(world.with_key(Method::GET, PROBE, &secret).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn another_organisations_keys_are_not_there() {
    let world = World::new().await;
    create_org_with_owner(world.store(), "Looms", "eve@example.com", "", Some(PASSWORD)).await.unwrap();
    let (ours, theirs) = (world.sign_in().await, world.sign_in_as("eve@example.com").await);
    let (id, secret) = key(&world, &ours, &["leads:read"]).await;
    assert_eq!(world.get(KEYS, &theirs).await.json(), json!({ "keys": [] }));
    let path = format!("{KEYS}/{id}");
    let refused = world.api(Method::DELETE, &path, &theirs, json!({})).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(world.with_key(Method::GET, PROBE, &secret).await.json()["org"], world.org.to_string());
}

#[tokio::test]
async fn the_public_half_of_one_key_and_the_secret_of_another_are_no_key() {
    let world = World::new().await;
    let session = world.sign_in().await;
    let (_, one) = key(&world, &session, &["leads:read"]).await;
    let (_, other) = key(&world, &session, &["leads:read"]).await;
    let mixed = format!("{}{}", &one[..12], &other[12..]);
    assert_eq!(world.with_key(Method::GET, PROBE, &mixed).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_servers_own_command_line_makes_keys_too() {
    let world = World::new().await;
    let key = create_api_key(world.store(), world.org, world.user, "command line", Scope::ALL).await.unwrap();
    assert_eq!(world.with_key(Method::GET, PROBE, &key).await.status, StatusCode::OK);
    assert_eq!(world.audit().await.last().unwrap(), "api_key.created success system here");
    let refused = create_api_key(world.store(), world.org, world.user, "command line", &[]).await;
    assert!(matches!(refused, Err(IdentityError::Key(KeyRefused::NoScope))));
}

#[tokio::test]
async fn members_make_no_keys() {
    let world = World::new().await;
    world.colleague("bob@example.com", "member").await;
    let session = world.sign_in_as("bob@example.com").await;
    let body = json!({ "name": "x", "scopes": ["leads:read"] });
    assert_eq!(world.api(Method::POST, KEYS, &session, body).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let world = World::new().await;
    let session = world.sign_in().await;
    for body in [
        json!({ "name": "x", "scopes": [] }),
        json!({ "name": " ", "scopes": ["leads:read"] }),
        json!({ "name": "x", "scopes": ["leads:everything"] }),
        json!({ "name": "x", "scopes": ["leads:read"], "expires_in_days": 366 }),
        json!({ "name": "x", "scopes": ["leads:read"], "expires_in_days": 0 }),
        json!({ "name": "x", "scopes": ["leads:read"], "role": "owner" }),
    ] {
        let answer = world.api(Method::POST, KEYS, &session, body.clone()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json");
    }
    assert_eq!(world.get(KEYS, &session).await.json(), json!({ "keys": [] }));
}

#[tokio::test]
async fn a_foreign_page_cannot_make_a_key_with_the_cookie_alone() {
    let world = World::new().await;
    let session = world.sign_in().await;
    let answer = world.post("/settings/keys", &session, &[("name", "x"), ("scope", "leads:read")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}
