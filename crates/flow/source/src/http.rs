//! The API of imports.

use http::{HeaderValue, StatusCode, header};
use plumb_base::{ImportId, OrgId};
use plumb_store::access::Action;
use plumb_store::job::{self, When};
use plumb_store::{OrgTx, audit};
use plumb_vault::{Context, Purpose};
use plumb_web::{
    Access, BodyLimit, Caller, Doc, Handler as _, IntoResponse, Json, Multipart, Path, Problem, Query, Response, Route,
    State,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cleaning::Mapping;
use crate::events;
use crate::job::ImportList;
use crate::model::{self, Column, Import, Links, Preview, Standing};
use crate::query::{self, Row};
use crate::upload::{self, Asked, PREVIEW_PLACE};
use crate::{Source, page, policy, rejects};

/// What a form needs around its file.
const FORM_BYTES: u64 = 1024 * 1024;

/// The routes of this crate.
#[must_use]
pub fn routes(source: &Source) -> Vec<Route> {
    let state = || source.clone();
    let read = Access::Org(Action::ImportsRead);
    let write = Access::Org(Action::ImportsWrite);
    let mut routes = crate::policy::routes(source);
    routes.extend([
        Route::post("/api/v1/imports", write, create.with_state(state()))
            .limits(BodyLimit::Stream(source.upload_bytes_max + FORM_BYTES))
            .doc(
                Doc::new("Bring in a list")
                    .description("Takes one CSV file, plain or packed with gzip or zstd, judged by its content. The answer has a mapping of its columns as proposed, and a preview. With `start=true` and a sound mapping the import is queued at once; else it waits as a draft.")
                    .tag("imports")
                    .query::<CreateQuery>()
                    .multipart::<CreateForm>()
                    .responds::<Import>(201),
            ),
        Route::get("/api/v1/imports", read, list.with_state(state()))
            .doc(Doc::new("List imports, newest first").tag("imports").query::<ListQuery>().responds::<ImportPage>(200)),
        Route::get("/api/v1/imports/{import}", read, one.with_state(state()))
            .doc(Doc::new("One import").tag("imports").path::<ImportPath>().responds::<Import>(200)),
        Route::post("/api/v1/imports/{import}/start", write, start.with_state(state())).doc(
            Doc::new("Start a draft")
                .tag("imports")
                .path::<ImportPath>()
                .body::<StartBody>()
                .responds::<Standing>(200),
        ),
        Route::post("/api/v1/imports/{import}/cancel", write, cancel.with_state(state())).doc(
            Doc::new("Cancel an import")
                .description("Rows that are in stay; the import's counts say how many.")
                .tag("imports")
                .path::<ImportPath>()
                .responds::<Standing>(200),
        ),
        Route::get("/api/v1/imports/{import}/events", read, events::events.with_state(state())).doc(
            Doc::new("Progress of an import")
                .description("Server-sent events: `progress` whenever the counts change, `done` when the import has ended.")
                .tag("imports")
                .path::<ImportPath>()
                .responds_with(200, "text/event-stream"),
        ),
        Route::get("/api/v1/imports/{import}/rejects.csv", read, rejects::download.with_state(state())).doc(
            Doc::new("The error file of an import")
                .description("The rows that became no lead: number, reason, words, and the row as it came. Of a suppressed row only the number. Kept for 30 days after the import ended.")
                .tag("imports")
                .path::<ImportPath>()
                .responds_with(200, "text/csv"),
        ),
    ]);
    routes.extend(page::routes(source));
    routes
}

/// Which import.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ImportPath {
    /// The import.
    pub(crate) import: ImportId,
}

/// What may be said beside an upload.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct CreateQuery {
    /// Whether to start at once when the mapping is sound.
    #[serde(default)]
    start: bool,
    /// The country that phone numbers without one are read in, ISO 3166-1 alpha-2.
    default_country: Option<String>,
}

/// The parts of an upload.
#[derive(Debug, JsonSchema)]
#[expect(dead_code, reason = "describes the form in the API's document; its fields are read one by one as they come")]
pub(crate) struct CreateForm {
    /// The list, as CSV, perhaps packed with gzip or zstd.
    #[schemars(extend("format" = "binary"))]
    file: String,
    /// What each column is about, in JSON; the proposal when absent.
    mapping: Option<String>,
    /// The country that phone numbers without one are read in, ISO 3166-1 alpha-2.
    default_country: Option<String>,
    /// `true` to start at once when the mapping is sound.
    start: Option<String>,
}

/// How to start a draft.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartBody {
    /// What each column is about; the draft's own mapping when absent.
    pub(crate) mapping: Option<Mapping>,
    /// The country that phone numbers without one are read in, ISO 3166-1 alpha-2.
    pub(crate) default_country: Option<String>,
}

/// Which page of imports.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Imports older than this one.
    pub(crate) before: Option<ImportId>,
    /// Imports on the page, at most 200; 50 when not given.
    pub(crate) limit: Option<u32>,
}

/// A page of imports.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ImportPage {
    /// The imports, newest first.
    pub(crate) imports: Vec<Import>,
    /// The next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

async fn create(
    State(source): State<Source>,
    caller: Caller,
    Query(query): Query<CreateQuery>,
    Multipart(mut form): Multipart,
) -> Result<Response, Problem> {
    let default_country = upload::country(query.default_country.as_deref().unwrap_or_default())?;
    let asked = Asked { start: query.start, default_country, mapping: None };
    let import = upload::take_in(&source, &caller, &mut form, asked).await?;
    let import = read(&source, &caller, import).await?;
    let location = HeaderValue::try_from(import.links.this.as_str()).map_err(|_| Problem::internal())?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(import)).into_response())
}

async fn list(
    State(source): State<Source>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<ImportPage>, Problem> {
    Ok(Json(page_of(&source, &caller, query).await?))
}

/// A page of imports, without previews.
pub(crate) async fn page_of(source: &Source, caller: &Caller, query: ListQuery) -> Result<ImportPage, Problem> {
    let limit = query.limit.unwrap_or(50).clamp(1, plumb_base::limits::PAGE_ROWS_MAX);
    let mut tx = source.store.org(caller.org, caller.actor).await?;
    let mut rows = query::page(&mut tx, query.before, i64::from(limit) + 1).await?;
    tx.done_reading().await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let last = rows.last().filter(|_| more).map(|row| row.id);
    let next = last.map(|last| format!("/api/v1/imports?before={last}&limit={limit}"));
    Ok(ImportPage { imports: rows.into_iter().map(|row| view(source, caller.org, row)).collect(), next })
}

async fn one(
    State(source): State<Source>,
    caller: Caller,
    Path(ImportPath { import }): Path<ImportPath>,
) -> Result<Json<Import>, Problem> {
    Ok(Json(read(&source, &caller, import).await?))
}

/// One import as programs see it. What it shows of people is logged (claim 110).
pub(crate) async fn read(source: &Source, caller: &Caller, id: ImportId) -> Result<Import, Problem> {
    let mut tx = source.store.org(caller.org, caller.actor).await?;
    let row = query::one(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    let mut import = view(source, caller.org, row);
    withhold(&mut tx, source, &mut import).await?;
    if import.preview.is_empty() {
        tx.done_reading().await?;
    } else {
        let entry = audit::Entry::of("import.preview_read").on("import", id.0).with("rows", import.preview.len());
        tx.commit(entry).await?;
    }
    Ok(import)
}

/// What the columns of an import's list are called.
pub(crate) async fn column_names(source: &Source, caller: &Caller, import: ImportId) -> Result<Vec<String>, Problem> {
    let mut tx = source.store.org(caller.org, caller.actor).await?;
    let row = query::one(&mut tx, import).await?.ok_or_else(Problem::not_found)?;
    tx.done_reading().await?;
    Ok(names(&row))
}

/// Leaves out of a preview who opted out since.
async fn withhold(tx: &mut OrgTx, source: &Source, import: &mut Import) -> Result<(), Problem> {
    let samples = import.columns.iter_mut().map(|column| &mut column.sample);
    let mut shown: Vec<&mut Vec<String>> = import.preview.iter_mut().chain(samples).collect();
    let mut rows: Vec<Value> = shown.iter().map(|row| Value::from((*row).clone())).collect();
    plumb_lead::withhold_opted_out(tx, rows.iter_mut(), &source.store.keys().suppression()).await?;
    for (shown, row) in shown.iter_mut().zip(rows) {
        **shown = serde_json::from_value(row).unwrap_or_default();
    }
    Ok(())
}

async fn start(
    State(source): State<Source>,
    caller: Caller,
    Path(ImportPath { import }): Path<ImportPath>,
    Json(body): Json<StartBody>,
) -> Result<Json<Standing>, Problem> {
    start_draft(&source, &caller, import, body).await?;
    Ok(Json(Standing { id: import, state: model::State::Queued }))
}

/// Queues a draft under the given mapping, or its own.
pub(crate) async fn start_draft(
    source: &Source,
    caller: &Caller,
    import: ImportId,
    body: StartBody,
) -> Result<(), Problem> {
    let mut tx = source.store.org(caller.org, caller.actor).await?;
    let row = query::hold(&mut tx, import).await?.ok_or_else(Problem::not_found)?;
    if row.state() != model::State::Draft {
        return Err(wrong_state("started", row.state()));
    }
    let names = names(&row);
    let mapping = match body.mapping {
        Some(mapping) => mapping.completed(&names),
        None => stored_mapping(&row),
    };
    let errors = (source.cleaning.check)(&mapping, &names);
    if !errors.is_empty() {
        let words = format!("The mapping cannot be used: {}.", errors.join("; "));
        return Err(Problem::invalid(words).extend("errors", errors));
    }
    let country = match body.default_country.as_deref() {
        Some(typed) => upload::country(typed)?.map(|country| country.to_string()),
        None => row.default_country,
    };
    query::queue(&mut tx, import, &mapping, country.as_deref()).await?;
    job::enqueue(&mut tx, &ImportList { import }, When::Now).await?;
    let mapped = mapping.columns.iter().filter(|column| column.field.is_some()).count();
    tx.commit(audit::Entry::of("import.started").on("import", import.0).with("columns_mapped", mapped)).await?;
    Ok(())
}

async fn cancel(
    State(source): State<Source>,
    caller: Caller,
    Path(ImportPath { import }): Path<ImportPath>,
) -> Result<Json<Standing>, Problem> {
    stop(&source, &caller, import).await?;
    Ok(Json(Standing { id: import, state: model::State::Cancelled }))
}

/// Cancels an import. Waits for the batch that is being committed, so that the counts are final.
pub(crate) async fn stop(source: &Source, caller: &Caller, import: ImportId) -> Result<(), Problem> {
    let mut tx = source.store.org(caller.org, caller.actor).await?;
    let row = query::hold(&mut tx, import).await?.ok_or_else(Problem::not_found)?;
    let state = row.state();
    if state.is_final() || state == model::State::Uploading {
        return Err(wrong_state("cancelled", state));
    }
    let error = crate::job::stopped_after(row.rows_read, "It was cancelled.");
    query::end(&mut tx, import, model::State::Cancelled, Some(&error)).await?;
    if state == model::State::Draft {
        // Nothing of it is in, so nothing of it is needed.
        query::forget_chunks(&mut tx, import).await?;
    }
    if row.rows_read > 0 {
        plumb_lead::hand_over_import(&mut tx, import).await.map_err(Problem::from)?;
    }
    let entry = audit::Entry::of("import.cancelled").on("import", import.0).with("rows_read", row.rows_read);
    tx.commit(entry).await?;
    Ok(())
}

fn wrong_state(verb: &str, state: model::State) -> Problem {
    Problem::conflict(format!("The import is {} and cannot be {verb}.", state.as_str())).extend("state", state.as_str())
}

/// The names of a list's columns.
pub(crate) fn names(row: &Row) -> Vec<String> {
    columns(row).into_iter().map(|column| column.name).collect()
}

fn columns(row: &Row) -> Vec<Column> {
    serde_json::from_value(row.columns.clone()).unwrap_or_default()
}

fn stored_mapping(row: &Row) -> Mapping {
    serde_json::from_value(row.mapping.clone()).unwrap_or_default()
}

/// The row as programs see it, its preview opened.
pub(crate) fn view(source: &Source, org: OrgId, row: Row) -> Import {
    let state = row.state();
    let id = ImportId(row.id);
    // A preview serves the choice of the mapping; after that there is no need to show it.
    let sealed = row.preview_sealed.as_deref().filter(|_| state == model::State::Draft);
    let preview = sealed.and_then(|sealed| open_preview(source, org, id, sealed)).unwrap_or_default();
    let mut columns = columns(&row);
    for (column, sample) in columns.iter_mut().zip(preview.samples) {
        column.sample = sample;
    }
    let mapping = stored_mapping(&row);
    let mapping_errors = if state == model::State::Draft {
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        (source.cleaning.check)(&mapping, &names)
    } else {
        Vec::new()
    };
    let progress = row.progress();
    Import {
        id,
        state,
        bytes: row.bytes,
        encoding: row.encoding,
        delimiter: row.delimiter,
        columns,
        mapping,
        mapping_errors,
        preview: preview.rows,
        default_country: row.default_country,
        preset: row.preset,
        denied: row.denied.map(|words| policy::classes(&words)),
        progress,
        flag_counts: serde_json::from_value(row.flag_counts).unwrap_or_default(),
        reject_counts: serde_json::from_value(row.reject_counts).unwrap_or_default(),
        rules_version: row.rules_version,
        error: row.error,
        file_name: row.file_name,
        created_at: row.created_at,
        started_at: row.started_at,
        finished_at: row.finished_at,
        links: Links::of(id, state),
    }
}

fn open_preview(source: &Source, org: OrgId, import: ImportId, sealed: &[u8]) -> Option<Preview> {
    let context = Context { org, place: PREVIEW_PLACE, row: import.0.as_bytes() };
    let plain = source.store.keys().open(Purpose::Personal, context, sealed).ok()?;
    serde_json::from_slice(&plain).ok()
}

#[cfg(test)]
mod tests;
