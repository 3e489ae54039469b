//! What all organisations share, none of them takes whole: one with slow uploads must not stop the others.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use plumb_base::OrgId;

/// How many organisations it takes to use everything up.
const ORGS_MIN: usize = 4;

/// Places, of which one organisation holds a quarter at most. Clones share them.
#[derive(Clone)]
pub(crate) struct Shares {
    each_max: usize,
    taken: Arc<Mutex<HashMap<OrgId, usize>>>,
}

impl Shares {
    /// The shares of `places`.
    pub(crate) fn of(places: usize) -> Self {
        Self { each_max: places.div_ceil(ORGS_MIN), taken: Arc::default() }
    }

    /// One of `org`'s places, until it is dropped. None when it has them all.
    pub(crate) fn take(&self, org: OrgId) -> Option<Share> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(org).or_default();
        (*count < self.each_max).then(|| {
            *count += 1;
            Share { org, taken: Arc::clone(&self.taken) }
        })
    }
}

/// One place of an organisation's.
pub(crate) struct Share {
    org: OrgId,
    taken: Arc<Mutex<HashMap<OrgId, usize>>>,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.org) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.org);
            }
        }
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Share")
    }
}

#[cfg(test)]
mod tests;
