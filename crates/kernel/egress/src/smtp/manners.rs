//! How often mail servers are asked: few questions in a time at one operator and one domain, a pause after a goodbye,
//! and none at all where our address is refused again and again. Rates hold over all nodes of an installation when
//! there is a database, and in this process otherwise.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use plumb_base::Domain;
use plumb_store::{RateDecision, Store};
use tokio::time::{Instant, sleep};

use crate::error::EgressError;

#[cfg(test)]
mod tests;

/// Most operators and domains that a process keeps in mind.
const KEPT_MAX: usize = 50_000;

/// How often mail servers may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manners {
    /// Between two connections from one source address to one operator (the registrable domain of the mail host), on
    /// average.
    pub operator_every: Duration,
    /// Connections to one operator that may come at once after a rest.
    pub operator_burst: u32,
    /// Between two questions about one domain, on average.
    pub domain_every: Duration,
    /// Questions about one domain that may come at once after a rest.
    pub domain_burst: u32,
    /// How long an operator is left alone that said goodbye (421).
    pub goodbye_pause: Duration,
    /// After so many refusals of our address in a row, from one source address, an operator is asked no more.
    pub blocks_max: u32,
    /// For how long.
    pub blocked_pause: Duration,
}

impl Manners {
    /// What other people's servers may expect: 300 connections an hour at one operator, of which five may come at once,
    /// and 20 questions an hour about one domain.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            operator_every: Duration::from_secs(12),
            operator_burst: 5,
            domain_every: Duration::from_mins(3),
            domain_burst: 20,
            goodbye_pause: Duration::from_mins(1),
            blocks_max: 3,
            blocked_pause: Duration::from_hours(24),
        }
    }
}

/// What became of a connection, for the manners of the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// An answer, whatever it said of the mailbox.
    Answer,
    /// Goodbye: 421, at whatever step.
    Goodbye,
    /// A refusal of our address.
    Blocked,
}

/// Why an operator is not asked at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// It said goodbye a moment ago.
    Goodbye,
    /// It refuses our address.
    Blocked,
}

/// What is kept of one operator.
#[derive(Default)]
struct Mark {
    blocks: u32,
    until: Option<(Instant, Pause)>,
}

/// The rates and marks of an installation, or of a process.
pub(super) struct Rates {
    manners: Option<Manners>,
    shared: Option<Store>,
    /// When the next event of a key would be due without a burst.
    due: Mutex<HashMap<String, Instant>>,
    marks: Mutex<HashMap<String, Mark>>,
    wait: Duration,
}

impl Rates {
    /// With no manners everything goes: for servers of one's own.
    pub(super) fn new(manners: Option<Manners>, shared: Option<Store>, wait: Duration) -> Self {
        Self { manners, shared, due: Mutex::default(), marks: Mutex::default(), wait }
    }

    /// Who answers for a host: the registrable domain of its name.
    pub(super) fn operator(host: &str) -> String {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let registrable = Domain::parse(&host).ok().and_then(|domain| domain.registrable().map(str::to_owned));
        registrable.unwrap_or(host)
    }

    /// Why this operator is left alone now, if it is.
    pub(super) fn pause(&self, operator: &str, source: &str, now: Instant) -> Option<Pause> {
        let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, pause) = marks.get(&key(operator, source))?.until?;
        (now < until).then_some(pause)
    }

    /// Waits for leave to connect, for a bounded time.
    ///
    /// # Errors
    /// [`EgressError::Busy`] when it would take longer.
    pub(super) async fn leave(&self, operator: &str, source: &str, domain: &str) -> Result<(), EgressError> {
        let Some(manners) = &self.manners else { return Ok(()) };
        let until = Instant::now() + self.wait;
        let at_operator = format!("smtp:operator:{}", key(operator, source));
        let about_domain = format!("smtp:domain:{domain}");
        self.take(&about_domain, manners.domain_every, manners.domain_burst, until).await?;
        self.take(&at_operator, manners.operator_every, manners.operator_burst, until).await
    }

    /// Notes what became of a connection.
    pub(super) fn heard(&self, operator: &str, source: &str, heard: Heard, now: Instant) {
        let Some(manners) = &self.manners else { return };
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if heard == Heard::Answer {
            marks.remove(&key(operator, source));
            return;
        }
        if marks.len() >= KEPT_MAX {
            marks.retain(|_, mark| mark.blocks > 0 || mark.until.is_some_and(|(until, _)| now < until));
        }
        let mark = marks.entry(key(operator, source)).or_default();
        if heard == Heard::Goodbye {
            let longer = mark.until.filter(|(until, _)| *until > now + manners.goodbye_pause);
            mark.until = longer.or(Some((now + manners.goodbye_pause, Pause::Goodbye)));
            return;
        }
        mark.blocks += 1;
        if mark.blocks >= manners.blocks_max {
            metrics::counter!("plumb_smtp_breakers_total").increment(1);
            tracing::warn!(operator, source, "an operator refuses our address: it is left alone for a while");
            mark.until = Some((now + manners.blocked_pause, Pause::Blocked));
            mark.blocks = 0;
        }
    }

    /// One event of the generic cell rate algorithm, with a wait when it is near.
    async fn take(&self, key: &str, every: Duration, burst: u32, until: Instant) -> Result<(), EgressError> {
        loop {
            let refused = match &self.shared {
                Some(store) => match store.rate_limit(key, every, burst).await {
                    Ok(RateDecision::Allowed) => return Ok(()),
                    Ok(RateDecision::Refused { retry_after }) => retry_after,
                    Err(error) => {
                        tracing::warn!(%error, "the shared rate could not be asked");
                        return Err(EgressError::Busy("the shared rate could not be asked"));
                    }
                },
                None => match self.take_here(key, every, burst, Instant::now()) {
                    Ok(()) => return Ok(()),
                    Err(retry_after) => retry_after,
                },
            };
            if Instant::now() + refused > until {
                return Err(EgressError::Busy("no turn at this operator or domain in time"));
            }
            sleep(refused).await;
        }
    }

    fn take_here(&self, key: &str, every: Duration, burst: u32, now: Instant) -> Result<(), Duration> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        if due.len() >= KEPT_MAX {
            due.retain(|_, at| now < *at);
        }
        let next = due.get(key).copied().filter(|at| *at > now).unwrap_or(now) + every;
        let room = every * burst.max(1);
        let too_far_ahead = next.saturating_duration_since(now).saturating_sub(room);
        if !too_far_ahead.is_zero() {
            return Err(too_far_ahead);
        }
        due.insert(key.to_owned(), next);
        Ok(())
    }
}

fn key(operator: &str, source: &str) -> String {
    format!("{operator}:{source}")
}
