//! The three kinds of transaction.

use plumb_base::{OrgId, Timestamp};
use sqlx::{PgConnection, Postgres, Transaction};

use crate::actor::Actor;
use crate::audit;
use crate::error::StoreError;
use crate::store::Store;

/// A transaction that sees one organisation's rows and cannot end well without saying what it did.
/// Dropping it rolls back.
pub struct OrgTx {
    inner: Transaction<'static, Postgres>,
    store: Store,
    org: OrgId,
    actor: Actor,
    now: Timestamp,
    pub(crate) queued_jobs: bool,
}

impl OrgTx {
    pub(crate) fn new(inner: Transaction<'static, Postgres>, store: Store, org: OrgId, actor: Actor) -> Self {
        let now = store.clock().now();
        Self { inner, store, org, actor, now, queued_jobs: false }
    }

    /// The connection, for statements about this organisation.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// The organisation whose rows are visible.
    #[must_use]
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The moment in which the transaction began, by the program's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Commits, with `entry` in the audit outbox of the same commit (claim 108).
    pub async fn commit(mut self, entry: audit::Entry) -> Result<(), StoreError> {
        entry.write(&mut self.inner, Some(self.org), &self.actor, self.now).await?;
        self.inner.commit().await?;
        if self.queued_jobs {
            self.store.wake_workers();
        }
        Ok(())
    }

    /// Ends a transaction that only read.
    pub async fn done_reading(self) -> Result<(), StoreError> {
        Ok(self.inner.rollback().await?)
    }
}

/// The named few things that cross organisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemTask {
    /// Claim, complete and reap jobs.
    RunJobs,
    /// Move audit entries from the outbox into the log.
    SequenceAudit,
    /// Write disclosure records.
    RecordDisclosures,
    /// Record a person's opt-out.
    Suppress,
    /// Delete what is past its time.
    Sweep,
}

/// A transaction that crosses organisations, for one named task, under policies of its own.
pub struct SystemTx {
    inner: Transaction<'static, Postgres>,
    task: SystemTask,
    actor: Actor,
    now: Timestamp,
}

impl SystemTx {
    pub(crate) fn new(inner: Transaction<'static, Postgres>, task: SystemTask, actor: Actor, now: Timestamp) -> Self {
        Self { inner, task, actor, now }
    }

    /// The connection.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// The moment in which the transaction began, by the program's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The same transaction on behalf of somebody: an opt-out is a stranger's act, not the system's.
    #[must_use]
    pub fn acting_for(mut self, actor: Actor) -> Self {
        self.actor = actor;
        self
    }

    /// Commits with an audit entry, in the log of the entry's organisation or of the installation.
    pub async fn commit(mut self, entry: audit::Entry) -> Result<(), StoreError> {
        entry.write(&mut self.inner, None, &self.actor, self.now).await?;
        Ok(self.inner.commit().await?)
    }

    /// Commits what is bookkeeping and no event: claiming jobs, sequencing, recording disclosures, sweeping.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] for a task whose effect must be in the log.
    pub async fn commit_unaudited(self) -> Result<(), StoreError> {
        if self.task == SystemTask::Suppress {
            return Err(StoreError::Unfit("an opt-out cannot be committed without its audit entry".to_owned()));
        }
        Ok(self.inner.commit().await?)
    }

    /// Ends a transaction that only read.
    pub async fn done_reading(self) -> Result<(), StoreError> {
        Ok(self.inner.rollback().await?)
    }
}

/// A transaction on what must be read before an organisation is known: accounts, sessions, keys.
pub struct AuthTx {
    inner: Transaction<'static, Postgres>,
    now: Timestamp,
}

impl AuthTx {
    pub(crate) fn new(inner: Transaction<'static, Postgres>, now: Timestamp) -> Self {
        Self { inner, now }
    }

    /// The connection.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// The moment in which the transaction began, by the program's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Commits with an audit entry by `actor`, in the log of the entry's organisation or of the installation.
    pub async fn commit(mut self, actor: &Actor, entry: audit::Entry) -> Result<(), StoreError> {
        entry.write(&mut self.inner, None, actor, self.now).await?;
        Ok(self.inner.commit().await?)
    }

    /// Commits what is no event of its own: a session's last use, a key's last use, expired rows swept.
    pub async fn commit_unaudited(self) -> Result<(), StoreError> {
        Ok(self.inner.commit().await?)
    }

    /// Ends a transaction that only read.
    pub async fn done_reading(self) -> Result<(), StoreError> {
        Ok(self.inner.rollback().await?)
    }
}

#[cfg(test)]
mod tests;
