use http::{Method, StatusCode, header};

use crate::testing::{PROBE, World, session_cookie};

async fn open(world: &World, link: &str) -> String {
    let answer = world.get(link, "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::LOCATION), "/auth/continue");
    format!("__Host-plumb_p={}", answer.cookie("__Host-plumb_p").unwrap())
}

#[tokio::test]
async fn a_link_signs_in_with_one_press_of_a_button() {
    let world = World::new().await;
    let link = world.link().await;
    let pending = open(&world, &link).await;
    let page = world.get("/auth/continue", &pending).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("<strong>Ada@example.com</strong>"));
    assert_eq!(page.body.matches("<form").count(), 1);
    let token = pending.split_once('=').unwrap().1;
    assert!(!page.body.contains(token), "the token is in no page");

    let answer = world.post("/auth/continue", &pending, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::LOCATION), "/");
    assert_eq!(answer.cookie("__Host-plumb_p").as_deref(), Some(""));
    assert_eq!(world.get(PROBE, &session_cookie(&answer)).await.status, StatusCode::OK);
    let audit = world.audit().await;
    assert_eq!(audit[1..], ["auth.link_made success system", "auth.signed_in success user here"]);
}

#[tokio::test]
async fn following_a_link_changes_nothing_however_often() {
    let world = World::new().await;
    let link = world.link().await;
    for _ in 0..5 {
        let pending = open(&world, &link).await;
        let page = world.get("/auth/continue", &pending).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.cookie("__Host-plumb_s"), None);
    }
    let pending = open(&world, &link).await;
    assert_eq!(world.post("/auth/continue", &pending, &[]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_pending_cookie_has_every_flag() {
    let world = World::new().await;
    let answer = world.get(&world.link().await, "").await;
    let [set] = answer.set_cookies().try_into().expect("one cookie");
    assert!(set.starts_with("__Host-plumb_p="));
    assert!(set.ends_with("; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax"), "{set}");
}

#[tokio::test]
async fn a_link_works_once() {
    let world = World::new().await;
    let pending = open(&world, &world.link().await).await;
    assert_eq!(world.post("/auth/continue", &pending, &[]).await.status, StatusCode::SEE_OTHER);
    for replay in [world.post("/auth/continue", &pending, &[]).await, world.get("/auth/continue", &pending).await] {
        assert_eq!(replay.status, StatusCode::GONE);
        assert!(replay.body.contains("already used") && replay.body.contains("plumb sign-in-link"));
        assert_eq!(replay.cookie("__Host-plumb_s"), None);
    }
    assert_eq!(world.audit().await.last().unwrap(), "auth.sign_in_refused refused anonymous");
}

#[tokio::test]
async fn of_two_presses_at_once_one_signs_in() {
    let world = World::new().await;
    let pending = open(&world, &world.link().await).await;
    let (one, other) =
        tokio::join!(world.post("/auth/continue", &pending, &[]), world.post("/auth/continue", &pending, &[]));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::GONE]);
}

#[tokio::test]
async fn a_link_works_for_ten_minutes() {
    let world = World::new().await;
    let (early, late) = (open(&world, &world.link().await).await, open(&world, &world.link().await).await);
    world.minutes_pass(9);
    assert_eq!(world.post("/auth/continue", &early, &[]).await.status, StatusCode::SEE_OTHER);
    world.minutes_pass(1);
    let answer = world.post("/auth/continue", &late, &[]).await;
    assert_eq!(answer.status, StatusCode::GONE);
    assert!(answer.body.contains("run out") && answer.body.contains("plumb sign-in-link"));
}

#[tokio::test]
async fn what_is_no_link_leads_to_an_explanation() {
    let world = World::new().await;
    let unknown = format!("/auth/callback?t={}", "A".repeat(43));
    let pending = open(&world, &unknown).await;
    for answer in [
        world.get("/auth/continue", &pending).await,
        world.post("/auth/continue", &pending, &[]).await,
        world.get("/auth/continue", "").await,
        world.post("/auth/continue", "", &[]).await,
    ] {
        assert_eq!(answer.status, StatusCode::GONE);
        assert!(answer.body.contains("not valid"));
    }
    let cut_off = world.get("/auth/callback?t=short%3B%20x", "").await;
    assert_eq!(cut_off.status, StatusCode::SEE_OTHER);
    assert_eq!(cut_off.cookie("__Host-plumb_p").as_deref(), Some(""));
}

#[tokio::test]
async fn another_site_cannot_press_the_button() {
    let world = World::new().await;
    let answer = world.cross_site(Method::POST, "/auth/continue", String::new()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}
