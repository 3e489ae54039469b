//! Server-sent events: progress as it happens, over one plain answer that does not end by itself.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::{Stream, StreamExt as _, stream};
use http::request::Parts;
use plumb_store::StoreError;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::principal::Caller;
use crate::problem::Problem;
use crate::services::Services;
use crate::share::{Share, Shares};

/// The longest that one stream stays open. The browser opens it again by itself, and the access layer asks
/// again who that is: an ended session sees nothing after this long.
pub const STREAM_MAX: Duration = Duration::from_secs(30);
/// How often something is sent when nothing happens, so that proxies keep the connection.
pub const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// How often is looked at what is watched.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// One event.
#[derive(Clone, Debug)]
pub struct Event(axum::response::sse::Event);

impl Event {
    /// An event of the kind `name` with `data` in JSON. Null when `data` has no JSON form.
    pub fn json<T: Serialize>(name: &'static str, data: &T) -> Self {
        let data = serde_json::to_string(data).unwrap_or_else(|_| "null".to_owned());
        Self(axum::response::sse::Event::default().event(name).data(data))
    }

    /// Gives the event an id, which the browser sends as `Last-Event-ID` when it opens the stream again.
    /// Line breaks and NUL are not allowed in it and are dropped.
    #[must_use]
    pub fn id(self, id: &str) -> Self {
        let id: String = id.chars().filter(|c| !matches!(c, '\n' | '\r' | '\0')).collect();
        Self(self.0.id(id))
    }
}

/// What the shell gives every request, for the few that stream.
#[derive(Clone)]
pub(crate) struct Streams {
    shutdown: CancellationToken,
    open: Arc<Semaphore>,
    shares: Shares,
}

impl Streams {
    pub(crate) fn new(services: &Services) -> Self {
        Self {
            shutdown: services.shutdown.clone(),
            open: Arc::clone(&services.streams),
            shares: services.stream_shares.clone(),
        }
    }
}

/// Takes one of the places for open streams; 503 when there is none, or none for this organisation. A handler takes it as a parameter and
/// answers with [`Events::stream`].
#[derive(Debug)]
pub struct Events {
    shutdown: CancellationToken,
    place: (tokio::sync::OwnedSemaphorePermit, Option<Share>),
}

impl<S: Sync> FromRequestParts<S> for Events {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let streams = parts.extensions.get::<Streams>().cloned().ok_or_else(Problem::internal)?;
        let full = || Problem::unavailable(Duration::from_secs(5));
        let place = streams.open.try_acquire_owned().map_err(|_| full())?;
        let org = parts.extensions.get::<Caller>().map(|caller| caller.org);
        let share = org.map(|org| streams.shares.take(org).ok_or_else(full)).transpose()?;
        Ok(Self { shutdown: streams.shutdown, place: (place, share) })
    }
}

impl Events {
    /// Sends `events` as they come, something every [`KEEP_ALIVE`] in between, and ends with `events`, after
    /// [`STREAM_MAX`], or when the server shuts down: whatever is first.
    pub fn stream<E>(self, events: E) -> Response
    where
        E: Stream<Item = Event> + Send + 'static,
    {
        let Self { shutdown, place } = self;
        let end = async move {
            tokio::select! {
                () = shutdown.cancelled_owned() => {}
                () = tokio::time::sleep(STREAM_MAX) => {}
            }
        };
        let events = events.take_until(Box::pin(end)).map(move |event| {
            // The place is free again when the stream is dropped.
            let _ = &place;
            Ok::<_, Infallible>(event.0)
        });
        Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
    }

    /// Tells how something goes on: `progress` with what `look` sees, whenever that changed, and `done` once it `ended`.
    /// 404 when there is nothing to be seen from the beginning.
    pub async fn watch<S, F>(
        self,
        look: impl Fn() -> F + Send + 'static,
        ended: fn(&S) -> bool,
    ) -> Result<Response, Problem>
    where
        S: Serialize + PartialEq + Send + 'static,
        F: Future<Output = Result<Option<S>, StoreError>> + Send + 'static,
    {
        look().await?.ok_or_else(Problem::not_found)?;
        let watch = Watch { look, seen: None, told: false };
        Ok(self.stream(stream::unfold(watch, move |mut watch| async move {
            if watch.told {
                return None;
            }
            loop {
                // Gone, or the database is: the client opens the stream again and is told.
                let now = (watch.look)().await.ok().flatten()?;
                if watch.seen.as_ref() != Some(&now) {
                    let event = Event::json("progress", &now);
                    watch.seen = Some(now);
                    return Some((event, watch));
                }
                if ended(&now) {
                    watch.told = true;
                    return Some((Event::json("done", &now), watch));
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        })))
    }
}

/// What is being watched.
struct Watch<L, S> {
    look: L,
    seen: Option<S>,
    /// That it ended was told.
    told: bool,
}

#[cfg(test)]
mod tests;
