//! The progress of a request, as it happens.

use plumb_base::VerificationRunId;
use plumb_store::{Store, StoreError};
use plumb_web::sse::Events;
use plumb_web::{Caller, Path, Problem, Response, State as Given};
use serde::Serialize;

use super::http::{Requests, RunPath};
use super::read::{self, Counts, State};

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
    events.watch(move || look(store.clone(), caller.clone(), run), |seen| seen.state != State::Running).await
}

async fn look(store: Store, caller: Caller, run: VerificationRunId) -> Result<Option<Snapshot>, StoreError> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let run = read::run(&mut tx, run).await?;
    tx.done_reading().await?;
    Ok(run.map(|run| Snapshot { state: run.state, counts: run.counts, answered_total: run.counts.addresses }))
}
