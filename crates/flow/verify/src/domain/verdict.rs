//! What was established about one mailbox, and for how long it holds.

use chrono::{DateTime, TimeDelta};
use plumb_base::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, Tier, TierResult};
use super::reason::Reason;

#[cfg(test)]
mod tests;

/// Whether a mailbox may be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Proven deliverable.
    Verified,
    /// Proven not deliverable.
    Undeliverable,
    /// Deliverable perhaps, but at a cost to the sender's name.
    Risky,
    /// Not established. Never counted as either.
    Unverified,
}

impl Verdict {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Undeliverable => "undeliverable",
            Self::Risky => "risky",
            Self::Unverified => "unverified",
        }
    }
}

/// How borderline results are marked (claim 22).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Borderline results are Unverified: the default, fail closed.
    #[default]
    Strict,
    /// A catch-all domain is Risky instead of Unverified. Nothing else changes.
    Lenient,
}

impl Policy {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Lenient => "lenient",
        }
    }
}

/// Yes, no, or not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tri {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Not established.
    Unknown,
}

impl Tri {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// A property of an address that the verdict does not decide by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// A function, not a person: `info@`.
    Role,
    /// A free-mail domain.
    Free,
    /// A domain of throw-away mailboxes.
    Disposable,
    /// The local part has a plus tag.
    Alias,
    /// The local part needs SMTPUTF8.
    Eai,
    /// No MX: mail goes to the domain's own address (RFC 5321 §5.1).
    ImplicitMx,
    /// The local part is a quoted string.
    QuotedLocal,
    /// The domain is an address literal.
    AddressLiteral,
    /// The domain is a single label or a public suffix.
    TldOnly,
    /// The last label is not in the public suffix list.
    UnknownTld,
}

impl Flag {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Free => "free",
            Self::Disposable => "disposable",
            Self::Alias => "alias",
            Self::Eai => "eai",
            Self::ImplicitMx => "implicit_mx",
            Self::QuotedLocal => "quoted_local",
            Self::AddressLiteral => "address_literal",
            Self::TldOnly => "tld_only",
            Self::UnknownTld => "unknown_tld",
        }
    }
}

/// The answer about one mailbox, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// May it be written to?
    pub verdict: Verdict,
    /// Why the verdict is what it is.
    pub reason: Reason,
    /// The reason in words.
    pub explanation: String,
    /// Does the domain take every address?
    pub catch_all: Tri,
    /// What else was noticed.
    pub flags: Vec<Flag>,
    /// What each tier said, in the order in which they ran.
    pub evidence: Vec<Evidence>,
    /// By which rules it was judged.
    pub policy: Policy,
    /// When it was established.
    pub checked_at: Timestamp,
    /// From when on it is a guess.
    pub expires_at: Timestamp,
    /// When the mailbox is asked again, if that is planned.
    pub retry_at: Option<Timestamp>,
}

impl Outcome {
    /// Whether a message may be sent on this answer: an old verdict is a guess, and nothing is sent on guesses.
    #[must_use]
    pub fn allows_sending(&self, now: Timestamp) -> bool {
        self.verdict == Verdict::Verified && now < self.expires_at
    }

    /// Whether nobody was asked, because the operator had said goodbye or had its share of the day: that is no attempt of
    /// this address. A refusal of our address is one, since it may never end.
    #[must_use]
    pub fn was_put_off(&self) -> bool {
        let mut asked = self.evidence.iter().filter(|record| record.tier == Tier::Smtp).peekable();
        self.reason == Reason::RateLimited
            && asked.peek().is_some()
            && asked.all(|record| record.result == TierResult::PutOff)
    }
}

/// When a verdict stops counting: Verified 30 days; Undeliverable by syntax never, by DNS 7 days, by the mailbox 90
/// days; Risky 30 days; Unverified at the next retry, or after 7 days when none is planned.
#[must_use]
pub fn expires_at(verdict: Verdict, reason: Reason, checked_at: Timestamp, retry_at: Option<Timestamp>) -> Timestamp {
    let days = |n| checked_at + TimeDelta::days(n);
    match (verdict, reason) {
        (Verdict::Verified | Verdict::Risky, _) => days(30),
        (Verdict::Undeliverable, Reason::Syntax) => never(),
        (Verdict::Undeliverable, Reason::DomainMissing | Reason::NullMx | Reason::NoMailHost) => days(7),
        (Verdict::Undeliverable, _) => days(90),
        (Verdict::Unverified, _) => retry_at.unwrap_or_else(|| days(7)),
    }
}

/// The end of the year 9999, which stands for "never" where a moment is required.
fn never() -> Timestamp {
    const END_OF_9999_S: i64 = 253_402_300_799;
    DateTime::from_timestamp(END_OF_9999_S, 0).unwrap_or(DateTime::UNIX_EPOCH)
}
