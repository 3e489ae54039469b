//! Mail servers: sockets, TLS and limits. What is said stands in [`dialogue`], how it is worded in [`reply`].

mod dialogue;
mod reply;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

pub(crate) use self::dialogue::path;
use self::dialogue::{Act, Dialogue};
use crate::world::Internet;

/// Longest command line that is read, in octets; RFC 5321 §4.5.3.1.4 asks for 512.
const LINE_BYTES_MAX: u64 = 1024;
/// Most connections of one server at a time; who comes then is told 421.
const CONNECTIONS_MAX: u64 = 64;
/// Most commands of one connection.
const COMMANDS_MAX: u32 = 200;
/// How long a connection may stay without a command.
const IDLE: Duration = Duration::from_mins(5);

/// How long a listener rests after it could not take a connection.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Why a part of a conversation ended.
enum Ended {
    /// It is over.
    Closed,
    /// The client is to start TLS now.
    Upgrade,
}

/// Takes connections for the server of the site `host` until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, host: String, internet: Arc<Internet>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, client)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await; // out of file descriptors, most likely: let some close
            continue;
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, client, host.clone(), Arc::clone(&internet)));
    }
}

/// Counts a connection as open for as long as it lives, however it ends.
struct Open<'a> {
    internet: &'a Internet,
    host: &'a str,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.internet.log.host(self.host, |log| log.open -= 1);
    }
}

async fn connection(mut stream: TcpStream, client: SocketAddr, host: String, internet: Arc<Internet>) {
    let mut full = false;
    internet.log.host(&host, |log| {
        full = log.open >= CONNECTIONS_MAX;
        log.open += 1;
        if full {
            log.turned_away += 1;
        } else {
            log.connections += 1;
            log.peak_open = log.peak_open.max(log.open);
        }
    });
    let _open = Open { internet: &internet, host: &host };
    let ended = if full {
        stream.write_all(b"421 4.3.2 Too many connections\r\n").await
    } else {
        whole_conversation(stream, client.ip(), &host, &internet).await
    };
    if let Err(error) = ended {
        tracing::debug!(%error, host, "a mail connection ended early");
    }
}

async fn whole_conversation(stream: TcpStream, client: IpAddr, host: &str, internet: &Internet) -> io::Result<()> {
    let mut dialogue = Dialogue::new(internet, host, client);
    let mut plain = BufReader::new(stream);
    let banner = dialogue.banner();
    if !perform(&mut plain, banner, &dialogue).await? {
        return Ok(());
    }
    if let Ended::Closed = converse(&mut plain, &mut dialogue).await? {
        return Ok(());
    }
    // What the client sent before its handshake is thrown away (RFC 3207 §4.2).
    let secured = internet.tls.accept(plain.into_inner()).await?;
    internet.log.host(host, |log| log.tls += 1);
    dialogue.secured();
    converse(&mut BufReader::new(secured), &mut dialogue).await.map(|_| ())
}

async fn converse<S>(stream: &mut BufReader<S>, dialogue: &mut Dialogue<'_>) -> io::Result<Ended>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    for _ in 0..COMMANDS_MAX {
        let mut line = Vec::new();
        let mut bounded = (&mut *stream).take(LINE_BYTES_MAX);
        let Ok(length) = timeout(IDLE, bounded.read_until(b'\n', &mut line)).await else { return Ok(Ended::Closed) };
        if length? == 0 {
            return Ok(Ended::Closed);
        }
        let act = if line.ends_with(b"\n") {
            dialogue.command(String::from_utf8_lossy(&line).trim_end())
        } else {
            dialogue.line_too_long()
        };
        let upgrade = matches!(act, Act::StartTls(_));
        if !perform(stream, act, dialogue).await? {
            return Ok(Ended::Closed);
        }
        if upgrade {
            return Ok(Ended::Upgrade);
        }
    }
    perform(stream, dialogue.too_many_commands(), dialogue).await?;
    Ok(Ended::Closed)
}

/// Does what the dialogue says; false when the connection is to be closed.
async fn perform<S>(stream: &mut BufReader<S>, act: Act, dialogue: &Dialogue<'_>) -> io::Result<bool>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (bytes, goes_on) = match act {
        Act::Say(bytes) | Act::StartTls(bytes) => (bytes, true),
        Act::SayAndClose(bytes) => (bytes, false),
        Act::Close => return Ok(false),
        Act::Mute => {
            // Silent until the client gives up: its end of the connection is what we wait for.
            let mut ignored = [0; 256];
            while stream.read(&mut ignored).await? > 0 {}
            return Ok(false);
        }
    };
    if let Some(delay) = dialogue.delay() {
        sleep(delay).await;
    }
    stream.write_all(&bytes).await?;
    stream.flush().await?;
    if !goes_on {
        stream.shutdown().await?;
    }
    Ok(goes_on)
}
