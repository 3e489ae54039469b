//! The audit of who we are towards mail servers, before the first question and daily: a sender without a name that leads
//! back to it, or on a blocklist, is refused everywhere, and asking on would only make it worse.

use std::net::IpAddr;
use std::time::Duration;

use plumb_base::Timestamp;
use serde::Serialize;

use crate::broker::Egress;
use crate::dns::{AddressAnswer, MxAnswer, PtrAnswer};
use crate::error::EgressError;
use crate::smtp::own_address;
use crate::spf::{Sending, Spf, evaluate};

#[cfg(test)]
mod tests;

/// How long the connection to the test host may take.
const PORT_WAIT: Duration = Duration::from_secs(10);

/// Who we are towards mail servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeIdentity {
    /// Public addresses that questions come from, where they are not those of the configuration: behind address
    /// translation, or a proxy.
    pub addresses: Vec<IpAddr>,
    /// Zones of blocklists that our addresses must not be on.
    pub blocklists: Vec<String>,
    /// A host to prove on that port 25 is open outwards: one of our own, or of somebody who allows it.
    pub port_test: Option<IpAddr>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditItem {
    /// Its stable name, such as `ptr`.
    pub name: &'static str,
    /// Of which address or name.
    pub subject: String,
    /// Whether it is as it should be. `None`: it could not be looked at, or nothing is configured to look at.
    pub ok: Option<bool>,
    /// What was found.
    pub found: String,
    /// What to do about it; empty when all is well.
    pub remedy: String,
}

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// When.
    pub at: Timestamp,
    /// Everything that was looked at, in order.
    pub items: Vec<AuditItem>,
}

impl AuditReport {
    /// Whether mail servers may be asked: nothing was found wrong. What could not be looked at does not stop it.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.failed().next().is_none()
    }

    /// What was found wrong.
    pub fn failed(&self) -> impl Iterator<Item = &AuditItem> {
        self.items.iter().filter(|item| item.ok == Some(false))
    }
}

/// Looks at everything that mail servers look at before they answer: the names of our addresses and back, the name that
/// we greet with, the sender's domain with its MX and SPF, blocklists, the way out on port 25, and the clock.
///
/// # Errors
/// [`EgressError`] when egress itself would not go out. What the DNS does not answer is an item that is not `ok`.
pub async fn audit(egress: &Egress, identity: &ProbeIdentity) -> Result<AuditReport, EgressError> {
    let config = egress.config();
    let mut run = Run { egress, items: Vec::new() };
    let domain = config.mail_from.rsplit_once('@').map_or("", |(_, domain)| domain);
    run.sender(&config.mail_from, domain).await?;
    let addresses = run.addresses(identity).await;
    for (address, helo) in &addresses {
        run.names(*address, helo).await?;
        run.spf(domain, *address, helo).await?;
        for zone in &identity.blocklists {
            run.blocklist(zone, *address).await?;
        }
    }
    run.port(identity.port_test).await;
    run.clock();
    Ok(AuditReport { at: config.clock.now(), items: run.items })
}

struct Run<'a> {
    egress: &'a Egress,
    items: Vec<AuditItem>,
}

impl Run<'_> {
    fn note(
        &mut self,
        name: &'static str,
        subject: impl Into<String>,
        ok: Option<bool>,
        found: String,
        remedy: String,
    ) {
        let remedy = if ok == Some(true) { String::new() } else { remedy };
        self.items.push(AuditItem { name, subject: subject.into(), ok, found, remedy });
    }

    /// The addresses to audit, each with the name that is given from there.
    async fn addresses(&mut self, identity: &ProbeIdentity) -> Vec<(IpAddr, String)> {
        let config = self.egress.config();
        let helo = || config.helo.clone();
        if !identity.addresses.is_empty() {
            return identity.addresses.iter().map(|address| (*address, helo())).collect();
        }
        if !config.smtp_sources.is_empty() {
            let named = config.smtp_sources.iter();
            return named.map(|source| (source.address, source.helo.clone().unwrap_or_else(helo))).collect();
        }
        let remedy = "name the public address that this machine is seen with".to_owned();
        match own_address().await {
            Ok(address) if self.egress.guard().check(address).is_ok() && config.smtp_proxy.is_none() => {
                self.note("address", address.to_string(), Some(true), "the address of this machine".to_owned(), remedy);
                vec![(address, helo())]
            }
            Ok(address) => {
                let found = "this is not the address that others see: there is a translation or a proxy".to_owned();
                self.note("address", address.to_string(), Some(false), found, remedy);
                Vec::new()
            }
            Err(error) => {
                self.note("address", "", Some(false), format!("no way to the network: {error}"), remedy);
                Vec::new()
            }
        }
    }

    /// The address leads to a name, the name back, and the greeting to the address.
    async fn names(&mut self, address: IpAddr, helo: &str) -> Result<(), EgressError> {
        let dns = self.egress.dns();
        let subject = address.to_string();
        let remedy = || format!("have the owner of the network set the reverse DNS of {address} to {helo}");
        let names = match dns.own_ptr(address).await? {
            PtrAnswer::Names(names) => names,
            PtrAnswer::None => {
                self.note("ptr", subject, Some(false), "the address has no name".to_owned(), remedy());
                return self.greeting(address, helo).await;
            }
            PtrAnswer::Temporary(fault) => {
                self.note("ptr", subject, None, format!("the DNS gave no answer: {}", fault.as_str()), remedy());
                return self.greeting(address, helo).await;
            }
        };
        let mut leads_back = Some(false);
        for name in names.iter().take(5) {
            match dns.own_addresses(name).await? {
                AddressAnswer::Addresses(back) if back.contains(&address) => {
                    leads_back = Some(true);
                    break;
                }
                AddressAnswer::Temporary(_) => leads_back = None,
                _ => {}
            }
        }
        let listed = names.join(", ");
        self.note("ptr", subject.clone(), Some(true), format!("its name is {listed}"), String::new());
        let found =
            if leads_back == Some(true) { "the name leads back to it" } else { "no name of it leads back to it" };
        self.note(
            "forward_confirmed",
            subject.clone(),
            leads_back,
            format!("{found} ({listed})"),
            format!("publish {address} as an address of its name"),
        );
        let same = names.iter().any(|name| name.eq_ignore_ascii_case(helo.trim_end_matches('.')));
        let found = format!("we greet as {helo}; its name is {listed}");
        self.note("helo_is_ptr", subject, Some(same), found, remedy());
        self.greeting(address, helo).await
    }

    async fn greeting(&mut self, address: IpAddr, helo: &str) -> Result<(), EgressError> {
        let (ok, found) = match self.egress.dns().own_addresses(helo).await? {
            AddressAnswer::Addresses(all) => {
                let listed: Vec<_> = all.iter().map(IpAddr::to_string).collect();
                (Some(all.contains(&address)), format!("{helo} leads to {}", listed.join(", ")))
            }
            AddressAnswer::Temporary(fault) => (None, format!("the DNS gave no answer: {}", fault.as_str())),
            _ => (Some(false), format!("{helo} leads to no address")),
        };
        self.note("helo", address.to_string(), ok, found, format!("publish {address} as an address of {helo}"));
        Ok(())
    }

    /// Bounces and callbacks to the sender must arrive somewhere.
    async fn sender(&mut self, mail_from: &str, domain: &str) -> Result<(), EgressError> {
        let (ok, found) = match self.egress.dns().own_mx(domain).await? {
            MxAnswer::Mx(hosts) => (Some(true), format!("{} takes its mail", hosts[0].host)),
            MxAnswer::NullMx => (Some(false), "the domain says that it takes no mail".to_owned()),
            MxAnswer::NoData => (Some(false), "the domain names no mail host".to_owned()),
            MxAnswer::NxDomain => (Some(false), "the domain does not exist".to_owned()),
            MxAnswer::Temporary(fault) => (None, format!("the DNS gave no answer: {}", fault.as_str())),
        };
        let remedy = format!("publish an MX record for {domain}, with a mailbox behind {mail_from} and postmaster");
        self.note("sender_mx", domain, ok, found, remedy);
        Ok(())
    }

    async fn spf(&mut self, domain: &str, address: IpAddr, helo: &str) -> Result<(), EgressError> {
        let mail_from = &self.egress.config().mail_from;
        let (ok, found) = match evaluate(self.egress.dns(), Sending { mail_from, helo, address }).await? {
            Spf::Pass => (Some(true), format!("the SPF record of {domain} lets {address} send")),
            Spf::TempError => (None, "the DNS gave no answer".to_owned()),
            Spf::None => (Some(false), format!("{domain} publishes no SPF record")),
            Spf::PermError(why) => (Some(false), format!("the SPF record of {domain} cannot be used: {why}")),
            Spf::Neutral | Spf::Fail | Spf::SoftFail => {
                (Some(false), format!("the SPF record of {domain} does not let {address} send"))
            }
        };
        let term = if address.is_ipv4() { "ip4" } else { "ip6" };
        self.note("spf", address.to_string(), ok, found, format!("add {term}:{address} to the SPF record of {domain}"));
        Ok(())
    }

    /// RFC 5782: the address backwards under the zone has an address in 127.0.0.0/8 when it is listed.
    async fn blocklist(&mut self, zone: &str, address: IpAddr) -> Result<(), EgressError> {
        let name = format!("{}.{}", backwards(address), zone.trim_matches('.'));
        let (ok, found) = match self.egress.dns().own_addresses(&name).await? {
            AddressAnswer::NxDomain | AddressAnswer::NoData => (Some(true), "not listed".to_owned()),
            AddressAnswer::Addresses(answers) => said_by_blocklist(&answers),
            AddressAnswer::Temporary(fault) => (None, format!("the list gave no answer: {}", fault.as_str())),
            AddressAnswer::NotAName => (Some(false), "the zone is no name".to_owned()),
        };
        let remedy = format!("ask {zone} why {address} is listed, and have it taken off");
        self.note("blocklist", format!("{address} at {zone}"), ok, found, remedy);
        Ok(())
    }

    /// Only that the connection stands: nothing is said there.
    async fn port(&mut self, host: Option<IpAddr>) {
        let Some(host) = host else {
            let remedy = "name a host of your own that listens on port 25".to_owned();
            self.note("port_25", "", None, "no host is configured to prove it on".to_owned(), remedy);
            return;
        };
        let ok = self.egress.smtp().reaches(host, PORT_WAIT).await;
        let found = match &ok {
            Ok(()) => "a connection was made".to_owned(),
            Err(error) => error.to_string(),
        };
        let remedy = "ask the provider of this machine to open port 25 outwards".to_owned();
        self.note("port_25", host.to_string(), Some(ok.is_ok()), found, remedy);
    }

    /// A clock from before this program was made is wrong; so is one of long after.
    fn clock(&mut self) {
        const MADE_IN: i32 = 2026;
        let now = self.egress.config().clock.now();
        let year = chrono::Datelike::year(&now);
        let ok = (MADE_IN..MADE_IN + 20).contains(&year);
        self.note("clock", "", Some(ok), now.format("%Y-%m-%d %H:%M UTC").to_string(), "set the clock".to_owned());
    }
}

/// What the answer of a blocklist means. Some lists answer 127.255.255.0/24 to say that they do not answer us.
fn said_by_blocklist(answers: &[IpAddr]) -> (Option<bool>, String) {
    let listed: Vec<String> = answers.iter().map(IpAddr::to_string).collect();
    let listed = listed.join(", ");
    let octets = |address: &IpAddr| match address {
        IpAddr::V4(v4) => v4.octets(),
        IpAddr::V6(_) => [0; 4],
    };
    if answers.iter().any(|answer| matches!(octets(answer), [127, 255, 255, _])) {
        return (None, format!("the list does not answer this resolver ({listed})"));
    }
    if answers.iter().any(|answer| octets(answer)[0] == 127) {
        return (Some(false), format!("listed ({listed})"));
    }
    (None, format!("the zone answers with what no list answers ({listed})"))
}

/// The address backwards: octets for IPv4 (RFC 5782 §2.1), nibbles for IPv6 (§2.4).
pub(crate) fn backwards(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            format!("{d}.{c}.{b}.{a}")
        }
        IpAddr::V6(v6) => {
            let nibbles = v6.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
            nibbles.map(|nibble| format!("{nibble:x}")).collect::<Vec<_>>().join(".")
        }
    }
}
