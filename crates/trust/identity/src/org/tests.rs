use http::{StatusCode, header};

use crate::create_org_with_owner;
use crate::testing::{EMAIL, PROBE, World, session_cookie};

#[tokio::test]
async fn a_session_goes_over_to_another_organisation_under_a_new_id() {
    let world = World::new().await;
    let (looms, _) = create_org_with_owner(world.store(), "Looms", EMAIL, "", None).await.unwrap();
    let before = world.sign_in().await;
    let page = world.get("/orgs", &before).await.body;
    assert!(page.contains("You are here") && page.contains("Switch to Looms"));

    world.minutes_pass(1);
    let answer = world.submit(&format!("/orgs/{looms}/switch"), &before, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::LOCATION), "/");
    let after = session_cookie(&answer);
    assert_eq!(world.get(PROBE, &after).await.json()["org"], looms.to_string());
    assert_eq!(world.get(PROBE, &before).await.status, StatusCode::UNAUTHORIZED);

    // The twelve hours count from signing in, not from the switch.
    for _ in 0..23 {
        world.minutes_pass(31);
        world.get(PROBE, &after).await;
    }
    world.minutes_pass(6);
    assert_eq!(world.get(PROBE, &after).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_role_here_is_none_there() {
    let world = World::new().await;
    let (looms, _) = create_org_with_owner(world.store(), "Looms", "eve@example.com", "", None).await.unwrap();
    let session = world.sign_in().await;
    let answer = world.submit(&format!("/orgs/{looms}/switch"), &session, &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get(PROBE, &session).await.json()["org"], world.org.to_string());
    assert!(!world.get("/orgs", &session).await.body.contains("Looms"));
}

/// "Your other sessions have ended" holds for one that is just going over to another organisation, too.
#[tokio::test]
async fn a_session_that_is_ended_meanwhile_does_not_go_over() {
    let world = World::new().await;
    let session = world.sign_in().await;
    let mut ending = world.store().auth().await.unwrap();
    crate::account::lock(&mut ending, world.user).await.unwrap();
    let path = format!("/orgs/{}/switch", world.org);
    let mut switching = std::pin::pin!(world.submit(&path, &session, &[]));
    tokio::select! {
        answer = &mut switching => panic!("it did not wait for the account: {}", answer.status),
        () = somebody_waits(&world) => {}
    }
    sqlx::query!("delete from session where user_id = $1", world.user.0).execute(ending.conn()).await.unwrap();
    ending.commit_unaudited().await.unwrap();
    assert_eq!(switching.await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get(PROBE, &session).await.status, StatusCode::UNAUTHORIZED);
}

/// Until a transaction waits for another's lock.
async fn somebody_waits(world: &World) {
    let mut waits = false;
    while !waits {
        let mut tx = world.store().auth().await.unwrap();
        waits = sqlx::query_scalar!(
            r#"select exists(select from pg_stat_activity
                 where datname = current_database() and wait_event_type = 'Lock') as "waits!""#
        )
        .fetch_one(tx.conn())
        .await
        .unwrap();
        tx.done_reading().await.unwrap();
    }
}
