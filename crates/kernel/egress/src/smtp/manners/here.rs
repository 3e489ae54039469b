//! The manners of one process that has no database to share them in: the same rules as those of [`Store`].
//!
//! [`Store`]: plumb_store::Store

use std::collections::HashMap;
use std::time::Duration;

use plumb_store::{HALVING_LASTS, HALVINGS_MAX, OperatorHeard, OperatorLeave, OperatorPause, OperatorQuestion};
use tokio::time::Instant;

use super::{KEPT_MAX, key};

/// A process has no calendar: its day begins with its first connection to an operator.
const DAY: Duration = Duration::from_hours(24);

/// What a process keeps in mind.
#[derive(Default)]
pub(super) struct Here {
    /// When the next event of a key would be due without a burst.
    due: HashMap<String, Instant>,
    marks: HashMap<String, Mark>,
}

/// What is kept of one operator.
#[derive(Default)]
struct Mark {
    blocks: u32,
    halvings: u32,
    halved_at: Option<Instant>,
    until: Option<(Instant, OperatorPause)>,
    day: Option<Instant>,
    asked: u32,
}

impl Mark {
    /// How often the rate is halved now: each hour takes one back.
    fn halvings(&self, now: Instant) -> u32 {
        let hours = self.halved_at.map_or(0, |at| (now - at).as_secs() / HALVING_LASTS.as_secs());
        self.halvings.saturating_sub(u32::try_from(hours).unwrap_or(u32::MAX))
    }

    fn is_over(&self, now: Instant) -> bool {
        self.blocks == 0
            && self.halvings(now) == 0
            && self.until.is_none_or(|(until, _)| until <= now)
            && self.day.is_none_or(|day| now - day >= DAY)
    }
}

impl Here {
    pub(super) fn leave(&mut self, question: &OperatorQuestion<'_>, now: Instant) -> OperatorLeave {
        let at_operator = key(question.operator, question.source);
        self.make_room(now);
        let mark = self.marks.entry(at_operator.clone()).or_default();
        if let Some((until, pause)) = mark.until.filter(|(until, _)| now < *until) {
            return OperatorLeave::Paused { pause, retry_after: until - now };
        }
        let day = mark.day.filter(|day| now - *day < DAY);
        if let Some(day) = day
            && mark.asked >= question.day_max
        {
            return OperatorLeave::Paused { pause: OperatorPause::Day, retry_after: day + DAY - now };
        }
        let has_blocks = mark.blocks > 0;
        let operator_every = question.operator_every * (1 << mark.halvings(now));
        let room = (question.operator_every * question.operator_burst.max(1)).max(operator_every);
        let taken = self
            .take(&format!("domain:{}", question.domain), question.domain_every, question.domain_burst, now)
            .and_then(|()| self.take_within(&format!("operator:{at_operator}"), operator_every, room, now));
        if let Err(retry_after) = taken {
            return OperatorLeave::Refused { retry_after };
        }
        let mark = self.marks.entry(at_operator).or_default();
        mark.asked = if day.is_some() { mark.asked + 1 } else { 1 };
        mark.day = day.or(Some(now));
        OperatorLeave::Granted { has_blocks }
    }

    pub(super) fn heard(&mut self, operator: &str, source: &str, heard: OperatorHeard, now: Instant) {
        let mark = self.marks.entry(key(operator, source)).or_default();
        if heard == OperatorHeard::Answer {
            mark.blocks = 0;
            return;
        }
        mark.halvings = (mark.halvings(now) + 1).min(u32::from(HALVINGS_MAX));
        mark.halved_at = Some(now);
        let pause = match heard {
            OperatorHeard::Answer | OperatorHeard::Slower => return,
            OperatorHeard::Goodbye { pause } => (now + pause, OperatorPause::Goodbye),
            OperatorHeard::Blocked { in_a_row, pause } => {
                mark.blocks += 1;
                if mark.blocks < in_a_row {
                    return;
                }
                mark.blocks = 0;
                (now + pause, OperatorPause::Blocked)
            }
        };
        if mark.until.is_none_or(|(until, _)| until < pause.0) {
            mark.until = Some(pause);
        }
    }

    /// One event of the generic cell rate algorithm.
    pub(super) fn take(&mut self, key: &str, every: Duration, burst: u32, now: Instant) -> Result<(), Duration> {
        self.take_within(key, every, every * burst.max(1), now)
    }

    fn take_within(&mut self, key: &str, every: Duration, room: Duration, now: Instant) -> Result<(), Duration> {
        let next = self.due.get(key).copied().filter(|at| *at > now).unwrap_or(now) + every;
        let too_far_ahead = next.saturating_duration_since(now).saturating_sub(room);
        if !too_far_ahead.is_zero() {
            return Err(too_far_ahead);
        }
        self.due.insert(key.to_owned(), next);
        Ok(())
    }

    fn make_room(&mut self, now: Instant) {
        if self.due.len() >= KEPT_MAX {
            self.due.retain(|_, at| now < *at);
        }
        if self.marks.len() >= KEPT_MAX {
            self.marks.retain(|_, mark| !mark.is_over(now));
        }
    }
}
