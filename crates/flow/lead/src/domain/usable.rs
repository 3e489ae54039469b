//! Whether a lead may be used to contact somebody, and why not.

use plumb_base::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a lead may not be used. The first that applies, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unusable {
    /// The person opted out: everywhere, at once, for good (claim 171).
    Suppressed,
    /// There is no address.
    NoEmail,
    /// Nobody asked the mailbox's server yet.
    NotChecked,
    /// The mailbox does not exist.
    Undeliverable,
    /// The mailbox exists but is disposable, full or a trap.
    Risky,
    /// The server did not say; STRICT does not guess (claim 22).
    Unverified,
    /// The answer is too old: people change jobs.
    Expired,
}

impl Unusable {
    /// The word in the API, in files and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suppressed => "suppressed",
            Self::NoEmail => "no_email",
            Self::NotChecked => "not_checked",
            Self::Undeliverable => "undeliverable",
            Self::Risky => "risky",
            Self::Unverified => "unverified",
            Self::Expired => "expired",
        }
    }

    /// The reason in a sentence.
    #[must_use]
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Suppressed => "This person asked not to be contacted. That holds in every organisation.",
            Self::NoEmail => "There is no e-mail address.",
            Self::NotChecked => "The address has not been checked yet.",
            Self::Undeliverable => "The address does not exist.",
            Self::Risky => "The address exists, but mail to it is likely to do harm.",
            Self::Unverified => "The mail server did not say whether the address exists, and Plumbline does not guess.",
            Self::Expired => "The last check is too old. Check the address again.",
        }
    }
}

/// `Ok` when the lead may be used now.
pub fn usable(
    suppressed: bool,
    has_email: bool,
    verdict: Option<&str>,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Unusable> {
    if suppressed {
        return Err(Unusable::Suppressed);
    }
    if !has_email {
        return Err(Unusable::NoEmail);
    }
    match verdict {
        None => Err(Unusable::NotChecked),
        Some("undeliverable") => Err(Unusable::Undeliverable),
        Some("risky") => Err(Unusable::Risky),
        Some("verified") if expires_at.is_some_and(|at| now < at) => Ok(()),
        Some("verified") => Err(Unusable::Expired),
        Some(_) => Err(Unusable::Unverified),
    }
}
