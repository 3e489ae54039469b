use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::extract::Request;
use tower::ServiceExt as _;

use super::{Metrics, Ready, router};
use crate::Settings;
use crate::product::World;

async fn ask(router: &axum::Router, path: &str) -> (u16, String) {
    let response = router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn ready_is_asked_each_time() {
    let up = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&up);
    let ready: Ready = Arc::new(move || {
        let up = seen.load(Ordering::Relaxed);
        Box::pin(async move { up.then_some(()).ok_or_else(|| "the database".to_owned()) })
    });
    let router = router(ready, None);
    assert_eq!(ask(&router, "/livez").await, (200, "alive\n".into()));
    assert_eq!(ask(&router, "/readyz").await, (503, "not ready: the database\n".into()));
    up.store(true, Ordering::Relaxed);
    assert_eq!(ask(&router, "/readyz").await, (200, "ready\n".into()));
    assert_eq!(ask(&router, "/metrics").await.0, 404);
}

#[tokio::test]
async fn requests_are_counted_by_template_and_not_by_path() {
    let metrics = Metrics::install().unwrap();
    let world = World::new(Settings::default());
    world.get("/api/v1/things/0190163d-8694-739b-aea5-966c26f8ad90", "member").await;
    world.get("/made/up/by/a/scanner", "").await;
    let router = router(Arc::new(|| Box::pin(async { Ok(()) })), Some(metrics));
    let (_, text) = ask(&router, "/metrics").await;
    let counted = "plumb_http_requests_total{method=\"GET\",route=\"/api/v1/things/{thing}\",status=\"404\"}";
    assert!(text.contains(counted), "{text}");
    assert!(text.contains("plumb_http_request_duration_seconds_bucket{"));
    assert!(!text.contains("0190163d") && !text.contains("scanner"));
}
