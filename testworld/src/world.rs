//! The world itself: which sockets are open, and what can be changed while it runs.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use plumb_base::{Clock, Timestamp};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;

use crate::dns::{Zone, Zones, server as dns_server};
use crate::log::{Log, LogBook};
use crate::script::server::Server as ScriptServer;
use crate::script::{Place, Script, naming, server as script_server};
use crate::site::{Behaviour, Dns, Mailbox, Site};
use crate::{smtp, tls, zones};

/// How often another port is tried when a chosen one is taken.
pub(crate) const PORT_ATTEMPTS: u32 = 20;
/// Most servers of a world: as many as have an address of their own.
const SITES_MAX: usize = 10_000;

/// What a world is made of.
#[derive(Clone, Debug, Default)]
pub struct WorldConfig {
    /// The domains.
    pub sites: Vec<Site>,
    /// Domains whose servers follow a script.
    pub scripts: Vec<Script>,
    /// Zones beside those of the sites, by origin.
    pub zones: Zones,
    /// Where greylisting takes the time from.
    pub clock: Clock,
    /// The port of DNS; 0 chooses one.
    pub dns_port: u16,
    /// The port of all mail servers; 0 chooses one.
    pub smtp_port: u16,
    /// The lifetime of DNS records and of negative answers, in seconds. With 0 no resolver keeps them, so that a
    /// change is seen at once.
    pub ttl_secs: u32,
}

/// Why a world could not be started or changed.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A socket could not be opened.
    #[error("no socket could be opened on {address}: {source}")]
    Socket {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The certificate for STARTTLS could not be made.
    #[error("no certificate could be made: {0}")]
    Tls(String),
    /// The domain is not part of this world.
    #[error("there is no site {0} in this world")]
    NoSuchSite(String),
    /// The domain has no mail server that could be started.
    #[error("the DNS of {0} names no mail server of its own")]
    NoServer(String),
    /// More sites than addresses.
    #[error("a world has at most {SITES_MAX} sites")]
    TooManySites,
}

/// What all servers share.
pub(crate) struct Internet {
    pub(crate) sites: RwLock<BTreeMap<String, Site>>,
    pub(crate) zones: RwLock<Zones>,
    pub(crate) log: LogBook,
    pub(crate) clock: Clock,
    /// First tries, by client, sender and recipient.
    pub(crate) greylist: Mutex<HashMap<(IpAddr, String, String), Timestamp>>,
    pub(crate) tls: TlsAcceptor,
    pub(crate) ttl_secs: u32,
}

impl Internet {
    /// A site as it is now.
    pub(crate) fn site(&self, domain: &str) -> Option<Site> {
        self.sites.read().unwrap_or_else(PoisonError::into_inner).get(&domain.to_lowercase()).cloned()
    }

    /// The site of a recipient's domain, if the server of `host` takes its mail.
    pub(crate) fn site_served_by(&self, domain: &str, host: &str) -> Option<Site> {
        let site = self.site(domain)?;
        let here = site.domain == host || matches!(&site.dns, Dns::MxOf(other) if other == host);
        here.then_some(site)
    }
}

/// DNS and mail servers on loopback addresses, all of them real sockets. Dropping it closes them.
///
/// The mail servers have an address each (127.0.x.y, so Linux) and share one port.
pub struct World {
    internet: Arc<Internet>,
    addresses: BTreeMap<String, Ipv4Addr>,
    dns_addr: SocketAddr,
    smtp_port: u16,
    servers: Mutex<BTreeMap<String, AbortOnDropHandle<()>>>,
    dns_servers: [AbortOnDropHandle<()>; 2],
}

impl World {
    /// Opens all sockets and starts to answer. When it returns, every server can be reached.
    pub async fn start(config: WorldConfig) -> Result<Self, WorldError> {
        let scripted = scripted_servers(config.scripts);
        let names = config.sites.iter().map(|site| &site.domain);
        let names = names.chain(scripted.servers.keys());
        let addresses: BTreeMap<_, _> = names.enumerate().map(|(at, name)| (name.clone(), address(at))).collect();
        if addresses.len() > SITES_MAX {
            return Err(WorldError::TooManySites);
        }
        let sites: BTreeMap<_, _> = config.sites.into_iter().map(|site| (site.domain.clone(), site)).collect();
        let mut zones = config.zones;
        for site in sites.values() {
            zones::publish(&mut zones, site, &sites, &addresses);
        }
        for script in &scripted.scripts {
            naming::publish(&mut zones, script, &addresses);
        }

        let (udp, tcp, dns_addr) = dns_server::bind(config.dns_port).await.map_err(|source| WorldError::Socket {
            address: SocketAddr::from(([127, 0, 0, 1], config.dns_port)),
            source,
        })?;
        let up = sites.values().filter(|site| site.dns.has_server()).map(|site| (&site.domain, site.dns.is_on_v6()));
        let up = up.chain(scripted.servers.keys().map(|name| (name, false)));
        let up: Vec<_> = up
            .filter_map(|(name, is_on_v6)| Some((name.clone(), listens_on(*addresses.get(name)?, is_on_v6))))
            .collect();
        let (listeners, smtp_port) = bind_all(&up, config.smtp_port).await?;

        let internet = Arc::new(Internet {
            sites: RwLock::new(sites),
            zones: RwLock::new(zones),
            log: LogBook::new(),
            clock: config.clock,
            greylist: Mutex::default(),
            tls: tls::acceptor()?,
            ttl_secs: config.ttl_secs,
        });
        let dns_servers = [
            AbortOnDropHandle::new(tokio::spawn(dns_server::serve_udp(udp, Arc::clone(&internet)))),
            AbortOnDropHandle::new(tokio::spawn(dns_server::serve_tcp(tcp, Arc::clone(&internet)))),
        ];
        let servers = listeners
            .into_iter()
            .map(|(domain, listener)| {
                let task = match scripted.servers.get(&domain) {
                    Some(server) => {
                        tokio::spawn(script_server::serve(listener, Arc::clone(server), Arc::clone(&internet)))
                    }
                    None => tokio::spawn(smtp::serve(listener, domain.clone(), Arc::clone(&internet))),
                };
                (domain, AbortOnDropHandle::new(task))
            })
            .collect();
        Ok(Self { internet, addresses, dns_addr, smtp_port, servers: Mutex::new(servers), dns_servers })
    }

    /// The world of the demo list: [`crate::demo::config`], with ports of the system's choice.
    pub async fn demo() -> Result<Self, WorldError> {
        Self::start(crate::demo::config()).await
    }

    /// Where DNS answers, on UDP and TCP.
    #[must_use]
    pub fn dns_addr(&self) -> SocketAddr {
        self.dns_addr
    }

    /// The port of every mail server.
    #[must_use]
    pub fn smtp_port(&self) -> u16 {
        self.smtp_port
    }

    /// The address of a site's mail server, whether it is up or not.
    #[must_use]
    pub fn smtp_addr(&self, domain: &str) -> Option<SocketAddr> {
        let is_on_v6 = self.internet.site(domain).is_some_and(|site| site.dns.is_on_v6());
        let address = listens_on(*self.addresses.get(domain)?, is_on_v6);
        Some(SocketAddr::from((address, self.smtp_port)))
    }

    /// What was asked so far.
    #[must_use]
    pub fn log(&self) -> Log {
        self.internet.log.snapshot()
    }

    /// Waits until `wanted` holds for what was asked so far.
    pub async fn log_until(&self, wanted: impl Fn(&Log) -> bool) -> Log {
        let mut news = self.internet.log.news();
        while !self.internet.log.holds(&wanted) {
            if news.changed().await.is_err() {
                break; // the log lives as long as the world does
            }
        }
        self.log()
    }

    /// Changes how a site's mail server behaves; open connections notice at their next command.
    pub fn set(&self, domain: &str, behaviour: Behaviour) -> Result<(), WorldError> {
        self.change(domain, |site| site.behaviour = behaviour)
    }

    /// Changes the state of one mailbox.
    pub fn set_mailbox(&self, domain: &str, local: &str, state: Mailbox) -> Result<(), WorldError> {
        self.change(domain, |site| {
            site.mailboxes.named.insert(local.to_lowercase(), state);
        })
    }

    /// Changes what DNS says about a site, and starts or stops its mail server accordingly.
    pub async fn set_dns(&self, domain: &str, dns: Dns) -> Result<(), WorldError> {
        let up = dns.has_server();
        self.change(domain, |site| site.dns = dns)?;
        {
            let sites = self.internet.sites.read().unwrap_or_else(PoisonError::into_inner);
            let mut zones = self.internet.zones.write().unwrap_or_else(PoisonError::into_inner);
            zones::withdraw(&mut zones, domain);
            if let Some(site) = sites.get(domain) {
                zones::publish(&mut zones, site, &sites, &self.addresses);
            }
        }
        if up { self.restart(domain).await } else { self.stop(domain).await }
    }

    /// Puts a zone in place of the one with this origin.
    pub fn set_zone(&self, origin: &str, zone: Zone) {
        self.internet.zones.write().unwrap_or_else(PoisonError::into_inner).0.insert(origin.to_owned(), zone);
    }

    /// Takes a site's mail server down: open connections are cut, new ones are refused.
    pub async fn stop(&self, domain: &str) -> Result<(), WorldError> {
        if !self.addresses.contains_key(domain) {
            return Err(WorldError::NoSuchSite(domain.to_owned()));
        }
        let task = self.servers.lock().unwrap_or_else(PoisonError::into_inner).remove(domain);
        if let Some(task) = task {
            ended(task).await;
        }
        Ok(())
    }

    /// Brings a site's mail server up, after taking it down if it was up.
    pub async fn restart(&self, domain: &str) -> Result<(), WorldError> {
        self.stop(domain).await?;
        let site = self.internet.site(domain).filter(|site| site.dns.has_server());
        let (Some(site), Some(address)) = (site, self.smtp_addr(domain)) else {
            return Err(WorldError::NoServer(domain.to_owned()));
        };
        let listener = TcpListener::bind(address).await.map_err(|source| WorldError::Socket { address, source })?;
        let task = tokio::spawn(smtp::serve(listener, site.domain.clone(), Arc::clone(&self.internet)));
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.insert(site.domain, AbortOnDropHandle::new(task));
        Ok(())
    }

    /// Closes everything. When it returns, the ports are free; dropping the world closes them a moment later.
    pub async fn shutdown(self) {
        let servers = self.servers.into_inner().unwrap_or_else(PoisonError::into_inner);
        for task in servers.into_values().chain(self.dns_servers) {
            ended(task).await;
        }
    }

    fn change(&self, domain: &str, change: impl FnOnce(&mut Site)) -> Result<(), WorldError> {
        let mut sites = self.internet.sites.write().unwrap_or_else(PoisonError::into_inner);
        sites.get_mut(domain).map(change).ok_or_else(|| WorldError::NoSuchSite(domain.to_owned()))
    }
}

/// The scripts of a world, and their servers that are up, by name.
struct Scripted {
    scripts: Vec<Arc<Script>>,
    servers: BTreeMap<String, Arc<ScriptServer>>,
}

fn scripted_servers(scripts: Vec<Script>) -> Scripted {
    let scripts: Vec<_> = scripts.into_iter().map(Arc::new).collect();
    let servers = scripts
        .iter()
        .flat_map(|script| script.hosts.iter().map(move |host| (script, host)))
        .filter(|(_, host)| host.place == Place::Here)
        .map(|(script, host)| (host.name.clone(), Arc::new(ScriptServer::new(Arc::clone(script), host.clone()))))
        .collect();
    Scripted { scripts, servers }
}

/// Ends a server and waits for its sockets to be closed.
async fn ended(task: AbortOnDropHandle<()>) {
    task.abort();
    if let Err(error) = task.await
        && error.is_panic()
    {
        tracing::error!(%error, "a server of the test world panicked");
    }
}

/// The address of the site with this number, from 127.0.10.1 on.
fn address(number: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 10 + (number / 200) as u8, 1 + (number % 200) as u8)
}

/// Where a server listens: on the address of its own, or on the one loopback address that IPv6 has.
fn listens_on(own: Ipv4Addr, is_on_v6: bool) -> IpAddr {
    if is_on_v6 { Ipv6Addr::LOCALHOST.into() } else { own.into() }
}

/// A listener for every domain, all on one port.
async fn bind_all(up: &[(String, IpAddr)], port: u16) -> Result<(Vec<(String, TcpListener)>, u16), WorldError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        match bind_once(up, port).await {
            Err(WorldError::Socket { source, .. })
                if port == 0 && source.kind() == io::ErrorKind::AddrInUse && attempts < PORT_ATTEMPTS => {}
            bound => return bound,
        }
    }
}

async fn bind_once(up: &[(String, IpAddr)], mut port: u16) -> Result<(Vec<(String, TcpListener)>, u16), WorldError> {
    // A port is chosen even for a world without mail servers, so that clients have one to be refused on.
    if port == 0 {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let chosen = TcpListener::bind(address).await.and_then(|listener| listener.local_addr());
        port = chosen.map_err(|source| WorldError::Socket { address, source })?.port();
    }
    let mut listeners = Vec::with_capacity(up.len());
    for (domain, ip) in up {
        let address = SocketAddr::from((*ip, port));
        let listener = TcpListener::bind(address).await.map_err(|source| WorldError::Socket { address, source })?;
        listeners.push((domain.clone(), listener));
    }
    Ok((listeners, port))
}
