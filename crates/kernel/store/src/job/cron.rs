//! Schedules: a row each, claimed like a job, so that one firing happens over all nodes.

use std::time::Duration;

use plumb_base::{JobId, OrgId};

use super::enqueue::{Job, insert_for, interval, payload};
use crate::error::StoreError;
use crate::store::Store;
use crate::tx::SystemTask;

/// A job of the installation at a steady beat. Beats that were missed while nothing ran are not made up for.
#[derive(Clone, Debug)]
pub struct Cron {
    name: &'static str,
    every: Duration,
    kind: &'static str,
    payload: serde_json::Value,
    attempts_max: u16,
    priority: i16,
}

impl Cron {
    /// Queues `job` each `every`.
    pub fn new<J: Job>(name: &'static str, every: Duration, job: &J) -> Result<Self, StoreError> {
        let payload = payload(job)?;
        Ok(Self { name, every, kind: J::NAME, payload, attempts_max: J::ATTEMPTS_MAX, priority: J::PRIORITY })
    }
}

/// Fires what is due.
pub(super) async fn fire(store: &Store, crons: &[Cron]) -> Result<(), StoreError> {
    for cron in crons {
        let mut tx = store.system(SystemTask::RunJobs).await?;
        sqlx::query("insert into job_cron (name, next_at) values ($1, now()) on conflict do nothing")
            .bind(cron.name)
            .execute(tx.conn())
            .await?;
        let due = sqlx::query(
            "update job_cron set last_at = now(), next_at = now() + $2 where name = $1 and next_at <= now()",
        )
        .bind(cron.name)
        .bind(interval(cron.every))
        .execute(tx.conn())
        .await?
        .rows_affected();
        if due > 0 {
            let id = JobId::fresh();
            insert_for(
                tx.conn(),
                OrgId::PLATFORM,
                id,
                cron.kind,
                cron.payload.clone(),
                cron.attempts_max,
                cron.priority,
                cron.name,
            )
            .await?;
        }
        tx.commit_unaudited().await?;
    }
    Ok(())
}
