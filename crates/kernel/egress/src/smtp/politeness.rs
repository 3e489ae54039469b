//! Turns at mail servers: few connections at once to one host and to one address, and a bound on all together.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::EgressError;

/// Most hosts with a connection or a wait at once.
const HOSTS_MAX: usize = 20_000;

/// Who may connect now.
pub(super) struct Politeness {
    all: Arc<Semaphore>,
    by_host: Limits<String>,
    by_address: Limits<IpAddr>,
    wait: Duration,
}

/// A turn, until it is dropped.
pub(super) struct Turn {
    _permits: [OwnedSemaphorePermit; 3],
}

impl Politeness {
    pub(super) fn new(all: usize, each: usize, wait: Duration) -> Self {
        Self {
            all: Arc::new(Semaphore::new(permits(all))),
            by_host: Limits::new(each),
            by_address: Limits::new(each),
            wait,
        }
    }

    /// Waits for a turn at `host` and `address`, for a bounded time.
    pub(super) async fn turn(&self, host: &str, address: IpAddr) -> Result<Turn, EgressError> {
        let host = self.by_host.of(host.trim_end_matches('.').to_ascii_lowercase())?;
        let address = self.by_address.of(address)?;
        // Always in this order, so that two calls cannot wait for each other; the bound on all comes last, so
        // that who waits for a busy host takes nothing from the others.
        let turns = async {
            let host = host.acquire_owned().await?;
            let address = address.acquire_owned().await?;
            let all = self.all.clone().acquire_owned().await?;
            Ok::<_, tokio::sync::AcquireError>([host, address, all])
        };
        match timeout(self.wait, turns).await {
            Ok(Ok(permits)) => Ok(Turn { _permits: permits }),
            Ok(Err(_)) | Err(_) => Err(EgressError::Busy("no turn at this mail server in time")),
        }
    }
}

/// A number of permits that a semaphore takes and that lets somebody through.
fn permits(wanted: usize) -> usize {
    wanted.clamp(1, Semaphore::MAX_PERMITS)
}

/// A semaphore for each key in use.
struct Limits<K> {
    each: usize,
    in_use: Mutex<HashMap<K, Arc<Semaphore>>>,
}

impl<K: Eq + Hash> Limits<K> {
    fn new(each: usize) -> Self {
        Self { each: permits(each), in_use: Mutex::default() }
    }

    fn of(&self, key: K) -> Result<Arc<Semaphore>, EgressError> {
        let mut in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(semaphore) = in_use.get(&key) {
            return Ok(semaphore.clone());
        }
        if in_use.len() >= HOSTS_MAX {
            // Permits and waits hold their semaphore; what only the map holds is idle.
            in_use.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        }
        if in_use.len() >= HOSTS_MAX {
            return Err(EgressError::Busy("connections to too many mail servers"));
        }
        let semaphore = Arc::new(Semaphore::new(self.each));
        in_use.insert(key, semaphore.clone());
        Ok(semaphore)
    }
}
