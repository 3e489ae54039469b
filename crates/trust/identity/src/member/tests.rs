use serde_json::json;

use crate::create_org_with_owner;
use crate::testing::{EMAIL, World};

#[tokio::test]
async fn me_is_the_person_and_all_places() {
    let world = World::new().await;
    let (looms, _) = create_org_with_owner(world.store(), "Looms", EMAIL, "", None).await.unwrap();
    let session = world.sign_in().await;
    let engines = json!({ "org_id": world.org.to_string(), "name": "Engines", "role": "owner" });
    let looms = json!({ "org_id": looms.to_string(), "name": "Looms", "role": "owner" });
    assert_eq!(
        world.get("/api/v1/me", &session).await.json(),
        json!({ "user_id": world.user.to_string(), "email": EMAIL, "name": "Ada", "org": engines, "orgs": [engines, looms] })
    );
}

#[tokio::test]
async fn members_are_those_of_the_own_organisation() {
    let world = World::new().await;
    create_org_with_owner(world.store(), "Looms", "eve@example.com", "", None).await.unwrap();
    world.colleague("bob@example.com", "member").await;
    let session = world.sign_in_as("bob@example.com").await;
    let answer = world.get("/api/v1/members", &session).await.json();
    let mut seen: Vec<_> = answer["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| (person["email"].as_str().unwrap(), person["role"].as_str().unwrap()))
        .collect();
    seen.sort_unstable();
    assert_eq!(seen, [(EMAIL, "owner"), ("bob@example.com", "member")]);
    assert_eq!(answer["more"], false);
}
