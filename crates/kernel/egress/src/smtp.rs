//! Connections to mail servers, for a dialogue that does no I/O itself: it says what to write and how long to
//! wait, and gets whole replies or a typed failure.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use plumb_base::Email;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::broker::{EgressConfig, Gate};
use crate::disclosure::CallContext;
use crate::error::EgressError;
use crate::guard::Guard;
use crate::outgoing::{FieldClass, Outgoing};
use crate::register::MAILBOX_HOSTS;

mod politeness;
mod stream;
mod tls;

#[cfg(test)]
mod tests;

use politeness::Politeness;
pub use stream::SmtpStream;
use tls::TlsSetup;
pub use tls::{CertificateFault, TlsFacts, TlsVersion};

/// Longest line of a reply, its end included. RFC 5321 §4.5.3.1.5 has 512; servers write more.
pub const REPLY_LINE_BYTES_MAX: usize = 4096;
/// Most lines of one reply.
pub const REPLY_LINES_MAX: usize = 100;
/// Most bytes of one reply.
pub const REPLY_BYTES_MAX: usize = 64 * 1024;

/// What a connection waited for when its time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// A reply, the banner included.
    Reply,
    /// The far side to take what we write.
    Write,
    /// The TLS handshake.
    Tls,
}

/// What went wrong with a connection. None of it says that a mailbox does not exist.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// We refused: the register, the guard, the limits, or the disclosure could not be recorded.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// Nobody answered the connection.
    #[error("no answer to the connection")]
    ConnectTimeout,
    /// The host refused the connection.
    #[error("connection refused")]
    Refused,
    /// No way to the host.
    #[error("host or network not reachable")]
    Unreachable,
    /// The far side ended or reset the connection.
    #[error("the connection was dropped{}", if *mid_reply { " in the middle of a reply" } else { "" })]
    Dropped {
        /// Whether part of a reply had come.
        mid_reply: bool,
    },
    /// The far side was too slow, or the connection reached the end of its life.
    #[error("timed out")]
    Timeout(Wait),
    /// A line, or a reply, over its bound.
    #[error("the reply has {0}")]
    ReplyTooLong(&'static str),
    /// Bytes came before the TLS handshake that would have been read after it (CVE-2011-0411).
    #[error("the server sent plain text after its leave to start TLS")]
    PlainTextBeforeTls,
    /// The TLS handshake failed. A fault of the certificate is no failure: see [`TlsFacts`].
    #[error("the TLS handshake failed: {0}")]
    Tls(String),
    /// The dialogue wanted to write what such a connection never writes.
    #[error("a probe does not write this line: {0}")]
    LineRefused(&'static str),
    /// Another fault of the socket.
    #[error("the connection failed: {0}")]
    Io(ErrorKind),
}

impl SmtpError {
    /// A fault of a connected socket.
    fn of_socket(error: &std::io::Error, mid_reply: bool) -> Self {
        match error.kind() {
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof
            | ErrorKind::NotConnected => Self::Dropped { mid_reply },
            kind => Self::Io(kind),
        }
    }

    /// A fault of connecting.
    fn of_connect(error: &std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::ConnectionRefused => Self::Refused,
            ErrorKind::TimedOut => Self::ConnectTimeout,
            // A firewall of this machine says "permission denied" or "address not available".
            ErrorKind::NetworkUnreachable
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::AddrNotAvailable
            | ErrorKind::PermissionDenied => Self::Unreachable,
            _ => Self::of_socket(error, false),
        }
    }

    /// A stable word for metrics.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Egress(refused) => refused.code(),
            Self::ConnectTimeout => "connect_timeout",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Dropped { .. } => "dropped",
            Self::Timeout(_) => "timeout",
            Self::ReplyTooLong(_) => "reply_too_long",
            Self::PlainTextBeforeTls => "plain_text_before_tls",
            Self::Tls(_) => "tls",
            Self::LineRefused(_) => "line_refused",
            Self::Io(_) => "io",
        }
    }
}

/// Opens connections to mail servers. Cheap to clone.
#[derive(Clone)]
pub struct Smtp(Arc<Inner>);

struct Inner {
    guard: Guard,
    gate: Arc<Gate>,
    politeness: Politeness,
    tls: TlsSetup,
    port: u16,
    connection_max: Duration,
}

impl Smtp {
    pub(crate) fn new(config: &EgressConfig, guard: Guard, gate: Arc<Gate>) -> Result<Self, EgressError> {
        let politeness =
            Politeness::new(config.smtp_connections_max, config.smtp_connections_per_host_max, config.smtp_wait);
        Ok(Self(Arc::new(Inner {
            guard,
            gate,
            politeness,
            tls: TlsSetup::new()?,
            port: config.smtp_port,
            connection_max: config.smtp_connection_max,
        })))
    }

    /// Connects to `address`, which the mail host `host` has, to ask about `about`. Waits its turn at that host
    /// first; then connecting may take `within`.
    ///
    /// The disclosure is recorded when the address is about to be written (the first `RCPT`), not before: a
    /// connection that is refused has told nobody anything.
    ///
    /// # Errors
    /// [`SmtpError::Egress`] before a socket exists; [`SmtpError::ConnectTimeout`], [`SmtpError::Refused`],
    /// [`SmtpError::Unreachable`].
    pub async fn connect(
        &self,
        ctx: &CallContext,
        about: &Email,
        host: &str,
        address: IpAddr,
        within: Duration,
    ) -> Result<SmtpStream, SmtpError> {
        let result = self.connect_unmeasured(ctx, about, host, address, within).await;
        let code = result.as_ref().map_or_else(SmtpError::code, |_| "connected");
        metrics::counter!("plumb_smtp_connections_total", "result" => code).increment(1);
        result
    }

    async fn connect_unmeasured(
        &self,
        ctx: &CallContext,
        about: &Email,
        host: &str,
        address: IpAddr,
        within: Duration,
    ) -> Result<SmtpStream, SmtpError> {
        let classes: Vec<FieldClass> = Outgoing::Email(about).class().into_iter().collect();
        self.0.gate.permit(MAILBOX_HOSTS, host, &classes)?;
        self.0.guard.check(address).map_err(|why| EgressError::AddressRefused { address, why })?;
        let turn = self.0.politeness.turn(host, address).await?;
        let tcp = timeout(within, open(SocketAddr::new(address, self.0.port)))
            .await
            .map_err(|_| SmtpError::ConnectTimeout)?
            .map_err(|error| SmtpError::of_connect(&error))?;
        Ok(SmtpStream::new(
            tcp,
            stream::Setting {
                host: host.trim_end_matches('.').to_ascii_lowercase(),
                ctx: ctx.clone(),
                classes,
                domain: about.domain().to_string(),
                gate: self.0.gate.clone(),
                tls: self.0.tls.clone(),
                ends_at: Instant::now() + self.0.connection_max,
                turn,
            },
        ))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that connects to a mail server, after the guard")]
async fn open(address: SocketAddr) -> std::io::Result<TcpStream> {
    let tcp = TcpStream::connect(address).await?;
    tcp.set_nodelay(true)?;
    Ok(tcp)
}
