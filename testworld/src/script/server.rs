//! The sockets of scripted servers.

use std::borrow::Cow;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{Doing, Host, Script, Turn};
use crate::smtp::ACCEPT_PAUSE;
use crate::smtp::path;
use crate::world::Internet;

/// Longest command line that is read, in octets.
const LINE_BYTES_MAX: u64 = 2048;
/// How long a connection may stay without a command.
const IDLE: Duration = Duration::from_mins(5);
/// Bytes of one connection's read buffer: commands are short, and there may be thousands of connections.
const BUFFER_BYTES: usize = 512;

/// One host of a script, with the number of its next connection.
pub(crate) struct Server {
    script: Arc<Script>,
    host: Host,
    next: AtomicUsize,
}

impl Server {
    pub(crate) fn new(script: Arc<Script>, host: Host) -> Self {
        Self { script, host, next: AtomicUsize::new(0) }
    }
}

/// Takes connections until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, server: Arc<Server>, internet: Arc<Internet>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, client)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let number = server.next.fetch_add(1, Ordering::Relaxed);
        let (server, internet) = (Arc::clone(&server), Arc::clone(&internet));
        connections.spawn(async move {
            internet.log.host(&server.script.domain, |log| {
                log.connections += 1;
                log.open += 1;
                log.peak_open = log.peak_open.max(log.open);
            });
            if let Err(error) = connection(stream, client.ip(), number, &server, &internet).await {
                tracing::debug!(%error, host = server.host.name, "a scripted connection ended early");
            }
            internet.log.host(&server.script.domain, |log| log.open -= 1);
        });
    }
}

/// What follows on a turn.
enum Next {
    Command,
    Tls,
    End,
}

async fn connection(
    stream: TcpStream,
    client: IpAddr,
    number: usize,
    server: &Server,
    internet: &Internet,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if server.host.resets() {
        stream.set_zero_linger()?;
    }
    let mut talk = Talk::new(server, internet, client, number);
    let mut plain = BufReader::with_capacity(BUFFER_BYTES, stream);
    sleep(server.host.delay).await;
    match talk.perform(&mut plain, Turn::Banner).await? {
        Next::Command => {}
        Next::Tls | Next::End => return Ok(()),
    }
    if let Next::Tls = talk.converse(&mut plain).await? {
        let secured = internet.tls.accept(plain.into_inner()).await?;
        internet.log.host(&server.script.domain, |log| log.tls += 1);
        talk.secure = true;
        talk.from.clear();
        talk.converse(&mut BufReader::with_capacity(BUFFER_BYTES, secured)).await?;
    }
    Ok(())
}

/// One conversation.
struct Talk<'a> {
    server: &'a Server,
    internet: &'a Internet,
    client: IpAddr,
    number: usize,
    secure: bool,
    helo: String,
    from: String,
    rcpt: String,
}

impl<'a> Talk<'a> {
    fn new(server: &'a Server, internet: &'a Internet, client: IpAddr, number: usize) -> Self {
        let empty = String::new;
        Self { server, internet, client, number, secure: false, helo: empty(), from: empty(), rcpt: empty() }
    }

    async fn converse<S>(&mut self, stream: &mut BufReader<S>) -> io::Result<Next>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut line = Vec::new();
        loop {
            line.clear();
            // What came along with the command before has waited as long already: the delay is that of the way.
            let came_along = stream.buffer().contains(&b'\n');
            let mut bounded = (&mut *stream).take(LINE_BYTES_MAX);
            let Ok(length) = timeout(IDLE, bounded.read_until(b'\n', &mut line)).await else { return Ok(Next::End) };
            if length? == 0 {
                return Ok(Next::End);
            }
            if !came_along {
                sleep(self.server.host.delay).await;
            }
            let next = self.command(stream, String::from_utf8_lossy(&line).trim_end()).await?;
            if !matches!(next, Next::Command) {
                return Ok(next);
            }
        }
    }

    async fn command<S>(&mut self, stream: &mut BufReader<S>, line: &str) -> io::Result<Next>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let turn = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                rest.clone_into(&mut self.helo);
                Turn::Ehlo
            }
            "HELO" => {
                rest.clone_into(&mut self.helo);
                Turn::Helo
            }
            "STARTTLS" => Turn::StartTls,
            "MAIL" if self.server.host.tls_required && !self.secure => {
                return self.say(stream, b"530 5.7.0 Must issue a STARTTLS command first\r\n").await;
            }
            "MAIL" => {
                path(rest, "FROM:").unwrap_or_default().clone_into(&mut self.from);
                Turn::Mail
            }
            "RCPT" => {
                path(rest, "TO:").unwrap_or_default().clone_into(&mut self.rcpt);
                self.internet.log.rcpt(&self.server.script.domain, &self.rcpt);
                let local = self.rcpt.rsplit_once('@').map_or("", |(local, _)| local);
                if self.server.script.is_target(local) { Turn::Target } else { Turn::Control }
            }
            "RSET" => Turn::Rset,
            "QUIT" => Turn::Quit,
            "DATA" | "BDAT" => {
                self.internet.log.host(&self.server.script.domain, |log| log.data_asked += 1);
                return self.say(stream, b"554 5.5.1 This server takes no messages\r\n").await;
            }
            _ => return self.say(stream, b"502 5.5.1 Command not known\r\n").await,
        };
        self.perform(stream, turn).await
    }

    async fn say<S>(&self, stream: &mut BufReader<S>, bytes: &[u8]) -> io::Result<Next>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        stream.write_all(bytes).await?;
        stream.flush().await?;
        Ok(Next::Command)
    }

    async fn perform<S>(&self, stream: &mut BufReader<S>, turn: Turn) -> io::Result<Next>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let host = &self.server.host;
        let Some(doings) = host.doings(turn, self.number) else {
            self.say(stream, self.usual(turn).as_bytes()).await?;
            return Ok(if turn == Turn::Quit { Next::End } else { Next::Command });
        };
        for doing in doings {
            match doing {
                Doing::Say(bytes) => _ = self.say(stream, &self.filled(bytes, turn)).await?,
                Doing::Wait(time) => sleep(*time).await,
                Doing::Hear => _ = stream.fill_buf().await?,
                Doing::Flood { piece, bytes } => {
                    for _ in 0..bytes / piece.len().max(1) {
                        stream.write_all(piece).await?;
                    }
                    stream.flush().await?;
                }
                Doing::Tls => return Ok(Next::Tls),
                Doing::Silence => {
                    let mut ignored = [0; 256];
                    while stream.read(&mut ignored).await? > 0 {}
                    return Ok(Next::End);
                }
                Doing::Close => {
                    stream.shutdown().await?;
                    return Ok(Next::End);
                }
                Doing::Reset => return Ok(Next::End), // the socket was told to reset when it is dropped
            }
        }
        Ok(if turn == Turn::Quit { Next::End } else { Next::Command })
    }

    /// What an honest server says.
    fn usual(&self, turn: Turn) -> Cow<'static, str> {
        let name = &self.server.host.name;
        match turn {
            Turn::Banner => format!("220 {name} ESMTP ready\r\n").into(),
            Turn::Ehlo => format!(
                "250-{name}\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n"
            )
            .into(),
            Turn::Helo => format!("250 {name}\r\n").into(),
            Turn::StartTls => "502 5.5.1 TLS is not offered\r\n".into(),
            Turn::Mail => "250 2.1.0 Ok\r\n".into(),
            Turn::Target => "250 2.1.5 Ok\r\n".into(),
            Turn::Control => format!("550 5.1.1 <{}>: Recipient address rejected: User unknown\r\n", self.rcpt).into(),
            Turn::Rset => "250 2.0.0 Ok\r\n".into(),
            Turn::Quit => "221 2.0.0 Bye\r\n".into(),
        }
    }

    /// The bytes with what is known of this conversation filled in.
    fn filled<'b>(&self, bytes: &'b [u8], turn: Turn) -> Cow<'b, [u8]> {
        let mut out = Cow::Borrowed(bytes);
        if bytes.contains(&b'{') {
            let ip = self.client.to_string();
            for (name, value) in [("{rcpt}", &self.rcpt), ("{from}", &self.from), ("{helo}", &self.helo), ("{ip}", &ip)]
            {
                out = replaced(&out, name.as_bytes(), value.as_bytes()).into();
            }
        }
        // STARTTLS is not offered a second time (RFC 3207 §4.2).
        if self.secure && turn == Turn::Ehlo {
            out = replaced(&out, b"250-STARTTLS\r\n", b"").into();
        }
        out
    }
}

fn replaced(bytes: &[u8], name: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(name) {
            out.extend_from_slice(value);
            rest = after;
        } else {
            out.push(rest[0]);
            rest = &rest[1..];
        }
    }
    out
}
