//! The servers, asked over real sockets by a client that does nothing but read and write lines.
#![expect(clippy::disallowed_methods, reason = "these tests are the client of the servers beside them")]

mod dns;
mod script;
mod smtp;
mod world;

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::{Behaviour, Mailbox, Site, World, WorldConfig};

/// The domain of most tests.
const DOMAIN: &str = "firm.example";

/// A site with one mailbox in each state.
fn site() -> Site {
    Site::new(DOMAIN).mailbox("ada", Mailbox::Exists).mailbox("full", Mailbox::Full).mailbox("off", Mailbox::Disabled)
}

async fn world(sites: Vec<Site>) -> World {
    World::start(WorldConfig { sites, ..WorldConfig::default() }).await.expect("a world")
}

async fn behaving(behaviour: Behaviour) -> World {
    world(vec![site().behaves(behaviour)]).await
}

/// A client of one mail server.
struct Client<S> {
    stream: BufReader<S>,
}

impl Client<TcpStream> {
    async fn connect(address: SocketAddr) -> Self {
        Self { stream: BufReader::new(TcpStream::connect(address).await.expect("somebody listens")) }
    }

    /// Connected to the server of [`DOMAIN`], with the banner read.
    async fn to(world: &World) -> Self {
        let mut client = Self::connect(world.smtp_addr(DOMAIN).expect("an address")).await;
        let banner = client.reply().await;
        assert!(banner.starts_with("220 "), "{banner}");
        client
    }

    /// As [`Client::to`], with EHLO and MAIL accepted.
    async fn ready(world: &World) -> Self {
        let mut client = Self::to(world).await;
        client.says("EHLO probe.test", "250").await;
        client.says("MAIL FROM:<probe@probe.test>", "250").await;
        client
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// The next reply, all of its lines; empty at the end of the connection.
    async fn reply(&mut self) -> String {
        let mut all = Vec::new();
        loop {
            let start = all.len();
            if self.stream.read_until(b'\n', &mut all).await.unwrap_or(0) == 0 || all.get(start + 3) != Some(&b'-') {
                return String::from_utf8_lossy(&all).into_owned();
            }
        }
    }

    async fn send(&mut self, line: &str) -> String {
        let sent = self.stream.write_all(format!("{line}\r\n").as_bytes()).await;
        if sent.is_err() { String::new() } else { self.reply().await }
    }

    /// Sends a line and expects a reply that begins with `expected`.
    async fn says(&mut self, line: &str, expected: &str) -> String {
        let reply = self.send(line).await;
        assert!(reply.starts_with(expected), "{line}: {reply:?}, not {expected:?}");
        reply
    }

    async fn rcpt(&mut self, local: &str, expected: &str) -> String {
        self.says(&format!("RCPT TO:<{local}@{DOMAIN}>"), expected).await
    }

    /// Whether the server has closed, with nothing more to say.
    async fn is_closed(&mut self) -> bool {
        matches!(self.stream.read(&mut [0; 16]).await, Ok(0) | Err(_))
    }
}
