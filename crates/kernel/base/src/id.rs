//! Identifiers: UUIDv7 (RFC 9562), one type for each kind of thing, so that a lead's id cannot be passed
//! where an organisation's is wanted.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier. Ordered roughly by time of creation, with 74 random bits.
            #[must_use]
            pub fn fresh() -> Self {
                Self(fresh_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// An organisation: the tenant whose rows are whose (claim 56, conflict C19).
    OrgId;
    /// A person with an account.
    UserId;
    /// A lead within its organisation.
    LeadId;
    /// One import of a list.
    ImportId;
    /// A queued piece of background work.
    JobId;
    /// An event in the audit log.
    AuditId;
    /// A record that something about a person left the installation.
    DisclosureId;
    /// One answer about one mailbox.
    VerificationId;
    /// A request to verify addresses.
    VerificationRunId;
    /// An API key.
    ApiKeyId;
    /// A signed-in session.
    SessionId;
}

impl OrgId {
    /// The installation itself: owns the audit entries of what no single organisation did.
    pub const PLATFORM: Self = Self(Uuid::nil());
}

#[expect(clippy::disallowed_methods, reason = "the one place that makes identifiers; the time in them only orders")]
fn fresh_uuid() -> Uuid {
    Uuid::now_v7()
}
