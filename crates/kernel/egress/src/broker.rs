//! The one way out: asks the register, records, and only then lets a module of this crate open a socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use plumb_base::{Clock, DisclosureId};

use crate::disclosure::{CallContext, Disclosure, Recorder};
use crate::dns::Dns;
use crate::error::EgressError;
use crate::guard::Guard;
use crate::http::{Http, HttpAnswer, HttpError, HttpRequest};
use crate::outgoing::FieldClass;
use crate::register::{Destination, Region, Register};
use crate::smtp::{Manners, Proxy, Smtp, Source};

/// How calls go out.
#[derive(Clone, Debug)]
pub struct EgressConfig {
    /// Lets loopback and private addresses through: for a demo or a test on one machine.
    pub allow_private: bool,
    /// One resolver in place of the operating system's. A loopback address needs `allow_private`.
    pub resolver: Option<SocketAddr>,
    /// Port of mail servers: 25 but for a demo or a test.
    pub smtp_port: u16,
    /// The name that we greet mail servers with: must resolve to the address that we come from.
    pub helo: String,
    /// The address that we ask in the name of: a real mailbox at a domain of ours.
    pub mail_from: String,
    /// Most connections to mail servers at once.
    pub smtp_connections_max: usize,
    /// Most connections at once to one mail host, and to one address (politeness).
    pub smtp_connections_per_host_max: usize,
    /// Longest wait for a free connection.
    pub smtp_wait: Duration,
    /// Longest life of one connection to a mail server.
    pub smtp_connection_max: Duration,
    /// The addresses that mail servers are asked from: each domain always from the same one. Empty leaves it to the
    /// operating system.
    pub smtp_sources: Vec<Source>,
    /// A SOCKS5 proxy on the way to mail servers.
    pub smtp_proxy: Option<Proxy>,
    /// How often mail servers may be asked. `None` is [`Manners::strict`], or no bound at all with `allow_private`.
    pub smtp_manners: Option<Manners>,
    /// Longest wait for the resolver's answer to one question.
    pub dns_wait: Duration,
    /// Regions that subprocessors may be in (conflict C9: the strictest by default).
    pub regions_allowed: Vec<Region>,
    /// Destinations beside the built-in ones.
    pub destinations: Vec<Destination>,
    /// Where the time comes from.
    pub clock: Clock,
}

impl EgressConfig {
    /// The defaults, greeting mail servers as `helo` and asking them in the name of `mail_from`.
    #[must_use]
    pub fn new(helo: impl Into<String>, mail_from: impl Into<String>) -> Self {
        Self {
            allow_private: false,
            resolver: None,
            smtp_port: 25,
            helo: helo.into(),
            mail_from: mail_from.into(),
            smtp_connections_max: 256,
            smtp_connections_per_host_max: 2,
            // Short: whoever waits keeps a worker, which others could use meanwhile.
            smtp_wait: Duration::from_secs(2),
            smtp_connection_max: Duration::from_secs(150),
            smtp_sources: Vec::new(),
            smtp_proxy: None,
            smtp_manners: None,
            dns_wait: Duration::from_secs(5),
            regions_allowed: vec![Region::Eu],
            destinations: Vec::new(),
            clock: Clock::System,
        }
    }
}

/// What every module asks before it opens a socket.
pub(crate) struct Gate {
    register: Register,
    recorder: Recorder,
    clock: Clock,
}

impl Gate {
    /// The register's row, if `classes` may go to `host` there now. Nothing is recorded yet.
    pub(crate) fn permit(
        &self,
        destination: &str,
        host: &str,
        classes: &[FieldClass],
    ) -> Result<&Destination, EgressError> {
        self.register.permit(destination, host, classes, self.clock.now()).inspect_err(|refused| {
            metrics::counter!("plumb_egress_refused_total", "reason" => refused.code()).increment(1);
            tracing::warn!(destination, host, reason = refused.code(), "a call outwards was refused");
        })
    }

    /// As [`Gate::permit`], and returns once the disclosure is committed: the caller may send then.
    pub(crate) async fn disclose(
        &self,
        ctx: &CallContext,
        destination: &str,
        host: &str,
        classes: &[FieldClass],
    ) -> Result<(), EgressError> {
        let row = self.permit(destination, host, classes)?;
        if !row.discloses || classes.is_empty() {
            return Ok(());
        }
        let mut classes = classes.to_vec();
        classes.sort_unstable();
        classes.dedup();
        self.recorder
            .record(Disclosure {
                id: DisclosureId::fresh(),
                at: self.clock.now(),
                org: ctx.org,
                destination: row.name,
                host: host.to_owned(),
                region: row.region,
                classes,
                subject: ctx.subject,
                purpose: ctx.purpose,
                direction: ctx.direction,
            })
            .await
    }
}

/// The broker. Cheap to clone; clones share the cache, the limits and the recorder.
#[derive(Clone)]
pub struct Egress(Arc<Inner>);

struct Inner {
    config: EgressConfig,
    guard: Guard,
    gate: Arc<Gate>,
    dns: Dns,
    smtp: Smtp,
    http: Http,
}

impl Egress {
    /// Sets up the way out. Needs a running tokio runtime.
    ///
    /// # Errors
    /// [`EgressError::Config`]: no usable resolver, a destination twice, TLS that cannot be set up.
    pub fn new(config: EgressConfig, recorder: Recorder) -> Result<Self, EgressError> {
        let guard = Guard::new(config.allow_private);
        let register = Register::new(&config.destinations, &config.regions_allowed)?;
        let gate = Arc::new(Gate { register, recorder, clock: config.clock.clone() });
        let dns = Dns::new(&config, guard, gate.clone())?;
        let smtp = Smtp::new(&config, guard, gate.clone(), gate.recorder.store().cloned())?;
        let http = Http::new(guard, gate.clone(), dns.clone())?;
        Ok(Self(Arc::new(Inner { config, guard, gate, dns, smtp, http })))
    }

    /// Every destination that can be reached at all.
    #[must_use]
    pub fn register(&self) -> &[Destination] {
        self.0.gate.register.rows()
    }

    /// The configuration, such as the name to greet with.
    #[must_use]
    pub fn config(&self) -> &EgressConfig {
        &self.0.config
    }

    /// The rule for addresses: to know beforehand what [`Smtp::connect`] would refuse.
    #[must_use]
    pub fn guard(&self) -> Guard {
        self.0.guard
    }

    /// The recorder.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        &self.0.gate.recorder
    }

    /// Questions about domains.
    #[must_use]
    pub fn dns(&self) -> &Dns {
        &self.0.dns
    }

    /// Connections to mail servers.
    #[must_use]
    pub fn smtp(&self) -> &Smtp {
        &self.0.smtp
    }

    /// One HTTPS request to a registered destination.
    pub async fn http(
        &self,
        ctx: &CallContext,
        destination: &str,
        request: HttpRequest<'_>,
    ) -> Result<HttpAnswer, HttpError> {
        self.0.http.send(ctx, destination, request).await
    }
}

impl std::fmt::Debug for Egress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Egress").field("config", &self.0.config).finish_non_exhaustive()
    }
}
