//! One connection: bounded replies in, checked lines out, TLS when asked for.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::client::TlsStream;

use super::manners::Leave;
use super::politeness::Turn;
use super::tls::{TlsFacts, TlsSetup};
use super::{REPLY_BYTES_MAX, REPLY_LINE_BYTES_MAX, REPLY_LINES_MAX, SmtpError, Wait};
use crate::broker::Gate;
use crate::disclosure::CallContext;
use crate::outgoing::FieldClass;
use crate::register::MAILBOX_HOSTS;

/// Longest line that is written, its end included.
const LINE_BYTES_MAX: usize = 1024;
/// Most bytes that are read at once.
const READ_BYTES: usize = 1024;
/// How long a polite end of the connection may take.
const CLOSE_WAIT: Duration = Duration::from_secs(2);
/// Commands of a probe. `DATA` and `BDAT` are not among them: this connection never sends a message; `VRFY` and
/// `EXPN` are not either, since servers read them as an attack.
const VERBS: [&str; 8] = ["EHLO", "HELO", "STARTTLS", "MAIL", "RCPT", "RSET", "NOOP", "QUIT"];

/// What a connection was opened for.
pub(super) struct Setting {
    pub(super) host: String,
    pub(super) ctx: CallContext,
    pub(super) classes: Vec<FieldClass>,
    pub(super) domain: String,
    pub(super) helo: String,
    pub(super) source: Option<IpAddr>,
    pub(super) gate: Arc<Gate>,
    pub(super) tls: TlsSetup,
    pub(super) ends_at: Instant,
    pub(super) turn: Turn,
    pub(super) leave: Leave,
}

/// A connection to a mail server. Dropping it ends the connection.
pub struct SmtpStream {
    io: Io,
    host: String,
    ctx: CallContext,
    classes: Vec<FieldClass>,
    /// The domain that the connection asks about.
    domain: String,
    helo: String,
    source: Option<IpAddr>,
    disclosed: bool,
    gate: Arc<Gate>,
    tls_setup: TlsSetup,
    tls: Option<TlsFacts>,
    ends_at: Instant,
    /// Bytes that have come and belong to no reply yet.
    unread: Vec<u8>,
    leave: Leave,
    _turn: Turn,
}

impl SmtpStream {
    pub(super) fn new(tcp: TcpStream, setting: Setting) -> Self {
        Self {
            io: Io::Plain(tcp),
            host: setting.host,
            ctx: setting.ctx,
            classes: setting.classes,
            domain: setting.domain,
            helo: setting.helo,
            source: setting.source,
            disclosed: false,
            gate: setting.gate,
            tls_setup: setting.tls,
            tls: None,
            ends_at: setting.ends_at,
            unread: Vec::new(),
            leave: setting.leave,
            _turn: setting.turn,
        }
    }

    /// The name to greet with on this connection: that of the address it leaves from.
    #[must_use]
    pub fn helo(&self) -> &str {
        &self.helo
    }

    /// The mail host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The configured address that the connection leaves from, if one was chosen.
    #[must_use]
    pub const fn source(&self) -> Option<IpAddr> {
        self.source
    }

    pub(super) const fn leave(&self) -> Leave {
        self.leave
    }

    /// What the handshake found, once TLS runs.
    #[must_use]
    pub fn tls(&self) -> Option<&TlsFacts> {
        self.tls.as_ref()
    }

    /// The next whole reply, as it came: its lines with their ends, the last being one that has no hyphen after
    /// its code (RFC 5321 §4.2.1). A line that does not begin with three digits ends a reply too: what it means
    /// is for the reader. Whether the codes of the lines agree is not checked here.
    ///
    /// # Errors
    /// [`SmtpError::Timeout`], [`SmtpError::Dropped`], [`SmtpError::ReplyTooLong`].
    pub async fn read_reply_bytes(&mut self, within: Duration) -> Result<Vec<u8>, SmtpError> {
        let until = self.until(within);
        let mut lines = 0;
        let mut line_start = 0;
        let mut searched = 0;
        loop {
            while let Some(offset) = self.unread[searched..].iter().position(|byte| *byte == b'\n') {
                let line_end = searched + offset + 1;
                let line = &self.unread[line_start..line_end];
                lines += 1;
                if line.len() > REPLY_LINE_BYTES_MAX {
                    return Err(SmtpError::ReplyTooLong("a line over 4096 bytes"));
                }
                if is_last(line) {
                    let rest = self.unread.split_off(line_end);
                    return Ok(std::mem::replace(&mut self.unread, rest));
                }
                if lines == REPLY_LINES_MAX {
                    return Err(SmtpError::ReplyTooLong("over 100 lines"));
                }
                (line_start, searched) = (line_end, line_end);
            }
            searched = self.unread.len();
            if searched - line_start >= REPLY_LINE_BYTES_MAX {
                return Err(SmtpError::ReplyTooLong("a line over 4096 bytes"));
            }
            if searched >= REPLY_BYTES_MAX {
                return Err(SmtpError::ReplyTooLong("over 65536 bytes"));
            }
            let mid_reply = !self.unread.is_empty();
            // No array here: it would be part of every waiting connection.
            self.unread.reserve(READ_BYTES);
            let count = timeout_at(until, self.io.read_buf(&mut self.unread))
                .await
                .map_err(|_| SmtpError::Timeout(Wait::Reply))?
                .map_err(|error| SmtpError::of_socket(&error, mid_reply))?;
            if count == 0 {
                return Err(SmtpError::Dropped { mid_reply });
            }
        }
    }

    /// What has come beyond the replies that were read. A server that has said more than it was asked is out of step
    /// with us, and none of its replies can be trusted to be the answer to the last command.
    #[must_use]
    pub fn take_unread(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.unread)
    }

    /// What has arrived although nothing was asked, without waiting for it: a server that talks before it is asked
    /// must be noticed before the next command, not after. Together with [`SmtpStream::take_unread`].
    pub async fn take_arrived(&mut self) -> Vec<u8> {
        let (io, unread) = (&mut self.io, &mut self.unread);
        std::future::poll_fn(|cx| {
            let mut bytes = [0; REPLY_LINE_BYTES_MAX];
            let mut buffer = ReadBuf::new(&mut bytes);
            // The end of the stream or a fault shows at the next command.
            if let Poll::Ready(Ok(())) = Pin::new(&mut *io).poll_read(cx, &mut buffer) {
                unread.extend_from_slice(buffer.filled());
            }
            Poll::Ready(())
        })
        .await;
        self.take_unread()
    }

    /// Writes one command line; see [`SmtpStream::write_lines`].
    pub async fn write_line(&mut self, line: &[u8], within: Duration) -> Result<(), SmtpError> {
        self.write_lines(&[line], within).await
    }

    /// Writes command lines at once; the ends of the lines are added. More than one is for servers that offered
    /// PIPELINING (RFC 2920). Before the first `RCPT`, the disclosure is committed, outside `within`.
    ///
    /// # Errors
    /// [`SmtpError::LineRefused`] for a line break, a command that a probe does not use, or a recipient of
    /// another domain than the connection was opened for: nothing is written then; [`SmtpError::Egress`] when the
    /// disclosure could not be recorded; [`SmtpError::Timeout`], [`SmtpError::Dropped`].
    pub async fn write_lines(&mut self, lines: &[impl AsRef<[u8]>], within: Duration) -> Result<(), SmtpError> {
        let mut bytes = Vec::with_capacity(lines.iter().map(|line| line.as_ref().len() + 2).sum());
        let mut names_somebody = false;
        for line in lines {
            let line = line.as_ref();
            if checked_verb(line)? == "RCPT" {
                if !is_recipient_of(line, &self.domain) {
                    return Err(SmtpError::LineRefused("a recipient of another domain"));
                }
                names_somebody = true;
            }
            bytes.extend_from_slice(line);
            bytes.extend_from_slice(b"\r\n");
        }
        if names_somebody && !self.disclosed {
            self.gate.disclose(&self.ctx, MAILBOX_HOSTS, &self.host, &self.classes).await?;
            self.disclosed = true;
        }
        let until = self.until(within);
        let io = &mut self.io;
        let written = async {
            io.write_all(&bytes).await?;
            io.flush().await
        };
        timeout_at(until, written)
            .await
            .map_err(|_| SmtpError::Timeout(Wait::Write))?
            .map_err(|error| SmtpError::of_socket(&error, false))
    }

    /// Begins TLS (1.2 or 1.3), after the server's leave to do so. Asks for the name of the mail host. A fault of
    /// the certificate is in the result and stops nothing: mail servers have such faults, and a probe hands over
    /// no message.
    ///
    /// # Errors
    /// [`SmtpError::PlainTextBeforeTls`], [`SmtpError::Tls`], [`SmtpError::Timeout`], [`SmtpError::Dropped`]. The
    /// connection is of no use afterwards.
    pub async fn start_tls(&mut self, within: Duration) -> Result<TlsFacts, SmtpError> {
        if !self.unread.is_empty() {
            return Err(SmtpError::PlainTextBeforeTls);
        }
        let until = self.until(within);
        let Io::Plain(tcp) = std::mem::replace(&mut self.io, Io::Closed) else {
            return Err(SmtpError::Tls("TLS runs already".to_owned()));
        };
        let address = tcp.peer_addr().map_err(|error| SmtpError::of_socket(&error, false))?.ip();
        let (stream, facts) = timeout_at(until, self.tls_setup.handshake(tcp, &self.host, address))
            .await
            .map_err(|_| SmtpError::Timeout(Wait::Tls))??;
        metrics::counter!("plumb_egress_tls_total", "to" => "mail", "version" => facts.version.as_str()).increment(1);
        self.io = Io::Tls(Box::new(stream));
        self.tls = Some(facts.clone());
        Ok(facts)
    }

    /// Ends the connection politely without keeping the caller: what the far side still says is read, so that it does
    /// not see a reset, and the turn at the host lasts until then. Needs a running tokio runtime.
    pub fn close_behind(mut self) {
        tokio::spawn(async move {
            let until = Instant::now() + CLOSE_WAIT;
            let mut rest = [0; 256];
            // Whatever it says or does now, nothing hangs on it; and it is not listened to for ever.
            for _ in 0..16 {
                if !matches!(timeout_at(until, self.io.read(&mut rest)).await, Ok(Ok(1..))) {
                    break;
                }
            }
            let _ = timeout_at(until, self.io.shutdown()).await;
        });
    }

    /// Ends the connection politely, in a bounded time.
    pub async fn close(mut self) {
        // The far side may be gone already; there is nothing left to lose.
        let _ = timeout_at(Instant::now() + CLOSE_WAIT, self.io.shutdown()).await;
    }

    fn until(&self, within: Duration) -> Instant {
        Instant::now().checked_add(within).map_or(self.ends_at, |at| at.min(self.ends_at))
    }
}

impl std::fmt::Debug for SmtpStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpStream").field("host", &self.host).field("tls", &self.tls).finish_non_exhaustive()
    }
}

/// Whether a line is the last of its reply.
fn is_last(line: &[u8]) -> bool {
    !matches!(line, [a, b, c, b'-', ..] if a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit())
}

/// The command of a line that may be written.
fn checked_verb(line: &[u8]) -> Result<&'static str, SmtpError> {
    if line.len() + 2 > LINE_BYTES_MAX {
        return Err(SmtpError::LineRefused("over 1024 bytes"));
    }
    if line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(SmtpError::LineRefused("a line break or a zero byte inside"));
    }
    let verb = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    VERBS
        .into_iter()
        .find(|known| known.as_bytes().eq_ignore_ascii_case(verb))
        .ok_or(SmtpError::LineRefused("not a command of a probe"))
}

/// Whether `RCPT TO:<…@domain>` has this domain.
fn is_recipient_of(line: &[u8], domain: &str) -> bool {
    let Some(path_end) = line.iter().rposition(|byte| *byte == b'>') else { return false };
    let path = &line[..path_end];
    let Some(at) = path.iter().rposition(|byte| *byte == b'@') else { return false };
    path[at + 1..].eq_ignore_ascii_case(domain.as_bytes())
}

/// The socket, plain or under TLS.
enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Closed,
}

fn closed<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::NotConnected.into()))
}

impl AsyncRead for Io {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
            Self::Closed => closed(),
        }
    }
}

impl AsyncWrite for Io {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, buf),
            Self::Closed => closed(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
            Self::Closed => closed(),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
            Self::Closed => closed(),
        }
    }
}
