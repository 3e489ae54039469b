//! One number, the company's own list, and the calling rules, by API.

use chrono::NaiveDate;
use http::StatusCode;
use plumb_base::Timestamp;
use plumb_store::audit;
use plumb_web::{Caller, IntoResponse as _, Json, Path, Problem, Response, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::LISTED_MAX;
use crate::Screen;
use crate::company::{self, Reason};
use crate::domain::rules::{Mark, RuleBook};
use crate::model::CompanyEntry;
use crate::number::{self, NOT_ADVICE, NumberView};

/// A number to check.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckBody {
    /// The number, with its country code or as ten digits.
    pub(crate) number: String,
    /// The state of the address: letters or name.
    pub(crate) region: Option<String>,
    /// The moment of the call; now when absent.
    pub(crate) at: Option<Timestamp>,
}

pub(crate) async fn check_number(screen: &Screen, caller: &Caller, body: &CheckBody) -> Result<NumberView, Problem> {
    let number = read_number(&body.number)?;
    let region = body.region.as_deref().map(str::trim).filter(|region| !region.is_empty());
    let mut tx = screen.store.org(caller.org, caller.actor).await?;
    let at = body.at.unwrap_or_else(|| tx.now());
    let view = number::look_up(screen, &mut tx, &number, region, at).await?;
    tx.commit(audit::Entry::of("dnc.checked").with("dnc", view.dnc.as_str())).await?;
    Ok(view)
}

fn read_number(text: &str) -> Result<String, Problem> {
    number::typed(text).ok_or_else(|| {
        Problem::invalid(
            "This is no telephone number. Write it as +12025550123, or as ten digits for the United States.",
        )
    })
}

pub(super) async fn check(
    State(screen): State<Screen>,
    caller: Caller,
    Json(body): Json<CheckBody>,
) -> Result<Json<NumberView>, Problem> {
    Ok(Json(check_number(&screen, &caller, &body).await?))
}

/// The company's own list.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CompanyList {
    /// How many numbers are on it.
    pub(crate) count: i64,
    /// The newest, at most 100.
    pub(crate) entries: Vec<CompanyEntry>,
}

pub(crate) async fn read_company(screen: &Screen, caller: &Caller) -> Result<CompanyList, Problem> {
    let mut tx = screen.store.org(caller.org, caller.actor).await?;
    let (entries, count) = company::entries(&mut tx, LISTED_MAX).await?;
    tx.done_reading().await?;
    Ok(CompanyList { count, entries })
}

pub(super) async fn list_company(State(screen): State<Screen>, caller: Caller) -> Result<Json<CompanyList>, Problem> {
    Ok(Json(read_company(&screen, &caller).await?))
}

/// A number for the company's own list.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompanyBody {
    /// The number, with its country code or as ten digits.
    pub(crate) number: String,
    /// Why.
    #[serde(default)]
    pub(crate) reason: Reason,
    /// The day of the request; today when absent.
    pub(crate) asked_on: Option<NaiveDate>,
}

/// What adding a number did.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Added {
    /// Whether the number was not on the list before.
    is_new: bool,
}

pub(crate) async fn enter_company(screen: &Screen, caller: &Caller, body: &CompanyBody) -> Result<bool, Problem> {
    let number = read_number(&body.number)?;
    let mut tx = screen.store.org(caller.org, caller.actor).await?;
    let asked_on = body.asked_on.unwrap_or_else(|| tx.now().date_naive());
    let added = company::add(&mut tx, screen.store.keys(), &[number], body.reason, asked_on, caller.user).await?;
    tx.commit(audit::Entry::of("dnc.company_added").with("new", added).with("reason", body.reason.as_str())).await?;
    Ok(added > 0)
}

pub(super) async fn add_company(
    State(screen): State<Screen>,
    caller: Caller,
    Json(body): Json<CompanyBody>,
) -> Result<Response, Problem> {
    let is_new = enter_company(&screen, &caller, &body).await?;
    Ok((StatusCode::CREATED, Json(Added { is_new })).into_response())
}

/// Which entry.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct EntryPath {
    /// The entry.
    pub(crate) entry: Uuid,
}

pub(crate) async fn take_from_company(screen: &Screen, caller: &Caller, entry: Uuid) -> Result<(), Problem> {
    let mut tx = screen.store.org(caller.org, caller.actor).await?;
    if !company::remove(&mut tx, screen.store.keys(), entry).await? {
        return Err(Problem::not_found());
    }
    Ok(tx.commit(audit::Entry::of("dnc.company_removed").on("dnc_company", entry)).await?)
}

pub(super) async fn remove_company(
    State(screen): State<Screen>,
    caller: Caller,
    Path(EntryPath { entry }): Path<EntryPath>,
) -> Result<StatusCode, Problem> {
    take_from_company(&screen, &caller, entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The calling rules that come with the program.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RuleList {
    /// What they are not.
    note: &'static str,
    /// SHA-256 of them as they are written down.
    sha256: &'static str,
    /// Every rule.
    rules: Vec<RuleView>,
}

/// One calling rule.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RuleView {
    /// `US` or a state.
    jurisdiction: &'static str,
    /// What it is about.
    kind: &'static str,
    /// What it says.
    says: String,
    /// The first day on which it holds, if that is known.
    valid_from: Option<NaiveDate>,
    /// The last.
    valid_to: Option<NaiveDate>,
    /// The law or page that says so.
    source: &'static str,
    /// When it was last compared with its source.
    checked_at: NaiveDate,
    /// How well it is known: V read in the law, P secondary pages, K known and not looked up, U not verified.
    mark: Mark,
    /// What else is to be known.
    note: Option<&'static str>,
}

pub(super) async fn rules(_: Caller) -> Json<RuleList> {
    let book = RuleBook::shipped();
    let view = |rule: &crate::domain::rules::Rule| RuleView {
        jurisdiction: rule.jurisdiction,
        kind: rule.kind.as_str(),
        says: rule.kind.to_string(),
        valid_from: rule.valid_from,
        valid_to: rule.valid_to,
        source: rule.source,
        checked_at: rule.checked_at,
        mark: rule.mark,
        note: rule.note,
    };
    Json(RuleList { note: NOT_ADVICE, sha256: book.fingerprint(), rules: book.rules().iter().map(view).collect() })
}
