//! The zones of a scripted domain.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::{Host, Naming, Place, Script};
use crate::dns::{Answering, Data, Zone, Zones};
use crate::zones::DEAD;

/// MX records of [`Naming::Many`].
const MANY: u16 = 500;

/// Publishes what the DNS says about a scripted domain and its hosts.
pub(crate) fn publish(zones: &mut Zones, script: &Script, addresses: &BTreeMap<String, Ipv4Addr>) {
    let domain = script.domain.as_str();
    let address = |host: &Host| match host.place {
        Place::Here => addresses.get(&host.name).copied().unwrap_or(DEAD),
        Place::Dead => DEAD,
        Place::At(address) => address,
    };
    // Hosts have zones of their own, so that an evil zone of the domain does not take them with it.
    for host in &script.hosts {
        zones.0.insert(host.name.clone(), Zone::default().with(&host.name, Data::A(address(host))));
    }
    let base = Zone::default().with(domain, Data::Txt("v=spf1 mx -all".to_owned()));
    let mx = |host: &str, preference| Data::Mx { preference, host: host.to_owned() };
    let with_hosts =
        |zone: Zone| script.hosts.iter().fold(zone, |zone, host| zone.with(domain, mx(&host.name, host.preference)));
    let first = script.hosts.first().map_or(domain, |host| host.name.as_str());
    let here = script.hosts.first().map_or(DEAD, address);
    let under = |label: &str| format!("{label}.{domain}");
    let evil = |answering| Zone { answering, ..with_hosts(base.clone()) };
    let zone = match script.naming {
        Naming::NxDomain => return,
        Naming::Hosts => with_hosts(base),
        Naming::ServFail => Zone::answering(Answering::ServFail),
        Naming::Refused => Zone::answering(Answering::Refused),
        Naming::Silent => Zone::answering(Answering::Silent),
        Naming::ServFailForMx => Zone { answering: Answering::ServFailForMx, ..base.with(domain, Data::A(here)) },
        Naming::Truncated => evil(Answering::TruncatedOverUdp),
        Naming::TcpLies => evil(Answering::TcpLies),
        Naming::LengthLies => evil(Answering::LengthLies),
        Naming::Garbage => evil(Answering::Garbage),
        Naming::WrongId => evil(Answering::WrongId),
        Naming::WrongQuestion => evil(Answering::WrongQuestion),
        Naming::NullMx => base.with(domain, mx(".", 0)),
        Naming::NullMxBeside => with_hosts(base.with(domain, mx(".", 0))),
        Naming::Nothing => base,
        Naming::Implicit => base.with(domain, Data::A(here)),
        Naming::Alias => {
            let real = under("real");
            let zone = Zone::default().with(domain, Data::Cname(real.clone()));
            script.hosts.iter().fold(zone, |zone, host| zone.with(&real, mx(&host.name, host.preference)))
        }
        Naming::MxToAlias => {
            let alias = under("alias");
            base.with(domain, mx(&alias, 10)).with(&alias, Data::Cname(first.to_owned()))
        }
        Naming::AliasLoop => {
            let other = under("loop");
            Zone::default().with(domain, Data::Cname(other.clone())).with(&other, Data::Cname(domain.to_owned()))
        }
        Naming::MxToAliasLoop => {
            let (one, two) = (under("one"), under("two"));
            base.with(domain, mx(&one, 10)).with(&one, Data::Cname(two.clone())).with(&two, Data::Cname(one))
        }
        Naming::Many => {
            let zone = with_hosts(base);
            (1..MANY).fold(zone, |zone, at| zone.with(domain, mx(&under(&format!("mx{at}")), 10 + at)))
        }
        Naming::MxLiteral => base.with(domain, mx("192.0.2.25", 10)),
        Naming::MxMissing => base.with(domain, mx(&under("gone"), 10)),
        Naming::MxMissingThenHosts => with_hosts(base.with(domain, mx(&under("gone"), 1))),
        Naming::MxLocalhost => base.with(domain, mx("localhost", 10)),
        Naming::MxServFail => {
            let host = under("broken");
            zones.0.insert(host.clone(), Zone::answering(Answering::ServFail));
            base.with(domain, mx(&host, 10))
        }
    };
    zones.0.insert(domain.to_owned(), zone);
}
