//! The zone of each site, from what its [`Dns`] says.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::dns::{Answering, Data, Zone, Zones};
use crate::site::{Dns, Site};

/// Nobody listens here: the last of the addresses that sites do not get.
pub(crate) const DEAD: Ipv4Addr = Ipv4Addr::new(127, 0, 9, 250);

/// Publishes the zone of a site. The hosts of operators lie outside it and get a zone of their own.
pub(crate) fn publish(
    zones: &mut Zones,
    site: &Site,
    sites: &BTreeMap<String, Site>,
    addresses: &BTreeMap<String, Ipv4Addr>,
) {
    let domain = site.domain.as_str();
    let here = addresses.get(domain).copied().unwrap_or(DEAD);
    let mx = |host: &str, preference| Data::Mx { preference, host: host.to_owned() };
    let own = format!("mx.{domain}");
    // Every domain that exists has this, so that "exists without mail" differs from "does not exist".
    let base = Zone::default().with(domain, Data::Txt("v=spf1 mx -all".to_owned()));
    let zone = match &site.dns {
        Dns::Mx => base.with(domain, mx(&own, 10)).with(&own, Data::A(here)),
        Dns::Dead => base.with(domain, mx(&own, 10)).with(&own, Data::A(DEAD)),
        Dns::MxAt(address) => base.with(domain, mx(&own, 10)).with(&own, Data::A(*address)),
        Dns::MxNamed(host) => {
            zones.0.insert(host.clone(), Zone::default().with(host, Data::A(here)));
            base.with(domain, mx(host, 5))
        }
        Dns::MxOf(other) => {
            let host = match sites.get(other).map(|site| &site.dns) {
                Some(Dns::MxNamed(host)) => host.clone(),
                _ => format!("mx.{other}"),
            };
            base.with(domain, mx(&host, 10))
        }
        Dns::DeadThenLive => {
            let backup = format!("backup.{domain}");
            base.with(domain, mx(&own, 10))
                .with(domain, mx(&backup, 20))
                .with(&own, Data::A(DEAD))
                .with(&backup, Data::A(here))
        }
        Dns::OnV6 => base.with(domain, mx(&own, 10)).with(&own, Data::Aaaa(Ipv6Addr::LOCALHOST)),
        Dns::DeadV4LiveV6 => {
            base.with(domain, mx(&own, 10)).with(&own, Data::A(DEAD)).with(&own, Data::Aaaa(Ipv6Addr::LOCALHOST))
        }
        Dns::DeadV6LiveV4 => {
            base.with(domain, mx(&own, 10)).with(&own, Data::A(here)).with(&own, Data::Aaaa(Ipv6Addr::LOCALHOST))
        }
        Dns::Truncated => {
            let zone = base.with(domain, mx(&own, 10)).with(&own, Data::A(here));
            Zone { answering: Answering::TruncatedOverUdp, ..zone }
        }
        Dns::ImplicitMx => base.with(domain, Data::A(here)),
        Dns::NullMx => base.with(domain, mx(".", 0)),
        Dns::NullMxBesideReal => base.with(domain, mx(".", 0)).with(domain, mx(&own, 10)).with(&own, Data::A(here)),
        Dns::NoMailHost => base,
        Dns::MxUnresolvable => base.with(domain, mx(&format!("gone.{domain}"), 10)),
        Dns::MxLiteral => base.with(domain, mx("192.0.2.25", 10)),
        Dns::NxDomain => return,
        Dns::ServFail => Zone::answering(Answering::ServFail),
        Dns::Refused => Zone::answering(Answering::Refused),
        Dns::Silent => Zone::answering(Answering::Silent),
    };
    zones.0.insert(domain.to_owned(), zone);
}

/// Takes the zone of a site back.
pub(crate) fn withdraw(zones: &mut Zones, domain: &str) {
    zones.0.remove(domain);
}
