//! The progress of an import, as it happens.

use plumb_base::ImportId;
use plumb_store::StoreError;
use plumb_web::sse::Events;
use plumb_web::{Caller, Path, Problem, Response};
use serde::Serialize;

use crate::Source;
use crate::http::ImportPath;
use crate::model::{Progress, State};
use crate::query;

/// One look at an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Snapshot {
    state: State,
    #[serde(flatten)]
    progress: Progress,
    /// The file's size: the end of `bytes_read`.
    bytes_read_total: i64,
}

pub(crate) async fn events(
    plumb_web::State(source): plumb_web::State<Source>,
    caller: Caller,
    Path(ImportPath { import }): Path<ImportPath>,
    events: Events,
) -> Result<Response, Problem> {
    events.watch(move || look(source.clone(), caller.clone(), import), |seen| seen.state.is_final()).await
}

async fn look(source: Source, caller: Caller, import: ImportId) -> Result<Option<Snapshot>, StoreError> {
    let mut tx = source.store.org(caller.org, caller.actor).await?;
    let row = query::one(&mut tx, import).await?;
    tx.done_reading().await?;
    Ok(row.map(|row| Snapshot { state: row.state(), progress: row.progress(), bytes_read_total: row.bytes }))
}
