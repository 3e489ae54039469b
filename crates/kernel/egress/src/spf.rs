//! Whether a domain's SPF record lets an address send (RFC 7208): for the audit of the installation's own sender domain.

use std::net::IpAddr;

use crate::dns::{AddressAnswer, Dns, MxAnswer, PtrAnswer, TxtAnswer};
use crate::error::EgressError;

mod macros;
mod record;
#[cfg(test)]
mod tests;

use macros::Values;
use record::{Bits, Mechanism, Record};

/// Most terms of one evaluation that may ask the DNS (RFC 7208 §4.6.4).
const LOOKUPS_MAX: u8 = 10;
/// Most questions of one evaluation that may lead nowhere (the same).
const VOID_LOOKUPS_MAX: u8 = 2;
/// Most mail hosts of one `mx` term (the same).
const MX_HOSTS_MAX: usize = 10;
/// Most names of the address that are looked at (the same).
const NAMES_MAX: usize = 10;
/// What stands for the name of an address that has none (RFC 7208 §7.3).
const UNKNOWN: &str = "unknown";

/// The result of an evaluation (RFC 7208 §2.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Spf {
    /// The domain publishes no record.
    None,
    /// The record says nothing about the address.
    Neutral,
    /// The address may send.
    Pass,
    /// It may not.
    Fail,
    /// It may not, probably.
    SoftFail,
    /// The DNS did not answer.
    TempError,
    /// The record cannot be evaluated: why.
    PermError(String),
}

/// Who sends, and from where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sending<'a> {
    /// The envelope sender, whose domain's record counts.
    pub(crate) mail_from: &'a str,
    /// The name of the greeting.
    pub(crate) helo: &'a str,
    /// The address that connects.
    pub(crate) address: IpAddr,
}

/// What goes wrong on the way.
enum Stop {
    Temp,
    Perm(String),
    Egress(EgressError),
}

impl From<EgressError> for Stop {
    fn from(error: EgressError) -> Self {
        Self::Egress(error)
    }
}

/// Evaluates the record of the sender's domain.
pub(crate) async fn evaluate(dns: &Dns, sending: Sending<'_>) -> Result<Spf, EgressError> {
    let domain = sending.mail_from.rsplit_once('@').map_or(sending.mail_from, |(_, domain)| domain);
    let mut run = Run { dns, sending, lookups: 0, voids: 0, names: None };
    match run.domain(domain).await {
        Ok(result) => Ok(result),
        Err(Stop::Temp) => Ok(Spf::TempError),
        Err(Stop::Perm(why)) => Ok(Spf::PermError(why)),
        Err(Stop::Egress(error)) => Err(error),
    }
}

struct Run<'a> {
    dns: &'a Dns,
    sending: Sending<'a>,
    lookups: u8,
    voids: u8,
    /// The names of the address that lead back to it, once they were asked for.
    names: Option<Vec<String>>,
}

impl Run<'_> {
    async fn domain(&mut self, domain: &str) -> Result<Spf, Stop> {
        let Some(text) = self.record(domain).await? else { return Ok(Spf::None) };
        let record = Record::read(&text).map_err(|why| Stop::Perm(format!("{why} in the record of {domain}")))?;
        for directive in &record.directives {
            if self.matches(domain, &directive.mechanism).await? {
                return Ok(directive.result.clone());
            }
        }
        let Some(target) = record.redirect else { return Ok(Spf::Neutral) };
        let target = self.name(domain, target).await?;
        self.count_lookup()?;
        match Box::pin(self.domain(&target)).await? {
            Spf::None => Err(Stop::Perm(format!("redirect={target} leads to no record"))),
            result => Ok(result),
        }
    }

    /// The one record of a domain (RFC 7208 §4.5).
    async fn record(&mut self, domain: &str) -> Result<Option<String>, Stop> {
        let texts = match self.dns.own_txt(domain).await? {
            TxtAnswer::Txt(texts) => texts,
            TxtAnswer::NxDomain | TxtAnswer::NoData => return Ok(None),
            TxtAnswer::Temporary(_) => return Err(Stop::Temp),
        };
        let is_spf = |text: &String| {
            text.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("v=spf1"))
                && matches!(text.as_bytes().get(6), None | Some(b' '))
        };
        let mut records = texts.into_iter().filter(is_spf);
        let record = records.next();
        if records.next().is_some() {
            return Err(Stop::Perm(format!("{domain} publishes several SPF records")));
        }
        Ok(record)
    }

    async fn matches(&mut self, domain: &str, mechanism: &Mechanism<'_>) -> Result<bool, Stop> {
        Ok(match mechanism {
            Mechanism::All => true,
            Mechanism::Network(network, bits) => share_network(*network, self.sending.address, *bits),
            Mechanism::Include(target) => {
                let target = self.name(domain, target).await?;
                self.count_lookup()?;
                match Box::pin(self.domain(&target)).await? {
                    Spf::Pass => true,
                    Spf::None => return Err(Stop::Perm(format!("include:{target} leads to no record"))),
                    _ => false,
                }
            }
            Mechanism::A(host, bits) => {
                let host = self.name_or(domain, *host).await?;
                self.count_lookup()?;
                self.is_address_of(&host, *bits).await?
            }
            Mechanism::Mx(of, bits) => {
                let of = self.name_or(domain, *of).await?;
                self.count_lookup()?;
                self.is_mail_host_of(&of, *bits).await?
            }
            Mechanism::Exists(name) => {
                let name = self.name(domain, name).await?;
                self.count_lookup()?;
                // An IPv4 address is asked for, whatever the family of the connection (RFC 7208 §5.7).
                match self.dns.own_addresses(&name).await? {
                    AddressAnswer::Addresses(found) if found.iter().any(IpAddr::is_ipv4) => true,
                    AddressAnswer::Temporary(_) => return Err(Stop::Temp),
                    _ => self.nothing_there()?,
                }
            }
            Mechanism::Ptr(of) => {
                let of = self.name_or(domain, *of).await?;
                self.count_lookup()?;
                self.names().await?.iter().any(|name| is_within(name, &of))
            }
        })
    }

    async fn is_mail_host_of(&mut self, domain: &str, bits: Bits) -> Result<bool, Stop> {
        let hosts = match self.dns.own_mx(domain).await? {
            MxAnswer::Mx(hosts) => hosts,
            MxAnswer::Temporary(_) => return Err(Stop::Temp),
            MxAnswer::NxDomain | MxAnswer::NoData | MxAnswer::NullMx => return self.nothing_there(),
        };
        if hosts.len() > MX_HOSTS_MAX {
            return Err(Stop::Perm(format!("{domain} has over {MX_HOSTS_MAX} mail hosts")));
        }
        for host in hosts {
            if self.is_address_of(&host.host, bits).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn is_address_of(&mut self, host: &str, bits: Bits) -> Result<bool, Stop> {
        let is_v4 = self.sending.address.is_ipv4();
        match self.dns.own_addresses(host).await? {
            AddressAnswer::Addresses(found) if found.iter().any(|address| address.is_ipv4() == is_v4) => {
                Ok(found.into_iter().any(|address| share_network(address, self.sending.address, bits)))
            }
            AddressAnswer::Temporary(_) => Err(Stop::Temp),
            _ => self.nothing_there(),
        }
    }

    /// The names of the address that lead back to it (RFC 7208 §5.5). What the DNS does not answer is left out.
    async fn names(&mut self) -> Result<&[String], Stop> {
        if self.names.is_none() {
            let mut validated = Vec::new();
            match self.dns.own_ptr(self.sending.address).await? {
                PtrAnswer::Names(names) => {
                    for name in names.into_iter().take(NAMES_MAX) {
                        let back = self.dns.own_addresses(&name).await?;
                        if matches!(back, AddressAnswer::Addresses(back) if back.contains(&self.sending.address)) {
                            validated.push(name);
                        }
                    }
                }
                PtrAnswer::None => _ = self.nothing_there()?,
                PtrAnswer::Temporary(_) => {}
            }
            self.names = Some(validated);
        }
        Ok(self.names.as_deref().unwrap_or_default())
    }

    async fn name_or(&mut self, domain: &str, spec: Option<&str>) -> Result<String, Stop> {
        match spec {
            Some(spec) => self.name(domain, spec).await,
            None => Ok(domain.to_owned()),
        }
    }

    /// The name that a term means, its macros expanded.
    async fn name(&mut self, domain: &str, spec: &str) -> Result<String, Stop> {
        let mut own = UNKNOWN.to_owned();
        if macros::needs_name(spec) {
            let names = self.names().await?;
            // The domain itself before one inside it, before any (RFC 7208 §7.3).
            let found = names
                .iter()
                .find(|name| name.eq_ignore_ascii_case(domain))
                .or_else(|| names.iter().find(|name| is_within(name, domain)))
                .or(names.first());
            own = found.cloned().unwrap_or(own);
        }
        let Sending { mail_from, helo, address } = self.sending;
        let values = Values { sender: mail_from, helo, domain, address, name: own.trim_end_matches('.') };
        macros::expand(spec, &values).ok_or_else(|| Stop::Perm(format!("{spec:?} is malformed")))
    }

    fn count_lookup(&mut self) -> Result<(), Stop> {
        self.lookups += 1;
        if self.lookups > LOOKUPS_MAX {
            return Err(Stop::Perm(format!("over {LOOKUPS_MAX} terms ask the DNS")));
        }
        Ok(())
    }

    /// Counts a question that led nowhere: no match.
    fn nothing_there(&mut self) -> Result<bool, Stop> {
        self.voids += 1;
        if self.voids > VOID_LOOKUPS_MAX {
            return Err(Stop::Perm(format!("over {VOID_LOOKUPS_MAX} terms name what does not exist")));
        }
        Ok(false)
    }
}

/// Whether a name is the domain or lies inside it.
fn is_within(name: &str, domain: &str) -> bool {
    let (name, domain) = (name.trim_end_matches('.'), domain.trim_end_matches('.'));
    let at = name.len().checked_sub(domain.len());
    let ends = at.and_then(|at| name.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(domain));
    ends && at.is_some_and(|at| at == 0 || name.as_bytes().get(at - 1) == Some(&b'.'))
}

/// Whether two addresses of one family share their first bits.
fn share_network(one: IpAddr, other: IpAddr, bits: Bits) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            let differ = u32::from(one) ^ u32::from(other);
            differ.leading_zeros() >= u32::from(bits.v4)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            let differ = u128::from(one) ^ u128::from(other);
            differ.leading_zeros() >= u32::from(bits.v6)
        }
        _ => false,
    }
}
