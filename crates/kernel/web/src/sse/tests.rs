use std::time::Duration;

use axum::response::Response;
use futures::StreamExt as _;
use http::Method;
use tower::ServiceExt as _;

use crate::Settings;
use crate::product::{World, request};

const EVENTS: &str = "/api/v1/things/0190163d-8694-739b-aea5-966c26f8ad90/events";

async fn open(world: &World) -> Response {
    world.router.clone().oneshot(request(Method::GET, EVENTS, "member", &[], "")).await.unwrap()
}

#[tokio::test]
async fn events_come_as_they_happen_and_end_with_the_server() {
    let world = World::new(Settings::default());
    let response = open(&world).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let mut body = response.into_body().into_data_stream();
    let first = body.next().await.unwrap().unwrap();
    assert_eq!(first, "event: progress\ndata: {\"size\":1}\nid: 1\n\n");
    world.shutdown.cancel();
    let rest = tokio::time::timeout(Duration::from_secs(5), body.collect::<Vec<_>>()).await.expect("an end");
    assert!(rest.is_empty());
}

#[tokio::test]
async fn there_is_room_for_so_many_and_a_closed_one_makes_room() {
    let world = World::new(Settings { streams_max: 1, ..Settings::default() });
    let first = open(&world).await;
    assert_eq!(open(&world).await.status().as_u16(), 503);
    drop(first);
    assert_eq!(open(&world).await.status().as_u16(), 200);
}

#[tokio::test]
async fn one_organisation_cannot_take_every_stream() {
    let world = World::new(Settings { streams_max: 8, ..Settings::default() });
    let open_by = async |who| world.router.clone().oneshot(request(Method::GET, EVENTS, who, &[], "")).await.unwrap();
    let held = [open_by("key-busy").await, open_by("key-busy").await];
    assert!(held.iter().all(|response| response.status().as_u16() == 200));
    assert_eq!(open_by("key-busy").await.status().as_u16(), 503);
    assert_eq!(open_by("member").await.status().as_u16(), 200);
    drop(held);
    assert_eq!(open_by("key-busy").await.status().as_u16(), 200);
}
