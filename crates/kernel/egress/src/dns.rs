//! Questions about domains, with the answers that a verdict rests on kept apart: no such name, no such record,
//! and "could not be found out", which is never evidence against anybody.
//!
//! DNSSEC is validated by the resolver that is asked, which answers `SERVFAIL` to what is bogus: that stays open here
//! like every other failure. An installation whose resolver does not validate believes what it is told.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::system_conf::read_system_conf;
use plumb_base::Domain;
use tokio::time::Instant;

use crate::audit::backwards;
use crate::broker::{EgressConfig, Gate};
use crate::disclosure::CallContext;
use crate::error::EgressError;
use crate::guard::Guard;
use crate::outgoing::FieldClass;
use crate::register::DNS_RESOLVER;

mod answer;
mod cache;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod zone;

pub(crate) use answer::PtrAnswer;
use answer::Records;
pub use answer::{AddressAnswer, DnsFault, MxAnswer, MxHost, TxtAnswer};
use cache::{Cache, Key};

/// Most answers that are kept.
const CACHE_ANSWERS_MAX: usize = 50_000;

/// The resolver. Cheap to clone; clones share the cache.
#[derive(Clone)]
pub struct Dns(Arc<Inner>);

struct Inner {
    resolver: TokioResolver,
    /// The upstream servers, as the disclosure names them.
    upstream: String,
    cache: Cache,
    gate: Arc<Gate>,
    /// Bound on a question with its retries and the change to TCP.
    wait: Duration,
}

impl Dns {
    pub(crate) fn new(config: &EgressConfig, guard: Guard, gate: Arc<Gate>) -> Result<Self, EgressError> {
        let unusable = |reason: String| EgressError::Config(reason);
        let servers = match config.resolver {
            Some(address) if address.ip().is_loopback() && !guard.allows_private() => {
                return Err(unusable(format!(
                    "the resolver {address} is a loopback address, which is not allowed here"
                )));
            }
            Some(address) => {
                let mut server = NameServerConfig::udp_and_tcp(address.ip());
                for connection in &mut server.connections {
                    connection.port = address.port();
                }
                vec![server]
            }
            None => {
                let (system, _) = read_system_conf()
                    .map_err(|error| unusable(format!("the system's resolvers cannot be read: {error}")))?;
                system.name_servers
            }
        };
        let upstream = match config.resolver {
            Some(address) => address.to_string(),
            None => servers.iter().map(|server| server.ip.to_string()).collect::<Vec<_>>().join(","),
        };
        let servers = ResolverConfig::from_name_servers(servers);
        let mut builder = TokioResolver::builder_with_config(servers, TokioRuntimeProvider::default());
        let options = builder.options_mut();
        options.timeout = config.dns_wait;
        options.attempts = 1;
        options.edns0 = true;
        options.try_tcp_on_error = true;
        options.max_active_requests = 256;
        // This crate keeps its own answers, so that each question that leaves is recorded.
        options.cache_size = 0;
        options.use_hosts_file = ResolveHosts::Never;
        let resolver = builder.build().map_err(|error| unusable(format!("the resolver cannot be set up: {error}")))?;
        // The resolver bounds each of at most three tries by `dns_wait`.
        let wait = config.dns_wait * 3;
        Ok(Self(Arc::new(Inner { resolver, upstream, cache: Cache::new(CACHE_ANSWERS_MAX), gate, wait })))
    }

    /// The mail hosts of `domain`, by preference, in random order among equals (RFC 5321 §5.1).
    pub async fn mx(&self, ctx: &CallContext, domain: &Domain) -> Result<MxAnswer, EgressError> {
        Ok(match self.ask(Some(ctx), domain.as_str(), RecordType::MX).await? {
            Ok(records) => answer::mx(&records),
            Err(NotAName) => MxAnswer::Temporary(DnsFault::Other),
        })
    }

    /// The addresses of a host, IPv4 first. A literal address or a text that is no name is
    /// [`AddressAnswer::NotAName`].
    pub async fn addresses(&self, ctx: &CallContext, host: &str) -> Result<AddressAnswer, EgressError> {
        self.addresses_for(Some(ctx), host).await
    }

    /// The TXT records of a name, each with its parts joined (RFC 7208 §3.3).
    pub async fn txt(&self, ctx: &CallContext, name: &str) -> Result<TxtAnswer, EgressError> {
        Ok(match self.ask(Some(ctx), name, RecordType::TXT).await? {
            Ok(records) => answer::txt(&records),
            Err(NotAName) => TxtAnswer::Temporary(DnsFault::Other),
        })
    }

    /// As [`Dns::mx`], of a domain of the installation itself: that says nothing about anybody.
    pub(crate) async fn own_mx(&self, domain: &str) -> Result<MxAnswer, EgressError> {
        let records = self.ask(None, domain, RecordType::MX).await?;
        Ok(records.map_or(MxAnswer::Temporary(DnsFault::Other), |records| answer::mx(&records)))
    }

    /// As [`Dns::addresses`], of a host of the installation itself.
    pub(crate) async fn own_addresses(&self, host: &str) -> Result<AddressAnswer, EgressError> {
        self.addresses_for(None, host).await
    }

    /// As [`Dns::txt`], of a domain of the installation itself.
    pub(crate) async fn own_txt(&self, name: &str) -> Result<TxtAnswer, EgressError> {
        let records = self.ask(None, name, RecordType::TXT).await?;
        Ok(records.map_or(TxtAnswer::NxDomain, |records| answer::txt(&records)))
    }

    /// The names of an address of the installation itself.
    pub(crate) async fn own_ptr(&self, address: IpAddr) -> Result<PtrAnswer, EgressError> {
        let zone = if address.is_ipv4() { "in-addr.arpa" } else { "ip6.arpa" };
        let records = self.ask(None, &format!("{}.{zone}", backwards(address)), RecordType::PTR).await?;
        Ok(records.map_or(PtrAnswer::None, |records| answer::ptr(&records)))
    }

    /// As [`Dns::addresses`]; without a context for the host of a registered destination, which says nothing
    /// about anybody.
    pub(crate) async fn addresses_for(
        &self,
        ctx: Option<&CallContext>,
        host: &str,
    ) -> Result<AddressAnswer, EgressError> {
        let (v4, v6) = tokio::join!(self.ask(ctx, host, RecordType::A), self.ask(ctx, host, RecordType::AAAA));
        Ok(match (v4?, v6?) {
            (Ok(v4), Ok(v6)) => answer::addresses(&v4, &v6),
            _ => AddressAnswer::NotAName,
        })
    }

    /// Whether a name is an alias of itself, over however many others: a fault of its zone, which would otherwise look
    /// like a name without records.
    async fn leads_in_a_circle(&self, name: Name) -> bool {
        let mut seen = vec![name.clone()];
        let mut at = name;
        while seen.len() <= ALIASES_MAX {
            let asked = tokio::time::timeout(self.0.wait, self.0.resolver.lookup(at.clone(), RecordType::CNAME)).await;
            let Ok(Ok(lookup)) = asked else { return false };
            let alias = lookup.answers().iter().find_map(|record| match &record.data {
                RData::CNAME(alias) if record.name == at => Some(alias.0.clone()),
                _ => None,
            });
            let Some(alias) = alias else { return false };
            if seen.contains(&alias) {
                return true;
            }
            seen.push(alias.clone());
            at = alias;
        }
        true
    }

    /// One question: from the cache, or recorded and then asked.
    async fn ask(
        &self,
        ctx: Option<&CallContext>,
        name: &str,
        kind: RecordType,
    ) -> Result<Result<Records, NotAName>, EgressError> {
        let text = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        if text.is_empty() || text.parse::<IpAddr>().is_ok() {
            return Ok(Err(NotAName));
        }
        // With the dot at its end, no search list of the machine is appended to the name.
        let Ok(question) = Name::from_ascii(format!("{text}.")) else { return Ok(Err(NotAName)) };
        let key = Key { name: text, kind };
        let records = self.0.cache.get_or_ask(key, Instant::now(), || async {
            if let Some(ctx) = ctx {
                self.0.gate.disclose(ctx, DNS_RESOLVER, &self.0.upstream, &[FieldClass::Domain]).await?;
            }
            let lookup = || tokio::time::timeout(self.0.wait, self.0.resolver.lookup(question.clone(), kind));
            let mut answered = lookup().await;
            // Questions share connections to the resolver: what broke one of them may not be of our making.
            if matches!(&answered, Ok(Err(error)) if answer::is_broken_off(error)) {
                answered = lookup().await;
            }
            let records = match answered {
                Ok(Ok(lookup)) => match Records::found(&lookup, kind) {
                    Records::NoData { .. } if self.leads_in_a_circle(question).await => Records::Fault(DnsFault::Other),
                    records => records,
                },
                // Nobody vouches for there being none: it may be an alias that leads nowhere.
                Ok(Err(error)) if answer::is_unvouched(&error) && self.leads_in_a_circle(question).await => {
                    Records::Fault(DnsFault::Other)
                }
                Ok(Err(error)) => Records::not_found(&error),
                Err(_) => Records::Fault(DnsFault::Timeout),
            };
            metrics::counter!("plumb_dns_questions_total", "result" => records.code()).increment(1);
            Ok(records)
        });
        Ok(Ok(records.await?))
    }
}

/// Longest chain of aliases that is followed.
const ALIASES_MAX: usize = 16;

/// The text cannot be asked for.
struct NotAName;

/// Whether a record holds what was asked for.
fn data_of(record: &hickory_resolver::proto::rr::Record, kind: RecordType) -> Option<&RData> {
    (record.record_type() == kind).then_some(&record.data)
}
