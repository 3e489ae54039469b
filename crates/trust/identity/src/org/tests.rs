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
