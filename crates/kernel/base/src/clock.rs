//! Time as a value that is passed in, so that a test can hold it still or let it jump.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// A moment, in UTC.
pub type Timestamp = DateTime<Utc>;

/// Where the time comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's own clock.
    #[default]
    System,
    /// A clock that moves only when told to, shared between its clones.
    Frozen(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// A clock that stands still at `at`.
    #[must_use]
    pub fn frozen(at: Timestamp) -> Self {
        Self::Frozen(Arc::new(Mutex::new(at)))
    }

    /// The current moment, to the microsecond (what Postgres keeps).
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
            Self::System => Utc::now(),
            Self::Frozen(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        };
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// Moves a frozen clock by `by`, which may be negative. The system's clock is not ours to move.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Frozen(at) = self {
            let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
            *at += by;
        }
    }
}
