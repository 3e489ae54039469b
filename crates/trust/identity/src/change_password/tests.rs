use http::StatusCode;

use crate::testing::{EMAIL, PASSWORD, PROBE, World, session_cookie};

const NEW: &str = "seven lanterns over fog";

async fn change(world: &World, session: &str, current: &str, new: &str, again: &str) -> crate::testing::Answer {
    world.submit("/settings/password", session, &[("current", current), ("new", new), ("again", again)]).await
}

#[tokio::test]
async fn a_change_ends_the_other_sessions() {
    let world = World::new().await;
    let (here, elsewhere) = (world.sign_in().await, world.sign_in().await);
    let answer = change(&world, &here, PASSWORD, NEW, NEW).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(world.get(PROBE, &here).await.status, StatusCode::OK);
    assert_eq!(world.get(PROBE, &elsewhere).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.try_sign_in(EMAIL, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.try_sign_in(EMAIL, NEW).await.status, StatusCode::SEE_OTHER);
    assert!(world.audit().await.contains(&"auth.password_changed success user here".to_owned()));
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let world = World::new().await;
    let session = world.sign_in().await;
    for (current, new, again, why) in [
        ("another password", NEW, NEW, "current password is another one"),
        (PASSWORD, NEW, "seven lanterns over dog", "differ"),
        (PASSWORD, "short", "short", "at least 12 characters"),
        (PASSWORD, "Engines-Engines1", "Engines-Engines1", "too easy to guess"),
    ] {
        let answer = change(&world, &session, current, new, again).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(why), "{why}");
    }
    world.sign_in().await;
}

#[tokio::test]
async fn a_first_password_needs_a_fresh_sign_in() {
    let world = World::new().await;
    let mut tx = world.store().auth().await.unwrap();
    crate::account::set_password(&mut tx, world.user, None).await.unwrap();
    tx.commit_unaudited().await.unwrap();
    let by_link = async || {
        let pending = world.get(&world.link().await, "").await.cookie("__Host-plumb_p").unwrap();
        session_cookie(&world.post("/auth/continue", &format!("__Host-plumb_p={pending}"), &[]).await)
    };
    let stale = by_link().await;
    world.minutes_pass(11);
    let answer = change(&world, &stale, "", NEW, NEW).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("too long ago"));
    let fresh = by_link().await;
    assert!(world.get("/settings/password", &fresh).await.body.contains("Set a password"));
    assert_eq!(change(&world, &fresh, "", NEW, NEW).await.status, StatusCode::OK);
    assert_eq!(world.try_sign_in(EMAIL, NEW).await.status, StatusCode::SEE_OTHER);
}

/// Whoever took over a session must not find out the password by trying.
#[tokio::test]
async fn the_current_password_cannot_be_guessed_at_leisure() {
    let world = World::new().await;
    let session = world.sign_in().await;
    for n in 0..10 {
        let answer = change(&world, &session, "another password", NEW, NEW).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{n}");
    }
    let refused = change(&world, &session, PASSWORD, NEW, NEW).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers.contains_key(http::header::RETRY_AFTER));
    let log = world.audit().await;
    let tries = log.iter().filter(|entry| *entry == "auth.password_change_refused refused user here");
    assert_eq!(tries.count(), 10, "{log:?}");
}
