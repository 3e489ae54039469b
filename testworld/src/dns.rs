//! Zone data as plain values, and what they answer. No I/O: the sockets are in `server`.

pub(crate) mod server;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The data of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the record types of RFC 1035 and RFC 3596")]
pub enum Data {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Cname(String),
    Mx { preference: u16, host: String },
    Ptr(String),
    Txt(String),
}

/// How the servers of a zone answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answering {
    /// From the records.
    #[default]
    Normally,
    /// From the records, but over UDP only "too long, come back over TCP".
    TruncatedOverUdp,
    /// SERVFAIL.
    ServFail,
    /// REFUSED.
    Refused,
    /// Not at all.
    Silent,
    /// SERVFAIL for MX, from the records for everything else.
    ServFailForMx,
    /// Truncated over UDP; over TCP a length is announced that the message does not have.
    TcpLies,
    /// From the records, with a last record that runs over the end of the message.
    LengthLies,
    /// With bytes that are no message.
    Garbage,
    /// Under another identifier.
    WrongId,
    /// To another question, with the records under its name.
    WrongQuestion,
}

/// One zone: records by full name (lower case, no last dot).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    /// How its servers answer.
    pub answering: Answering,
    /// Its records.
    pub records: BTreeMap<String, Vec<Data>>,
}

impl Zone {
    /// The same zone with one more record.
    #[must_use]
    pub fn with(mut self, name: &str, data: Data) -> Self {
        self.records.entry(name.to_ascii_lowercase()).or_default().push(data);
        self
    }

    /// An empty zone whose servers answer this way.
    #[must_use]
    pub fn answering(answering: Answering) -> Self {
        Self { answering, records: BTreeMap::new() }
    }
}

/// All zones, by origin. What lies in none of them does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zones(pub BTreeMap<String, Zone>);

/// What the zones say to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Records, each with its owner's name; aliases come first.
    Records(Vec<(String, Data)>),
    /// The name exists and has none of this type (NODATA), in the zone of this origin.
    NoData(String),
    /// The name does not exist, in the zone of this origin (empty: the root).
    NoName(String),
}

/// Longest chain of aliases that is followed.
const ALIASES_MAX: usize = 8;

impl Zones {
    /// The zone that a name lies in: the one with the longest origin.
    pub(crate) fn zone_of(&self, name: &str) -> Option<(&str, &Zone)> {
        let mut rest = name;
        loop {
            if let Some((origin, zone)) = self.0.get_key_value(rest) {
                return Some((origin, zone));
            }
            (_, rest) = rest.split_once('.')?;
        }
    }

    /// Looks up the records of `name` for which `wanted` holds, through aliases.
    pub(crate) fn find(&self, name: &str, wanted: impl Fn(&Data) -> bool) -> Found {
        let mut found = Vec::new();
        let mut name = name.to_owned();
        for _ in 0..ALIASES_MAX {
            let Some((origin, zone)) = self.zone_of(&name) else { return end(found, Found::NoName(String::new())) };
            let Some(records) = zone.records.get(&name) else {
                // A name with nothing of its own exists if something lies below it (RFC 8020).
                let below = format!(".{name}");
                let exists = name == origin || zone.records.keys().any(|other| other.ends_with(&below));
                let end_with = if exists { Found::NoData(origin.to_owned()) } else { Found::NoName(origin.to_owned()) };
                return end(found, end_with);
            };
            let direct: Vec<_> = records.iter().filter(|data| wanted(data)).cloned().collect();
            if !direct.is_empty() {
                found.extend(direct.into_iter().map(|data| (name.clone(), data)));
                return Found::Records(found);
            }
            let Some(target) = records.iter().find_map(|data| if let Data::Cname(to) = data { Some(to) } else { None })
            else {
                return end(found, Found::NoData(origin.to_owned()));
            };
            found.push((name.clone(), Data::Cname(target.clone())));
            name = target.to_ascii_lowercase();
        }
        Found::Records(found)
    }
}

/// The end of a search: aliases that were followed are an answer, whatever stands at their end.
fn end(found: Vec<(String, Data)>, otherwise: Found) -> Found {
    if found.is_empty() { otherwise } else { Found::Records(found) }
}
