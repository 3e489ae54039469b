//! Connections to mail servers, for a dialogue that does no I/O itself: it says what to write and how long to
//! wait, and gets whole replies or a typed failure.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use plumb_base::Email;
use plumb_store::Store;
use tokio::time::{Instant, timeout};

use crate::broker::{EgressConfig, Gate};
use crate::disclosure::CallContext;
use crate::error::EgressError;
use crate::guard::Guard;
use crate::outgoing::{FieldClass, Outgoing};
use crate::register::MAILBOX_HOSTS;

mod manners;
mod politeness;
mod stream;
mod tls;
mod way;

#[cfg(test)]
mod tests;

use manners::Rates;
pub use manners::{Heard, Manners, Pause};
use politeness::Politeness;
pub use stream::SmtpStream;
use tls::TlsSetup;
pub use tls::{CertificateFault, TlsFacts, TlsVersion};
use way::Ways;
pub(crate) use way::own_address;
pub use way::{Proxy, Source};

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
    /// The operator is left alone for a while.
    #[error("{}", match .pause {
        Pause::Goodbye => "the operator said goodbye a moment ago, and is left alone",
        Pause::Blocked => "the operator refused our address several times, and is left alone",
        Pause::Day => "the operator was asked as often as a day allows, and is left alone",
    })]
    Paused {
        /// Why.
        pause: Pause,
        /// For how long yet, as far as is known.
        retry_after: Duration,
    },
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
            Self::Paused { .. } => "paused",
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
    rates: Rates,
    ways: Ways,
    helo: String,
    tls: TlsSetup,
    port: u16,
    connection_max: Duration,
}

impl Smtp {
    pub(crate) fn new(
        config: &EgressConfig,
        guard: Guard,
        gate: Arc<Gate>,
        shared: Option<Store>,
    ) -> Result<Self, EgressError> {
        let politeness =
            Politeness::new(config.smtp_connections_max, config.smtp_connections_per_host_max, config.smtp_wait);
        let usual = || (!guard.allows_private()).then(Manners::strict);
        let manners = config.smtp_manners.clone().or_else(usual);
        Ok(Self(Arc::new(Inner {
            guard,
            gate,
            politeness,
            rates: Rates::new(manners, shared, config.smtp_wait),
            ways: Ways { sources: config.smtp_sources.clone(), proxy: config.smtp_proxy.clone() },
            helo: config.helo.clone(),
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
        let domain = about.domain().to_string();
        let source = self.0.ways.source(&domain, address).map_err(|error| SmtpError::of_connect(&error))?;
        let (operator, from) = (Rates::operator(host), from_text(source));
        self.0.rates.pause(&operator, &from, Instant::now())?;
        let turn = self.0.politeness.turn(host, address).await?;
        let leave = self.0.rates.leave(&operator, &from, &domain).await?;
        let bound = source.map(|source| source.address);
        let tcp = timeout(within, self.0.ways.open(bound, SocketAddr::new(address, self.0.port)))
            .await
            .map_err(|_| SmtpError::ConnectTimeout)?
            .map_err(|error| SmtpError::of_connect(&error))?;
        Ok(SmtpStream::new(
            tcp,
            stream::Setting {
                host: host.trim_end_matches('.').to_ascii_lowercase(),
                ctx: ctx.clone(),
                classes,
                domain,
                helo: source.and_then(|source| source.helo.clone()).unwrap_or_else(|| self.0.helo.clone()),
                source: bound,
                gate: self.0.gate.clone(),
                tls: self.0.tls.clone(),
                ends_at: Instant::now() + self.0.connection_max,
                turn,
                leave,
            },
        ))
    }

    /// Whether a connection to this address stands, on port 25 or its stand-in: nothing is said there.
    pub(crate) async fn reaches(&self, address: IpAddr, within: Duration) -> Result<(), SmtpError> {
        self.0.guard.check(address).map_err(|why| EgressError::AddressRefused { address, why })?;
        let source = self.0.ways.source("", address).map_err(|error| SmtpError::of_connect(&error))?;
        let from = source.map(|source| source.address);
        timeout(within, self.0.ways.open(from, SocketAddr::new(address, self.0.port)))
            .await
            .map_err(|_| SmtpError::ConnectTimeout)?
            .map_err(|error| SmtpError::of_connect(&error))?;
        Ok(())
    }

    /// Notes what became of a connection, for the manners of the next one to the same operator, on whatever node.
    pub async fn heard(&self, stream: &SmtpStream, heard: Heard) {
        if heard == Heard::Answer && !stream.leave().has_blocks {
            return;
        }
        let source = stream.source().map(|address| address.to_string()).unwrap_or_default();
        self.0.rates.heard(&Rates::operator(stream.host()), &source, heard).await;
    }

    /// The addresses that mail servers are asked from, when they are configured.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.0.ways.sources
    }
}

/// A source address as a key; empty where the operating system chooses.
fn from_text(source: Option<&Source>) -> String {
    source.map(|source| source.address.to_string()).unwrap_or_default()
}
