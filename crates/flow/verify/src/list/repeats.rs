//! Which mailboxes stand in a list more than once.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use plumb_base::Email;

/// How often each mailbox that stands in a list more than once does so. Takes 16 bytes an address while it counts, and
/// as good as nothing afterwards.
#[derive(Clone, Debug, Default)]
pub struct Repeats {
    keys: [RandomState; 2],
    times: HashMap<u128, u32>,
}

impl Repeats {
    /// Counts a list.
    pub fn count(addresses: impl Iterator<Item = String>) -> Self {
        let mut repeats = Self::default();
        let mut mailboxes: Vec<u128> = addresses.map(|address| mailbox(&address, &repeats)).collect();
        mailboxes.sort_unstable();
        for same in mailboxes.chunk_by(|one, other| one == other).filter(|same| same.len() > 1) {
            repeats.times.insert(same[0], u32::try_from(same.len()).unwrap_or(u32::MAX));
        }
        repeats
    }

    /// How often a mailbox stands in the list; 1 also for one that was never counted.
    pub(super) fn times(&self, mailbox: u128) -> u32 {
        self.times.get(&mailbox).copied().unwrap_or(1)
    }
}

/// A fingerprint of the mailbox that an address names, keyed so that nobody can choose two that meet: its local part
/// as given and its domain in one spelling. The text itself for what is no address.
pub(super) fn mailbox(address: &str, repeats: &Repeats) -> u128 {
    let [high, low] = match Email::parse(address) {
        Ok(email) => {
            let spelling = (email.local(), email.domain().as_str());
            [repeats.keys[0].hash_one(spelling), repeats.keys[1].hash_one(spelling)]
        }
        Err(_) => [repeats.keys[0].hash_one(address), repeats.keys[1].hash_one(address)],
    };
    u128::from(high) << 64 | u128::from(low)
}
