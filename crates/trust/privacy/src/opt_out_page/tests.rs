use axum::body::Body;
use http::{Request, header};

use super::*;
use crate::opt_out::tests::{Answer, World};

async fn submit(world: &World, email: &str) -> Answer {
    let form = form_urlencoded::Serializer::new(String::new()).append_pair("email", email).finish();
    let request = Request::post(PATH).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    world.send(request.body(form.into()).unwrap()).await
}

#[tokio::test]
async fn the_page_opts_out_without_a_script() {
    let world = World::new().await;
    let org = world.db.org("ours").await;
    let page = world.send(Request::get(PATH).body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains(r#"<form method="post" action="/opt-out">"#));
    let first = submit(&world, "Ada+News@example.com").await;
    assert_eq!(first.status, StatusCode::ACCEPTED);
    assert!(first.body.contains(DONE));
    assert_eq!(first, submit(&world, "bob@example.com").await);
    assert_eq!(first, submit(&world, "Ada+News@example.com").await);
    assert!(world.suppressed_for(org, "ada@example.com").await);
}

#[tokio::test]
async fn what_is_no_address_stays_in_the_form() {
    let world = World::new().await;
    let answer = submit(&world, "\"><b>").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains(r#"value="&quot;&gt;&lt;b&gt;""#));
    assert!(answer.body.contains(r#"role="alert""#));
    assert_eq!(world.rows().await, 0);
}
