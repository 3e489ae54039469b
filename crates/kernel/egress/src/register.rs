//! The register of destinations: what is not in it cannot be reached (claim 178), and what is in it gets the
//! classes named there and no others.

use chrono::{NaiveDate, TimeDelta};
use plumb_base::Timestamp;
use serde::Serialize;

use crate::error::EgressError;
use crate::outgoing::FieldClass;

#[cfg(test)]
mod tests;

/// The resolver that answers the installation's questions about domains.
pub const DNS_RESOLVER: &str = "dns-resolver";
/// The mail servers of a recipient's own domain.
pub const MAILBOX_HOSTS: &str = "mailbox-hosts";
/// The server that a command line belongs to.
pub const OWN_SERVER: &str = "own-server";
/// A verification provider that an organisation asks with a key of its own.
pub const NEVERBOUNCE: &str = "neverbounce";
/// Another.
pub const ZEROBOUNCE: &str = "zerobounce";
/// Another.
pub const HUNTER: &str = "hunter";

/// Days between the notice of a new subprocessor and the first call to it (claims 181, 182; conflict C18).
pub const NOTICE_DAYS: i64 = 30;

/// Where a destination keeps what it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// Where the installation itself is, or what its operator chose for it.
    Installation,
    /// Where the recipient keeps their own servers.
    Recipient,
    /// The European Union.
    Eu,
    /// The United States.
    Us,
    /// Anywhere else.
    Elsewhere,
}

impl Region {
    /// The stable name, as the disclosure record holds it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Installation => "installation",
            Self::Recipient => "recipient",
            Self::Eu => "eu",
            Self::Us => "us",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// Which hosts belong to a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HostRule {
    /// The resolvers of the operating system or of the configuration.
    Resolvers,
    /// The hosts that a domain publishes for its mail.
    MailHosts,
    /// The host that the operator of the command line gave.
    GivenByOperator,
    /// These hosts, letter for letter.
    Exactly(&'static [&'static str]),
}

impl HostRule {
    fn allows(self, host: &str) -> bool {
        match self {
            Self::Resolvers | Self::MailHosts | Self::GivenByOperator => true,
            Self::Exactly(hosts) => hosts.contains(&host),
        }
    }
}

/// On what ground a destination is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Run or chosen by the operator of the installation.
    Operator,
    /// The recipient's own: no one works there on our behalf.
    Recipient,
    /// A company that a customer has a contract with, asked with the customer's own key and on its direction (claim
    /// 39): no subprocessor of ours, but bound to the regions that the installation allows.
    Customer,
    /// A company that works on our behalf.
    Subprocessor {
        /// The document id of the agreement on data processing (claim 180). Empty: none, so no call.
        agreement: &'static str,
        /// When customers were told (claim 181).
        notified_on: NaiveDate,
    },
}

/// One row of the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Destination {
    /// Stable name, by which code asks for it.
    pub name: &'static str,
    /// Why anything goes there, in words for the public page.
    pub purpose: &'static str,
    /// Where it keeps what it gets.
    pub region: Region,
    /// The classes that may go there.
    pub classes: &'static [FieldClass],
    /// Its hosts.
    pub hosts: HostRule,
    /// The ground on which it is allowed.
    pub standing: Standing,
    /// Whether a call is a disclosure to another party, and so leaves a record.
    pub discloses: bool,
}

/// The destinations that every installation has.
const BUILT_IN: [Destination; 6] = [
    Destination {
        name: DNS_RESOLVER,
        purpose: "Find the mail servers of a domain",
        region: Region::Installation,
        classes: &[FieldClass::Domain],
        hosts: HostRule::Resolvers,
        standing: Standing::Operator,
        discloses: true,
    },
    Destination {
        name: MAILBOX_HOSTS,
        purpose: "Ask a mailbox's own server whether it would take a message",
        region: Region::Recipient,
        classes: &[FieldClass::Email],
        hosts: HostRule::MailHosts,
        standing: Standing::Recipient,
        discloses: true,
    },
    Destination {
        name: OWN_SERVER,
        purpose: "Let the command line work with the server it belongs to",
        region: Region::Installation,
        classes: FieldClass::ALL,
        hosts: HostRule::GivenByOperator,
        standing: Standing::Operator,
        discloses: false,
    },
    verification_provider(NEVERBOUNCE, Region::Us, &["api.neverbounce.com"]),
    // The host that ZeroBounce keeps in the European Union, in place of the one that it chooses itself.
    verification_provider(ZEROBOUNCE, Region::Eu, &["api-eu.zerobounce.net"]),
    verification_provider(HUNTER, Region::Eu, &["api.hunter.io"]),
];

const fn verification_provider(name: &'static str, region: Region, hosts: &'static [&'static str]) -> Destination {
    Destination {
        name,
        purpose: "Ask a verification provider, with the customer's own key, whether a mailbox exists",
        region,
        classes: &[FieldClass::Email],
        hosts: HostRule::Exactly(hosts),
        standing: Standing::Customer,
        discloses: true,
    }
}

/// All destinations of an installation, and the regions that it may send to.
#[derive(Clone, Debug)]
pub(crate) struct Register {
    rows: Vec<Destination>,
    regions_allowed: Vec<Region>,
}

impl Register {
    /// The built-in destinations and `more`.
    pub(crate) fn new(more: &[Destination], regions_allowed: &[Region]) -> Result<Self, EgressError> {
        let mut rows = BUILT_IN.to_vec();
        for row in more {
            if rows.iter().any(|known| known.name == row.name) {
                return Err(EgressError::Config(format!("destination {} is registered twice", row.name)));
            }
            rows.push(*row);
        }
        Ok(Self { rows, regions_allowed: regions_allowed.to_vec() })
    }

    pub(crate) fn rows(&self) -> &[Destination] {
        &self.rows
    }

    /// The row of `name`, if `classes` may go to `host` there at `now`.
    pub(crate) fn permit(
        &self,
        name: &str,
        host: &str,
        classes: &[FieldClass],
        now: Timestamp,
    ) -> Result<&Destination, EgressError> {
        let row = self
            .rows
            .iter()
            .find(|row| row.name == name)
            .ok_or_else(|| EgressError::NotRegistered { destination: name.to_owned() })?;
        if let Some(class) = classes.iter().find(|class| !row.classes.contains(class)) {
            return Err(EgressError::ClassRefused { destination: row.name, class: *class });
        }
        if !row.hosts.allows(host) {
            return Err(EgressError::HostRefused { destination: row.name, host: host.to_owned() });
        }
        // Where the operator's and the recipient's own servers are is not ours to choose (claims 188, 190).
        let chosen_by_us = !matches!(row.region, Region::Installation | Region::Recipient);
        if chosen_by_us && !self.regions_allowed.contains(&row.region) {
            return Err(EgressError::RegionRefused { destination: row.name, region: row.region });
        }
        if let Standing::Subprocessor { agreement, notified_on } = row.standing {
            let enabled_on = notified_on + TimeDelta::days(NOTICE_DAYS);
            if agreement.is_empty() {
                return Err(EgressError::NoAgreement { destination: row.name });
            }
            if now.date_naive() < enabled_on {
                return Err(EgressError::NotYetEnabled { destination: row.name, enabled_on });
            }
        }
        Ok(row)
    }
}
