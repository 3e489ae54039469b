//! How mail servers are asked, as far as an operator decides it.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use plumb_egress::{Manners, Proxy, Region, Source};
use serde::Deserialize;

/// An address of ours that mail servers are asked from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceAddress {
    address: IpAddr,
    helo: Option<String>,
}

impl From<&SourceAddress> for Source {
    fn from(SourceAddress { address, helo }: &SourceAddress) -> Self {
        Self { address: *address, helo: helo.clone() }
    }
}

/// A SOCKS5 proxy on the way to mail servers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpProxy {
    address: SocketAddr,
    /// Both or none.
    login: Option<Login>,
}

/// How to log in at the proxy. Debug output leaves it out.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    name: String,
    password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login")
    }
}

impl From<&SmtpProxy> for Proxy {
    fn from(SmtpProxy { address, login }: &SmtpProxy) -> Self {
        Self { address: *address, login: login.clone().map(|Login { name, password }| (name, password)) }
    }
}

/// How often other people's mail servers are asked; what is left out is [`Manners::strict`].
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpManners {
    operator_every_secs: u64,
    operator_burst: u32,
    operator_day_max: u32,
    domain_every_secs: u64,
    domain_burst: u32,
    goodbye_pause_secs: u64,
    blocks_max: u32,
    blocked_pause_secs: u64,
}

impl Default for SmtpManners {
    fn default() -> Self {
        let strict = Manners::strict();
        Self {
            operator_every_secs: strict.operator_every.as_secs(),
            operator_burst: strict.operator_burst,
            operator_day_max: strict.operator_day_max,
            domain_every_secs: strict.domain_every.as_secs(),
            domain_burst: strict.domain_burst,
            goodbye_pause_secs: strict.goodbye_pause.as_secs(),
            blocks_max: strict.blocks_max,
            blocked_pause_secs: strict.blocked_pause.as_secs(),
        }
    }
}

impl From<&SmtpManners> for Manners {
    fn from(given: &SmtpManners) -> Self {
        Self {
            operator_every: Duration::from_secs(given.operator_every_secs),
            operator_burst: given.operator_burst,
            operator_day_max: given.operator_day_max,
            domain_every: Duration::from_secs(given.domain_every_secs),
            domain_burst: given.domain_burst,
            goodbye_pause: Duration::from_secs(given.goodbye_pause_secs),
            blocks_max: given.blocks_max,
            blocked_pause: Duration::from_secs(given.blocked_pause_secs),
        }
    }
}

/// Where a subprocessor that this installation chooses may be.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the regions of `plumb_egress`")]
pub enum RegionAllowed {
    Eu,
    Us,
    Elsewhere,
}

impl From<RegionAllowed> for Region {
    fn from(region: RegionAllowed) -> Self {
        match region {
            RegionAllowed::Eu => Self::Eu,
            RegionAllowed::Us => Self::Us,
            RegionAllowed::Elsewhere => Self::Elsewhere,
        }
    }
}
