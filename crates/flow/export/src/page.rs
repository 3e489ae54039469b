//! The pages of exports.

mod detail;
mod overview;

use maud::Markup;
use plumb_base::ImportId;
use plumb_lead::VerdictFilter;
use plumb_store::Store;
use plumb_store::access::Action;
use plumb_web::{Access, Caller, Form, Handler as _, Path, Problem, Query, Redirect, Route, State};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{Format, Profile, Which};
use crate::http::{ExportPath, ListQuery, Wanted, ask, page_of, read, stop};

pub(crate) fn routes(store: &Store) -> Vec<Route> {
    let state = || store.clone();
    let export = Access::Org(Action::LeadsExport);
    vec![
        Route::get("/exports", export, list.with_state(state())).page(),
        Route::post("/exports", export, create.with_state(state())).page(),
        Route::get("/exports/{export}", export, one.with_state(state())).page(),
        Route::post("/exports/{export}/cancel", export, cancel.with_state(state())).page(),
    ]
}

/// What the form begins with, such as the filters of the list of leads. What a form leaves open comes as empty text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub(crate) verdict: String,
    pub(crate) country: String,
    pub(crate) domain: String,
    pub(crate) import: String,
    pub(crate) format: Format,
    pub(crate) profile: Profile,
    pub(crate) rows: Which,
    include_provenance: Option<String>,
    include_not_us_phones: Option<String>,
    before: Option<Uuid>,
}

impl Asked {
    fn wanted(self) -> Result<Wanted, Problem> {
        let given = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let verdict = given(self.verdict).map(|word| serde_json::from_value::<VerdictFilter>(word.into())).transpose();
        let import = given(self.import).map(|id| id.parse::<ImportId>()).transpose();
        Ok(Wanted {
            format: self.format,
            profile: self.profile,
            rows: self.rows,
            include_provenance: self.include_provenance.is_some(),
            include_not_us_phones: self.include_not_us_phones.is_some(),
            verdict: verdict.map_err(|_| Problem::invalid("There is no such verdict."))?,
            country: given(self.country),
            domain: given(self.domain),
            import: import.map_err(|_| Problem::invalid("This is no id of an import. Leave it empty for all."))?,
        })
    }
}

async fn list(State(store): State<Store>, caller: Caller, Query(asked): Query<Asked>) -> Result<Markup, Problem> {
    let history = page_of(&store, &caller, ListQuery { before: asked.before, limit: None }).await?;
    Ok(overview::page(&caller, &history, &asked, asked.before.is_some()))
}

async fn create(State(store): State<Store>, caller: Caller, Form(asked): Form<Asked>) -> Result<Redirect, Problem> {
    let export = ask(&store, &caller, &asked.wanted()?).await?;
    Ok(Redirect::to(&format!("/exports/{export}")))
}

async fn one(
    State(store): State<Store>,
    caller: Caller,
    Path(ExportPath { export }): Path<ExportPath>,
) -> Result<Markup, Problem> {
    Ok(detail::page(&caller, &read(&store, &caller, export).await?))
}

async fn cancel(
    State(store): State<Store>,
    caller: Caller,
    Path(ExportPath { export }): Path<ExportPath>,
) -> Result<Redirect, Problem> {
    stop(&store, &caller, export).await?;
    Ok(Redirect::to(&format!("/exports/{export}")))
}
