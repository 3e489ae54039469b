//! Why a call did not go out.

use std::net::IpAddr;

use chrono::NaiveDate;

use crate::guard::Refusal;
use crate::outgoing::FieldClass;
use crate::register::Region;

/// A call was refused, or could not be recorded; nothing was sent. What the far side does wrong is in
/// [`crate::SmtpError`], [`crate::HttpError`] and the answers of [`crate::Dns`].
#[derive(Clone, Debug, thiserror::Error)]
pub enum EgressError {
    /// Nobody registered this destination.
    #[error("destination {destination} is not in the register")]
    NotRegistered {
        /// The name that was asked for.
        destination: String,
    },
    /// The register does not let this class go there.
    #[error("{destination} may not be sent the class {class}")]
    ClassRefused {
        /// The destination.
        destination: &'static str,
        /// The first class that may not go there.
        class: FieldClass,
    },
    /// The host is not one of the destination's.
    #[error("{host} is not a host of {destination}")]
    HostRefused {
        /// The destination.
        destination: &'static str,
        /// The host that was asked for.
        host: String,
    },
    /// The destination is in a region that the installation does not send to (claims 188, 190).
    #[error("{destination} is in region {}, which is not allowed", region.as_str())]
    RegionRefused {
        /// The destination.
        destination: &'static str,
        /// Where it is.
        region: Region,
    },
    /// A subprocessor without an agreement (claim 180).
    #[error("{destination} has no agreement on data processing")]
    NoAgreement {
        /// The destination.
        destination: &'static str,
    },
    /// The notice of a new subprocessor still runs (claim 181).
    #[error("{destination} may be used from {enabled_on}, when its notice has run")]
    NotYetEnabled {
        /// The destination.
        destination: &'static str,
        /// The first day of use.
        enabled_on: NaiveDate,
    },
    /// The address is one that is never connected to.
    #[error("{address} is {why}")]
    AddressRefused {
        /// The address.
        address: IpAddr,
        /// What is wrong with it.
        why: Refusal,
    },
    /// The disclosure could not be recorded, so nothing was sent.
    #[error("the disclosure was not recorded, so nothing was sent: {0}")]
    NotRecorded(String),
    /// Too many calls at once; try later.
    #[error("too many connections at once: {0}")]
    Busy(&'static str),
    /// The configuration cannot be used.
    #[error("egress cannot be set up: {0}")]
    Config(String),
}

impl EgressError {
    /// A stable word for metrics and records.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotRegistered { .. } => "not_registered",
            Self::ClassRefused { .. } => "class_refused",
            Self::HostRefused { .. } => "host_refused",
            Self::RegionRefused { .. } => "region_refused",
            Self::NoAgreement { .. } => "no_agreement",
            Self::NotYetEnabled { .. } => "not_yet_enabled",
            Self::AddressRefused { .. } => "address_refused",
            Self::NotRecorded(_) => "not_recorded",
            Self::Busy(_) => "busy",
            Self::Config(_) => "config",
        }
    }
}
