//! Which mail hosts take invented addresses: whoever was found to do so need not be asked about another one for a week.
//! Kept by the process and for each organisation by itself, so that nobody learns whom others asked about. Only a "yes" is
//! kept: it makes an answer weaker, while a "no" of yesterday would make one stronger.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use plumb_base::{Domain, OrgId, Timestamp};

#[cfg(test)]
mod tests;

/// How long it is believed.
const HOLDS: TimeDelta = TimeDelta::days(7);
/// Most hosts that a process keeps in mind.
const KEPT_MAX: usize = 50_000;

/// An organisation, a domain, a mail host of it.
type Key = (OrgId, String, String);

/// The mail hosts that are known to take invented addresses. Clones share what they know.
#[derive(Clone, Debug, Default)]
pub struct CatchAlls(Arc<Mutex<HashMap<Key, Timestamp>>>);

impl CatchAlls {
    /// Since when this host is known to take whatever is sent to the domain.
    pub(crate) fn since(&self, org: OrgId, domain: &Domain, host: &str, now: Timestamp) -> Option<Timestamp> {
        let found_at = self.lock().get(&key(org, domain, host)).copied()?;
        (found_at <= now && now - found_at < HOLDS).then_some(found_at)
    }

    /// An invented address was taken.
    pub(crate) fn found(&self, org: OrgId, domain: &Domain, host: &str, now: Timestamp) {
        let mut known = self.lock();
        if known.len() >= KEPT_MAX {
            known.retain(|_, found_at| now - *found_at < HOLDS);
        }
        if known.len() < KEPT_MAX {
            known.insert(key(org, domain, host), now);
        }
    }

    /// An address was refused: whatever was found is no longer so.
    pub(crate) fn refuted(&self, org: OrgId, domain: &Domain, host: &str) {
        self.lock().remove(&key(org, domain, host));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(org: OrgId, domain: &Domain, host: &str) -> Key {
    (org, domain.as_str().to_owned(), host.trim_end_matches('.').to_ascii_lowercase())
}
