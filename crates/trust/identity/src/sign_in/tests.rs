use http::{Method, StatusCode, header};

use crate::testing::{EMAIL, PASSWORD, PROBE, World, session_cookie};

#[tokio::test]
async fn the_right_password_begins_a_session() {
    let world = World::new().await;
    let answer = world.try_sign_in(" ADA@example.COM ", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(answer.header(header::LOCATION), "/");
    let session = session_cookie(&answer);
    let probe = world.get(PROBE, &session).await;
    assert_eq!(probe.status, StatusCode::OK);
    assert_eq!(probe.json(), serde_json::json!({ "org": world.org.to_string(), "role": "owner" }));
    assert_eq!(world.audit().await, ["org.created success system here", "auth.signed_in success user here"]);
}

#[tokio::test]
async fn the_cookie_has_every_flag() {
    let world = World::new().await;
    let answer = world.try_sign_in(EMAIL, PASSWORD).await;
    let [set] = answer.set_cookies().try_into().expect("one cookie");
    let (pair, flags) = set.split_once("; ").unwrap();
    assert_eq!(flags, "Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax");
    let token = pair.strip_prefix("__Host-plumb_s=").unwrap();
    assert_eq!(token.len(), 43);
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(answer.header(header::REFERRER_POLICY), "no-referrer");
}

#[tokio::test]
async fn neither_token_nor_password_is_kept() {
    let world = World::new().await;
    let session = world.sign_in().await;
    let token = session.strip_prefix("__Host-plumb_s=").unwrap();
    let mut tx = world.store().auth().await.unwrap();
    let kept = sqlx::query!(
        r#"select session::text as "session!", app_user::text as "app_user!"
           from session join app_user on app_user.id = session.user_id"#
    )
    .fetch_one(tx.conn())
    .await
    .unwrap();
    for text in [&kept.session, &kept.app_user] {
        assert!(!text.contains(token) && !text.contains(PASSWORD), "{text}");
    }
    assert!(kept.app_user.contains("$argon2id$v=19$m=19456,t=2,p=1$"));
}

#[tokio::test]
async fn wrong_password_and_unknown_address_get_the_same_answer() {
    let world = World::new().await;
    let wrong = world.try_sign_in("ada@example.com", "not the password at all").await;
    let unknown = world.try_sign_in("eve@example.com", "not the password at all").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.status, unknown.status);
    assert_eq!(wrong.body.replace("ada@", "eve@"), unknown.body);
    assert!(wrong.body.contains("do not belong together"));
    assert!(!wrong.body.contains("not the password"));
    let names = |answer: &crate::testing::Answer| answer.headers.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&wrong), names(&unknown));
    assert!(wrong.set_cookies().is_empty());
    let refused = "auth.sign_in_refused refused anonymous";
    assert_eq!(world.audit().await[1..], [refused, refused]);
}

#[tokio::test]
async fn what_is_no_address_is_no_account_either() {
    let world = World::new().await;
    let answer = world.try_sign_in("\"><script>", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("&quot;&gt;&lt;script&gt;"));
}

#[tokio::test]
async fn too_many_tries_must_wait_whether_or_not_the_account_exists() {
    let world = World::new().await;
    for email in [EMAIL, "eve@example.com"] {
        for _ in 0..10 {
            assert_eq!(world.try_sign_in(email, "wrong").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let answer = world.try_sign_in(email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        let wait: u64 = answer.header(header::RETRY_AFTER).parse().unwrap();
        assert!((1..=90).contains(&wait), "{wait}");
    }
    // A link still signs in: nobody is locked out by others' tries.
    let link = world.link().await;
    let pending = world.get(&link, "").await.cookie("__Host-plumb_p").unwrap();
    let answer = world.post("/auth/continue", &format!("__Host-plumb_p={pending}"), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn one_address_cannot_go_through_many_accounts() {
    let world = World::new().await;
    for n in 0..30 {
        let answer = world.try_sign_in(&format!("person{n}@example.com"), "wrong").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{n}");
    }
    assert_eq!(world.try_sign_in(EMAIL, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn after_signing_in_one_is_where_one_wanted_to_go() {
    let world = World::new().await;
    let to_sign_in = world.get("/settings/keys", "").await;
    assert_eq!(to_sign_in.header(header::LOCATION), "/sign-in?next=%2Fsettings%2Fkeys");
    let form = world.get("/sign-in?next=%2Fsettings%2Fkeys", "").await;
    assert!(form.body.contains(r#"name="next" value="/settings/keys""#));
    let fields = [("email", EMAIL), ("password", PASSWORD), ("next", "/settings/keys")];
    assert_eq!(world.post("/sign-in", "", &fields).await.header(header::LOCATION), "/settings/keys");
    for elsewhere in ["//example.test", "https://example.test/", "/\\example.test"] {
        let fields = [("email", EMAIL), ("password", PASSWORD), ("next", elsewhere)];
        assert_eq!(world.post("/sign-in", "", &fields).await.header(header::LOCATION), "/", "{elsewhere}");
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let world = World::new().await;
    let (here, elsewhere) = (world.sign_in().await, world.sign_in().await);
    assert_ne!(here, elsewhere);
    let without_token = world.post("/sign-out", &here, &[]).await;
    assert_eq!(without_token.status, StatusCode::FORBIDDEN);
    let answer = world.submit("/sign-out", &here, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::LOCATION), "/sign-in");
    assert_eq!(answer.cookie("__Host-plumb_s").as_deref(), Some(""));
    assert_eq!(world.get(PROBE, &here).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.get(PROBE, &elsewhere).await.status, StatusCode::OK);
    assert_eq!(world.audit().await.last().unwrap(), "auth.signed_out success user here");
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_it_replaces() {
    let world = World::new().await;
    let before = world.sign_in().await;
    let answer = world.post("/sign-in", &before, &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(world.get(PROBE, &before).await.status, StatusCode::UNAUTHORIZED);
    let second = session_cookie(&answer);
    let pending = world.get(&world.link().await, "").await.cookie("__Host-plumb_p").unwrap();
    let answer = world.post("/auth/continue", &format!("{second}; __Host-plumb_p={pending}"), &[]).await;
    assert_eq!(world.get(PROBE, &second).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.get(PROBE, &session_cookie(&answer)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn another_sites_form_signs_nobody_in() {
    let world = World::new().await;
    let body = format!("email=ada%40example.com&password={}", PASSWORD.replace(' ', "+"));
    let answer = world.cross_site(Method::POST, "/sign-in", body).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.set_cookies().is_empty());
}

#[tokio::test]
async fn an_old_hash_is_replaced_on_signing_in() {
    let world = World::new().await;
    let old = argon2::Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        argon2::Params::new(64, 1, 1, None).unwrap(),
    );
    let old = argon2::PasswordHasher::hash_password_with_salt(&old, PASSWORD.as_bytes(), &[7; 16]).unwrap().to_string();
    let mut tx = world.store().auth().await.unwrap();
    crate::account::set_password(&mut tx, world.user, Some(&old)).await.unwrap();
    tx.commit_unaudited().await.unwrap();
    world.sign_in().await;
    let mut tx = world.store().auth().await.unwrap();
    let kept = crate::account::lock(&mut tx, world.user).await.unwrap().unwrap().unwrap();
    assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
    drop(tx);
    world.sign_in().await;
}

/// Postgres holds no NUL in text: a request with one is the sender's mistake, not ours.
#[tokio::test]
async fn a_nul_character_is_no_fault_of_the_server() {
    let world = World::new().await;
    assert!(world.try_sign_in("ada\0@example.com", PASSWORD).await.status.is_client_error());
    assert!(world.get("/sign-in?next=%00", "").await.status.is_client_error());
    let session = world.sign_in().await;
    let key = serde_json::json!({ "name": "a\0b", "scopes": ["leads:read"] });
    assert!(world.api(http::Method::POST, "/api/v1/api-keys", &session, key).await.status.is_client_error());
}

#[tokio::test]
async fn where_to_go_next_may_have_any_letters() {
    let world = World::new().await;
    let answer = world
        .post("/sign-in", "", &[("email", EMAIL), ("password", PASSWORD), ("next", "/leads?domain=bü.example")])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}
