//! Holidays: fixed days, and the nth of a weekday in a month.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use serde::Deserialize;

/// The day of a year on which a holiday is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum On {
    /// The same date each year.
    Date { month: u32, day: u32 },
    /// The nth of a weekday in a month, from its end when negative.
    Nth { month: u32, weekday: Weekday, nth: i8 },
}

/// A holiday.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Holiday {
    pub(super) name: String,
    pub(super) on: On,
}

impl Holiday {
    /// Whether it is kept on a day: on its own, and instead of a Saturday or Sunday on the day before or after it.
    pub(super) fn is_on(&self, day: NaiveDate) -> bool {
        // New Year's Day may be kept in the year before.
        [day.year(), day.year() + 1].into_iter().filter_map(|year| self.in_year(year)).any(|own| {
            let kept = match (self.on, own.weekday()) {
                (On::Date { .. }, Weekday::Sat) => own.checked_sub_days(Days::new(1)),
                (On::Date { .. }, Weekday::Sun) => own.checked_add_days(Days::new(1)),
                _ => None,
            };
            own == day || kept == Some(day)
        })
    }

    pub(super) fn in_year(&self, year: i32) -> Option<NaiveDate> {
        match self.on {
            On::Date { month, day } => NaiveDate::from_ymd_opt(year, month, day),
            On::Nth { month, weekday, nth } if nth > 0 => {
                NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth.unsigned_abs())
            }
            On::Nth { month, weekday, nth } => {
                let last =
                    (4..=5).rev().find_map(|at| NaiveDate::from_weekday_of_month_opt(year, month, weekday, at))?;
                last.checked_sub_days(Days::new(7 * u64::from(nth.unsigned_abs().checked_sub(1)?)))
            }
        }
    }
}
