//! The progress of a request, as it happens.

use std::time::Duration;

use futures::stream::{self, Stream};
use plumb_base::{OrgId, VerificationRunId};
use plumb_store::{Actor, Store, StoreError};
use plumb_web::sse::{Event, Events};
use plumb_web::{Caller, Path, Problem, Response, State as Given};
use serde::Serialize;

use super::http::{Requests, RunPath};
use super::read::{self, Counts, State};

/// How often the counts are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// One look at a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Snapshot {
    state: State,
    #[serde(flatten)]
    counts: Counts,
    /// The end of `answered`.
    answered_total: i64,
}

pub(crate) async fn events(
    Given(Requests { store, .. }): Given<Requests>,
    caller: Caller,
    Path(RunPath { run }): Path<RunPath>,
    events: Events,
) -> Result<Response, Problem> {
    let watch = Watch { store, org: caller.org, actor: caller.actor, run, seen: None, ended: false };
    watch.look().await?.ok_or_else(Problem::not_found)?;
    Ok(events.stream(watch.into_stream()))
}

struct Watch {
    store: Store,
    org: OrgId,
    actor: Actor,
    run: VerificationRunId,
    seen: Option<Snapshot>,
    ended: bool,
}

impl Watch {
    fn into_stream(self) -> impl Stream<Item = Event> + Send + 'static {
        stream::unfold(self, |mut watch| async move {
            if watch.ended {
                return None;
            }
            loop {
                // Gone, or the database is: the client opens the stream again and is told.
                let now = watch.look().await.ok().flatten()?;
                if watch.seen == Some(now) {
                    if now.state != State::Running {
                        watch.ended = true;
                        return Some((Event::json("done", &now), watch));
                    }
                    tokio::time::sleep(LOOK_EVERY).await;
                    continue;
                }
                watch.seen = Some(now);
                return Some((Event::json("progress", &now), watch));
            }
        })
    }

    async fn look(&self) -> Result<Option<Snapshot>, StoreError> {
        let mut tx = self.store.org(self.org, self.actor).await?;
        let run = read::run(&mut tx, self.run).await?;
        tx.done_reading().await?;
        Ok(run.map(|run| Snapshot { state: run.state, counts: run.counts, answered_total: run.counts.addresses }))
    }
}
