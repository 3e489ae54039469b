//! The progress of an export, as it happens.

use std::time::Duration;

use futures::stream::{self, Stream};
use plumb_base::OrgId;
use plumb_store::{Actor, Store, StoreError};
use plumb_web::sse::{Event, Events};
use plumb_web::{Caller, Path, Problem, Response, State};
use serde::Serialize;
use uuid::Uuid;

use crate::http::ExportPath;
use crate::model::{Progress, State as ExportState};
use crate::query;

/// How often the row is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

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
    let watch = Watch { store, org: caller.org, actor: caller.actor, export, seen: None, ended: false };
    watch.look().await?.ok_or_else(Problem::not_found)?;
    Ok(events.stream(watch.into_stream()))
}

struct Watch {
    store: Store,
    org: OrgId,
    actor: Actor,
    export: Uuid,
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
                if watch.seen.as_ref() != Some(&now) {
                    let event = Event::json("progress", &now);
                    watch.seen = Some(now);
                    return Some((event, watch));
                }
                if now.state.is_final() {
                    watch.ended = true;
                    return Some((Event::json("done", &now), watch));
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        })
    }

    async fn look(&self) -> Result<Option<Snapshot>, StoreError> {
        let mut tx = self.store.org(self.org, self.actor).await?;
        let row = query::one(&mut tx, self.export, false).await?;
        tx.done_reading().await?;
        Ok(row.map(|row| Snapshot { state: row.state(), progress: row.progress() }))
    }
}
