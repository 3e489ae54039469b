use http::Method;

use crate::Settings;
use crate::product::{World, request};

#[tokio::test]
async fn what_does_not_fit_is_a_problem_with_its_own_status() {
    let world = World::new(Settings::default());
    let json = ("content-type", "application/json");
    let cases = [
        (Method::POST, "/api/v1/things", Some(json), "{\"name\":", 400),
        (Method::POST, "/api/v1/things", Some(json), "{\"name\":1}", 422),
        (Method::POST, "/api/v1/things", Some(json), "{\"name\":\"x\",\"role\":\"owner\"}", 422),
        (Method::POST, "/api/v1/things", Some(("content-type", "text/plain")), "{\"name\":\"x\"}", 415),
        (Method::POST, "/api/v1/things", None, "{\"name\":\"x\"}", 415),
        (Method::POST, "/api/v1/things", Some(json), "{\"name\":\"a\\u0000\"}", 400),
        (Method::GET, "/api/v1/things?after=%00", None, "", 400),
        (Method::POST, "/api/v1/uploads", Some(json), "{}", 415),
        (Method::POST, "/api/v1/uploads", Some(("content-type", "multipart/form-data; boundary=X")), "no form", 400),
        (Method::GET, "/api/v1/things?after=x&limit=many", None, "", 400),
        (Method::GET, "/api/v1/things", None, "", 400),
        (Method::GET, "/api/v1/things/not-an-id", None, "", 404),
        (Method::GET, "/api/v1/things/%ff", None, "", 404),
    ];
    for (method, path, header, body, status) in cases {
        let headers: Vec<_> = header.into_iter().collect();
        let answer = world.ask(request(method, path, "key-all", &headers, body)).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {body}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path} {body}");
        assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
    }
}

/// An id that is none and an id that is not there are answered alike, byte for byte.
#[tokio::test]
async fn a_malformed_id_is_as_absent_as_an_unknown_one() {
    let world = World::new(Settings::default());
    let found = world.get("/api/v1/things/ffffffff-ffff-ffff-ffff-ffffffffffff", "key-all").await;
    assert_eq!(found.status.as_u16(), 200);
    let unknown = world.get("/api/v1/things/0190163d-8694-739b-aea5-966c26f8ad90", "key-all").await;
    let malformed = world.get("/api/v1/things/1", "key-all").await;
    let masked = |answer: &crate::product::Answer| answer.body.replace(answer.header("x-request-id"), "");
    assert_eq!(masked(&unknown), masked(&malformed));
    let names = |answer: &crate::product::Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&unknown), names(&malformed));
}

#[test]
fn an_escaped_nul_is_told_from_an_escaped_backslash() {
    let holds = |json: &str| super::escapes_nul(json.as_bytes());
    assert!(holds(r#"{"a":"\u0000"}"#) && holds(r#""\\\u0000""#));
    assert!(!holds(r#""\\u0000""#) && !holds(r#""u0000""#) && !holds(""));
}
