//! What a screening says about one number, and for how long.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use plumb_base::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::registry::Registry;

/// How old the version of a list may be on the day of the call (16 CFR 310.4(b)(3)(iv), 47 CFR 64.1200(c)(2)(i)(D)).
pub const VERSION_DAYS_MAX: i64 = 31;

/// What is known of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dnc {
    /// On none of the lists that were asked, none of which is too old.
    Clear,
    /// On at least one list.
    Listed,
    /// On no list, but one of the lists is more than 31 days old.
    Stale,
    /// It could not be asked about: not a number of the plan, or of an area code that the loaded list does not cover.
    NotScreened,
    /// A number outside the United States, for which these registries say nothing.
    NotUs,
    /// The federal registry is not loaded, so nothing can be said.
    NotConfigured,
}

impl Dnc {
    /// Every word.
    pub const ALL: [Self; 6] =
        [Self::Clear, Self::Listed, Self::Stale, Self::NotScreened, Self::NotUs, Self::NotConfigured];

    /// The word in the database and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Listed => "listed",
            Self::Stale => "stale",
            Self::NotScreened => "not_screened",
            Self::NotUs => "not_us",
            Self::NotConfigured => "not_configured",
        }
    }

    /// What it means, for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Clear => "On none of the loaded lists that apply.",
            Self::Listed => "On a Do-Not-Call list.",
            Self::Stale => "On no list, but a list that applies is more than 31 days old. Load a newer version.",
            Self::NotScreened => {
                "Not screened: this is no number of the plan, or the loaded list does not cover its area code."
            }
            Self::NotUs => "Outside the United States: these registries say nothing about it.",
            Self::NotConfigured => {
                "Not configured: the National Do Not Call Registry is not loaded, so nothing can be said."
            }
        }
    }
}

/// The moment from which a version is too old: 31 days after the earlier of the registry's own date and the day on
/// which it was obtained, that day included.
#[must_use]
pub fn valid_until(version_date: NaiveDate, obtained_on: NaiveDate) -> Timestamp {
    let first_day_too_late = version_date.min(obtained_on) + TimeDelta::days(VERSION_DAYS_MAX + 1);
    first_day_too_late.and_time(NaiveTime::MIN).and_utc()
}

/// What a screening says about one number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Outcome {
    /// The word.
    pub dnc: Dnc,
    /// The registries that list it.
    pub listed_by: Vec<Registry>,
    /// The registries that were asked.
    pub asked: Vec<Registry>,
    /// State lists that apply and are not loaded.
    pub missing: Vec<Registry>,
    /// The date of the oldest version that was asked.
    pub version_date: Option<NaiveDate>,
    /// From then on the answer is too old to call on.
    pub valid_until: Option<Timestamp>,
}

impl Outcome {
    pub(crate) fn of(dnc: Dnc) -> Self {
        Self {
            dnc,
            listed_by: Vec::new(),
            asked: Vec::new(),
            missing: Vec::new(),
            version_date: None,
            valid_until: None,
        }
    }
}

#[cfg(test)]
mod tests;
