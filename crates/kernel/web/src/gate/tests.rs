use std::time::Duration;

use http::{Method, StatusCode};

use crate::client::Peer;
use crate::product::{TOKEN, World, request};
use crate::{BodyLimit, Settings};

fn world() -> World {
    World::new(Settings::default())
}

/// Path, headers, body, and the status of the answer.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, u16);

/// Every kind of caller at every kind of door. What is expected follows from the route's `Access`.
#[tokio::test]
async fn who_may_pass_where() {
    let world = world();
    // leads:read  audit:read, admin  api keys, admin, no scope  signed in  page
    let doors = ["/api/v1/things?after=x", "/api/v1/log", "/api/v1/keys", "/api/v1/me", "/things"];
    let expected = [
        ("", [401, 401, 401, 401, 303]),
        ("expired", [401, 401, 401, 401, 303]),
        ("member", [200, 403, 403, 200, 200]),
        ("admin", [200, 200, 200, 200, 200]),
        ("owner", [200, 200, 200, 200, 200]),
        ("homeless", [403, 403, 403, 200, 403]),
        ("key-all", [200, 200, 403, 403, 403]),
        ("key-leads", [200, 403, 403, 403, 403]),
        ("key-of-member", [200, 403, 403, 403, 403]),
        ("key-revoked", [401, 401, 401, 401, 401]),
        ("throttled", [429, 429, 429, 429, 429]),
        ("outage", [503, 503, 503, 503, 503]),
    ];
    for (who, statuses) in expected {
        for (door, status) in doors.iter().zip(statuses) {
            let method = if *door == "/api/v1/keys" { Method::POST } else { Method::GET };
            let answer = world.ask(request(method, door, who, &[("x-csrf-token", TOKEN)], "")).await;
            assert_eq!(answer.status.as_u16(), status, "{who} at {door}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_page_without_identity_leads_to_the_sign_in_page_and_back() {
    let world = world();
    let answer = world.get("/things?sort=name&x=%26", "").await;
    assert_eq!(answer.header("location"), "/sign-in?next=%2Fthings%3Fsort%3Dname%26x%3D%2526");
    let answer = world.ask(request(Method::POST, "/things", "", &[], "")).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/sign-in"));
}

#[tokio::test]
async fn a_bad_credential_is_answered_like_none() {
    let world = world();
    let (none, bad) = (world.get("/api/v1/me", "").await, world.get("/api/v1/me", "expired").await);
    let masked = |answer: &crate::product::Answer| {
        let id = answer.header("x-request-id").to_owned();
        answer.body.replace(&id, "")
    };
    assert_eq!(masked(&none), masked(&bad));
    assert_eq!(none.header("www-authenticate"), bad.header("www-authenticate"));
    assert!(!none.header("www-authenticate").is_empty());
}

#[tokio::test]
async fn a_session_that_changes_something_needs_its_token() {
    let world = world();
    let json = ("content-type", "application/json");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let token = ("x-csrf-token", TOKEN);
    let thing = "{\"name\":\"x\"}";
    let with_field = format!("name=x&csrf={TOKEN}");
    let cases: &[Case] = &[
        ("/api/v1/things", &[json], thing, 403),
        ("/api/v1/things", &[json, token], thing, 201),
        ("/api/v1/things", &[json, ("x-csrf-token", "")], thing, 403),
        ("/api/v1/things", &[json, ("x-csrf-token", "0123456789abcdef0123456789abcdee")], thing, 403),
        ("/api/v1/things", &[json, token, ("sec-fetch-site", "same-origin")], thing, 201),
        ("/api/v1/things", &[json, token, ("sec-fetch-site", "cross-site")], thing, 403),
        ("/api/v1/things", &[json, token, ("sec-fetch-site", "same-site")], thing, 403),
        ("/api/v1/things", &[json, token, ("origin", "https://plumb.example.com")], thing, 201),
        ("/api/v1/things", &[json, token, ("origin", "https://other.example.com")], thing, 403),
        ("/api/v1/things", &[json, token, ("origin", "null")], thing, 403),
        // A token in the address is for uploads alone, one in the body for pages alone.
        (&format!("/api/v1/things?csrf={TOKEN}"), &[json], thing, 403),
        ("/api/v1/things", &[form], &with_field, 403),
        ("/things", &[form], &with_field, 303),
        ("/things", &[form], "name=x", 403),
        ("/things", &[form], "name=x&csrf=", 403),
        ("/things", &[form, ("sec-fetch-site", "cross-site")], &with_field, 403),
        // An unknown field is refused, the token's is not in the way.
        ("/things", &[form], &format!("{with_field}&other=1"), 422),
    ];
    for (path, headers, body, status) in cases {
        let answer = world.ask(request(Method::POST, path, "member", headers, body)).await;
        assert_eq!(answer.status.as_u16(), *status, "{path} {headers:?} {body}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_key_needs_no_token_for_no_browser_sends_it_unasked() {
    let json = [("content-type", "application/json"), ("sec-fetch-site", "cross-site")];
    let answer = world().ask(request(Method::POST, "/api/v1/things", "key-all", &json, "{\"name\":\"x\"}")).await;
    assert_eq!(answer.status, StatusCode::CREATED);
}

#[tokio::test]
async fn nobody_is_signed_in_from_another_site() {
    let world = world();
    let cross = world.ask(request(Method::POST, "/sign-in", "", &[("sec-fetch-site", "cross-site")], "")).await;
    let own = world.ask(request(Method::POST, "/sign-in", "", &[("sec-fetch-site", "same-origin")], "")).await;
    assert_eq!((cross.status.as_u16(), own.status.as_u16()), (403, 200));
}

#[tokio::test]
async fn an_upload_carries_its_token_in_the_address() {
    let world = world();
    let multipart = [("content-type", "multipart/form-data; boundary=X")];
    let body = "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b\r\n--X--\r\n";
    let right = world.ask(request(Method::POST, &format!("/uploads?csrf={TOKEN}"), "member", &multipart, body)).await;
    let wrong = world.ask(request(Method::POST, "/uploads?csrf=nonsense", "member", &multipart, body)).await;
    let none = world.ask(request(Method::POST, "/uploads", "member", &multipart, body)).await;
    assert_eq!((right.status.as_u16(), wrong.status.as_u16(), none.status.as_u16()), (204, 403, 403));
}

#[tokio::test]
async fn a_body_ends_at_the_routes_limit() {
    let world = world();
    let headers = [("content-type", "application/json")];
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(300 * 1024));
    let answer = world.ask(request(Method::POST, "/api/v1/things", "key-all", &headers, &large)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "without a Content-Length");
    let length = large.len().to_string();
    let headers = [headers[0], ("content-length", &length)];
    let answer = world.ask(request(Method::POST, "/api/v1/things", "key-all", &headers, &large)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.json()["body_bytes_max"], BodyLimit::Bytes(256 * 1024).bytes_max());

    let file = "y".repeat(5000);
    let body = format!("--X\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n{file}\r\n--X--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=X")];
    let answer = world.ask(request(Method::POST, "/api/v1/uploads", "key-all", &headers, &body)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
    let answer = world.ask(request(Method::POST, "/api/v1/uploads", "", &headers, &body)).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "who is asking comes before what is sent");
}

#[tokio::test]
async fn a_body_that_stops_coming_is_given_up() {
    let world = World::new(Settings { body_idle_timeout: Duration::from_millis(30), ..Settings::default() });
    let mut request = request(Method::POST, "/api/v1/things", "key-all", &[("content-type", "application/json")], "");
    let pieces = futures::stream::iter([Ok::<_, std::io::Error>("{\"name\"")]);
    let stalled = futures::StreamExt::chain(pieces, futures::stream::pending());
    *request.body_mut() = axum::body::Body::from_stream(stalled);
    let answer = world.ask(request).await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT, "{}", answer.body);
}

#[tokio::test]
async fn a_public_route_counts_each_client_by_itself() {
    let world = world();
    let from = |address: &str| {
        let mut request = request(Method::GET, "/api/v1/public", "", &[("x-forwarded-for", "203.0.113.9")], "");
        request.extensions_mut().insert(Peer((address.parse::<std::net::IpAddr>().unwrap(), 1).into()));
        request
    };
    for _ in 0..3 {
        assert_eq!(world.ask(from("192.0.2.1")).await.status, StatusCode::OK);
    }
    let refused = world.ask(from("192.0.2.1")).await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "20"));
    assert_eq!(world.ask(from("192.0.2.2")).await.status, StatusCode::OK);

    // One person commands a whole /64, and an IPv4 address in IPv6's clothes is the same client.
    for host in ["2001:db8::1", "2001:db8::2", "2001:db8::ffff:1"] {
        assert_eq!(world.ask(from(host)).await.status, StatusCode::OK);
    }
    assert_eq!(world.ask(from("2001:db8::77")).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(world.ask(from("2001:db8:0:1::77")).await.status, StatusCode::OK);
    assert_eq!(world.ask(from("::ffff:192.0.2.1")).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(world.counter.keys().iter().all(|key| !key.contains("203.0.113.9")), "nobody may choose their address");
}
