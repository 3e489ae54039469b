use std::net::Ipv4Addr;
use std::time::Duration;

use plumb_base::{Domain, Email, OrgId};
use reqwest::dns::Resolve as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{GuardedNames, HttpAnswer, HttpError, HttpRequest};
use crate::{
    CallContext, Destination, Egress, EgressConfig, EgressError, FieldClass, Guard, HostRule, Outgoing, Recorder,
    Refusal, Region, Standing,
};

const FINDER: Destination = Destination {
    name: "finder",
    purpose: "Find facts about a domain",
    region: Region::Eu,
    classes: &[FieldClass::Domain],
    hosts: HostRule::Exactly(&["127.0.0.1", "localhost"]),
    standing: Standing::Operator,
    discloses: true,
};

fn egress(allow_private: bool) -> Egress {
    let config = EgressConfig {
        allow_private,
        // Nobody is asked for names here.
        resolver: Some("192.0.2.53:53".parse().unwrap()),
        destinations: vec![FINDER],
        ..EgressConfig::new("probe.example.com", "probe@example.com")
    };
    Egress::new(config, Recorder::memory()).unwrap()
}

async fn call(egress: &Egress, request: HttpRequest<'_>) -> Result<HttpAnswer, HttpError> {
    egress.http(&CallContext::new(OrgId::fresh(), "enrich.domain"), "finder", request).await
}

/// A server for one request: its address, and what it read.
async fn answering(answer: String) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/v1/domain", listener.local_addr().unwrap());
    let seen = tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        // Bodies here are JSON objects: a request is whole when its head has ended and no body is missing.
        loop {
            let mut chunk = [0; 1024];
            let count = tcp.read(&mut chunk).await.unwrap();
            request.extend_from_slice(&chunk[..count]);
            let text = String::from_utf8_lossy(&request);
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            if !head.contains("content-length") || body.ends_with('}') {
                break;
            }
        }
        tcp.write_all(answer.as_bytes()).await.unwrap();
        tcp.shutdown().await.unwrap();
        String::from_utf8(request).unwrap()
    });
    (url, seen)
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn values_go_with_their_class_and_leave_a_record() {
    let (url, seen) = answering(ok(r#"{"found":true}"#)).await;
    let egress = egress(true);
    let domain = Domain::parse("example.com").unwrap();
    let request = HttpRequest::get(&url)
        .query("domain", Outgoing::Domain(&domain))
        .query("limit", Outgoing::Number(3))
        .bearer("token-1");
    let answer = call(&egress, request).await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json::<serde_json::Value>().unwrap()["found"], true);
    let seen = seen.await.unwrap();
    assert!(seen.starts_with("GET /v1/domain?domain=example.com&limit=3 HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains("authorization: Bearer token-1\r\n"), "{seen}");
    let kept = egress.recorder().kept().unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (kept[0].destination, kept[0].region, kept[0].classes.as_slice()),
        ("finder", Region::Eu, [FieldClass::Domain].as_slice())
    );
}

#[tokio::test]
async fn a_body_is_json_of_values_with_a_class() {
    let (url, seen) = answering(ok("{}")).await;
    let domain = Domain::parse("example.com").unwrap();
    let members =
        vec![("domain", Outgoing::Domain(&domain)), ("mode", Outgoing::Fixed("fast")), ("n", Outgoing::Number(1))];
    call(&egress(true), HttpRequest::post_json(&url, members)).await.unwrap();
    let seen = seen.await.unwrap();
    assert!(seen.starts_with("POST ") && seen.ends_with(r#"{"domain":"example.com","mode":"fast","n":1}"#), "{seen}");
}

#[tokio::test]
async fn a_class_that_may_not_go_there_is_refused_before_a_socket_exists() {
    let (url, seen) = answering(ok("{}")).await;
    let egress = egress(true);
    let email = Email::parse("ada@example.com").unwrap();
    let refused = call(&egress, HttpRequest::get(&url).query("email", Outgoing::Email(&email))).await.unwrap_err();
    assert!(
        matches!(refused, HttpError::Egress(EgressError::ClassRefused { class: FieldClass::Email, .. })),
        "{refused}"
    );
    let ctx = CallContext::new(OrgId::fresh(), "enrich.domain");
    let refused = egress.http(&ctx, "nobody", HttpRequest::get(&url)).await.unwrap_err();
    assert!(matches!(refused, HttpError::Egress(EgressError::NotRegistered { .. })), "{refused}");
    let refused = call(&egress, HttpRequest::get("https://api.example.org/")).await.unwrap_err();
    assert!(matches!(refused, HttpError::Egress(EgressError::HostRefused { .. })), "{refused}");
    assert!(!seen.is_finished(), "nothing was connected");
    assert_eq!(egress.recorder().kept().unwrap(), []);
}

#[tokio::test]
async fn only_https_goes_over_the_network() {
    let egress = egress(true);
    for url in ["http://localhost/", "ftp://127.0.0.1/", "https://user:word@127.0.0.1/", "no url"] {
        let refused = call(&egress, HttpRequest::get(url)).await.unwrap_err();
        assert!(matches!(refused, HttpError::Address(_)), "{url}: {refused}");
    }
}

#[tokio::test]
async fn literal_addresses_and_names_meet_the_guard() {
    let strict = egress(false);
    for url in ["https://127.0.0.1/", "https://[::1]/", "https://0x7f.1/", "https://169.254.169.254/"] {
        let refused = call(&strict, HttpRequest::get(url)).await.unwrap_err();
        assert!(matches!(refused, HttpError::Egress(EgressError::AddressRefused { .. })), "{url}: {refused}");
    }
    // `localhost` is answered without a question to anybody, and is a name like any other to the guard.
    let refused = call(&strict, HttpRequest::get("https://localhost/")).await.unwrap_err();
    assert!(
        matches!(refused, HttpError::Egress(EgressError::AddressRefused { why: Refusal::Loopback, .. })),
        "{refused}"
    );
    let names = GuardedNames { dns: strict.dns().clone(), guard: Guard::new(true) };
    let addresses = names.resolve("localhost".parse().unwrap()).await.unwrap();
    assert!(addresses.count() > 0);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let moved = "HTTP/1.1 302 Found\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\n\r\n";
    let (url, _seen) = answering(moved.to_owned()).await;
    assert_eq!(call(&egress(true), HttpRequest::get(&url)).await.unwrap().status, 302);
}

#[tokio::test]
async fn size_and_time_of_an_answer_are_bounded() {
    let (url, _seen) = answering(ok(&"x".repeat(2000))).await;
    let large = call(&egress(true), HttpRequest::get(&url).answer_bytes_max(1999)).await.unwrap_err();
    assert!(matches!(large, HttpError::TooLarge { bytes_max: 1999, .. }), "{large}");

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let slow = call(&egress(true), HttpRequest::get(&url).within(Duration::from_millis(100))).await.unwrap_err();
    assert!(matches!(slow, HttpError::Timeout { .. }), "{slow}");
}

#[tokio::test]
async fn an_error_does_not_repeat_the_values() {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/");
    let domain = Domain::parse("secret-customer.example").unwrap();
    let failed =
        call(&egress(true), HttpRequest::get(&url).query("domain", Outgoing::Domain(&domain))).await.unwrap_err();
    assert!(matches!(failed, HttpError::Connect { .. }), "{failed}");
    assert!(!format!("{failed} {failed:?}").contains("secret-customer"), "{failed:?}");
}
