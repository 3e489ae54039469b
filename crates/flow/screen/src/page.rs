//! The pages of Do-Not-Call.

mod company;
mod load;
mod number;
mod overview;

use chrono::NaiveDate;
use plumb_base::ImportId;
use plumb_store::access::Action;
use plumb_web::{Access, BodyLimit, Caller, Form, Handler as _, Multipart, Path, Problem, Redirect, Route, State};
use serde::Deserialize;

use crate::Screen;
use crate::domain::registry::Registry;
use crate::http::{
    CheckBody, CompanyBody, EntryPath, FORM_BYTES, LoadPath, ScreeningBody, SubscriptionBody, begin_screening,
    check_number, enter_company, enter_subscription, read_company, read_load, read_loads, read_overview,
    read_screenings, take_from_company,
};
use crate::upload;

pub(crate) fn routes(screen: &Screen) -> Vec<Route> {
    let state = || screen.clone();
    let read = Access::Org(Action::DncRead);
    let manage = Access::Org(Action::DncManage);
    let edit = Access::Org(Action::LeadsEdit);
    vec![
        Route::get("/dnc", read, show.with_state(state())).page(),
        Route::post("/dnc/subscriptions", manage, subscribe.with_state(state())).page(),
        Route::post("/dnc/loads", manage, create.with_state(state()))
            .limits(BodyLimit::Stream(screen.upload_bytes_max + FORM_BYTES))
            .page(),
        Route::get("/dnc/loads/{load}", read, one.with_state(state())).page(),
        Route::post("/dnc/screenings", edit, begin.with_state(state())).page(),
        Route::post("/dnc/check", read, check.with_state(state())).page(),
        Route::get("/dnc/company", read, own_list.with_state(state())).page(),
        Route::post("/dnc/company", edit, add.with_state(state())).page(),
        Route::post("/dnc/company/{entry}/remove", manage, remove.with_state(state())).page(),
    ]
}

async fn show(State(screen): State<Screen>, caller: Caller) -> Result<maud::Markup, Problem> {
    let overview = read_overview(&screen, &caller).await?;
    let loads = read_loads(&screen, &caller).await?;
    let screenings = read_screenings(&screen, &caller, None).await?;
    let today = screen.store.clock().now().date_naive();
    Ok(overview::page(&caller, &overview, &loads, &screenings, today))
}

/// A subscription, from a form: an empty date is none.
#[derive(Debug, Deserialize)]
struct SubscriptionForm {
    registry: Registry,
    holder: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    expires_on: String,
}

async fn subscribe(
    State(screen): State<Screen>,
    caller: Caller,
    Form(form): Form<SubscriptionForm>,
) -> Result<Redirect, Problem> {
    let expires_on = date(&form.expires_on)?;
    let body = SubscriptionBody { holder: form.holder, account: form.account, expires_on };
    enter_subscription(&screen, &caller, form.registry, body).await?;
    Ok(Redirect::to("/dnc"))
}

fn date(typed: &str) -> Result<Option<NaiveDate>, Problem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    typed.parse().map(Some).map_err(|_| Problem::invalid("This is no date such as 2026-10-01."))
}

async fn create(
    State(screen): State<Screen>,
    caller: Caller,
    Multipart(mut form): Multipart,
) -> Result<Redirect, Problem> {
    let id = upload::take_in(&screen, &caller, &mut form).await?;
    Ok(Redirect::to(&format!("/dnc/loads/{id}")))
}

async fn one(
    State(screen): State<Screen>,
    caller: Caller,
    Path(LoadPath { load }): Path<LoadPath>,
) -> Result<maud::Markup, Problem> {
    Ok(load::page(&caller, &read_load(&screen, &caller, load).await?))
}

/// Which leads to screen, from a form: empty for all.
#[derive(Debug, Deserialize)]
struct ScreeningForm {
    #[serde(default)]
    import: String,
}

async fn begin(
    State(screen): State<Screen>,
    caller: Caller,
    Form(form): Form<ScreeningForm>,
) -> Result<Redirect, Problem> {
    let import = form.import.trim();
    let import = if import.is_empty() { None } else { Some(read_import(import)?) };
    begin_screening(&screen, &caller, ScreeningBody { import }).await?;
    Ok(Redirect::to("/dnc"))
}

fn read_import(typed: &str) -> Result<ImportId, Problem> {
    typed.parse().map_err(|_| Problem::invalid("This is no id of an import. Leave it empty to screen every lead."))
}

/// A number to check, from a form.
#[derive(Debug, Deserialize)]
struct CheckForm {
    number: String,
    #[serde(default)]
    region: String,
}

async fn check(
    State(screen): State<Screen>,
    caller: Caller,
    Form(form): Form<CheckForm>,
) -> Result<maud::Markup, Problem> {
    let body = CheckBody { number: form.number, region: Some(form.region), at: None };
    let view = check_number(&screen, &caller, &body).await?;
    Ok(number::page(&caller, &view))
}

async fn own_list(State(screen): State<Screen>, caller: Caller) -> Result<maud::Markup, Problem> {
    Ok(company::page(&caller, &read_company(&screen, &caller).await?))
}

async fn add(State(screen): State<Screen>, caller: Caller, Form(form): Form<CompanyForm>) -> Result<Redirect, Problem> {
    let body = CompanyBody { number: form.number, asked_on: date(&form.asked_on)?, ..CompanyBody::default() };
    enter_company(&screen, &caller, &body).await?;
    Ok(Redirect::to("/dnc/company"))
}

/// A number for the company's own list, from a form.
#[derive(Debug, Deserialize)]
struct CompanyForm {
    number: String,
    #[serde(default)]
    asked_on: String,
}

async fn remove(
    State(screen): State<Screen>,
    caller: Caller,
    Path(EntryPath { entry }): Path<EntryPath>,
) -> Result<Redirect, Problem> {
    take_from_company(&screen, &caller, entry).await?;
    Ok(Redirect::to("/dnc/company"))
}
