//! The progress of an export, as it happens.

use plumb_store::{Store, StoreError};
use plumb_web::sse::Events;
use plumb_web::{Caller, Path, Problem, Response, State};
use serde::Serialize;
use uuid::Uuid;

use crate::http::ExportPath;
use crate::model::{Progress, State as ExportState};
use crate::query;

/// One look at an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Snapshot {
    state: ExportState,
    #[serde(flatten)]
    progress: Progress,
}

pub(crate) async fn events(
    State(store): State<Store>,
    caller: Caller,
    Path(ExportPath { export }): Path<ExportPath>,
    events: Events,
) -> Result<Response, Problem> {
    events.watch(move || look(store.clone(), caller.clone(), export), |seen| seen.state.is_final()).await
}

async fn look(store: Store, caller: Caller, export: Uuid) -> Result<Option<Snapshot>, StoreError> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let row = query::one(&mut tx, export, false).await?;
    tx.done_reading().await?;
    Ok(row.map(|row| Snapshot { state: row.state(), progress: row.progress() }))
}
