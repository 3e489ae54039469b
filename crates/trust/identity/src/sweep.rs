//! Deleting what is over: sessions past their end, links past half an hour (claim 81).

use std::time::Duration;

use chrono::TimeDelta;
use plumb_store::job::{Cron, Done, Job, JobContext, Registry};
use plumb_store::{Store, StoreError};
use serde::{Deserialize, Serialize};

/// How long a link's row is kept after it was made, in minutes: long enough to say "already used".
const LINK_ROW_MINUTES: i64 = 30;

/// What a sweep deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swept {
    /// Sessions past their end.
    pub sessions: u64,
    /// Links older than half an hour.
    pub links: u64,
}

/// Deletes sessions that are over and links that were made half an hour ago or earlier.
pub async fn sweep(store: &Store) -> Result<Swept, StoreError> {
    let mut tx = store.auth().await?;
    let now = tx.now();
    let sessions =
        sqlx::query!("delete from session where expires_at <= $1", now).execute(tx.conn()).await?.rows_affected();
    let links =
        sqlx::query!("delete from auth_token where created_at <= $1", now - TimeDelta::minutes(LINK_ROW_MINUTES))
            .execute(tx.conn())
            .await?
            .rows_affected();
    tx.commit_unaudited().await?;
    Ok(Swept { sessions, links })
}

/// The sweep as background work. Safe to run twice.
#[derive(Serialize, Deserialize)]
pub struct SweepIdentity {}

impl Job for SweepIdentity {
    const NAME: &'static str = "identity.sweep";
}

/// The background work of this crate: a [`sweep`] each minute.
pub fn jobs() -> Result<Registry, StoreError> {
    let cron = Cron::new("identity.sweep", Duration::from_mins(1), &SweepIdentity {})?;
    Ok(Registry::new()
        .handle::<SweepIdentity, _, _>(|_, cx: JobContext| async move {
            sweep(cx.store()).await?;
            Ok(Done::Nothing)
        })
        .every(cron))
}

#[cfg(test)]
mod tests;
