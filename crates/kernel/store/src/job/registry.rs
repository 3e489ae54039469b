//! Which function runs which kind.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::context::{Done, JobContext, JobError};
use super::cron::Cron;
use super::enqueue::Job;

pub(super) type Handler =
    Arc<dyn Fn(serde_json::Value, JobContext) -> BoxFuture<'static, Result<Done, JobError>> + Send + Sync>;

/// The kinds of jobs that this process can run, and its schedules.
#[derive(Clone, Default)]
pub struct Registry {
    handlers: HashMap<&'static str, Handler>,
    pub(super) crons: Vec<Cron>,
}

impl Registry {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs jobs of kind `J` with `handler`.
    #[must_use]
    pub fn handle<J, F, Fut>(mut self, handler: F) -> Self
    where
        J: Job,
        F: Fn(J, JobContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Done, JobError>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let erased: Handler = Arc::new(move |payload, cx| {
            let handler = Arc::clone(&handler);
            async move {
                let job = serde_json::from_value::<J>(payload)
                    .map_err(|error| JobError::Fail(format!("the payload of {} cannot be read: {error}", J::NAME)))?;
                handler(job, cx).await
            }
            .boxed()
        });
        self.handlers.insert(J::NAME, erased);
        self
    }

    /// Queues a job of the installation at a steady beat, once over all nodes.
    #[must_use]
    pub fn every(mut self, cron: Cron) -> Self {
        self.crons.push(cron);
        self
    }

    /// This registry and another together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.handlers.extend(other.handlers);
        self.crons.extend(other.crons);
        self
    }

    pub(super) fn get(&self, kind: &str) -> Option<Handler> {
        self.handlers.get(kind).cloned()
    }
}
