use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{ConnectionLimits, Listener, serve};
use crate::Settings;
use crate::product::World;

const PATIENCE: Duration = Duration::from_secs(10);

struct Running {
    address: SocketAddr,
    shutdown: CancellationToken,
    server: JoinHandle<io::Result<()>>,
}

fn start(limits: ConnectionLimits) -> Running {
    let world = World::new(Settings::default());
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    let shutdown = world.shutdown.clone();
    let listener = Listener { socket, tls: None, limits };
    let server = tokio::spawn(serve(listener, world.router, shutdown.clone()));
    Running { address, shutdown, server }
}

#[expect(clippy::disallowed_methods, reason = "a client of our own server, on loopback")]
async fn connect(running: &Running) -> tokio::net::TcpStream {
    tokio::net::TcpStream::connect(running.address).await.unwrap()
}

/// Sends `bytes` and gives back what comes until the server closes.
async fn say(running: &Running, bytes: &[u8]) -> String {
    let mut stream = connect(running).await;
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server closes");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn answers_over_a_socket() {
    let running = start(ConnectionLimits::default());
    let answer = say(&running, b"GET /api/v1/public HTTP/1.1\r\nHost: x.example\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("fine"), "{answer}");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_cut_off() {
    let limits = ConnectionLimits { header_read_timeout: Duration::from_millis(100), ..ConnectionLimits::default() };
    let running = start(limits);
    for slow in [&b""[..], b"GET / HT", b"GET /api/v1/public HTTP/1.1\r\nHost: x.example\r\nX-Slow: 1\r\n"] {
        let answer = say(&running, slow).await;
        assert!(!answer.contains("200 OK"), "{answer}");
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_431() {
    let limits = ConnectionLimits { header_bytes_max: 8192, headers_max: 20, ..ConnectionLimits::default() };
    let running = start(limits);
    let large = format!("GET / HTTP/1.1\r\nHost: x.example\r\nX-Large: {}\r\n\r\n", "x".repeat(10_000));
    assert!(say(&running, large.as_bytes()).await.starts_with("HTTP/1.1 431 "));
    let many = format!("GET / HTTP/1.1\r\nHost: x.example\r\n{}\r\n", "X-Many: 1\r\n".repeat(30));
    assert!(say(&running, many.as_bytes()).await.starts_with("HTTP/1.1 431 "));
}

#[tokio::test]
async fn stops_with_idle_connections_open() {
    let running = start(ConnectionLimits::default());
    let _idle = connect(&running).await;
    running.shutdown.cancel();
    tokio::time::timeout(PATIENCE, running.server).await.expect("an end").unwrap().unwrap();
}

#[tokio::test]
async fn cuts_off_what_does_not_end_when_told_to_stop() {
    let limits = ConnectionLimits { drain: Duration::from_millis(50), ..ConnectionLimits::default() };
    let running = start(limits);
    let mut stuck = connect(&running).await;
    stuck
        .write_all(b"GET /api/v1/slow HTTP/1.1\r\nHost: x.example\r\nCookie: member\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    // An event of its own: the next connection is answered after this one's request was read.
    say(&running, b"GET /api/v1/public HTTP/1.1\r\nHost: x.example\r\nConnection: close\r\n\r\n").await;
    running.shutdown.cancel();
    tokio::time::timeout(PATIENCE, running.server).await.expect("an end").unwrap().unwrap();
    let mut rest = Vec::new();
    let _ = stuck.read_to_end(&mut rest).await;
    assert!(rest.is_empty(), "no answer was made up");
}

#[tokio::test]
async fn only_so_many_connections_at_once() {
    let limits = ConnectionLimits { connections_max: 1, ..ConnectionLimits::default() };
    let running = start(limits);
    let first = connect(&running).await;
    let second = say(&running, b"GET /api/v1/public HTTP/1.1\r\nHost: x.example\r\nConnection: close\r\n\r\n");
    let mut second = std::pin::pin!(second);
    let waited = tokio::time::timeout(Duration::from_millis(100), second.as_mut()).await;
    assert!(waited.is_err(), "it waits in the queue");
    drop(first);
    assert!(second.await.starts_with("HTTP/1.1 200 OK"));
}
