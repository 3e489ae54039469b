//! Which addresses may be connected to. Anybody can publish a name that points into our own network, so the
//! address that is connected to is the one that is checked: names are never resolved a second time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;

#[cfg(test)]
mod tests;

/// Why an address is not connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// `0.0.0.0/8`, `::` (RFC 1122, RFC 4291).
    #[error("an unspecified address")]
    Unspecified,
    /// `127.0.0.0/8`, `::1` (RFC 1122, RFC 4291).
    #[error("a loopback address")]
    Loopback,
    /// `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16` (RFC 1918), `fc00::/7` (RFC 4193).
    #[error("a private address")]
    Private,
    /// `169.254.0.0/16`, `fe80::/10`, and the old `fec0::/10` (RFC 3927, RFC 4291, RFC 3879).
    #[error("an address of the local link or site")]
    LinkLocal,
    /// `100.64.0.0/10` (RFC 6598).
    #[error("an address shared behind a carrier's translation")]
    SharedByCarrier,
    /// Where a cloud answers its own machines with their credentials.
    #[error("a cloud's metadata address")]
    CloudMetadata,
    /// `224.0.0.0/4`, `ff00::/8`.
    #[error("a multicast address")]
    Multicast,
    /// `192.0.2.0/24`, `198.51.100.0/24`, `203.0.113.0/24`, `2001:db8::/32`, `3fff::/20` (RFC 5737, RFC 3849, RFC 9637).
    #[error("an address for documentation")]
    Documentation,
    /// Another IPv4 address inside an IPv6 one: mapped, compatible, translated, NAT64, 6to4, Teredo.
    #[error("an address that carries another address inside")]
    Embedded,
    /// What the registries of RFC 6890 keep from ordinary use.
    #[error("a reserved address")]
    Reserved,
}

/// The rule for addresses.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guard {
    allow_private: bool,
}

impl Guard {
    /// A guard that lets public addresses through, and with `allow_private` also loopback and private ones
    /// (for a demo or a test on one machine), never the rest.
    #[must_use]
    pub const fn new(allow_private: bool) -> Self {
        Self { allow_private }
    }

    /// Whether loopback and private addresses are let through.
    #[must_use]
    pub const fn allows_private(self) -> bool {
        self.allow_private
    }

    /// Refuses an address that is not to be connected to.
    pub fn check(self, address: IpAddr) -> Result<(), Refusal> {
        let refusal = match address {
            IpAddr::V4(v4) => refusal_v4(v4),
            IpAddr::V6(v6) => refusal_v6(v6),
        };
        match refusal {
            None => Ok(()),
            Some(Refusal::Loopback | Refusal::Private) if self.allow_private => Ok(()),
            Some(refusal) => Err(refusal),
        }
    }
}

fn refusal_v4(address: Ipv4Addr) -> Option<Refusal> {
    // A public address by its number, but inside Azure it answers for the machine's host.
    if address == Ipv4Addr::new(168, 63, 129, 16) {
        return Some(Refusal::CloudMetadata);
    }
    match address.octets() {
        [0, ..] => Some(Refusal::Unspecified),
        [127, ..] => Some(Refusal::Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some(Refusal::Private),
        [169, 254, ..] => Some(Refusal::LinkLocal),
        [100, 64..=127, ..] => Some(Refusal::SharedByCarrier),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Some(Refusal::Documentation),
        [224..=239, ..] => Some(Refusal::Multicast),
        // Protocol assignments, the 6to4 relays, benchmarks, class E and broadcast.
        [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..=19, ..] | [240..=255, ..] => Some(Refusal::Reserved),
        _ => None,
    }
}

fn refusal_v6(address: Ipv6Addr) -> Option<Refusal> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(Refusal::Unspecified),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Refusal::Loopback),
        // Metadata of two clouds, in the private range: refused even where private addresses are allowed.
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254] | [0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254] => {
            Some(Refusal::CloudMetadata)
        }
        // Compatible, mapped, translated (RFC 4291, RFC 2765), then NAT64 (RFC 6052, RFC 8215), 6to4, Teredo.
        [0, 0, 0, 0, 0, 0 | 0xffff, ..]
        | [0, 0, 0, 0, 0xffff, 0, ..]
        | [0x0064, 0xff9b, ..]
        | [0x2002, ..]
        | [0x2001, 0, ..] => Some(Refusal::Embedded),
        [0xfc00..=0xfdff, ..] => Some(Refusal::Private),
        [0xfe80..=0xfeff, ..] => Some(Refusal::LinkLocal),
        [0xff00..=0xffff, ..] => Some(Refusal::Multicast),
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Some(Refusal::Documentation),
        // 2001::/23 is kept for protocols; outside 2000::/3 nothing is given out to hosts.
        [0x2001, 0..=0x01ff, ..] => Some(Refusal::Reserved),
        [0x2000..=0x3fff, ..] => None,
        _ => Some(Refusal::Reserved),
    }
}
