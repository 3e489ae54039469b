//! The API of requests.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use plumb_base::VerificationRunId;
use plumb_store::access::Action;
use plumb_store::job::{When, enqueue};
use plumb_store::{Store, audit};
use plumb_vault::Purpose;
use plumb_web::{
    Access, BodyLimit, Caller, Doc, Handler as _, IntoResponse as _, Json, Path, Problem, Query, Response, Route, State,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read::{self, Item, Run};
use super::{ADDRESS_OCTETS_MAX, ADDRESSES_MAX, NewItem, PlanRun, events};
use crate::cascade::Lists;

/// Largest body, in bytes.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Longest idempotency key.
const KEY_CHARS_MAX: usize = 200;

/// What the lists of another stage say of an address.
pub type ListsOf = Arc<dyn Fn(&str) -> Lists + Send + Sync>;

/// What the handlers of requests need.
#[derive(Clone)]
pub(crate) struct Requests {
    pub(crate) store: Store,
    pub(crate) lists: ListsOf,
}

pub(crate) fn routes(state: &Requests) -> Vec<Route> {
    let state = || state.clone();
    let read = Access::Org(Action::LeadsRead);
    let ask = Access::Org(Action::LeadsEdit);
    vec![
        Route::post("/api/v1/verifications", ask, create.with_state(state()))
            .limits(BodyLimit::Bytes(BODY_BYTES_MAX))
            .doc(
                Doc::new("Verify addresses, one or many")
                    .description("Takes up to 10,000 addresses and answers at once; the answers come at `links.results`, progress at `links.events`. An address with an answer that still holds is not asked again. With an `Idempotency-Key` header the same request may be sent again: it is made once.")
                    .tag("verifications")
                    .body::<Asked>()
                    .responds::<Run>(202),
            ),
        Route::get("/api/v1/verifications", read, list.with_state(state())).doc(
            Doc::new("List requests, newest first").tag("verifications").query::<ListQuery>().responds::<RunPage>(200),
        ),
        Route::get("/api/v1/verifications/{run}", read, one.with_state(state()))
            .doc(Doc::new("One request").tag("verifications").path::<RunPath>().responds::<Run>(200)),
        Route::get("/api/v1/verifications/{run}/results", read, results.with_state(state())).doc(
            Doc::new("The addresses of a request with their answers")
                .description("In the order in which they were given, a page at a time. Requests are kept for 30 days.")
                .tag("verifications")
                .path::<RunPath>()
                .query::<ResultQuery>()
                .responds::<ResultPage>(200),
        ),
        Route::get("/api/v1/verifications/{run}/events", read, events::events.with_state(state())).doc(
            Doc::new("Progress of a request")
                .description("Server-sent events: `progress` whenever the counts change, `done` when every address has its answer.")
                .tag("verifications")
                .path::<RunPath>()
                .responds_with(200, "text/event-stream"),
        ),
        Route::post("/api/v1/verifications/{run}/cancel", ask, cancel.with_state(state())).doc(
            Doc::new("Cancel a request")
                .description("Answers until then stay.")
                .tag("verifications")
                .path::<RunPath>()
                .responds::<Run>(200),
        ),
    ]
}

/// Which request.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) struct RunPath {
    /// The request.
    pub(crate) run: VerificationRunId,
}

/// Addresses to verify: `email` or `emails`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// One address.
    email: Option<String>,
    /// Up to 10,000 addresses.
    #[serde(default)]
    emails: Vec<String>,
}

impl Asked {
    pub(crate) fn of(emails: Vec<String>) -> Self {
        Self { email: None, emails }
    }

    fn addresses(self) -> Result<Vec<String>, Problem> {
        let addresses: Vec<String> = self.email.into_iter().chain(self.emails).collect();
        if addresses.is_empty() {
            return Err(Problem::invalid("There is no address. Give one as `email`, or several as `emails`."));
        }
        if addresses.len() > ADDRESSES_MAX {
            return Err(Problem::invalid(format!(
                "There are {} addresses; one request takes {ADDRESSES_MAX}. Make several, or import the list.",
                addresses.len()
            )));
        }
        if let Some(at) = addresses.iter().position(|address| address.len() > ADDRESS_OCTETS_MAX) {
            return Err(Problem::invalid(format!("Address {} has over {ADDRESS_OCTETS_MAX} octets.", at + 1)));
        }
        Ok(addresses)
    }
}

/// Which page of requests.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Requests older than this one.
    pub(crate) before: Option<VerificationRunId>,
    /// Requests on the page, at most 200; 50 when not given.
    pub(crate) limit: Option<u32>,
}

/// A page of requests.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RunPage {
    /// The requests, newest first.
    pub(crate) verifications: Vec<Run>,
    /// The next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// Which page of answers.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResultQuery {
    /// Addresses after this place.
    #[serde(default)]
    pub(crate) after: i32,
    /// Addresses on the page, at most 200; 100 when not given.
    pub(crate) limit: Option<u32>,
}

/// A page of answers.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ResultPage {
    /// The addresses with their answers.
    pub(crate) results: Vec<Item>,
    /// The next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

async fn create(
    State(state): State<Requests>,
    caller: Caller,
    headers: HeaderMap,
    Json(asked): Json<Asked>,
) -> Result<Response, Problem> {
    let key = headers.get("idempotency-key").map(|key| key.to_str().unwrap_or_default());
    let (run, made) = ask(&state, &caller, asked, key).await?;
    let location = HeaderValue::try_from(run.links.this.as_str()).map_err(|_| Problem::internal())?;
    let status = if made { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, [(header::LOCATION, location)], Json(run)).into_response())
}

/// Makes a request, or finds the one that was made under the same key; and says which.
pub(crate) async fn ask(
    state: &Requests,
    caller: &Caller,
    asked: Asked,
    key: Option<&str>,
) -> Result<(Run, bool), Problem> {
    let addresses = asked.addresses()?;
    if key.is_some_and(|key| key.is_empty() || key.len() > KEY_CHARS_MAX || !key.is_ascii()) {
        return Err(Problem::bad_request(format!("Idempotency-Key takes 1 to {KEY_CHARS_MAX} ASCII characters.")));
    }
    let keys = state.store.keys();
    let said = serde_json::to_vec(&addresses).map_err(|_| Problem::internal())?;
    let mac = keys.mac(Purpose::Personal, b"verification_run.request", &said);
    let mut tx = state.store.org(caller.org, caller.actor).await?;
    let id = VerificationRunId::fresh();
    let (org, by, now) = (tx.org().0, caller.actor.id, tx.now());
    let made = sqlx::query!(
        "insert into verification_run (org_id, id, idempotency_key, request_mac, addresses, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (org_id, idempotency_key) where idempotency_key is not null do nothing",
        org,
        id.0,
        key,
        &mac[..],
        i32::try_from(addresses.len()).unwrap_or(i32::MAX),
        by,
        now,
    )
    .execute(tx.conn())
    .await
    .map_err(plumb_store::StoreError::from)?
    .rows_affected()
        > 0;
    if !made {
        let row = sqlx::query!(
            "select id, request_mac from verification_run where org_id = $1 and idempotency_key = $2",
            org,
            key,
        )
        .fetch_one(tx.conn())
        .await
        .map_err(plumb_store::StoreError::from)?;
        if row.request_mac != mac {
            return Err(Problem::conflict(
                "This Idempotency-Key was used for other addresses. Choose another key for another request.",
            ));
        }
        let run = read::run(&mut tx, VerificationRunId(row.id)).await?.ok_or_else(Problem::not_found)?;
        tx.done_reading().await?;
        return Ok((run, false));
    }
    let items: Vec<NewItem<'_>> =
        addresses.iter().map(|email| NewItem { email, lists: (state.lists)(email) }).collect();
    super::add(&mut tx, id, &items, &keys.suppression()).await?;
    enqueue(&mut tx, &PlanRun { run: id, after: 0 }, When::Now).await?;
    let run = read::run(&mut tx, id).await?.ok_or_else(Problem::internal)?;
    tx.commit(audit::Entry::of("verify.requested").on("verification_run", id.0).with("addresses", items.len())).await?;
    Ok((run, true))
}

async fn list(
    State(state): State<Requests>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<RunPage>, Problem> {
    Ok(Json(page_of(&state, &caller, query).await?))
}

/// A page of requests.
pub(crate) async fn page_of(state: &Requests, caller: &Caller, query: ListQuery) -> Result<RunPage, Problem> {
    let limit = query.limit.unwrap_or(50).clamp(1, plumb_base::limits::PAGE_ROWS_MAX);
    let mut tx = state.store.org(caller.org, caller.actor).await?;
    let mut runs = read::runs(&mut tx, None, query.before, i64::from(limit) + 1).await?;
    tx.done_reading().await?;
    let more = runs.len() > limit as usize;
    runs.truncate(limit as usize);
    let last = runs.last().filter(|_| more).map(|run| run.id);
    let next = last.map(|last| format!("/api/v1/verifications?before={last}&limit={limit}"));
    Ok(RunPage { verifications: runs, next })
}

async fn one(
    State(state): State<Requests>,
    caller: Caller,
    Path(RunPath { run }): Path<RunPath>,
) -> Result<Json<Run>, Problem> {
    let mut tx = state.store.org(caller.org, caller.actor).await?;
    let run = read::run(&mut tx, run).await?.ok_or_else(Problem::not_found)?;
    tx.done_reading().await?;
    Ok(Json(run))
}

async fn results(
    State(state): State<Requests>,
    caller: Caller,
    Path(RunPath { run }): Path<RunPath>,
    Query(query): Query<ResultQuery>,
) -> Result<Json<ResultPage>, Problem> {
    let limit = query.limit.unwrap_or(100).clamp(1, plumb_base::limits::PAGE_ROWS_MAX);
    let (_, mut items) = answers(&state, &caller, run, query.after, i64::from(limit) + 1).await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let last = items.last().filter(|_| more).map(|item| item.seq);
    let next = last.map(|last| format!("/api/v1/verifications/{run}/results?after={last}&limit={limit}"));
    Ok(Json(ResultPage { results: items, next }))
}

/// A request with a page of its addresses.
pub(crate) async fn answers(
    state: &Requests,
    caller: &Caller,
    run: VerificationRunId,
    after: i32,
    limit: i64,
) -> Result<(Run, Vec<Item>), Problem> {
    let mut tx = state.store.org(caller.org, caller.actor).await?;
    let found = read::run(&mut tx, run).await?.ok_or_else(Problem::not_found)?;
    let items = read::items(&mut tx, &state.store, run, after, limit).await?;
    let entry = audit::Entry::of("verify.results_read").on("verification_run", run.0).with("addresses", items.len());
    tx.commit(entry).await?;
    Ok((found, items))
}

async fn cancel(
    State(state): State<Requests>,
    caller: Caller,
    Path(RunPath { run }): Path<RunPath>,
) -> Result<Json<Run>, Problem> {
    Ok(Json(stop(&state, &caller, run).await?))
}

pub(crate) async fn stop(state: &Requests, caller: &Caller, run: VerificationRunId) -> Result<Run, Problem> {
    let mut tx = state.store.org(caller.org, caller.actor).await?;
    if !super::cancel(&mut tx, run).await? {
        return Err(Problem::not_found());
    }
    let found = read::run(&mut tx, run).await?.ok_or_else(Problem::not_found)?;
    tx.commit(audit::Entry::of("verify.request_cancelled").on("verification_run", run.0)).await?;
    Ok(found)
}
