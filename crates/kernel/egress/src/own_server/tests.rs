use std::net::Ipv4Addr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::events::Parser;
use super::{Event, OwnServer, OwnServerError};
use crate::HttpError;

/// A server for one request that ends with `until`: a client of it, and what it read.
async fn answering(until: &'static str, answer: String) -> (OwnServer, JoinHandle<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base = format!("http://localhost:{}/plumb", listener.local_addr().unwrap().port());
    let seen = tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(until.as_bytes()) {
            let mut chunk = [0; 4096];
            let count = tcp.read(&mut chunk).await.unwrap();
            assert!(count > 0, "the request ended early");
            request.extend_from_slice(&chunk[..count]);
        }
        tcp.write_all(answer.as_bytes()).await.unwrap();
        tcp.shutdown().await.unwrap();
        String::from_utf8(request).unwrap()
    });
    (OwnServer::new(&base, Some("plb_key"), None).unwrap(), seen)
}

fn response(status: &str, kind: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn documents_go_and_come_with_the_key() {
    let (server, seen) = answering("\r\n\r\n", response("200 OK", "application/json", r#"{"leads":2}"#)).await;
    let answer: Value = server.get_json("/api/v1/leads?limit=2").await.unwrap();
    assert_eq!(answer, json!({"leads": 2}));
    let seen = seen.await.unwrap();
    assert!(seen.starts_with("GET /plumb/api/v1/leads?limit=2 HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains("authorization: Bearer plb_key\r\n"), "{seen}");

    let (server, seen) = answering("}", response("204 No Content", "application/json", "")).await;
    server.post_json::<_, ()>("api/v1/leads", &json!({"email": "ada@example.com"})).await.unwrap();
    assert!(seen.await.unwrap().ends_with(r#"{"email":"ada@example.com"}"#));
}

#[tokio::test]
async fn a_problem_is_passed_on_in_words() {
    let body = r#"{"type":"about:blank","title":"List too large","detail":"At most 2 GiB.","bytes_max":2147483648}"#;
    let (server, _seen) =
        answering("\r\n\r\n", response("413 Payload Too Large", "application/problem+json", body)).await;
    let problem = server.get_json::<Value>("api/v1/imports").await.unwrap_err();
    assert_eq!(problem.to_string(), "List too large: At most 2 GiB.");
    let OwnServerError::Problem { status, document, .. } = problem else { panic!("{problem}") };
    assert_eq!(status, 413);
    assert_eq!(document.unwrap()["bytes_max"], 2_147_483_648_u64);

    let (server, _seen) = answering("\r\n\r\n", response("502 Bad Gateway", "text/html", "<h1>down</h1>")).await;
    let problem = server.delete("api/v1/leads/1").await.unwrap_err();
    assert_eq!(problem.to_string(), "502 Bad Gateway");
}

#[tokio::test]
async fn a_file_is_streamed_after_its_fields() {
    let file: &[u8] = b"email\nada@example.com\n";
    for bytes in [Some(file.len() as u64), None] {
        let until = if bytes.is_some() { "--\r\n" } else { "0\r\n\r\n" };
        let (server, seen) = answering(until, response("200 OK", "application/json", r#""import-1""#)).await;
        let id: String =
            server.upload_multipart("api/v1/imports", &[("origin", "fair")], "list.csv", file, bytes).await.unwrap();
        assert_eq!(id, "import-1");
        let seen = seen.await.unwrap();
        let (field, content) = (seen.find("fair").unwrap(), seen.find("ada@example.com").unwrap());
        assert!(field < content, "{seen}");
        assert!(seen.contains(r#"name="file"; filename="list.csv""#), "{seen}");
        assert_eq!(seen.contains("content-length"), bytes.is_some(), "{seen}");
    }
}

#[tokio::test]
async fn a_download_comes_piece_by_piece() {
    let (server, _seen) = answering("\r\n\r\n", response("200 OK", "text/csv", &"x".repeat(200_000))).await;
    let mut download = server.stream("api/v1/exports/1").await.unwrap();
    assert_eq!(download.bytes_total, Some(200_000));
    let (mut bytes, mut pieces) = (0, 0);
    while let Some(piece) = download.chunk().await.unwrap() {
        bytes += piece.len();
        pieces += 1;
    }
    assert_eq!(bytes, 200_000);
    assert!(pieces > 1);
}

#[tokio::test]
async fn a_download_that_breaks_off_is_no_end() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_owned();
    let (server, _seen) = answering("\r\n\r\n", cut).await;
    let mut download = server.stream("api/v1/exports/1").await.unwrap();
    let broken = loop {
        match download.chunk().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a broken download looks whole"),
            Err(error) => break error,
        }
    };
    assert!(matches!(broken, OwnServerError::Http(HttpError::Broken { .. })), "{broken}");
}

#[tokio::test]
async fn events_are_followed_to_their_end() {
    let body = ": hello\n\nid: 7\nevent: progress\ndata: {\"done\":1}\n\ndata: a\ndata: b\n\ndata: cut";
    let (server, seen) = answering("\r\n\r\n", response("200 OK", "text/event-stream", body)).await;
    let mut events = server.events("api/v1/jobs/1/events", Some("6")).await.unwrap();
    let id = Some("7".to_owned());
    let first = Event { kind: "progress".to_owned(), data: r#"{"done":1}"#.to_owned(), id: id.clone() };
    assert_eq!(events.next().await.unwrap(), Some(first));
    let second = Event { kind: "message".to_owned(), data: "a\nb".to_owned(), id };
    assert_eq!(events.next().await.unwrap(), Some(second));
    assert_eq!(events.next().await.unwrap(), None, "an event that is cut off is none");
    assert!(seen.await.unwrap().contains("last-event-id: 6\r\n"));
}

#[test]
fn events_do_not_care_where_the_pieces_are_cut() {
    let stream = b"event: x\r\ndata:1\r\n\r\n:comment\r\nretry: 5\r\ndata\r\n\r\n";
    for cut in 0..stream.len() {
        let mut parser = Parser::default();
        let mut events = Vec::new();
        for piece in [&stream[..cut], &stream[cut..]] {
            parser.push(piece);
            events.extend(std::iter::from_fn(|| parser.event()));
        }
        let seen: Vec<_> = events.iter().map(|event| (event.kind.as_str(), event.data.as_str())).collect();
        assert_eq!(seen, [("x", "1"), ("message", "")], "cut at {cut}");
    }
}

#[test]
fn the_key_goes_to_the_server_only() {
    for base in ["http://plumb.example.com", "ftp://localhost", "https://user:word@plumb.example.com", "plumb"] {
        let refused = OwnServer::new(base, Some("key"), None).unwrap_err();
        assert!(matches!(refused, OwnServerError::Address(_)), "{base}: {refused}");
    }
    for base in ["https://plumb.example.com", "https://10.0.0.5:8443/plumb/", "http://127.0.0.1:8080", "http://[::1]"] {
        let server = OwnServer::new(base, Some("key"), None).unwrap();
        for path in ["https://elsewhere.example/", "//elsewhere.example/x", "http://127.0.0.1:9/"] {
            let url = server.request(reqwest::Method::GET, path).map(|request| request.build().unwrap().url().clone());
            match url {
                Err(refused) => assert!(matches!(refused, OwnServerError::Address(_)), "{base} {path}: {refused}"),
                Ok(url) => assert_eq!(url.origin(), server.base.origin(), "{base} {path}"),
            }
        }
    }
    assert!(matches!(
        OwnServer::new("https://plumb.example.com", Some("a\nb"), None),
        Err(OwnServerError::Credential(_))
    ));
    let no_pem = OwnServer::new(
        "https://plumb.example.com",
        None,
        Some(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"),
    );
    assert!(matches!(no_pem, Err(OwnServerError::Credential(_))));
}
