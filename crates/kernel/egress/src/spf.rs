//! Whether a domain's SPF record lets an address send (RFC 7208): for the audit of the installation's own sender domain.
//! Macros and `exists`, which is of no use without them, are not evaluated, and said to be so.

use std::net::IpAddr;

use crate::dns::{AddressAnswer, Dns, MxAnswer, TxtAnswer};
use crate::error::EgressError;

#[cfg(test)]
mod tests;

/// Most terms of one evaluation that may ask the DNS (RFC 7208 §4.6.4).
const LOOKUPS_MAX: u8 = 10;
/// Most questions of one evaluation that may lead nowhere (the same).
const VOID_LOOKUPS_MAX: u8 = 2;
/// Most mail hosts of one `mx` term (the same).
const MX_HOSTS_MAX: usize = 10;

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

/// Evaluates the record of `domain` for `address`.
pub(crate) async fn evaluate(dns: &Dns, domain: &str, address: IpAddr) -> Result<Spf, EgressError> {
    let mut run = Run { dns, address, lookups: 0, voids: 0 };
    match run.domain(domain).await {
        Ok(result) => Ok(result),
        Err(Stop::Temp) => Ok(Spf::TempError),
        Err(Stop::Perm(why)) => Ok(Spf::PermError(why)),
        Err(Stop::Egress(error)) => Err(error),
    }
}

struct Run<'a> {
    dns: &'a Dns,
    address: IpAddr,
    lookups: u8,
    voids: u8,
}

impl Run<'_> {
    async fn domain(&mut self, domain: &str) -> Result<Spf, Stop> {
        let Some(record) = self.record(domain).await? else { return Ok(Spf::None) };
        let mut redirect = None;
        for term in record.split_ascii_whitespace().skip(1) {
            if let Some((name, value)) = modifier(term) {
                if name.eq_ignore_ascii_case("redirect") {
                    redirect = Some(value);
                }
                continue;
            }
            let (result, mechanism) = match term.as_bytes().first() {
                Some(b'+') => (Spf::Pass, &term[1..]),
                Some(b'-') => (Spf::Fail, &term[1..]),
                Some(b'~') => (Spf::SoftFail, &term[1..]),
                Some(b'?') => (Spf::Neutral, &term[1..]),
                _ => (Spf::Pass, term),
            };
            if self.matches(domain, mechanism).await? {
                return Ok(result);
            }
        }
        let Some(target) = redirect else { return Ok(Spf::Neutral) };
        let target = plain(target)?;
        self.count_lookup()?;
        match Box::pin(self.domain(target)).await? {
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

    async fn matches(&mut self, domain: &str, mechanism: &str) -> Result<bool, Stop> {
        let end = mechanism.find([':', '/']).unwrap_or(mechanism.len());
        let (name, rest) = mechanism.split_at(end);
        let value = rest.strip_prefix(':');
        match name.to_ascii_lowercase().as_str() {
            "all" if rest.is_empty() => Ok(true),
            "ip4" | "ip6" => {
                let network = value.ok_or_else(|| malformed(mechanism))?;
                self.is_in_network(network, name.ends_with('4')).ok_or_else(|| malformed(mechanism))
            }
            "include" => {
                let target = plain(value.ok_or_else(|| malformed(mechanism))?)?;
                self.count_lookup()?;
                match Box::pin(self.domain(target)).await? {
                    Spf::Pass => Ok(true),
                    Spf::None => Err(Stop::Perm(format!("include:{target} leads to no record"))),
                    _ => Ok(false),
                }
            }
            "a" => {
                let (host, bits) = host_and_bits(domain, rest).ok_or_else(|| malformed(mechanism))?;
                self.count_lookup()?;
                self.is_address_of(plain(host)?, bits).await
            }
            "mx" => {
                let (of, bits) = host_and_bits(domain, rest).ok_or_else(|| malformed(mechanism))?;
                self.count_lookup()?;
                let hosts = match self.dns.own_mx(plain(of)?).await? {
                    MxAnswer::Mx(hosts) => hosts,
                    MxAnswer::Temporary(_) => return Err(Stop::Temp),
                    MxAnswer::NxDomain | MxAnswer::NoData | MxAnswer::NullMx => {
                        self.count_void()?;
                        return Ok(false);
                    }
                };
                if hosts.len() > MX_HOSTS_MAX {
                    return Err(Stop::Perm(format!("{of} has over {MX_HOSTS_MAX} mail hosts")));
                }
                for host in hosts {
                    if self.is_address_of(&host.host, bits).await? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            "exists" | "ptr" => {
                Err(Stop::Perm(format!("{mechanism} is not evaluated here: name the addresses instead")))
            }
            _ => Err(malformed(mechanism)),
        }
    }

    async fn is_address_of(&mut self, host: &str, bits: (u8, u8)) -> Result<bool, Stop> {
        match self.dns.own_addresses(host).await? {
            AddressAnswer::Addresses(addresses) => {
                Ok(addresses.into_iter().any(|address| share_network(address, self.address, bits)))
            }
            AddressAnswer::Temporary(_) => Err(Stop::Temp),
            AddressAnswer::NxDomain | AddressAnswer::NoData | AddressAnswer::NotAName => {
                self.count_void()?;
                Ok(false)
            }
        }
    }

    /// `None` for what is no network of this family.
    fn is_in_network(&self, network: &str, is_v4: bool) -> Option<bool> {
        let (address, bits) = match network.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
            None => (network, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let full = if is_v4 { 32 } else { 128 };
        let bits = bits.unwrap_or(full);
        if address.is_ipv4() != is_v4 || bits > full {
            return None;
        }
        Some(share_network(address, self.address, (bits, bits)))
    }

    fn count_lookup(&mut self) -> Result<(), Stop> {
        self.lookups += 1;
        if self.lookups > LOOKUPS_MAX {
            return Err(Stop::Perm(format!("over {LOOKUPS_MAX} terms ask the DNS")));
        }
        Ok(())
    }

    fn count_void(&mut self) -> Result<(), Stop> {
        self.voids += 1;
        if self.voids > VOID_LOOKUPS_MAX {
            return Err(Stop::Perm(format!("over {VOID_LOOKUPS_MAX} terms name what does not exist")));
        }
        Ok(())
    }
}

/// `name=value`; a mechanism has none of these before its colon or slash.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    (is_name && !name.is_empty()).then_some((name, value))
}

/// A name without macros.
fn plain(name: &str) -> Result<&str, Stop> {
    if name.contains('%') {
        return Err(Stop::Perm(format!("{name} has a macro, which is not evaluated here")));
    }
    Ok(name)
}

fn malformed(mechanism: &str) -> Stop {
    Stop::Perm(format!("{mechanism:?} is malformed"))
}

/// `:host/24//64` with any part missing: the host, and the bits for IPv4 and IPv6.
fn host_and_bits<'t>(domain: &'t str, rest: &'t str) -> Option<(&'t str, (u8, u8))> {
    let (host, bits) = match rest.split_once('/') {
        Some((host, bits)) => (host, Some(bits)),
        None => (rest, None),
    };
    let host = match host.strip_prefix(':') {
        Some("") => return None,
        Some(host) => host,
        None => domain,
    };
    let number = |text: &str, max: u8| text.parse::<u8>().ok().filter(|bits| *bits <= max);
    let bits = match bits {
        None => (32, 128),
        Some(bits) => match (bits.strip_prefix('/'), bits.split_once("//")) {
            (Some(v6), _) => (32, number(v6, 128)?),
            (None, Some((v4, v6))) => (number(v4, 32)?, number(v6, 128)?),
            (None, None) => (number(bits, 32)?, 128),
        },
    };
    Some((host, bits))
}

/// Whether two addresses of one family share their first bits.
fn share_network(one: IpAddr, other: IpAddr, (bits_v4, bits_v6): (u8, u8)) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            let differ = u32::from(one) ^ u32::from(other);
            differ.leading_zeros() >= u32::from(bits_v4)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            let differ = u128::from(one) ^ u128::from(other);
            differ.leading_zeros() >= u32::from(bits_v6)
        }
        _ => false,
    }
}
