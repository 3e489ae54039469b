//! The record of what left: to whom, when, which classes, of whom and why; never the values (claims 39, 178).
//!
//! A record is committed before anything is sent. When it cannot be, nothing is sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use plumb_base::{DisclosureId, OrgId, Timestamp};
use plumb_store::Store;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use uuid::Uuid;

use crate::error::EgressError;
use crate::outgoing::FieldClass;
use crate::register::Region;

mod writer;

#[cfg(test)]
mod tests;

/// Most records that wait for a commit.
const WAITING_MAX: usize = 8 * 1024;
/// Longest time that a caller waits for the commit.
const COMMIT_WAIT_MAX: Duration = Duration::from_secs(10);
/// Most records that [`Recorder::memory`] keeps.
const MEMORY_RECORDS_MAX: usize = 10_000;

/// Whom a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The kind of thing, such as `lead`.
    pub kind: &'static str,
    /// Its id.
    pub id: Uuid,
}

/// On whose behalf and why a call goes out. Every call takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallContext {
    /// The organisation that asked.
    pub org: OrgId,
    /// Whom it is about, where it is about somebody.
    pub subject: Option<Subject>,
    /// Why, as a stable word such as `verify.mailbox`.
    pub purpose: &'static str,
    /// The connection, click or campaign by which the customer directed it (claim 39).
    pub direction: Option<Uuid>,
}

impl CallContext {
    /// A call for `org`, because of `purpose`.
    #[must_use]
    pub const fn new(org: OrgId, purpose: &'static str) -> Self {
        Self { org, subject: None, purpose, direction: None }
    }

    /// The same, about one thing.
    #[must_use]
    pub const fn about(mut self, kind: &'static str, id: Uuid) -> Self {
        self.subject = Some(Subject { kind, id });
        self
    }

    /// The same, directed by a connection, a click or a campaign.
    #[must_use]
    pub const fn directed_by(mut self, direction: Uuid) -> Self {
        self.direction = Some(direction);
        self
    }
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Disclosure {
    /// Its id.
    pub id: DisclosureId,
    /// When it was about to leave.
    pub at: Timestamp,
    /// The organisation that asked.
    pub org: OrgId,
    /// The row of the register.
    pub destination: &'static str,
    /// The host.
    pub host: String,
    /// Where that is.
    pub region: Region,
    /// The classes of what left.
    pub classes: Vec<FieldClass>,
    /// Whom it was about.
    pub subject: Option<Subject>,
    /// Why.
    pub purpose: &'static str,
    /// What directed it.
    pub direction: Option<Uuid>,
}

/// A record on its way to the database, with whoever waits for it.
struct Waiting {
    disclosure: Disclosure,
    done: oneshot::Sender<Result<(), String>>,
}

enum Sink {
    Database {
        queue: mpsc::Sender<Waiting>,
        /// `None` for a recorder that can commit nothing, in tests.
        store: Option<Store>,
    },
    Memory(Mutex<VecDeque<Disclosure>>),
}

/// Takes the records. Cheap to clone.
#[derive(Clone)]
pub struct Recorder(Arc<Sink>);

impl Recorder {
    /// Records in the database, many records to a commit. Starts a task on the current runtime that ends with
    /// the last clone of this recorder, after what waits has been written.
    #[must_use]
    pub fn database(store: Store) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        tokio::spawn(writer::run(store.clone(), receiver));
        Self(Arc::new(Sink::Database { queue: sender, store: Some(store) }))
    }

    /// Records in this process's memory only, the newest 10,000: for a command line without a database. Whoever
    /// uses it says so to the user, since nothing outlasts the process.
    #[must_use]
    pub fn memory() -> Self {
        Self(Arc::new(Sink::Memory(Mutex::default())))
    }

    /// One that can commit nothing.
    #[cfg(test)]
    pub(crate) fn failing() -> Self {
        Self(Arc::new(Sink::Database { queue: mpsc::channel(1).0, store: None }))
    }

    /// What [`Recorder::memory`] kept, oldest first; `None` for the database, which is asked by SQL.
    #[must_use]
    pub fn kept(&self) -> Option<Vec<Disclosure>> {
        match &*self.0 {
            Sink::Database { .. } => None,
            Sink::Memory(kept) => Some(kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()),
        }
    }

    /// The database, which also holds what all nodes of an installation share.
    pub(crate) fn store(&self) -> Option<&Store> {
        match &*self.0 {
            Sink::Database { store, .. } => store.as_ref(),
            Sink::Memory(_) => None,
        }
    }

    /// Returns when the record is committed.
    ///
    /// # Errors
    /// [`EgressError::NotRecorded`]: too many wait, the database refused or did not answer within ten seconds.
    /// Nothing may be sent then.
    pub async fn record(&self, disclosure: Disclosure) -> Result<(), EgressError> {
        let queue = match &*self.0 {
            Sink::Memory(kept) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() == MEMORY_RECORDS_MAX {
                    kept.pop_front();
                }
                kept.push_back(disclosure);
                return Ok(());
            }
            Sink::Database { queue, .. } => queue,
        };
        let (done, committed) = oneshot::channel();
        queue.try_send(Waiting { disclosure, done }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => EgressError::NotRecorded(format!("{WAITING_MAX} records wait")),
            mpsc::error::TrySendError::Closed(_) => EgressError::NotRecorded("the recorder has stopped".to_owned()),
        })?;
        let began = Instant::now();
        let answer = tokio::time::timeout(COMMIT_WAIT_MAX, committed).await;
        metrics::histogram!("plumb_disclosure_wait_seconds").record(began.elapsed());
        match answer {
            Ok(Ok(result)) => result.map_err(EgressError::NotRecorded),
            Ok(Err(_)) => Err(EgressError::NotRecorded("the recorder has stopped".to_owned())),
            Err(_) => Err(EgressError::NotRecorded("the database did not answer in time".to_owned())),
        }
    }
}
