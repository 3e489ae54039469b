//! When a number may be called: rules as dated data, each with its source, and what follows from them at a moment.
//!
//! Rules are applied by area code and by address, and the stricter wins: a number with a state's area code is presumed
//! to be there. Where an area code has several time zones, the hour has to be allowed in each. Not legal advice.

mod calendar;
mod data;

pub use data::{Hours, Kind, Mark, Rule, RuleBook};

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Timelike as _};
use chrono_tz::Tz;
use plumb_base::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::number::Number;
use super::plan::Plan;

/// After so many days without a look at its source, a rule shows as stale.
pub const CHECK_DAYS_MAX: i64 = 365;
/// Times of rules are on quarters of an hour, so that looking at each quarter misses none.
const STEP: TimeDelta = TimeDelta::minutes(15);
/// How far the next time is looked for.
const LOOK_AHEAD: TimeDelta = TimeDelta::days(14);

/// A rule that applies to a number, for people and programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Applied {
    /// `US` or a state.
    pub jurisdiction: &'static str,
    /// What it is about.
    pub kind: &'static str,
    /// What it says.
    pub says: String,
    /// The law or page that says so.
    pub source: &'static str,
    /// When it was last compared with its source.
    pub checked_at: NaiveDate,
    /// How well it is known.
    pub mark: Mark,
    /// Nobody compared it with its source in 365 days.
    pub stale: bool,
    /// What else is to be known.
    pub note: Option<&'static str>,
}

/// Whether a number may be called at a moment, by what is known of calling rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Calling {
    /// Whether the hour and the day allow it.
    pub may_call: bool,
    /// While it may be called: until when. No end within two weeks when none.
    pub until: Option<Timestamp>,
    /// While it may not: when it may next. Not within two weeks when none.
    pub next: Option<Timestamp>,
    /// The states whose rules were applied: of the area code, and of the address.
    pub regions: Vec<&'static str>,
    /// The time zones in which the hour has to be allowed.
    pub zones: Vec<&'static str>,
    /// The rules, and where each comes from.
    pub rules: Vec<Applied>,
}

impl RuleBook {
    /// Whether `number` may be called at `at`, its owner's address being in the state `address_region`, if that is known.
    ///
    /// None for numbers outside the United States, of which these rules say nothing. Of a toll-free number without an
    /// address the time zone is not known: it may be called when it is allowed in every state's.
    #[must_use]
    pub fn calling(&self, number: Number, address_region: Option<&str>, at: Timestamp) -> Option<Calling> {
        let plan = Plan::shipped();
        let area = plan.area(number.area()).filter(|area| area.country == "US")?;
        let address_region = address_region.and_then(|region| plan.region_named(region));
        let mut regions: Vec<&'static str> = area.region.into_iter().chain(address_region).collect();
        regions.dedup();
        let mut zones = area.zones.clone();
        zones.extend(address_region.into_iter().flat_map(|region| plan.zones_of_region(region)));
        if zones.is_empty() {
            zones.extend(plan.every_zone());
        }
        zones.sort_by_key(|zone| zone.name());
        zones.dedup();

        let may_call = self.allows(&regions, &zones, at);
        let change = self.next_change(&regions, &zones, at, may_call);
        let today = at.date_naive();
        Some(Calling {
            may_call,
            until: change.filter(|_| may_call),
            next: change.filter(|_| !may_call),
            zones: zones.iter().map(|zone| zone.name()).collect(),
            rules: self.in_force(&regions, today).map(|rule| rule.applied(today)).collect(),
            regions,
        })
    }

    fn in_force<'a>(&'a self, regions: &'a [&str], on: NaiveDate) -> impl Iterator<Item = &'a Rule> {
        self.rules().iter().filter(move |rule| {
            (rule.jurisdiction == "US" || regions.contains(&rule.jurisdiction)) && rule.holds_on(on)
        })
    }

    fn allows(&self, regions: &[&str], zones: &[Tz], at: Timestamp) -> bool {
        zones.iter().all(|zone| {
            let local = at.with_timezone(zone).naive_local();
            self.in_force(regions, local.date()).all(|rule| rule.allows(self, local))
        })
    }

    /// The first moment after `at` at which the answer is another.
    fn next_change(&self, regions: &[&str], zones: &[Tz], at: Timestamp, now: bool) -> Option<Timestamp> {
        let past_quarter = TimeDelta::minutes(i64::from(at.minute() % 15))
            + TimeDelta::seconds(i64::from(at.second()))
            + TimeDelta::nanoseconds(i64::from(at.nanosecond()));
        let mut moment: DateTime<_> = at - past_quarter + STEP;
        while moment <= at + LOOK_AHEAD {
            if self.allows(regions, zones, moment) != now {
                return Some(moment);
            }
            moment += STEP;
        }
        None
    }
}

impl Rule {
    fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }

    /// Whether a rule about time allows a local moment. Others say nothing about it.
    fn allows(&self, book: &RuleBook, local: chrono::NaiveDateTime) -> bool {
        let day = local.weekday();
        match &self.kind {
            Kind::Hours(hours) if hours.days.is_empty() || hours.days.contains(&day) => {
                hours.from <= local.time() && local.time() < hours.to
            }
            Kind::DaysOff { days } => !days.contains(&day),
            Kind::HolidaysOff => book.holiday(local.date()).is_none(),
            _ => true,
        }
    }

    fn applied(&self, today: NaiveDate) -> Applied {
        Applied {
            jurisdiction: self.jurisdiction,
            kind: self.kind.as_str(),
            says: self.kind.to_string(),
            source: self.source,
            checked_at: self.checked_at,
            mark: self.mark,
            stale: self.is_stale(today),
            note: self.note,
        }
    }

    /// Whether nobody compared it with its source in [`CHECK_DAYS_MAX`] days.
    #[must_use]
    pub fn is_stale(&self, today: NaiveDate) -> bool {
        today - self.checked_at > TimeDelta::days(CHECK_DAYS_MAX)
    }
}

#[cfg(test)]
mod tests;
