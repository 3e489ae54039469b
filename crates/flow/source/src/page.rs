//! The pages of imports.

mod detail;
mod overview;
pub(crate) mod policy;

use plumb_store::access::Action;
use plumb_web::{
    Access, BodyLimit, Caller, Form, Handler as _, Multipart, Path, Problem, Query, Redirect, Route, State,
};
use serde::Deserialize;

use crate::Source;
use crate::cleaning::{MappedColumn, Mapping};
use crate::http::{ImportPath, ListQuery, StartBody, column_names, page_of, read, start_draft, stop};
use crate::upload::{self, Asked};

pub(crate) fn routes(source: &Source) -> Vec<Route> {
    let state = || source.clone();
    let read = Access::Org(Action::ImportsRead);
    let write = Access::Org(Action::ImportsWrite);
    vec![
        Route::get("/imports", read, list.with_state(state())).page(),
        Route::post("/imports", write, create.with_state(state()))
            .limits(BodyLimit::Stream(source.upload_bytes_max + 1024 * 1024))
            .page(),
        Route::get("/imports/{import}", read, one.with_state(state())).page(),
        Route::post("/imports/{import}/start", write, start.with_state(state())).page(),
        Route::post("/imports/{import}/cancel", write, cancel.with_state(state())).page(),
    ]
}

async fn list(
    State(source): State<Source>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<maud::Markup, Problem> {
    let page = page_of(&source, &caller, query).await?;
    Ok(overview::page(&source, &caller, &page, query.before.is_some()))
}

async fn create(
    State(source): State<Source>,
    caller: Caller,
    Multipart(mut form): Multipart,
) -> Result<Redirect, Problem> {
    let import = upload::take_in(&source, &caller, &mut form, Asked::default()).await?;
    Ok(Redirect::to(&format!("/imports/{import}")))
}

async fn one(
    State(source): State<Source>,
    caller: Caller,
    Path(ImportPath { import }): Path<ImportPath>,
) -> Result<maud::Markup, Problem> {
    let import = read(&source, &caller, import).await?;
    Ok(detail::page(&source, &caller, &import))
}

/// The mapping form: `column` once for each column, in order, empty for one that is only carried along.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct MappingForm(Vec<(String, String)>);

async fn start(
    State(source): State<Source>,
    caller: Caller,
    Path(ImportPath { import }): Path<ImportPath>,
    Form(MappingForm(pairs)): Form<MappingForm>,
) -> Result<Redirect, Problem> {
    let names = column_names(&source, &caller, import).await?;
    let mut body = StartBody { mapping: Some(mapping(names, &pairs)), default_country: None };
    body.default_country = pairs.into_iter().find(|(name, _)| name == "default_country").map(|(_, typed)| typed);
    start_draft(&source, &caller, import, body).await?;
    Ok(Redirect::to(&format!("/imports/{import}")))
}

fn mapping(names: Vec<String>, pairs: &[(String, String)]) -> Mapping {
    let width = names.len();
    let chosen = pairs.iter().filter(|(name, _)| name == "column").map(|(_, code)| code);
    let columns = names.into_iter().enumerate().zip(chosen).map(|((index, name), code)| MappedColumn {
        index,
        name,
        field: (!code.is_empty()).then(|| code.clone()),
    });
    Mapping { width, columns: columns.collect() }
}

async fn cancel(
    State(source): State<Source>,
    caller: Caller,
    Path(ImportPath { import }): Path<ImportPath>,
) -> Result<Redirect, Problem> {
    stop(&source, &caller, import).await?;
    Ok(Redirect::to(&format!("/imports/{import}")))
}
