//! The progress of an import, as it happens.

use std::time::Duration;

use futures::stream::{self, Stream};
use plumb_base::{ImportId, OrgId};
use plumb_store::{Actor, Store, StoreError};
use plumb_web::sse::{Event, Events};
use plumb_web::{Caller, Path, Problem, Response};
use serde::Serialize;

use crate::Source;
use crate::http::ImportPath;
use crate::model::{Progress, State};
use crate::query;

/// How often the row is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

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
    let watch = Watch { store: source.store, org: caller.org, actor: caller.actor, import, seen: None, ended: false };
    watch.look().await?.ok_or_else(Problem::not_found)?;
    Ok(events.stream(watch.into_stream()))
}

struct Watch {
    store: Store,
    org: OrgId,
    actor: Actor,
    import: ImportId,
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
                    if now.state.is_final() {
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
        let row = query::one(&mut tx, self.import).await?;
        tx.done_reading().await?;
        Ok(row.map(|row| Snapshot { state: row.state(), progress: row.progress(), bytes_read_total: row.bytes }))
    }
}
