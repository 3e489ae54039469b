//! When to ask again: a delayed queue, never an immediate reconnect.

use std::time::Duration;

use super::reason::Reason;

#[cfg(test)]
mod tests;

/// Added to a time that a server named: its clock may be a little behind ours.
const MARGIN: Duration = Duration::from_secs(2);

/// Whether asking again may tell more, and how soon it is polite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The answer is final.
    No,
    /// The server asked to come back: greylisting, with or without the word, and other temporary refusals.
    Later,
    /// The server counts our questions.
    RateLimited,
    /// No server could be reached, or it went silent.
    Unreachable,
    /// Our address is blocked.
    Blocked,
    /// The DNS did not answer.
    Dns,
}

impl Again {
    /// How to go on after this reason. `temporary` says that the reply which decided was 4xx, about the address or
    /// about the control: many greylisting servers never say the word.
    #[must_use]
    pub const fn for_reason(reason: Reason, temporary: bool) -> Self {
        match reason {
            Reason::RateLimited => Self::RateLimited,
            Reason::IpBlocked => Self::Blocked,
            Reason::Timeout | Reason::ConnectFailed | Reason::Dropped => Self::Unreachable,
            Reason::DnsError => Self::Dns,
            Reason::MailboxFull => Self::No,
            Reason::Greylisted | Reason::TempFail | Reason::ServerStorage => Self::Later,
            _ if temporary => Self::Later,
            _ => Self::No,
        }
    }
}

/// The waits before the second, third, … question, by what stood in the way of the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetrySchedule {
    /// After a temporary refusal: 5, 15 and 60 minutes.
    pub later: Vec<Duration>,
    /// After a rate limit: an hour each time.
    pub rate_limited: Vec<Duration>,
    /// After silence from every mail host: six hours.
    pub unreachable: Vec<Duration>,
    /// After a block of our address: a day.
    pub blocked: Vec<Duration>,
    /// After a failure of the DNS: 15 minutes, doubling.
    pub dns: Vec<Duration>,
}

impl Default for RetrySchedule {
    fn default() -> Self {
        let minutes = |list: &[u64]| list.iter().map(|n| Duration::from_secs(n * 60)).collect();
        Self {
            later: minutes(&[5, 15, 60]),
            rate_limited: minutes(&[60, 60, 60]),
            unreachable: minutes(&[6 * 60]),
            blocked: minutes(&[24 * 60]),
            dns: minutes(&[15, 30, 60, 120]),
        }
    }
}

impl RetrySchedule {
    /// How long to wait after this attempt (counted from 1); `None` when the answer is final.
    #[must_use]
    pub fn wait(&self, again: Again, attempt: u16) -> Option<Duration> {
        let waits = match again {
            Again::No => return None,
            Again::Later => &self.later,
            Again::RateLimited => &self.rate_limited,
            Again::Unreachable => &self.unreachable,
            Again::Blocked => &self.blocked,
            Again::Dns => &self.dns,
        };
        waits.get(usize::from(attempt.checked_sub(1)?)).copied()
    }

    /// As [`RetrySchedule::wait`], at the time that the server itself named, where it did: earlier is in vain, and much
    /// later finds that it has forgotten us. A block of our address is not lifted by a word about seconds.
    #[must_use]
    pub fn wait_as_asked(&self, again: Again, attempt: u16, named: Option<Duration>) -> Option<Duration> {
        let wait = self.wait(again, attempt)?;
        Some(match (again, named) {
            (Again::Later, Some(named)) => named + MARGIN,
            (Again::RateLimited, Some(named)) => wait.max(named),
            _ => wait,
        })
    }
}
