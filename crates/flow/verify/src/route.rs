//! Which hosts take a domain's mail (RFC 5321 §5.1, RFC 7505), with what the DNS leaves open kept apart.

use plumb_base::Domain;
use plumb_egress::{AddressAnswer, CallContext, DnsFault, Egress, EgressError, MxAnswer};

use crate::domain::reason::Reason;
use crate::probe::{HOSTS_MAX, MailHost};

/// Most MX records that are resolved in search of hosts that can be reached.
const RECORDS_MAX: usize = 10;

/// Where a domain's mail goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// To these hosts, the first to be tried first.
    Hosts { hosts: Vec<MailHost>, implicit: bool },
    /// Nowhere, or nobody can tell: the reason, and particulars.
    Ends(Reason, Option<String>),
}

/// Looks up where a domain's mail goes.
pub(crate) async fn route(egress: &Egress, ctx: &CallContext, domain: &Domain) -> Result<Route, EgressError> {
    Ok(match egress.dns().mx(ctx, domain).await? {
        MxAnswer::NxDomain => Route::Ends(Reason::DomainMissing, None),
        MxAnswer::NullMx => Route::Ends(Reason::NullMx, None),
        MxAnswer::Temporary(fault) => not_answered(fault),
        MxAnswer::NoData => implicit(egress, ctx, domain).await?,
        MxAnswer::Mx(records) => {
            let names = records.into_iter().take(RECORDS_MAX).map(|record| record.host);
            explicit(egress, ctx, names).await?
        }
    })
}

/// Without MX the domain's own addresses count.
async fn implicit(egress: &Egress, ctx: &CallContext, domain: &Domain) -> Result<Route, EgressError> {
    let name = domain.as_str();
    Ok(match egress.dns().addresses(ctx, name).await? {
        AddressAnswer::NoData => Route::Ends(Reason::NoMailHost, None),
        AddressAnswer::Temporary(fault) => not_answered(fault),
        // The name existed a moment ago.
        AddressAnswer::NxDomain => {
            Route::Ends(Reason::DnsError, Some("the domain exists for one question and not for another".to_owned()))
        }
        AddressAnswer::NotAName => Route::Ends(Reason::MxUnusable, None),
        AddressAnswer::Addresses(addresses) => {
            let (host, refused) = reachable(egress, name, addresses);
            match host {
                Some(host) => Route::Hosts { hosts: vec![host], implicit: true },
                None => Route::Ends(Reason::MxUnusable, refused),
            }
        }
    })
}

async fn explicit(
    egress: &Egress,
    ctx: &CallContext,
    names: impl Iterator<Item = String>,
) -> Result<Route, EgressError> {
    let (mut hosts, mut unusable, mut open) = (Vec::new(), Vec::new(), None);
    for name in names {
        // A host of one label would be a top-level domain with a mail server of its own.
        if !name.contains('.') {
            unusable.push(format!("{name} is no host"));
            continue;
        }
        match egress.dns().addresses(ctx, &name).await? {
            AddressAnswer::Addresses(addresses) => {
                let (host, refused) = reachable(egress, &name, addresses);
                hosts.extend(host);
                unusable.extend(refused);
            }
            AddressAnswer::NxDomain => unusable.push(format!("{name} does not exist")),
            AddressAnswer::NoData => unusable.push(format!("{name} has no address")),
            AddressAnswer::NotAName => unusable.push(format!("{name} is not a name")),
            AddressAnswer::Temporary(fault) => open = Some(fault),
        }
        if hosts.len() == HOSTS_MAX {
            break;
        }
    }
    Ok(match open {
        _ if !hosts.is_empty() => Route::Hosts { hosts, implicit: false },
        // The host that could not be looked up may be the good one.
        Some(fault) => not_answered(fault),
        None => Route::Ends(Reason::MxUnusable, Some(unusable.join("; "))),
    })
}

/// A host with the addresses that may be connected to, or why there are none: anybody can publish any address.
fn reachable(egress: &Egress, name: &str, addresses: Vec<std::net::IpAddr>) -> (Option<MailHost>, Option<String>) {
    let guard = egress.guard();
    let (open, refused): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|address| guard.check(*address).is_ok());
    if open.is_empty() {
        let why = refused.first().and_then(|address| guard.check(*address).err());
        let why = why.map(|refusal| format!("{name} has an address that is {refusal}"));
        return (None, why);
    }
    (Some(MailHost { name: name.to_owned(), addresses: open }), None)
}

fn not_answered(fault: DnsFault) -> Route {
    Route::Ends(Reason::DnsError, Some(fault.as_str().to_owned()))
}
