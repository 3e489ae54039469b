//! From what the resolver said to what it means.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{RData, RecordType};
use serde::Serialize;

use super::data_of;

/// Shortest and longest time that an answer is kept: a TTL of nothing would ask again for each lead of a
/// domain, one of weeks would outlive the domain's changes.
const FOUND_SECS: std::ops::RangeInclusive<u64> = 60..=86_400;
/// The same for "there is none" (RFC 2308 §5 advises one to three hours at most).
const ABSENT_SECS: std::ops::RangeInclusive<u64> = 30..=10_800;
/// How long "there is none" is kept when the zone did not say (RFC 2308 §5: not cached at all by a server).
const ABSENT_UNSAID_SECS: u64 = 30;
/// Most records of one answer that are read: all that fit into a message, so that the best of 500 mail hosts is found.
const RECORDS_MAX: usize = 4096;
/// Most mail hosts, addresses and texts of one answer that are kept.
const KEPT_MAX: usize = 64;
/// Longest text of a TXT record that is read, in bytes.
const TXT_BYTES_MAX: usize = 4096;

/// Why a question stays open. Never evidence against a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DnsFault {
    /// Nobody answered in time.
    Timeout,
    /// The resolver failed (`SERVFAIL`): a broken zone, a failed signature, or trouble upstream.
    ServFail,
    /// The resolver does not serve us (`REFUSED`).
    Refused,
    /// The resolver was not reached.
    Unreachable,
    /// The answer was a referral, malformed, or of another kind that answers nothing.
    Other,
}

impl DnsFault {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::ServFail => "serv_fail",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Other => "other",
        }
    }
}

/// A mail host of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MxHost {
    /// Lower is tried first.
    pub preference: u16,
    /// The name as published, lower case, without a dot at its end. It may be anything: a literal address, a
    /// bare top-level domain, a name that does not exist.
    pub host: String,
}

/// What a domain says about its mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MxAnswer {
    /// The domain does not exist.
    NxDomain,
    /// The domain exists and names no mail host: its own addresses count then (RFC 5321 §5.1).
    NoData,
    /// The domain takes no mail (RFC 7505).
    NullMx,
    /// Its mail hosts, the first to be tried first. A null MX among others is left out.
    Mx(Vec<MxHost>),
    /// Could not be found out; try again later.
    Temporary(DnsFault),
}

/// The addresses of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressAnswer {
    /// The name does not exist.
    NxDomain,
    /// The name exists and has no address.
    NoData,
    /// Its addresses, IPv4 first; not yet checked by the guard.
    Addresses(Vec<IpAddr>),
    /// The text is a literal address or no name at all.
    NotAName,
    /// Could not be found out; try again later.
    Temporary(DnsFault),
}

/// The TXT records of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TxtAnswer {
    /// The name does not exist.
    NxDomain,
    /// The name exists and has no such record.
    NoData,
    /// The texts.
    Txt(Vec<String>),
    /// Could not be found out; try again later.
    Temporary(DnsFault),
}

/// The answer to one question, as it is kept.
#[derive(Clone, Debug)]
pub(super) enum Records {
    Found { data: Arc<[RData]>, keep: Duration },
    NxDomain { keep: Duration },
    NoData { keep: Duration },
    Fault(DnsFault),
}

impl Records {
    /// Reads a positive answer to a question for `kind`.
    pub(super) fn found(lookup: &Lookup, kind: RecordType) -> Self {
        let ttl = lookup.answers().iter().map(|record| u64::from(record.ttl)).min().unwrap_or_default();
        let keep = Duration::from_secs(ttl.clamp(*FOUND_SECS.start(), *FOUND_SECS.end()));
        let answers = lookup.answers().iter();
        let data: Vec<RData> = answers.filter_map(|record| data_of(record, kind)).take(RECORDS_MAX).cloned().collect();
        // A chain of aliases that ends without the record that was asked for.
        if data.is_empty() { Self::NoData { keep } } else { Self::Found { data: data.into(), keep } }
    }

    /// Reads an answer without records.
    pub(super) fn not_found(error: &NetError) -> Self {
        match error {
            NetError::Dns(DnsError::NoRecordsFound(none)) => {
                let ttl = none.negative_ttl.map_or(ABSENT_UNSAID_SECS, u64::from);
                let keep = Duration::from_secs(ttl.clamp(*ABSENT_SECS.start(), *ABSENT_SECS.end()));
                match none.response_code {
                    ResponseCode::NXDomain => Self::NxDomain { keep },
                    // Servers to ask instead, and no word on who is in charge: a referral, not an answer
                    // (RFC 2308 §2.2).
                    ResponseCode::NoError if none.ns.is_some() && none.soa.is_none() => Self::Fault(DnsFault::Other),
                    ResponseCode::NoError => Self::NoData { keep },
                    _ => Self::Fault(DnsFault::Other),
                }
            }
            NetError::Dns(DnsError::ResponseCode(ResponseCode::ServFail)) => Self::Fault(DnsFault::ServFail),
            NetError::Dns(DnsError::ResponseCode(ResponseCode::Refused)) => Self::Fault(DnsFault::Refused),
            NetError::Timeout => Self::Fault(DnsFault::Timeout),
            NetError::Io(_) | NetError::NoConnections => Self::Fault(DnsFault::Unreachable),
            _ => Self::Fault(DnsFault::Other),
        }
    }

    /// How long the answer is kept; a fault is not.
    pub(super) fn keep(&self) -> Option<Duration> {
        match self {
            Self::Found { keep, .. } | Self::NxDomain { keep } | Self::NoData { keep } => Some(*keep),
            Self::Fault(_) => None,
        }
    }

    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Found { .. } => "found",
            Self::NxDomain { .. } => "nxdomain",
            Self::NoData { .. } => "nodata",
            Self::Fault(fault) => fault.as_str(),
        }
    }
}

/// Whether the question got no answer at all, other than by silence: the connection broke, or what came was no message.
pub(super) fn is_broken_off(error: &NetError) -> bool {
    !matches!(error, NetError::Dns(_) | NetError::Timeout)
}

/// Whether "there is none" came without the record that vouches for it (RFC 2308 §2.2).
pub(super) fn is_unvouched(error: &NetError) -> bool {
    matches!(error, NetError::Dns(DnsError::NoRecordsFound(none))
        if none.response_code == ResponseCode::NoError && none.soa.is_none() && none.ns.is_none())
}

pub(super) fn mx(records: &Records) -> MxAnswer {
    let data = match records {
        Records::NxDomain { .. } => return MxAnswer::NxDomain,
        Records::NoData { .. } => return MxAnswer::NoData,
        Records::Fault(fault) => return MxAnswer::Temporary(*fault),
        Records::Found { data, .. } => data,
    };
    let mut hosts: Vec<(u16, u64, String)> = Vec::new();
    for record in data.iter() {
        let RData::MX(mx) = record else { continue };
        if mx.exchange.is_root() {
            continue; // The null MX: it stands alone, or RFC 7505 does not know it.
        }
        let host = mx.exchange.to_ascii().trim_end_matches('.').to_ascii_lowercase();
        hosts.push((mx.preference, plumb_base::random::below(u64::MAX), host));
    }
    if hosts.is_empty() {
        return MxAnswer::NullMx;
    }
    hosts.sort_unstable();
    hosts.dedup_by(|one, other| one.2 == other.2);
    hosts.truncate(KEPT_MAX);
    MxAnswer::Mx(hosts.into_iter().map(|(preference, _, host)| MxHost { preference, host }).collect())
}

pub(super) fn addresses(v4: &Records, v6: &Records) -> AddressAnswer {
    let mut found = Vec::new();
    for records in [v4, v6] {
        let Records::Found { data, .. } = records else { continue };
        found.extend(data.iter().filter_map(RData::ip_addr).take(KEPT_MAX));
    }
    if !found.is_empty() {
        return AddressAnswer::Addresses(found);
    }
    match (v4, v6) {
        (Records::Fault(fault), _) | (_, Records::Fault(fault)) => AddressAnswer::Temporary(*fault),
        (Records::NxDomain { .. }, _) | (_, Records::NxDomain { .. }) => AddressAnswer::NxDomain,
        _ => AddressAnswer::NoData,
    }
}

pub(super) fn txt(records: &Records) -> TxtAnswer {
    let data = match records {
        Records::NxDomain { .. } => return TxtAnswer::NxDomain,
        Records::NoData { .. } => return TxtAnswer::NoData,
        Records::Fault(fault) => return TxtAnswer::Temporary(*fault),
        Records::Found { data, .. } => data,
    };
    let texts = data.iter().filter_map(|record| {
        let RData::TXT(txt) = record else { return None };
        let mut bytes = txt.txt_data.concat();
        bytes.truncate(TXT_BYTES_MAX);
        Some(String::from_utf8_lossy(&bytes).into_owned())
    });
    TxtAnswer::Txt(texts.take(KEPT_MAX).collect())
}

/// The names of an address.
pub(crate) enum PtrAnswer {
    /// These, without dots at their ends.
    Names(Vec<String>),
    /// It has none.
    None,
    /// Could not be found out.
    Temporary(DnsFault),
}

pub(super) fn ptr(records: &Records) -> PtrAnswer {
    let data = match records {
        Records::NxDomain { .. } | Records::NoData { .. } => return PtrAnswer::None,
        Records::Fault(fault) => return PtrAnswer::Temporary(*fault),
        Records::Found { data, .. } => data,
    };
    let names = data.iter().filter_map(|record| {
        let RData::PTR(name) = record else { return None };
        Some(name.to_ascii().trim_end_matches('.').to_ascii_lowercase())
    });
    PtrAnswer::Names(names.take(KEPT_MAX).collect())
}
