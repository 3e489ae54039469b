//! The API of leads.

use plumb_base::LeadId;
use plumb_store::access::Action;
use plumb_store::{Store, audit};
use plumb_web::{Access, Caller, Doc, Handler as _, Json, Path, Problem, Query, Route, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::counts::{self, Counts};
use crate::domain::score::{Part, score};
use crate::edit::{EditError, LeadEdit, edit};
use crate::origin::{Origin, origins};
use crate::read::{self, Cursor, Filter, Lead, LeadPage, Sort, SourceRow, VerdictFilter};
use crate::verdict::stored;
use crate::withhold::withhold_opted_out;

pub(crate) fn routes(store: &Store) -> Vec<Route> {
    let state = || store.clone();
    vec![
        Route::get("/api/v1/leads", Access::Org(Action::LeadsRead), list.with_state(state())).doc(
            Doc::new("List leads")
                .description("A page of leads, best first. `next` of one page is `after` of the next; pages are read by key, so the last costs what the first does.")
                .tag("leads")
                .query::<LeadQuery>()
                .responds::<LeadPage>(200),
        ),
        Route::get("/api/v1/leads/counts", Access::Org(Action::LeadsRead), count.with_state(state()))
            .doc(Doc::new("Count leads by verdict and reason").tag("leads").query::<CountQuery>().responds::<Counts>(200)),
        Route::get("/api/v1/leads/{lead}", Access::Org(Action::LeadsRead), one.with_state(state())).doc(
            Doc::new("One lead, with the origin of each field").tag("leads").path::<LeadPath>().responds::<LeadDetail>(200),
        ),
        Route::patch("/api/v1/leads/{lead}", Access::Org(Action::LeadsEdit), change.with_state(state())).doc(
            Doc::new("Edit a lead").tag("leads").path::<LeadPath>().body::<LeadEdit>().responds::<Lead>(200),
        ),
    ]
}

/// Which page of leads.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeadQuery {
    /// Only leads with this verdict.
    pub(crate) verdict: Option<VerdictFilter>,
    /// Only leads that may be used now (`true`), or only those that may not (`false`).
    pub(crate) usable: Option<bool>,
    /// Only leads of this country (ISO 3166-1 alpha-2).
    pub(crate) country: Option<String>,
    /// Only leads whose address is at this domain.
    pub(crate) domain: Option<String>,
    /// Only leads that this import brought.
    pub(crate) import: Option<plumb_base::ImportId>,
    /// Only the lead with this address.
    pub(crate) email: Option<String>,
    /// Order; best score first unless told.
    #[serde(default)]
    pub(crate) sort: Sort,
    /// `next` of the page before.
    pub(crate) after: Option<String>,
    /// Leads a page, 1 to 200; 50 unless told.
    pub(crate) limit: Option<u32>,
}

impl LeadQuery {
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            verdict: self.verdict,
            usable: self.usable,
            country: self.country.clone().filter(|text| !text.is_empty()),
            domain: self.domain.clone().filter(|text| !text.is_empty()),
            import: self.import,
            email: self.email.clone().filter(|text| !text.is_empty()),
        }
    }
}

/// Which leads to count.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CountQuery {
    /// Only those that this import first brought.
    import: Option<plumb_base::ImportId>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct LeadPath {
    /// The lead.
    pub(crate) lead: LeadId,
}

/// One lead, how its score came about, and where each field came from.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LeadDetail {
    /// The lead.
    pub(crate) lead: Lead,
    /// The parts of its score.
    pub(crate) score_parts: Vec<Part>,
    /// The origin of each field that has a value.
    pub(crate) origins: Vec<Origin>,
    /// The rows that it was made of, as they came.
    pub(crate) sources: Vec<SourceRow>,
}

pub(crate) async fn read_page(store: &Store, caller: &Caller, query: &LeadQuery) -> Result<LeadPage, Problem> {
    let limit = query.limit.unwrap_or(50);
    if !(1..=plumb_base::limits::PAGE_ROWS_MAX).contains(&limit) {
        return Err(Problem::bad_request(format!(
            "limit is {limit}; a page has 1 to {} leads.",
            plumb_base::limits::PAGE_ROWS_MAX
        )));
    }
    let after = query.after.as_deref().filter(|text| !text.is_empty()).map(Cursor::decode).transpose();
    let after = after.map_err(|error| {
        Problem::bad_request(format!("after: {error}. Give back `next` of a page in the same order."))
    })?;
    let mut tx = store.org(caller.org, caller.actor).await?;
    let page = read::page(&mut tx, &query.filter(), query.sort, after, limit).await?;
    record_read(tx, "lead.listed", page.leads.len()).await?;
    Ok(page)
}

/// Reads of personal data are in the log too, one entry a request with the number of people (claim 110).
async fn record_read(tx: plumb_store::OrgTx, action: &'static str, leads: usize) -> Result<(), Problem> {
    Ok(tx.commit(audit::Entry::of(action).with("leads", leads)).await?)
}

async fn list(
    State(store): State<Store>,
    caller: Caller,
    Query(query): Query<LeadQuery>,
) -> Result<Json<LeadPage>, Problem> {
    Ok(Json(read_page(&store, &caller, &query).await?))
}

async fn count(
    State(store): State<Store>,
    caller: Caller,
    Query(query): Query<CountQuery>,
) -> Result<Json<Counts>, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let counts = counts::counts(&mut tx, query.import).await?;
    tx.done_reading().await?;
    Ok(Json(counts))
}

pub(crate) async fn detail(store: &Store, caller: &Caller, id: LeadId) -> Result<LeadDetail, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let lead = read::one(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    let (mut sources, exceptions) = read::sources(&mut tx, id).await?;
    if lead.unusable == Some(crate::Unusable::Suppressed) {
        sources.clear();
    }
    let cells = sources.iter_mut().map(|source| &mut source.cells);
    withhold_opted_out(&mut tx, cells, &store.keys().suppression()).await?;
    let stored = stored(&mut tx, &[id]).await?;
    tx.commit(audit::Entry::of("lead.read").on("lead", id.0)).await?;
    let origins = origins(&lead, &exceptions);
    let score_parts = stored.first().map(|stored| score(&stored.facts()).1).unwrap_or_default();
    Ok(LeadDetail { lead, score_parts, origins, sources })
}

async fn one(
    State(store): State<Store>,
    caller: Caller,
    Path(path): Path<LeadPath>,
) -> Result<Json<LeadDetail>, Problem> {
    Ok(Json(detail(&store, &caller, path.lead).await?))
}

pub(crate) async fn apply(store: &Store, caller: &Caller, id: LeadId, change: &LeadEdit) -> Result<(), Problem> {
    let tx = store.org(caller.org, caller.actor).await?;
    edit(tx, id, change, &store.keys().suppression()).await.map_err(|error| match error {
        EditError::NotFound => Problem::not_found(),
        EditError::Invalid(why) => Problem::invalid(why),
        EditError::Taken => Problem::conflict("Another lead of this organisation has this address already. Edit that one, or choose another address."),
        EditError::OptedOut => Problem::conflict("This person asked not to be contacted. Their address is what that is recognised by, so it cannot be changed or removed. Nothing was changed."),
        EditError::Suppressed => Problem::conflict("The owner of this address asked not to be contacted, so it cannot be stored. Use another address, or leave it out."),
        EditError::Store(error) => error.into(),
    })
}

async fn change(
    State(store): State<Store>,
    caller: Caller,
    Path(path): Path<LeadPath>,
    Json(change): Json<LeadEdit>,
) -> Result<Json<Lead>, Problem> {
    apply(&store, &caller, path.lead, &change).await?;
    let mut tx = store.org(caller.org, caller.actor).await?;
    let lead = read::one(&mut tx, path.lead).await?.ok_or_else(Problem::not_found)?;
    tx.done_reading().await?;
    Ok(Json(lead))
}
