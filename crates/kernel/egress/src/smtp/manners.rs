//! How often mail servers are asked: few questions in a time at one operator and one domain, fewer when it asks for that,
//! a pause after a goodbye, and none at all where our address is refused again and again. All of it holds over all nodes
//! of an installation when there is a database, and in this process otherwise.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use plumb_base::Domain;
pub use plumb_store::OperatorPause as Pause;
use plumb_store::{OperatorHeard, OperatorLeave, OperatorQuestion, Store};
use tokio::time::{Instant, sleep};

use super::SmtpError;
use crate::error::EgressError;

mod here;
#[cfg(test)]
mod tests;

use here::Here;

/// Most operators and domains that a process keeps in mind.
const KEPT_MAX: usize = 50_000;
/// How long a pause that the database told of is believed without asking again.
const PAUSE_BELIEVED: Duration = Duration::from_secs(5);

/// How often mail servers may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manners {
    /// Between two connections from one source address to one operator (the registrable domain of the mail host), on
    /// average.
    pub operator_every: Duration,
    /// Connections to one operator that may come at once after a rest.
    pub operator_burst: u32,
    /// Connections from one source address to one operator on one day (UTC), at most.
    pub operator_day_max: u32,
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
    /// What other people's servers may expect: 300 connections an hour and 2,000 a day at one operator, of which five may
    /// come at once, and 20 questions an hour about one domain.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            operator_every: Duration::from_secs(12),
            operator_burst: 5,
            operator_day_max: 2000,
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
    /// A temporary refusal by policy or for the number of questions: the rate is halved, and comes back by the hour.
    Slower,
    /// Goodbye: 421, at whatever step.
    Goodbye,
    /// A refusal of our address.
    Blocked,
}

impl Heard {
    const fn under(self, manners: &Manners) -> OperatorHeard {
        match self {
            Self::Answer => OperatorHeard::Answer,
            Self::Slower => OperatorHeard::Slower,
            Self::Goodbye => OperatorHeard::Goodbye { pause: manners.goodbye_pause },
            Self::Blocked => OperatorHeard::Blocked { in_a_row: manners.blocks_max, pause: manners.blocked_pause },
        }
    }
}

/// Leave to connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Leave {
    /// Whether an answer is worth writing down: it ends a row of refusals.
    pub(super) has_blocks: bool,
}

/// The manners of an installation, or of a process.
pub(super) struct Rates {
    manners: Option<Manners>,
    shared: Option<Store>,
    here: Mutex<Here>,
    /// Pauses that the database told of.
    told: Mutex<HashMap<String, (Instant, Pause)>>,
    wait: Duration,
}

impl Rates {
    /// With no manners everything goes: for servers of one's own.
    pub(super) fn new(manners: Option<Manners>, shared: Option<Store>, wait: Duration) -> Self {
        Self { manners, shared, here: Mutex::default(), told: Mutex::default(), wait }
    }

    /// Who answers for a host: the registrable domain of its name.
    pub(super) fn operator(host: &str) -> String {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let registrable = Domain::parse(&host).ok().and_then(|domain| domain.registrable().map(str::to_owned));
        registrable.unwrap_or(host)
    }

    /// Why this operator is left alone, if this process knows it without asking.
    pub(super) fn pause(&self, operator: &str, source: &str, now: Instant) -> Result<(), SmtpError> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match told.get(&key(operator, source)) {
            Some((until, pause)) if now < *until => Err(SmtpError::Paused { pause: *pause, retry_after: *until - now }),
            _ => Ok(()),
        }
    }

    /// Waits for leave to connect, for a bounded time.
    ///
    /// # Errors
    /// [`SmtpError::Paused`] where the operator is left alone; [`EgressError::Busy`] when it would take longer.
    pub(super) async fn leave(&self, operator: &str, source: &str, domain: &str) -> Result<Leave, SmtpError> {
        let Some(manners) = &self.manners else { return Ok(Leave::default()) };
        let until = Instant::now() + self.wait;
        let question = OperatorQuestion {
            operator,
            source,
            operator_every: manners.operator_every,
            operator_burst: manners.operator_burst,
            day_max: manners.operator_day_max,
            domain,
            domain_every: manners.domain_every,
            domain_burst: manners.domain_burst,
        };
        loop {
            match self.ask(&question).await? {
                OperatorLeave::Granted { has_blocks } => return Ok(Leave { has_blocks }),
                OperatorLeave::Paused { pause, retry_after } => {
                    self.note_told(operator, source, pause, retry_after);
                    return Err(SmtpError::Paused { pause, retry_after });
                }
                OperatorLeave::Refused { retry_after } if Instant::now() + retry_after > until => {
                    return Err(EgressError::Busy("no turn at this operator or domain in time").into());
                }
                OperatorLeave::Refused { retry_after } => sleep(retry_after).await,
            }
        }
    }

    async fn ask(&self, question: &OperatorQuestion<'_>) -> Result<OperatorLeave, EgressError> {
        let Some(store) = &self.shared else {
            let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
            return Ok(here.leave(question, Instant::now()));
        };
        store.operator_leave(question).await.map_err(|error| {
            tracing::warn!(%error, "the shared manners could not be asked");
            EgressError::Busy("the shared manners could not be asked")
        })
    }

    fn note_told(&self, operator: &str, source: &str, pause: Pause, retry_after: Duration) {
        let now = Instant::now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= KEPT_MAX {
            told.retain(|_, (until, _)| now < *until);
        }
        told.insert(key(operator, source), (now + retry_after.min(PAUSE_BELIEVED), pause));
    }

    /// Notes what became of a connection, for all nodes.
    pub(super) async fn heard(&self, operator: &str, source: &str, heard: Heard) {
        let Some(manners) = &self.manners else { return };
        let noted = heard.under(manners);
        if heard != Heard::Answer {
            let heard = match heard {
                Heard::Slower => "slower",
                Heard::Goodbye => "goodbye",
                Heard::Answer | Heard::Blocked => "blocked",
            };
            metrics::counter!("plumb_smtp_unwelcome_total", "heard" => heard).increment(1);
        }
        match &self.shared {
            None => {
                let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
                here.heard(operator, source, noted, Instant::now());
            }
            Some(store) => {
                if let Err(error) = store.operator_heard(operator, source, noted).await {
                    tracing::warn!(%error, operator, "what an operator said could not be shared");
                }
            }
        }
    }
}

fn key(operator: &str, source: &str) -> String {
    format!("{operator}:{source}")
}
