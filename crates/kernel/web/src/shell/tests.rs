use std::time::Duration;

use http::Method;

use crate::product::{TOKEN, World, request};
use crate::{Register, Settings};

#[tokio::test]
async fn every_answer_of_every_route_has_the_headers() {
    let world = World::new(Settings { hsts: true, request_timeout: Duration::from_millis(20), ..Settings::default() });
    let mut paths: Vec<(Method, String)> = Register::new(crate::product::routes())
        .unwrap()
        .routes()
        .into_iter()
        .filter(|info| !info.path.ends_with("/events"))
        .map(|info| (info.method, info.path.replace("{thing}", "1").replace("{name}", "plumb.css")))
        .collect();
    paths.push((Method::GET, "/no/such/page".into()));
    paths.push((Method::DELETE, "/things".into()));
    for (method, path) in paths {
        for who in ["", "member", "key-all"] {
            let answer = world.ask(request(method.clone(), &path, who, &[("x-csrf-token", TOKEN)], "")).await;
            let context = format!("{method} {path} by {who}: {}", answer.status);
            let csp = answer.header("content-security-policy");
            assert!(csp.starts_with("default-src 'none';") && !csp.contains("unsafe"), "{context}");
            assert_eq!(answer.header("strict-transport-security"), "max-age=63072000; includeSubDomains; preload");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{context}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{context}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{context}");
            assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{context}");
            assert!(answer.header("permissions-policy").contains("camera=()"), "{context}");
            let cached = path.starts_with("/assets/");
            assert_eq!(answer.header("cache-control") == "no-store", !cached, "{context}");
            assert_eq!(answer.header("x-request-id").len(), 36, "{context}");
        }
    }
}

#[tokio::test]
async fn hsts_only_where_there_is_tls() {
    let answer = World::new(Settings::default()).get("/api/v1/public", "").await;
    assert!(!answer.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn a_request_id_is_ours_and_new_each_time() {
    let world = World::new(Settings::default());
    let forged = "0190163d-8694-739b-aea5-966c26f8ad90";
    let one = world.ask(request(Method::GET, "/api/v1/public", "", &[("x-request-id", forged)], "")).await;
    let two = world.get("/api/v1/public", "").await;
    assert_ne!(one.header("x-request-id"), forged);
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
    assert_eq!(uuid::Uuid::parse_str(two.header("x-request-id")).unwrap().get_version_num(), 7);
}

#[tokio::test]
async fn what_is_no_route_is_a_problem_in_the_callers_language() {
    let world = World::new(Settings::default());
    let html = ("accept", "text/html,application/xhtml+xml");
    let page = world.ask(request(Method::GET, "/no/such", "", &[html], "")).await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(page.body.contains("<h1>Not found</h1>") && page.body.contains(page.header("x-request-id")));
    for (path, headers) in [("/no/such", vec![]), ("/api/no/such", vec![html])] {
        let json = world.ask(request(Method::GET, path, "", &headers, "")).await;
        assert_eq!((json.status.as_u16(), json.header("content-type")), (404, "application/problem+json"));
        assert_eq!(json.json()["type"], "urn:plumb:problem:not-found");
    }
}

#[tokio::test]
async fn another_method_on_a_route_is_405_and_names_the_right_ones() {
    let world = World::new(Settings::default());
    for method in [Method::DELETE, Method::PUT, Method::OPTIONS, Method::from_bytes(b"BREW").unwrap()] {
        let answer = world.ask(request(method.clone(), "/api/v1/things", "member", &[], "")).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (405, "application/problem+json"));
        let mut allowed: Vec<&str> = answer.header("allow").split(',').collect();
        allowed.sort_unstable();
        assert_eq!(allowed, ["GET", "HEAD", "POST"], "{method}");
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let world = World::new(Settings::default());
    for (path, who) in [("/things", "member"), ("/api/v1/me", ""), ("/no/such", "")] {
        let get = world.get(path, who).await;
        let head = world.ask(request(Method::HEAD, path, who, &[], "")).await;
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"));
    }
}

#[tokio::test]
async fn a_panic_is_a_500_that_says_nothing() {
    let world = World::new(Settings::default());
    for path in ["/api/v1/broken", "/broken"] {
        let answer = world.get(path, "member").await;
        assert_eq!(answer.status.as_u16(), 500);
        assert!(!answer.body.contains("private") && answer.body.contains(answer.header("x-request-id")));
    }
}

#[tokio::test]
async fn what_takes_too_long_is_given_up() {
    let world = World::new(Settings { request_timeout: Duration::from_millis(20), ..Settings::default() });
    let answer = world.get("/api/v1/slow", "member").await;
    assert_eq!((answer.status.as_u16(), answer.json()["type"].clone()), (503, "urn:plumb:problem:timeout".into()));
}

#[tokio::test]
async fn past_the_limit_of_work_the_answer_is_503_at_once() {
    let settings = Settings { requests_max: 1, ..Settings::default() };
    let world = std::sync::Arc::new(World::new(settings));
    let mut held = std::pin::pin!(world.get("/api/v1/slow", "member"));
    assert!(futures::poll!(held.as_mut()).is_pending());
    let answer = world.get("/api/v1/public", "").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "1"));
}

/// Somebody with a key and slow requests, or uploads that never end, does not stop the others.
#[tokio::test]
async fn one_organisation_cannot_take_every_place() {
    let world = World::new(Settings { requests_max: 8, ..Settings::default() });
    let slow = || Box::pin(world.get("/api/v1/slow", "key-busy"));
    let mut held = [slow(), slow()];
    for request in &mut held {
        assert!(futures::poll!(request).is_pending());
    }
    let answer = world.get("/api/v1/slow", "key-busy").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "1"));
    assert_eq!(world.get("/api/v1/things?after=x", "key-all").await.status.as_u16(), 200);
    drop(held);
    assert_eq!(world.get("/api/v1/things?after=x", "key-busy").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_problem_on_a_page_is_a_page_with_its_head() {
    let world = World::new(Settings::default());
    let answer = world.get("/things", "key-all").await;
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let answer = world.ask(request(Method::POST, "/things", "member", &[], "")).await;
    assert_eq!(answer.status.as_u16(), 403);
    assert!(answer.body.contains("Example &lt;Ltd&gt;") && answer.body.contains("Sign out"), "{}", answer.body);
}

/// Where a test's log goes.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Claim 120: a marker in every part of a request, on every route, is in no line of the log at any level.
#[tokio::test]
async fn nothing_of_a_request_reaches_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    // Callsites that were first met without a subscriber may have been switched off for good.
    tracing::callsite::rebuild_interest_cache();
    let world = World::new(Settings { request_timeout: Duration::from_millis(20), ..Settings::default() });
    let marker = "canary@example.com";
    for info in Register::new(crate::product::routes()).unwrap().routes() {
        let path = info.path.replace("{thing}", marker).replace("{name}", marker);
        let path = format!("{path}?after={marker}&csrf={TOKEN}");
        for who in ["", "member", "key-all", "outage", marker] {
            let headers = [
                ("x-csrf-token", TOKEN),
                ("user-agent", marker),
                ("x-request-id", marker),
                ("x-forwarded-for", marker),
                ("content-type", "application/json"),
            ];
            let body = format!("{{\"name\": \"{marker}\", \"{marker}\": 1}}");
            let response = world.router.clone();
            let _ =
                tower::ServiceExt::oneshot(response, request(info.method.clone(), &path, who, &headers, &body)).await;
        }
    }
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("answered") && text.contains("request_id="), "the log is on: {text}");
    assert!(text.contains("the store failed"), "and errors are in it");
    for private in [marker, "canary", TOKEN, "something private"] {
        assert!(!text.contains(private), "{private} in {text}");
    }
}
