//! The API of duplicates.

use http::StatusCode;
use plumb_lead::{Merge, Merged};
use plumb_store::access::Action;
use plumb_store::job::{self, When};
use plumb_store::{Store, audit};
use plumb_web::{
    Access, Caller, Doc, Handler as _, IntoResponse as _, Json, Path, Problem, Query, Response, Route, State,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{LinkState, SURE};
use crate::job::{MergeSure, Scan};
use crate::model::{self, PairPage, Waiting};
use crate::query::Turn;
use crate::scan::{self, ScanView};
use crate::{decide, events, page, query, settings};

/// The routes of this crate.
#[must_use]
pub fn routes(store: &Store) -> Vec<Route> {
    let state = || store.clone();
    let (read, merge) = (Access::Org(Action::DuplicatesRead), Access::Org(Action::DuplicatesMerge));
    let mut routes = vec![
        Route::get("/api/v1/duplicates", read, list.with_state(state())).doc(
            Doc::new("Pairs of leads that may be one person")
                .description("The surest first, each with its confidence, what speaks for and against it, and the two leads side by side.")
                .tag("duplicates")
                .query::<PairQuery>()
                .responds::<PairPage>(200),
        ),
        Route::post("/api/v1/duplicates/scan", merge, begin_scan.with_state(state())).doc(
            Doc::new("Search all leads for duplicates")
                .description("Queues the search. Imports and edits are searched by themselves; this is for everything else.")
                .tag("duplicates")
                .responds::<Queued>(202),
        ),
        Route::get("/api/v1/duplicates/scans", read, scans.with_state(state()))
            .doc(Doc::new("The newest searches, with their progress").tag("duplicates").responds::<Scans>(200)),
        Route::get("/api/v1/duplicates/scans/{scan}/events", read, events::events.with_state(state())).doc(
            Doc::new("Progress of a search")
                .description("Server-sent events: `progress` whenever the counts change, `done` when the search has ended.")
                .tag("duplicates")
                .path::<ScanPath>()
                .responds_with(200, "text/event-stream"),
        ),
        Route::post("/api/v1/duplicates/merge", merge, merge_sure.with_state(state())).doc(
            Doc::new("Merge the sure pairs")
                .description("Queues the merging of every open pair that the engine would link by itself, from a confidence on. Each merge can be undone by itself.")
                .tag("duplicates")
                .body::<SureBody>()
                .responds::<SureQueued>(202),
        ),
        Route::post("/api/v1/duplicates/{pair}/merge", merge, merge_one.with_state(state())).doc(
            Doc::new("Merge a pair")
                .description("Who opted out survives, then who is known to exist, then the newest. Every value keeps its origin.")
                .tag("duplicates")
                .path::<PairPath>()
                .responds::<Merged>(200),
        ),
        Route::post("/api/v1/duplicates/{pair}/dismiss", merge, dismiss.with_state(state())).doc(
            Doc::new("Say that a pair is not one person").description("It is not asked again.").tag("duplicates").path::<PairPath>().responds::<Decided>(200),
        ),
        Route::post("/api/v1/duplicates/{pair}/later", merge, put_off.with_state(state()))
            .doc(Doc::new("Put a pair off").tag("duplicates").path::<PairPath>().responds::<Decided>(200)),
        Route::get("/api/v1/merges", read, merges.with_state(state()))
            .doc(Doc::new("The history of merges, newest first").tag("duplicates").query::<MergeQuery>().responds::<MergePage>(200)),
        Route::post("/api/v1/merges/{merge}/undo", merge, undo.with_state(state())).doc(
            Doc::new("Undo a merge")
                .description("Both leads are what they were. 409 when fields were changed since, which it names, or when a later merge has to be undone first.")
                .tag("duplicates")
                .path::<MergePath>()
                .responds::<Merged>(200),
        ),
    ];
    routes.extend(settings::routes(store));
    routes.extend(page::routes(store));
    routes
}

/// Which pair.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) struct PairPath {
    /// The pair.
    pub(crate) pair: Uuid,
}

/// Which search.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) struct ScanPath {
    /// The search.
    pub(crate) scan: Uuid,
}

/// Which merge.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) struct MergePath {
    /// The merge.
    pub(crate) merge: Uuid,
}

/// Which page of the queue.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairQuery {
    /// What was said about the pairs; those that nobody looked at unless told.
    #[serde(default)]
    pub(crate) state: LinkState,
    /// Only pairs of at least this confidence, in per cent; of pairs that wait, those that the organisation wants shown
    /// unless told.
    pub(crate) confidence_min: Option<u8>,
    /// `next` of a page.
    pub(crate) after: Option<String>,
    /// `previous` of a page.
    pub(crate) before: Option<String>,
    /// Pairs a page, 1 to 100; 20 unless told.
    pub(crate) limit: Option<u32>,
}

const PAIRS_MAX: u32 = 100;

/// Reads a page of the queue, and records that the leads in it were read (claim 110).
pub(crate) async fn read_pairs(store: &Store, caller: &Caller, asked: &PairQuery) -> Result<PairPage, Problem> {
    let limit = asked.limit.unwrap_or(20);
    if !(1..=PAIRS_MAX).contains(&limit) {
        return Err(Problem::bad_request(format!("limit is {limit}; a page has 1 to {PAIRS_MAX} pairs.")));
    }
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let (text, turn) = match (given(&asked.after), given(&asked.before)) {
        (None, Some(before)) => (Some(before), Turn::Back),
        (after, _) => (after, Turn::On),
    };
    let read = |text: &String| {
        model::cursor(text).ok_or_else(|| {
            Problem::bad_request("The cursor was not made by this listing. Give back `next` or `previous`.")
        })
    };
    let from = text.as_ref().map(read).transpose()?;
    let mut tx = store.org(caller.org, caller.actor).await?;
    let show_from = settings::settings(&mut tx).await?.show_from;
    let usual = if asked.state.waits() { show_from } else { 0 };
    let confidence_min = i16::from(asked.confidence_min.unwrap_or(usual).min(100));
    let mut rows = query::links(&mut tx, asked.state, confidence_min, from, turn, limit + 1).await?;
    let more = rows.len() > limit as usize;
    if more && turn == Turn::Back {
        rows.remove(0);
    }
    rows.truncate(limit as usize);
    let pairs = model::pairs(&mut tx, rows).await?;
    let (open, later, sure) = query::waiting(&mut tx, i16::from(SURE), i16::from(show_from)).await?;
    let leads = pairs.iter().map(|pair| pair.leads.len()).sum::<usize>();
    tx.commit(audit::Entry::of("duplicate.listed").with("pairs", pairs.len()).with("leads", leads)).await?;
    let has_next = if turn == Turn::On { more } else { true };
    let has_previous = if turn == Turn::On { from.is_some() } else { more };
    Ok(PairPage {
        next: pairs.last().filter(|_| has_next).map(model::Pair::cursor),
        previous: pairs.first().filter(|_| has_previous).map(model::Pair::cursor),
        pairs,
        waiting: Waiting { open, later, sure },
    })
}

async fn list(
    State(store): State<Store>,
    caller: Caller,
    Query(query): Query<PairQuery>,
) -> Result<Json<PairPage>, Problem> {
    Ok(Json(read_pairs(&store, &caller, &query).await?))
}

/// A search that was queued.
#[derive(Debug, Serialize, JsonSchema)]
struct Queued {
    /// The search.
    scan: Uuid,
}

/// Queues a search of everything.
pub(crate) async fn ask_scan(store: &Store, caller: &Caller) -> Result<Uuid, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    // Of two that ask at once, one sees the other.
    query::hold(&mut tx).await?;
    if scan::is_under_way(&mut tx).await? {
        return Err(Problem::conflict("All leads are being searched already. Wait until that has ended."));
    }
    let scan = scan::add(&mut tx, None).await?;
    job::enqueue(&mut tx, &Scan { scan }, When::Now).await?;
    tx.commit(audit::Entry::of("duplicate.scan_queued").on("duplicate_scan", scan)).await?;
    Ok(scan)
}

async fn begin_scan(State(store): State<Store>, caller: Caller) -> Result<Response, Problem> {
    let scan = ask_scan(&store, &caller).await?;
    Ok((StatusCode::ACCEPTED, Json(Queued { scan })).into_response())
}

/// The newest searches.
#[derive(Debug, Serialize, JsonSchema)]
struct Scans {
    /// Newest first, at most 20.
    scans: Vec<ScanView>,
}

pub(crate) async fn read_scans(store: &Store, caller: &Caller) -> Result<Vec<ScanView>, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let scans = scan::newest(&mut tx, 20).await?;
    tx.done_reading().await?;
    Ok(scans)
}

async fn scans(State(store): State<Store>, caller: Caller) -> Result<Json<Scans>, Problem> {
    Ok(Json(Scans { scans: read_scans(&store, &caller).await? }))
}

/// From which confidence on.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SureBody {
    /// In per cent, 90 to 100; 95 unless told.
    confidence_min: Option<u8>,
}

/// What was queued.
#[derive(Debug, Serialize, JsonSchema)]
struct SureQueued {
    /// From this confidence on, in per cent.
    confidence_min: u8,
    /// Pairs that wait now; fewer merges where several are one person.
    pairs: i64,
}

pub(crate) fn confidence(asked: u8) -> Result<u8, Problem> {
    if (90..=100).contains(&asked) {
        return Ok(asked);
    }
    Err(Problem::invalid(format!(
        "The confidence is {asked}. Without a look at each pair, merge from 90 to 100 per cent."
    )))
}

/// Queues the merging of the sure pairs.
pub(crate) async fn ask_merge(store: &Store, caller: &Caller, confidence_min: u8) -> Result<i64, Problem> {
    let confidence_min = confidence(confidence_min)?;
    let mut tx = store.org(caller.org, caller.actor).await?;
    let (_, _, pairs) = query::waiting(&mut tx, i16::from(confidence_min), 0).await?;
    job::enqueue(&mut tx, &MergeSure { confidence_min }, When::Now).await?;
    let entry = audit::Entry::of("duplicate.merge_queued").with("confidence_min", confidence_min).with("pairs", pairs);
    tx.commit(entry).await?;
    Ok(pairs)
}

async fn merge_sure(
    State(store): State<Store>,
    caller: Caller,
    Json(body): Json<SureBody>,
) -> Result<Response, Problem> {
    let confidence_min = body.confidence_min.unwrap_or(SURE);
    let pairs = ask_merge(&store, &caller, confidence_min).await?;
    Ok((StatusCode::ACCEPTED, Json(SureQueued { confidence_min, pairs })).into_response())
}

async fn merge_one(
    State(store): State<Store>,
    caller: Caller,
    Path(path): Path<PairPath>,
) -> Result<Json<Merged>, Problem> {
    Ok(Json(decide::merge(&store, &caller, path.pair).await?))
}

/// What was said.
#[derive(Debug, Serialize, JsonSchema)]
struct Decided {
    /// The pair.
    pair: Uuid,
    /// What stands now.
    state: LinkState,
}

async fn decided(store: &Store, caller: &Caller, pair: Uuid, state: LinkState) -> Result<Json<Decided>, Problem> {
    decide::set(store, caller, pair, state).await?;
    Ok(Json(Decided { pair, state }))
}

async fn dismiss(
    State(store): State<Store>,
    caller: Caller,
    Path(path): Path<PairPath>,
) -> Result<Json<Decided>, Problem> {
    decided(&store, &caller, path.pair, LinkState::Dismissed).await
}

async fn put_off(
    State(store): State<Store>,
    caller: Caller,
    Path(path): Path<PairPath>,
) -> Result<Json<Decided>, Problem> {
    decided(&store, &caller, path.pair, LinkState::Later).await
}

/// Which page of the history.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeQuery {
    /// Merges older than this one.
    pub(crate) before: Option<Uuid>,
}

/// A page of the history.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MergePage {
    /// Newest first, at most 50.
    pub(crate) merges: Vec<Merge>,
    /// Give it back as `before` for the next page; none on the last.
    pub(crate) next: Option<Uuid>,
}

pub(crate) async fn read_merges(store: &Store, caller: &Caller, asked: MergeQuery) -> Result<MergePage, Problem> {
    const PAGE: u32 = 50;
    let mut tx = store.org(caller.org, caller.actor).await?;
    let mut merges = plumb_lead::merges(&mut tx, asked.before, PAGE + 1).await?;
    tx.done_reading().await?;
    let more = merges.len() > PAGE as usize;
    merges.truncate(PAGE as usize);
    let next = merges.last().filter(|_| more).map(|merge| merge.id);
    Ok(MergePage { merges, next })
}

async fn merges(
    State(store): State<Store>,
    caller: Caller,
    Query(query): Query<MergeQuery>,
) -> Result<Json<MergePage>, Problem> {
    Ok(Json(read_merges(&store, &caller, query).await?))
}

async fn undo(
    State(store): State<Store>,
    caller: Caller,
    Path(path): Path<MergePath>,
) -> Result<Json<Merged>, Problem> {
    Ok(Json(decide::undo(&store, &caller, path.merge).await?))
}

#[cfg(test)]
mod tests;
