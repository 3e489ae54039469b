//! What the shell needs from outside, and what an operator may set.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use plumb_store::{RateDecision, Store, StoreError};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::client::Network;
use crate::principal::Authenticator;
use crate::route::{RateRule, RouteInfo};
use crate::share::Shares;

/// Counts requests over all nodes. The store's own in the product, which keeps a key under a keyed hash only.
pub trait Limiter: Send + Sync + 'static {
    /// Asks for one event under `key`.
    fn ask<'a>(&'a self, key: &'a str, rule: RateRule) -> BoxFuture<'a, Result<RateDecision, StoreError>>;
}

impl Limiter for Store {
    fn ask<'a>(&'a self, key: &'a str, rule: RateRule) -> BoxFuture<'a, Result<RateDecision, StoreError>> {
        Box::pin(self.rate_limit(key, rule.emit, rule.burst))
    }
}

/// What an operator may set about the HTTP shell.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The origin that browsers see, such as `https://plumb.example.com`, when a proxy stands before us.
    /// None: the host that a request asks for.
    pub public_origin: Option<String>,
    /// Whether to send `Strict-Transport-Security` (claims 102, 103): when we terminate TLS, or the proxy does.
    pub hsts: bool,
    /// The proxies whose `X-Forwarded-For` is believed. Empty: nobody's.
    pub trusted_proxies: Vec<Network>,
    /// How many requests are worked on at once; the next one gets 503. One organisation's are a quarter at most;
    /// its next one gets 429.
    pub requests_max: usize,
    /// How many event streams are open at once, a quarter of them for one organisation at most.
    pub streams_max: usize,
    /// The longest that a request may take, uploads and event streams excepted.
    pub request_timeout: Duration,
    /// The longest silence within a body.
    pub body_idle_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_origin: None,
            hsts: false,
            trusted_proxies: Vec::new(),
            requests_max: 512,
            streams_max: 1024,
            request_timeout: Duration::from_secs(30),
            body_idle_timeout: Duration::from_secs(30),
        }
    }
}

/// What the shell stands on. Cheap to clone; clones share their limits.
#[derive(Clone)]
pub struct Services {
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) limiter: Arc<dyn Limiter>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) requests: Arc<Semaphore>,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) request_shares: Shares,
    pub(crate) stream_shares: Shares,
}

impl Services {
    /// `shutdown` ends the event streams; give it to [`crate::serve()`] too.
    #[must_use]
    pub fn new(
        authenticator: Arc<dyn Authenticator>,
        limiter: Arc<dyn Limiter>,
        settings: Settings,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            authenticator,
            limiter,
            requests: Arc::new(Semaphore::new(settings.requests_max)),
            streams: Arc::new(Semaphore::new(settings.streams_max)),
            request_shares: Shares::of(settings.requests_max),
            stream_shares: Shares::of(settings.streams_max),
            settings: Arc::new(settings),
            shutdown,
        }
    }
}

/// The key under which a client's calls to `route` are counted. An IPv6 client is its /64, since one person
/// commands all of it.
pub(crate) fn rate_key(route: &RouteInfo, client: Option<IpAddr>) -> String {
    let client = match client {
        Some(IpAddr::V4(v4)) => v4.to_string(),
        Some(IpAddr::V6(v6)) => format!("{:x}", v6.to_bits() >> 64),
        None => String::new(),
    };
    format!("http:{} {}:{client}", route.method, route.path)
}
