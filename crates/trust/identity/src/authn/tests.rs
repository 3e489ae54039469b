use std::fmt::Write as _;

use http::{Method, StatusCode, header};
use plumb_store::access::{Action, Role, allows};

use super::*;
use crate::testing::{PROBE, World};

#[tokio::test]
async fn an_unused_session_ends_after_an_hour() {
    let world = World::new().await;
    let session = world.sign_in().await;
    world.minutes_pass(59);
    assert_eq!(world.get(PROBE, &session).await.status, StatusCode::OK, "and this use makes it longer");
    world.minutes_pass(59);
    assert_eq!(world.get(PROBE, &session).await.status, StatusCode::OK);
    world.minutes_pass(60);
    assert_eq!(world.get(PROBE, &session).await.status, StatusCode::UNAUTHORIZED);
    let page = world.get("/orgs", &session).await;
    assert_eq!(page.header(header::LOCATION), "/sign-in?next=%2Forgs");
}

#[tokio::test]
async fn a_session_in_use_ends_after_twelve_hours() {
    let world = World::new().await;
    let session = world.sign_in().await;
    for _ in 0..23 {
        world.minutes_pass(30);
        assert_eq!(world.get(PROBE, &session).await.status, StatusCode::OK);
    }
    world.minutes_pass(30);
    assert_eq!(world.get(PROBE, &session).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_last_use_is_written_once_a_minute() {
    let world = World::new().await;
    let session = world.sign_in().await;
    let last_seen = async || {
        let mut tx = world.store().auth().await.unwrap();
        sqlx::query_scalar!("select last_seen from session").fetch_one(tx.conn()).await.unwrap()
    };
    let begun = last_seen().await;
    world.store().clock().advance(TimeDelta::seconds(59));
    world.get(PROBE, &session).await;
    assert_eq!(last_seen().await, begun);
    world.store().clock().advance(TimeDelta::seconds(1));
    world.get(PROBE, &session).await;
    assert_eq!(last_seen().await, begun + TimeDelta::seconds(60));
}

#[tokio::test]
async fn a_removed_member_is_out_with_the_next_request() {
    let world = World::new().await;
    let user = world.colleague("bob@example.com", "admin").await;
    let session = world.sign_in_as("bob@example.com").await;
    assert_eq!(world.get(PROBE, &session).await.json()["role"], "admin");
    world.remove_member(user).await;
    assert_eq!(world.get(PROBE, &session).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.get("/settings/keys", &session).await.status, StatusCode::FORBIDDEN);
    let page = world.get("/orgs", &session).await;
    assert!(page.body.contains("belongs to no organisation"));
    // And a new session has no organisation either.
    let session = world.sign_in_as("bob@example.com").await;
    assert_eq!(world.get(PROBE, &session).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_change_of_role_acts_with_the_next_request() {
    let world = World::new().await;
    let user = world.colleague("bob@example.com", "admin").await;
    let session = world.sign_in_as("bob@example.com").await;
    assert_eq!(world.get("/api/v1/api-keys", &session).await.status, StatusCode::OK);
    let mut tx = world.store().auth().await.unwrap();
    sqlx::query!("update membership set role = 'member' where user_id = $1", user.0).execute(tx.conn()).await.unwrap();
    tx.commit_unaudited().await.unwrap();
    assert_eq!(world.get("/api/v1/api-keys", &session).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn invented_credentials_are_nobodys() {
    let world = World::new().await;
    for cookie in ["__Host-plumb_s=", "__Host-plumb_s=x", &format!("__Host-plumb_s={}", "A".repeat(43))] {
        assert_eq!(world.get(PROBE, cookie).await.status, StatusCode::UNAUTHORIZED, "{cookie}");
    }
    let long = format!("plk_00000000_{}", "A".repeat(43));
    for key in ["", "plk_", "plk_00000000_", "plk_0000000é_x", &long] {
        assert_eq!(world.with_key(Method::GET, PROBE, key).await.status, StatusCode::UNAUTHORIZED, "{key}");
    }
    let session = world.sign_in().await;
    let answer = world.with_key_and_cookie(Method::GET, PROBE, &long, &session).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "a good cookie does not save a bad key");
    assert_eq!(bearer("bearer  plk_x"), Some("plk_x"));
    assert_eq!(bearer("Basic plk_x"), None);
}

#[tokio::test]
async fn a_person_has_twenty_sessions_at_most() {
    let world = World::new().await;
    let mut sessions = Vec::new();
    for _ in 0..21 {
        world.minutes_pass(1);
        let mut tx = world.store().auth().await.unwrap();
        let now = tx.now();
        let set = session::begin(&mut tx, world.user, world.org, now).await.unwrap();
        tx.commit_unaudited().await.unwrap();
        sessions.push(set.to_str().unwrap().split(';').next().unwrap().to_owned());
    }
    assert_eq!(world.get(PROBE, &sessions[0]).await.status, StatusCode::UNAUTHORIZED, "the oldest ended");
    assert_eq!(world.get(PROBE, &sessions[1]).await.status, StatusCode::OK);
    assert_eq!(world.get(PROBE, &sessions[20]).await.status, StatusCode::OK);
}

/// Who may do what, for people to read. `PLUMB_BLESS=1` writes it anew.
#[test]
fn the_table_of_roles_is_the_one_that_was_agreed() {
    let mut text = String::from(
        "# Who may do what. Written by a test from crates/kernel/store/src/access.rs:\n\
         # PLUMB_BLESS=1 cargo test -p plumb-identity the_table_of_roles\n\n",
    );
    let mark = |yes: bool| if yes { "yes" } else { "-" };
    let mut row = |action: &str, cells: [&str; 3], scope: &str| {
        let [member, admin, owner] = cells;
        let line = format!("{action:<18}{member:<8}{admin:<8}{owner:<8}{scope}");
        writeln!(text, "{}", line.trim_end()).unwrap();
    };
    row("action", Role::ALL.map(Role::as_str), "scope of an API key");
    for &action in Action::ALL {
        let cells = Role::ALL.map(|role| mark(allows(role, action)));
        row(&format!("{action:?}"), cells, action.scope().map_or("- (people only)", Scope::as_str));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/develop/roles.txt");
    if std::env::var_os("PLUMB_BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let agreed = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(agreed, text, "the table of roles changed: look at it, then run this test with PLUMB_BLESS=1");
}
