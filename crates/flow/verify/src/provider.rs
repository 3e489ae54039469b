//! Verification providers, asked with an organisation's own key. What they say is evidence, not the decision.
//!
//! One call, one record of disclosure, made by egress before anything leaves. What goes wrong is sorted into what may
//! go well later, what switches the tier off, and what is an answer all the same.

use std::fmt;
use std::time::Duration;

use plumb_base::{Email, Timestamp};
use plumb_egress::{CallContext, Egress, EgressError, HUNTER, HttpAnswer, HttpError, NEVERBOUNCE, ZEROBOUNCE};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::reason::Reason;
use crate::domain::verdict::Flag;

pub(crate) mod account;
mod hunter;
pub(crate) mod neverbounce;
mod zerobounce;

#[cfg(test)]
mod tests;

/// A verification provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// NeverBounce, API v4.2.
    NeverBounce,
    /// ZeroBounce, API v2.
    ZeroBounce,
    /// Hunter, API v2.
    Hunter,
}

impl Vendor {
    /// Every provider.
    pub const ALL: [Self; 3] = [Self::NeverBounce, Self::ZeroBounce, Self::Hunter];

    /// The word in the database and the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NeverBounce => "neverbounce",
            Self::ZeroBounce => "zerobounce",
            Self::Hunter => "hunter",
        }
    }

    /// The company's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NeverBounce => "NeverBounce",
            Self::ZeroBounce => "ZeroBounce",
            Self::Hunter => "Hunter",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|vendor| vendor.code() == code)
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a provider is: its row in the register of destinations, and the address before the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The row of the register.
    pub destination: &'static str,
    /// Such as `https://api.neverbounce.com`.
    pub base: String,
    /// Longest wait for the answer about one address.
    pub answer_within: Duration,
}

impl Site {
    /// Longest wait for the answer about one address: a provider may ask the mailbox's own server meanwhile.
    pub const ANSWER_WITHIN: Duration = Duration::from_secs(30);
}

/// Where the providers are. Other than [`Sites::default`] only for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sites {
    /// NeverBounce.
    pub neverbounce: Site,
    /// ZeroBounce.
    pub zerobounce: Site,
    /// Hunter.
    pub hunter: Site,
}

impl Default for Sites {
    fn default() -> Self {
        let site =
            |destination, base: &str| Site { destination, base: base.to_owned(), answer_within: Site::ANSWER_WITHIN };
        Self {
            neverbounce: site(NEVERBOUNCE, "https://api.neverbounce.com"),
            zerobounce: site(ZEROBOUNCE, "https://api-eu.zerobounce.net"),
            hunter: site(HUNTER, "https://api.hunter.io"),
        }
    }
}

/// What a provider said about one address, in our words. Kept with the work on the address, so that a paid answer
/// outlives the process that got it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProviderSaid {
    pub(crate) vendor: Vendor,
    /// What it means here.
    pub(crate) reason: Reason,
    /// Its own words, closed ones: statuses and flags, no values.
    pub(crate) said: String,
    pub(crate) flags: Vec<Flag>,
    pub(crate) at: Timestamp,
}

impl ProviderSaid {
    /// For the evidence.
    pub(crate) fn words(&self) -> String {
        format!("{} says: {}", self.vendor, self.said)
    }
}

/// An answer that was understood, before it has a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) reason: Reason,
    pub(crate) said: String,
    pub(crate) flags: Vec<Flag>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Perhaps later: too fast, out of order, still at work. It may have said when, and it may mean every question.
    Later { why: String, after: Option<Duration>, everybody: bool },
    /// Not with this key any more: refused, out of credits, not allowed by this installation.
    Off(String),
    /// The person opted out there: nothing is asked about them any more, by anybody.
    OptedOut,
    /// More than it takes at once.
    TooMany,
}

impl Trouble {
    fn later(why: impl Into<String>) -> Self {
        Self::Later { why: why.into(), after: None, everybody: false }
    }
}

/// Asks a provider about one address.
///
/// # Errors
/// The outer one when egress did not let the question out for now (the disclosure could not be recorded); the inner
/// one is the provider's.
pub(crate) async fn ask(
    egress: &Egress,
    sites: &Sites,
    vendor: Vendor,
    key: &str,
    ctx: &CallContext,
    email: &Email,
) -> Result<Result<Read, Trouble>, EgressError> {
    let answer = match vendor {
        Vendor::NeverBounce => neverbounce::single(egress, &sites.neverbounce, key, ctx, email).await,
        Vendor::ZeroBounce => zerobounce::validate(egress, &sites.zerobounce, key, ctx, email).await,
        Vendor::Hunter => hunter::verify(egress, &sites.hunter, key, ctx, email).await,
    };
    let read = match vendor {
        Vendor::NeverBounce => neverbounce::read_single,
        Vendor::ZeroBounce => zerobounce::read,
        Vendor::Hunter => hunter::read,
    };
    Ok(answered(answer)?.and_then(|answer| read(&answer)))
}

/// Sorts what is no answer at all.
pub(crate) fn answered(answer: Result<HttpAnswer, HttpError>) -> Result<Result<HttpAnswer, Trouble>, EgressError> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(HttpError::Egress(error @ (EgressError::NotRecorded(_) | EgressError::Busy(_)))) => return Err(error),
        // The register or the guard: it will say the same tomorrow.
        Err(HttpError::Egress(refused)) => {
            return Ok(Err(Trouble::Off(format!("this installation refuses it: {refused}"))));
        }
        Err(HttpError::Address(why)) => return Ok(Err(Trouble::Off(format!("its address cannot be used: {why}")))),
        Err(error) => return Ok(Err(Trouble::later(error.to_string()))),
    };
    let after = answer.retry_after_secs.map(Duration::from_secs);
    Ok(match answer.status {
        401 | 403 => Err(Trouble::Off("the key was refused".to_owned())),
        402 => Err(Trouble::Off("the account has no credits left".to_owned())),
        413 => Err(Trouble::TooMany),
        429 => Err(Trouble::Later { why: "too many questions".to_owned(), after, everybody: true }),
        500.. => Err(Trouble::Later { why: format!("it answered {}", answer.status), after, everybody: false }),
        _ => Ok(answer),
    })
}

/// Reads JSON; what is none comes from a machine in between, or from theirs in trouble.
fn json<'a, T: Deserialize<'a>>(answer: &'a HttpAnswer) -> Result<T, Trouble> {
    serde_json::from_slice(&answer.body)
        .map_err(|_| Trouble::later(format!("it answered {} with something that is not its JSON", answer.status)))
}

/// Closed words of theirs, bounded: nothing that they write is taken further than this.
fn words(parts: &[&str]) -> String {
    const CHARS_MAX: usize = 200;
    let text = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ' | ',' | '.'))
        .take(CHARS_MAX)
        .collect()
}
