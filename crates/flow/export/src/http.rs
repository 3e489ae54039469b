//! The API of exports.

use http::{HeaderValue, StatusCode, header};
use plumb_base::ImportId;
use plumb_lead::{Filter, VerdictFilter};
use plumb_store::access::Action;
use plumb_store::job::{self, When};
use plumb_store::{Store, audit};
use plumb_web::{
    Access, Caller, Doc, Handler as _, IntoResponse as _, Json, Path, Problem, Query, Response, Route, State,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{Format, Profile, Which};
use crate::job::WriteExport;
use crate::model::{Export, State as ExportState};
use crate::{content, events, page, query};

/// Exports of one organisation that wait or run at once, at most: each may take as much room as all its leads.
const UNFINISHED_MAX: i64 = 10;

/// The routes of this crate.
#[must_use]
pub fn routes(store: &Store) -> Vec<Route> {
    let state = || store.clone();
    let export = Access::Org(Action::LeadsExport);
    let mut routes = vec![
        Route::post("/api/v1/exports", export, create.with_state(state())).doc(
            Doc::new("Export leads as a file")
                .description("Queues a file, CSV or Parquet. Only leads that may be used now, unless `rows` is `all`: then every lead is there, marked with whether it may be used and why not. What stays out is counted by reason. A telephone number of the North American plan is there only with a Do-Not-Call screening of at most 31 days. In CSV, formulas are defused.")
                .tag("exports")
                .body::<Wanted>()
                .responds::<Export>(202),
        ),
        Route::get("/api/v1/exports", export, list.with_state(state())).doc(
            Doc::new("The history of exports, newest first")
                .description("A file can be had for 30 days after its export ended; the line stays for 90.")
                .tag("exports")
                .query::<ListQuery>()
                .responds::<ExportPage>(200),
        ),
        Route::get("/api/v1/exports/{export}", export, one.with_state(state()))
            .doc(Doc::new("One export").tag("exports").path::<ExportPath>().responds::<Export>(200)),
        Route::get("/api/v1/exports/{export}/content", export, content::download.with_state(state())).doc(
            Doc::new("The file of an export")
                .description("409 before it is whole, and when somebody has opted out since, whose address may be in it; 410 once 30 days have passed.")
                .tag("exports")
                .path::<ExportPath>()
                .responds_with(200, "application/octet-stream"),
        ),
        Route::post("/api/v1/exports/{export}/cancel", export, cancel.with_state(state())).doc(
            Doc::new("Cancel an export").description("What was written is removed.").tag("exports").path::<ExportPath>().responds::<Export>(200),
        ),
        Route::get("/api/v1/exports/{export}/events", export, events::events.with_state(state())).doc(
            Doc::new("Progress of an export")
                .description("Server-sent events: `progress` whenever the counts change, `done` when the export has ended.")
                .tag("exports")
                .path::<ExportPath>()
                .responds_with(200, "text/event-stream"),
        ),
    ];
    routes.extend(page::routes(store));
    routes
}

/// Which export.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) struct ExportPath {
    /// The export.
    pub(crate) export: Uuid,
}

/// What to export.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Format of the file.
    #[serde(default)]
    pub(crate) format: Format,
    /// Which columns.
    #[serde(default)]
    pub(crate) profile: Profile,
    /// Only leads that may be used, or all of them, marked.
    #[serde(default)]
    pub(crate) rows: Which,
    /// Whether to say where each field came from: its import, its row there, and when.
    #[serde(default)]
    pub(crate) include_provenance: bool,
    /// Whether to let out numbers of the North American plan outside the United States, which no registry here covers.
    #[serde(default)]
    pub(crate) include_not_us_phones: bool,
    /// Only leads with this verdict.
    pub(crate) verdict: Option<VerdictFilter>,
    /// Only leads of this country (ISO 3166-1 alpha-2).
    pub(crate) country: Option<String>,
    /// Only leads whose address is at this domain.
    pub(crate) domain: Option<String>,
    /// Only leads that this import brought.
    pub(crate) import: Option<ImportId>,
}

impl Wanted {
    /// Which leads are looked at. Whether one may be used is judged lead by lead, so that what stays out is counted.
    pub(crate) fn filter(&self) -> Filter {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        Filter {
            verdict: self.verdict,
            country: given(&self.country),
            domain: given(&self.domain),
            import: self.import,
            ..Filter::default()
        }
    }
}

/// Which page of the history.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Exports older than this one.
    pub(crate) before: Option<Uuid>,
    /// Exports on the page, at most 200; 50 when not given.
    pub(crate) limit: Option<u32>,
}

/// A page of the history.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ExportPage {
    /// The exports, newest first.
    pub(crate) exports: Vec<Export>,
    /// The next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// Queues an export, and answers its id.
pub(crate) async fn ask(store: &Store, caller: &Caller, wanted: &Wanted) -> Result<Uuid, Problem> {
    let too_long = |text: &Option<String>, max: usize| text.as_ref().is_some_and(|text| text.chars().count() > max);
    if too_long(&wanted.country, 2) || too_long(&wanted.domain, 253) {
        return Err(Problem::invalid("A country has two letters, and a domain at most 253 characters."));
    }
    let mut tx = store.org(caller.org, caller.actor).await?;
    let unfinished = query::unfinished(&mut tx).await?;
    if unfinished >= UNFINISHED_MAX {
        return Err(Problem::conflict(format!(
            "{unfinished} exports of this organisation wait or run. Wait until one has ended, or cancel one."
        )));
    }
    let export = query::add(&mut tx, wanted).await?;
    job::enqueue(&mut tx, &WriteExport { export }, When::Now).await?;
    let entry = audit::Entry::of("export.asked")
        .on("export", export)
        .with("format", wanted.format.as_str())
        .with("profile", wanted.profile.as_str())
        .with("rows", wanted.rows.as_str())
        .with("provenance", wanted.include_provenance)
        .with("not_us_phones", wanted.include_not_us_phones)
        .with("classes", CLASSES.to_vec());
    tx.commit(entry).await?;
    Ok(export)
}

/// The classes of personal data in a file, for the log.
const CLASSES: [&str; 6] = ["email", "person.name", "person.role", "phone", "person.place", "company"];

async fn create(State(store): State<Store>, caller: Caller, Json(wanted): Json<Wanted>) -> Result<Response, Problem> {
    let export = ask(&store, &caller, &wanted).await?;
    let export = read(&store, &caller, export).await?;
    let location = HeaderValue::try_from(export.links.this.as_str()).map_err(|_| Problem::internal())?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(export)).into_response())
}

async fn list(
    State(store): State<Store>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<ExportPage>, Problem> {
    Ok(Json(page_of(&store, &caller, query).await?))
}

pub(crate) async fn page_of(store: &Store, caller: &Caller, query: ListQuery) -> Result<ExportPage, Problem> {
    let limit = query.limit.unwrap_or(50).clamp(1, plumb_base::limits::PAGE_ROWS_MAX);
    let mut tx = store.org(caller.org, caller.actor).await?;
    let mut rows = query::page(&mut tx, query.before, i64::from(limit) + 1).await?;
    tx.done_reading().await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let last = rows.last().filter(|_| more).map(|row| row.id);
    let next = last.map(|last| format!("/api/v1/exports?before={last}&limit={limit}"));
    Ok(ExportPage { exports: rows.into_iter().map(query::Row::view).collect(), next })
}

async fn one(
    State(store): State<Store>,
    caller: Caller,
    Path(ExportPath { export }): Path<ExportPath>,
) -> Result<Json<Export>, Problem> {
    Ok(Json(read(&store, &caller, export).await?))
}

/// One export as programs see it.
pub(crate) async fn read(store: &Store, caller: &Caller, export: Uuid) -> Result<Export, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let row = query::one(&mut tx, export, false).await?.ok_or_else(Problem::not_found)?;
    tx.done_reading().await?;
    Ok(row.view())
}

async fn cancel(
    State(store): State<Store>,
    caller: Caller,
    Path(ExportPath { export }): Path<ExportPath>,
) -> Result<Json<Export>, Problem> {
    stop(&store, &caller, export).await?;
    Ok(Json(read(&store, &caller, export).await?))
}

/// Cancels an export. Waits for the page that is being committed; the job finds it cancelled and ends.
pub(crate) async fn stop(store: &Store, caller: &Caller, export: Uuid) -> Result<(), Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let row = query::one(&mut tx, export, true).await?.ok_or_else(Problem::not_found)?;
    let state = row.state();
    if !query::stop(&mut tx, export, ExportState::Cancelled, None).await? {
        return Err(Problem::conflict(format!("The export is {} and cannot be cancelled.", state.as_str()))
            .extend("state", state.as_str()));
    }
    Ok(tx.commit(audit::Entry::of("export.cancelled").on("export", export)).await?)
}

#[cfg(test)]
mod tests;
