//! The progress of a search, as it happens.

use std::time::Duration;

use futures::stream::{self, Stream};
use plumb_base::OrgId;
use plumb_store::{Actor, Store, StoreError};
use plumb_web::sse::{Event, Events};
use plumb_web::{Caller, Path, Problem, Response, State};
use serde::Serialize;
use uuid::Uuid;

use crate::http::ScanPath;
use crate::scan::{self, ScanView};

/// How often the row is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// One look at a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Snapshot {
    state: String,
    leads_done: i64,
    leads_done_total: i64,
    links_same: i64,
    links_possible: i64,
}

impl From<ScanView> for Snapshot {
    fn from(scan: ScanView) -> Self {
        Self {
            state: scan.state,
            leads_done: scan.leads_done,
            leads_done_total: scan.leads_total,
            links_same: scan.links_same,
            links_possible: scan.links_possible,
        }
    }
}

pub(crate) async fn events(
    State(store): State<Store>,
    caller: Caller,
    Path(ScanPath { scan }): Path<ScanPath>,
    events: Events,
) -> Result<Response, Problem> {
    let watch = Watch { store, org: caller.org, actor: caller.actor, scan, seen: None, ended: false };
    watch.look().await?.ok_or_else(Problem::not_found)?;
    Ok(events.stream(watch.into_stream()))
}

struct Watch {
    store: Store,
    org: OrgId,
    actor: Actor,
    scan: Uuid,
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
                if scan::is_final(&now.state) {
                    watch.ended = true;
                    return Some((Event::json("done", &now), watch));
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        })
    }

    async fn look(&self) -> Result<Option<Snapshot>, StoreError> {
        let mut tx = self.store.org(self.org, self.actor).await?;
        let found = scan::one(&mut tx, self.scan).await?;
        tx.done_reading().await?;
        Ok(found.map(Snapshot::from))
    }
}
