//! Answers that are still good, and questions under way: whoever asks the same meanwhile waits for the answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hickory_resolver::proto::rr::RecordType;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::answer::Records;
use crate::error::EgressError;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) kind: RecordType,
}

#[derive(Debug)]
struct Kept {
    records: Records,
    /// `None`: for those who wait now, and nobody later.
    good_until: Option<Instant>,
}

type Slot = Arc<OnceCell<Kept>>;

/// A bounded map of answers.
pub(super) struct Cache {
    answers_max: usize,
    slots: Mutex<HashMap<Key, Slot>>,
}

impl Cache {
    pub(super) fn new(answers_max: usize) -> Self {
        Self { answers_max, slots: Mutex::default() }
    }

    /// The kept answer to `key`, or the one that `ask` brings. One caller asks, the others wait; when that one
    /// gives up or fails, the next one asks. The time of an answer counts from `now`, before it was asked for.
    pub(super) async fn get_or_ask<F>(
        &self,
        key: Key,
        now: Instant,
        ask: impl FnOnce() -> F,
    ) -> Result<Records, EgressError>
    where
        F: Future<Output = Result<Records, EgressError>>,
    {
        let slot = self.slot(key.clone(), now);
        let asked = slot.get_or_try_init(|| async {
            let records = ask().await?;
            let good_until = records.keep().map(|keep| now + keep);
            Ok(Kept { records, good_until })
        });
        let kept = asked.await?;
        if kept.good_until.is_none() {
            self.forget(&key, &slot);
        }
        Ok(kept.records.clone())
    }

    fn slot(&self, key: Key, now: Instant) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(&key) {
            let is_good = slot.get().is_none_or(|kept| kept.good_until.is_some_and(|until| now < until));
            if is_good {
                return slot.clone();
            }
        }
        if slots.len() >= self.answers_max {
            slots.retain(|_, slot| slot.get().is_some_and(|kept| kept.good_until.is_some_and(|until| now < until)));
            // Nearly full of good answers: start over. Asking again costs less than keeping an order of use, or than
            // going through all of them for each new one.
            if slots.len() >= self.answers_max - self.answers_max / 10 {
                slots.clear();
            }
        }
        let slot = Slot::default();
        slots.insert(key, slot.clone());
        slot
    }

    fn forget(&self, key: &Key, slot: &Slot) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.get(key).is_some_and(|present| Arc::ptr_eq(present, slot)) {
            slots.remove(key);
        }
    }
}
