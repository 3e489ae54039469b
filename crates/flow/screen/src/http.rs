//! The API of Do-Not-Call.

mod number;

use chrono::NaiveDate;
use http::{HeaderValue, StatusCode, header};
use plumb_base::ImportId;
use plumb_store::access::Action;
use plumb_store::audit;
use plumb_store::job::{self, When};
use plumb_web::{
    Access, BodyLimit, Caller, Doc, Handler as _, IntoResponse as _, Json, Multipart, Path, Problem, Response, Route,
    State,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::registry::Registry;
use crate::job::ScreenLeads;
use crate::model::{Load, RegistryView, Screening};
use crate::number::{AskError, NumberView, coverage, registries};
use crate::query::{self, Subscription};
use crate::upload::{self, LoadForm};
use crate::{Screen, page};

use number::{Added, RuleList, add_company, check, list_company, remove_company, rules};
pub(crate) use number::{
    CheckBody, CompanyBody, CompanyList, EntryPath, check_number, enter_company, read_company, take_from_company,
};

/// What a form needs around its file.
pub(crate) const FORM_BYTES: u64 = 1024 * 1024;
/// Entries of a list here.
const LISTED_MAX: i64 = 100;

/// The routes of this crate.
#[must_use]
pub fn routes(screen: &Screen) -> Vec<Route> {
    let state = || screen.clone();
    let read = Access::Org(Action::DncRead);
    let manage = Access::Org(Action::DncManage);
    let edit = Access::Org(Action::LeadsEdit);
    let mut routes = vec![
        Route::get("/api/v1/dnc", read, overview.with_state(state())).doc(
            Doc::new("Which Do-Not-Call registries are loaded, and how old they are").tag("dnc").responds::<Overview>(200),
        ),
        Route::put("/api/v1/dnc/registries/{registry}/subscription", manage, subscribe.with_state(state())).doc(
            Doc::new("Say under whose subscription a registry is used")
                .description("Without one its list is neither loaded nor asked. A registry's list may be used by the holder of the subscription alone.")
                .tag("dnc")
                .path::<RegistryPath>()
                .body::<SubscriptionBody>()
                .responds::<Overview>(200),
        ),
        Route::post("/api/v1/dnc/loads", manage, create_load.with_state(state()))
            .limits(BodyLimit::Stream(screen.upload_bytes_max + FORM_BYTES))
            .doc(
                Doc::new("Load a list")
                    .description("Takes a file and queues it: a registry's whole list, the changes to the version that is loaded, answers of the Reassigned Numbers Database (number, date, answer), or numbers for the company's own list. The version that is in force stays so until the new one is complete, and when the file is refused.")
                    .tag("dnc")
                    .multipart::<LoadForm>()
                    .responds::<Load>(202),
            ),
        Route::get("/api/v1/dnc/loads", read, list_loads.with_state(state()))
            .doc(Doc::new("The newest loads").tag("dnc").responds::<Loads>(200)),
        Route::get("/api/v1/dnc/loads/{load}", read, one_load.with_state(state()))
            .doc(Doc::new("One load").tag("dnc").path::<LoadPath>().responds::<Load>(200)),
        Route::post("/api/v1/dnc/screenings", edit, create_screening.with_state(state())).doc(
            Doc::new("Screen leads")
                .description("Queues the numbers of all leads, or of one import's, against every list that is loaded and the company's own. Each lead gets the answer, its lists and dates; the record of the screening is kept for five years.")
                .tag("dnc")
                .body::<ScreeningBody>()
                .responds::<Screening>(202),
        ),
        Route::get("/api/v1/dnc/screenings", read, list_screenings.with_state(state()))
            .doc(Doc::new("The newest screenings").tag("dnc").responds::<Screenings>(200)),
        Route::get("/api/v1/dnc/screenings/{screening}", read, one_screening.with_state(state()))
            .doc(Doc::new("One screening").tag("dnc").path::<ScreeningPath>().responds::<Screening>(200)),
        Route::post("/api/v1/dnc/check", read, check.with_state(state())).doc(
            Doc::new("Check one number")
                .description("What the lists say about it, what the Reassigned Numbers Database answered, and whether hour and day allow a call, with the rules and their sources. Not legal advice. Nothing is kept but that somebody asked.")
                .tag("dnc")
                .body::<CheckBody>()
                .responds::<NumberView>(200),
        ),
        Route::get("/api/v1/dnc/company", read, list_company.with_state(state()))
            .doc(Doc::new("The company's own Do-Not-Call list").tag("dnc").responds::<CompanyList>(200)),
        Route::post("/api/v1/dnc/company", edit, add_company.with_state(state())).doc(
            Doc::new("Put a number on the company's own list")
                .description("Acts at once: every lead with the number is marked, and leaves no export with it. Kept as a keyed hash.")
                .tag("dnc")
                .body::<CompanyBody>()
                .responds::<Added>(201),
        ),
        Route::delete("/api/v1/dnc/company/{entry}", manage, remove_company.with_state(state())).doc(
            Doc::new("Take a number from the company's own list").tag("dnc").path::<EntryPath>().responds_empty(204),
        ),
        Route::get("/api/v1/dnc/rules", read, rules.with_state(())).doc(
            Doc::new("Every calling rule, with its source and age").tag("dnc").responds::<RuleList>(200),
        ),
    ];
    routes.extend(page::routes(screen));
    routes
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Store(error) => error.into(),
            AskError::Bits(error) => {
                tracing::error!(%error, "the Do-Not-Call lists cannot be read");
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "lists-unreadable", "The lists cannot be read")
                    .detail("The Do-Not-Call lists on disk cannot be read, so nothing is said about any number. Whoever runs this installation has to look; loading the list again may help.")
            }
        }
    }
}

/// Every registry, and what is screened against.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Overview {
    /// Whether the federal registry is loaded and not too old.
    pub(crate) is_configured: bool,
    /// What numbers are screened against, in words, from what is loaded.
    pub(crate) coverage: String,
    /// Every registry.
    pub(crate) registries: Vec<RegistryView>,
}

pub(crate) async fn read_overview(screen: &Screen, caller: &Caller) -> Result<Overview, Problem> {
    let mut tx = screen.store.org(caller.org, caller.actor).await?;
    let registries = registries(screen, &mut tx).await?;
    tx.done_reading().await?;
    let federal = registries.iter().find(|view| view.registry == Registry::Federal);
    let is_configured = federal.is_some_and(|view| view.state == crate::RegistryState::Loaded);
    Ok(Overview { is_configured, coverage: coverage(&registries), registries })
}

async fn overview(State(screen): State<Screen>, caller: Caller) -> Result<Json<Overview>, Problem> {
    Ok(Json(read_overview(&screen, &caller).await?))
}

/// Which registry.
#[derive(Debug, Deserialize, JsonSchema)]
struct RegistryPath {
    /// The registry.
    registry: Registry,
}

/// Under whose subscription a registry is used.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscriptionBody {
    /// The company that holds it.
    pub(crate) holder: String,
    /// Its account number with the registry (SAN).
    #[serde(default)]
    pub(crate) account: String,
    /// The last day on which it holds.
    pub(crate) expires_on: Option<NaiveDate>,
}

pub(crate) async fn enter_subscription(
    screen: &Screen,
    caller: &Caller,
    registry: Registry,
    body: SubscriptionBody,
) -> Result<(), Problem> {
    let (holder, account) = (body.holder.trim().to_owned(), body.account.trim().to_owned());
    if holder.is_empty() || holder.chars().count() > 200 || account.chars().count() > 100 {
        return Err(Problem::invalid("The holder is a name of up to 200 characters, the account of up to 100."));
    }
    let expires_on = body.expires_on;
    let mut tx = screen.store.org(caller.org, caller.actor).await?;
    query::subscribe(&mut tx, &Subscription { registry: registry.to_string(), holder, account, expires_on }).await?;
    let entry = audit::Entry::of("dnc.subscription_entered")
        .with("registry", registry.as_str())
        .with("expires_on", expires_on.map(|day| day.to_string()));
    Ok(tx.commit(entry).await?)
}

async fn subscribe(
    State(screen): State<Screen>,
    caller: Caller,
    Path(RegistryPath { registry }): Path<RegistryPath>,
    Json(body): Json<SubscriptionBody>,
) -> Result<Json<Overview>, Problem> {
    enter_subscription(&screen, &caller, registry, body).await?;
    Ok(Json(read_overview(&screen, &caller).await?))
}

async fn create_load(
    State(screen): State<Screen>,
    caller: Caller,
    Multipart(mut form): Multipart,
) -> Result<Response, Problem> {
    let id = upload::take_in(&screen, &caller, &mut form).await?;
    let load = read_load(&screen, &caller, id).await?;
    accepted(&format!("/api/v1/dnc/loads/{id}"), load)
}

fn accepted<T: Serialize>(location: &str, body: T) -> Result<Response, Problem> {
    let location = HeaderValue::try_from(location).map_err(|_| Problem::internal())?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(body)).into_response())
}

/// Loads, newest first.
#[derive(Debug, Serialize, JsonSchema)]
struct Loads {
    /// At most 100.
    loads: Vec<Load>,
}

pub(crate) async fn read_loads(screen: &Screen, caller: &Caller) -> Result<Vec<Load>, Problem> {
    let mut tx = screen.store.org(caller.org, caller.actor).await?;
    let rows = query::loads(&mut tx, LISTED_MAX).await?;
    tx.done_reading().await?;
    Ok(rows.into_iter().map(query::LoadRow::view).collect())
}

async fn list_loads(State(screen): State<Screen>, caller: Caller) -> Result<Json<Loads>, Problem> {
    Ok(Json(Loads { loads: read_loads(&screen, &caller).await? }))
}

/// Which load.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct LoadPath {
    /// The load.
    pub(crate) load: ImportId,
}

pub(crate) async fn read_load(screen: &Screen, caller: &Caller, id: ImportId) -> Result<Load, Problem> {
    let mut tx = screen.store.org(caller.org, caller.actor).await?;
    let row = query::load(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    tx.done_reading().await?;
    Ok(row.view())
}

async fn one_load(
    State(screen): State<Screen>,
    caller: Caller,
    Path(LoadPath { load }): Path<LoadPath>,
) -> Result<Json<Load>, Problem> {
    Ok(Json(read_load(&screen, &caller, load).await?))
}

/// Which leads to screen.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScreeningBody {
    /// Only those of this import; all when absent.
    pub(crate) import: Option<ImportId>,
}

pub(crate) async fn begin_screening(
    screen: &Screen,
    caller: &Caller,
    ScreeningBody { import }: ScreeningBody,
) -> Result<Uuid, Problem> {
    let mut tx = screen.store.org(caller.org, caller.actor).await?;
    let id = query::add_screening(&mut tx, query::Scope { import, only_unanswered: false }, caller.user).await?;
    job::enqueue(&mut tx, &ScreenLeads { screening: id }, When::Now).await?;
    let entry = audit::Entry::of("dnc.screening_queued")
        .on("dnc_screening", id)
        .with("import", import.map(|import| import.to_string()));
    tx.commit(entry).await?;
    Ok(id)
}

async fn create_screening(
    State(screen): State<Screen>,
    caller: Caller,
    Json(body): Json<ScreeningBody>,
) -> Result<Response, Problem> {
    let id = begin_screening(&screen, &caller, body).await?;
    let found = read_screenings(&screen, &caller, Some(id)).await?;
    let screening = found.into_iter().next().ok_or_else(Problem::internal)?;
    accepted(&format!("/api/v1/dnc/screenings/{id}"), screening)
}

/// Screenings, newest first.
#[derive(Debug, Serialize, JsonSchema)]
struct Screenings {
    /// At most 100.
    screenings: Vec<Screening>,
}

pub(crate) async fn read_screenings(
    screen: &Screen,
    caller: &Caller,
    one: Option<Uuid>,
) -> Result<Vec<Screening>, Problem> {
    let mut tx = screen.store.org(caller.org, caller.actor).await?;
    let rows = query::screenings(&mut tx, one, LISTED_MAX).await?;
    tx.done_reading().await?;
    Ok(rows.into_iter().map(query::ScreeningRow::view).collect())
}

async fn list_screenings(State(screen): State<Screen>, caller: Caller) -> Result<Json<Screenings>, Problem> {
    Ok(Json(Screenings { screenings: read_screenings(&screen, &caller, None).await? }))
}

/// Which screening.
#[derive(Debug, Deserialize, JsonSchema)]
struct ScreeningPath {
    /// The screening.
    screening: Uuid,
}

async fn one_screening(
    State(screen): State<Screen>,
    caller: Caller,
    Path(ScreeningPath { screening }): Path<ScreeningPath>,
) -> Result<Json<Screening>, Problem> {
    let found = read_screenings(&screen, &caller, Some(screening)).await?;
    found.into_iter().next().map(Json).ok_or_else(Problem::not_found)
}

#[cfg(test)]
mod tests;
