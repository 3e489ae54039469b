//! The rules as they are written down.

use std::fmt;
use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveTime, Timelike as _, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::calendar::Holiday;

/// How well a rule is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Mark {
    /// Read in the law itself or in a copy of it.
    V,
    /// From one or two secondary pages.
    P,
    /// Known, and not looked up.
    K,
    /// Not verified.
    U,
}

impl Mark {
    /// What it means, for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::V => "read in the law",
            Self::P => "from secondary pages",
            Self::K => "known, not looked up",
            Self::U => "not verified",
        }
    }
}

/// When calls are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The first allowed minute.
    pub from: NaiveTime,
    /// The first minute after.
    pub to: NaiveTime,
    /// The weekdays it speaks about; all when empty.
    pub days: Vec<Weekday>,
}

/// What a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Calls only within these hours.
    Hours(Hours),
    /// No calls on these weekdays.
    DaysOff {
        /// The weekdays.
        days: Vec<Weekday>,
    },
    /// No calls on holidays.
    HolidaysOff,
    /// At most so many calls in so many hours.
    Frequency {
        /// Calls.
        calls: u32,
        /// Hours.
        hours: u32,
    },
    /// A Do-Not-Call list of its own has to be kept, or asked.
    OwnList,
    /// A request not to call acts within so many business days.
    RevocationDays {
        /// Business days.
        business_days: u32,
    },
    /// Records are kept for so many years.
    RecordYears {
        /// Years.
        years: u32,
    },
}

impl Kind {
    /// The word in the data and the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Hours(_) => "hours",
            Self::DaysOff { .. } => "days_off",
            Self::HolidaysOff => "holidays_off",
            Self::Frequency { .. } => "frequency",
            Self::OwnList => "own_list",
            Self::RevocationDays { .. } => "revocation_days",
            Self::RecordYears { .. } => "record_years",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |days: &[Weekday]| days.iter().map(Weekday::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Hours(Hours { from, to, days }) => {
                write!(f, "Calls from {} to {}", from.format("%H:%M"), to.format("%H:%M"))?;
                if days.is_empty() { Ok(()) } else { write!(f, " on {}", list(days)) }
            }
            Self::DaysOff { days } => write!(f, "No calls on {}", list(days)),
            Self::HolidaysOff => f.write_str("No calls on holidays"),
            Self::Frequency { calls, hours } => write!(f, "At most {calls} calls in {hours} hours"),
            Self::OwnList => f.write_str("A Do-Not-Call list of its own"),
            Self::RevocationDays { business_days } => {
                write!(f, "A request not to be called acts within {business_days} business days")
            }
            Self::RecordYears { years } => write!(f, "Records are kept for {years} years"),
        }
    }
}

/// One rule, as long as it holds, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `US`, or a state's USPS letters.
    pub jurisdiction: &'static str,
    /// What it says.
    pub kind: Kind,
    /// The first day on which it holds, if that is known.
    pub valid_from: Option<NaiveDate>,
    /// The last.
    pub valid_to: Option<NaiveDate>,
    /// The law or page that says so.
    pub source: &'static str,
    /// When it was last compared with its source.
    pub checked_at: NaiveDate,
    /// How well it is known.
    pub mark: Mark,
    /// What else is to be known.
    pub note: Option<&'static str>,
}

/// Every rule, and the holidays.
#[derive(Debug)]
pub struct RuleBook {
    rules: Vec<Rule>,
    holidays: Vec<Holiday>,
    fingerprint: String,
}

/// The rules do not make sense; says which one.
#[derive(Debug, thiserror::Error)]
#[error("calling rules: {0}")]
pub(super) struct RuleError(String);

const TEXT: &str = include_str!("../../../lists/calling_rules.toml");

static SHIPPED: LazyLock<RuleBook> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "compiled in, and read by a test")]
    RuleBook::parse(TEXT).expect("the shipped rules are sound")
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    holiday: Vec<Holiday>,
    rule: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    jurisdiction: String,
    kind: String,
    value: Value,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    source: String,
    checked_at: NaiveDate,
    mark: Mark,
    note: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Value {
    from: Option<String>,
    to: Option<String>,
    days: Option<Vec<Weekday>>,
    calls: Option<u32>,
    hours: Option<u32>,
    business_days: Option<u32>,
    years: Option<u32>,
}

impl RuleBook {
    /// The rules that come with the program.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    pub(super) fn parse(text: &str) -> Result<Self, RuleError> {
        let file: File = toml::from_str(text).map_err(|error| RuleError(error.to_string()))?;
        let rules = file.rule.into_iter().map(Written::read).collect::<Result<_, _>>()?;
        let fingerprint = crate::bits::digest(text.as_bytes());
        Ok(Self { rules, holidays: file.holiday, fingerprint })
    }

    /// Every rule.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The holiday that is kept on a day.
    #[must_use]
    pub fn holiday(&self, day: NaiveDate) -> Option<&str> {
        self.holidays.iter().find(|holiday| holiday.is_on(day)).map(|holiday| holiday.name.as_str())
    }

    /// SHA-256 of the rules as they are written down, for the record of a screening.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

impl Written {
    fn read(self) -> Result<Rule, RuleError> {
        let fault = |what: &str| RuleError(format!("{} {}: {what}", self.jurisdiction, self.kind));
        let value = &self.value;
        let time = |text: &Option<String>| {
            let time = text.as_deref().and_then(|text| NaiveTime::parse_from_str(text, "%H:%M").ok());
            time.filter(|time| time.minute() % 15 == 0)
                .ok_or_else(|| fault("a time on a quarter of an hour is missing"))
        };
        let number = |number: Option<u32>| number.ok_or_else(|| fault("a number is missing"));
        let kind = match self.kind.as_str() {
            "hours" => Kind::Hours(Hours {
                from: time(&value.from)?,
                to: time(&value.to)?,
                days: value.days.clone().unwrap_or_default(),
            }),
            "days_off" => Kind::DaysOff { days: value.days.clone().ok_or_else(|| fault("the days are missing"))? },
            "holidays_off" => Kind::HolidaysOff,
            "frequency" => Kind::Frequency { calls: number(value.calls)?, hours: number(value.hours)? },
            "own_list" => Kind::OwnList,
            "revocation_days" => Kind::RevocationDays { business_days: number(value.business_days)? },
            "record_years" => Kind::RecordYears { years: number(value.years)? },
            _ => return Err(fault("there is no such kind")),
        };
        let states = super::super::registry::STATES.iter().map(|(letters, _)| *letters);
        let jurisdiction = states
            .chain(["US"])
            .find(|known| *known == self.jurisdiction)
            .ok_or_else(|| fault("there is no such jurisdiction"))?;
        Ok(Rule {
            jurisdiction,
            kind,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            source: kept(self.source),
            checked_at: self.checked_at,
            mark: self.mark,
            note: self.note.map(kept),
        })
    }
}

/// Rules are read once and live as long as the program.
fn kept(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}
