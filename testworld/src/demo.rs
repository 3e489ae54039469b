//! The fixed world of the demo, and what is true of every address in it.
//!
//! Companies are invented and live under `.example` and `.test`. Free-mail and disposable domains appear as names
//! only: in a demo every question about them goes to this world's own servers.

pub mod list;
pub(crate) mod people;
mod phones;
mod rng;
mod sites;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::LazyLock;

pub use self::list::{Kind, leads_csv};
pub use self::sites::{Company, companies, sites};
use crate::dns::{Data, Zone, Zones};
use crate::site::{Behaviour, Dns, Mailbox, Phase, Site};
use crate::world::WorldConfig;

/// The name under which the demo's probe greets: it resolves to 127.0.0.1 and back.
pub const PROBE_HELO: &str = "probe.plumbline.example";
/// The sender of the demo's probes: its domain has an MX and an SPF record for 127.0.0.1.
pub const PROBE_SENDER: &str = "postmaster@probe.plumbline.example";

/// Addresses of the list whose owners have opted out before it is imported. The list holds some of them in another
/// spelling, or twice.
#[must_use]
pub fn demo_opt_outs() -> [&'static str; 6] {
    [
        "ada.lanternford@lanternworks.example",
        "jonas.papierberg@musterwerk.example",
        "chloe.fleurfontaine@atelier-lune.example",
        "walter.quillstone@paperharbor.example",
        "mila.kiezelhof@kiezelhof.example",
        "noah.thistlewick@quillstone.test",
    ]
}

/// What a checker that makes no mistake may say of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// The mailbox exists, and its server says so in a way that proves it.
    Deliverable,
    /// Nothing can be delivered, and DNS or the server say so.
    Undeliverable,
    /// The mailbox exists and is over its quota.
    Full,
    /// The outside cannot tell: whoever claims to know is guessing.
    NotKnowable,
}

/// The sites of the demo, by domain.
static SITES: LazyLock<BTreeMap<String, Site>> =
    LazyLock::new(|| sites().into_iter().map(|site| (site.domain.clone(), site)).collect());

/// The site of a domain of the demo, in A-label form.
#[must_use]
pub fn site(domain: &str) -> Option<&'static Site> {
    SITES.get(&domain.to_ascii_lowercase())
}

/// What is true of an address, given whole, with its domain in A-label form. Domains that the demo does not have
/// do not exist.
#[must_use]
pub fn truth(address: &str) -> Truth {
    let (local, domain) = address.rsplit_once('@').unwrap_or(("", address));
    site(domain).map_or(Truth::Undeliverable, |site| truth_at(site, local))
}

/// What is true of a mailbox of a site.
#[must_use]
pub fn truth_at(site: &Site, local: &str) -> Truth {
    let behind_gateway = match &site.dns {
        Dns::NxDomain | Dns::NullMx | Dns::NoMailHost => return Truth::Undeliverable,
        Dns::Dead
        | Dns::MxUnresolvable
        | Dns::MxLiteral
        | Dns::MxAt(_)
        | Dns::ServFail
        | Dns::Refused
        | Dns::Silent => return Truth::NotKnowable,
        // These hosts answer before they know the mailbox: their yes proves nothing, their no does.
        Dns::MxNamed(host) => host.ends_with(".pphosted.com") || host.ends_with(".yahoodns.net"),
        _ => false,
    };
    let (yes_counts, no_counts) = match site.behaviour {
        Behaviour::Accepts | Behaviour::Greylists { .. } | Behaviour::Tarpits { .. } => (true, true),
        Behaviour::RequiresTls => (site.voice.starttls, site.voice.starttls),
        Behaviour::RefusesAll => return Truth::Undeliverable,
        // The first answer of a connection is honest; a control that could prove a yes is not answered.
        Behaviour::OneRecipient | Behaviour::Drops { at: Phase::SecondRcpt } => (false, true),
        Behaviour::RateLimits { rcpts } => (rcpts > 1, rcpts > 0),
        _ => (false, false),
    };
    match site.state_of(local) {
        Mailbox::Exists if yes_counts && !behind_gateway => Truth::Deliverable,
        Mailbox::Full if no_counts => Truth::Full,
        Mailbox::Unknown | Mailbox::Disabled if no_counts => Truth::Undeliverable,
        _ => Truth::NotKnowable,
    }
}

/// The demo's world: its [`sites`], and zones in which a probe from 127.0.0.1 passes the audit of itself.
#[must_use]
pub fn config() -> WorldConfig {
    let probe = Zone::default()
        .with(PROBE_HELO, Data::A(Ipv4Addr::LOCALHOST))
        .with(PROBE_HELO, Data::Mx { preference: 10, host: PROBE_HELO.to_owned() })
        .with(PROBE_HELO, Data::Txt("v=spf1 ip4:127.0.0.0/8 -all".to_owned()));
    let reverse = Zone::default().with("1.0.0.127.in-addr.arpa", Data::Ptr(PROBE_HELO.to_owned()));
    let zones = [(PROBE_HELO.to_owned(), probe), ("127.in-addr.arpa".to_owned(), reverse)];
    WorldConfig { sites: sites(), zones: Zones(zones.into()), ttl_secs: 60, ..WorldConfig::default() }
}
