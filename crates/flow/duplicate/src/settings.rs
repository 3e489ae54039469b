//! What an organisation wants done with duplicates: by page and by API.

use maud::{Markup, html};
use plumb_store::access::{self, Action};
use plumb_store::{OrgTx, Store, StoreError, audit};
use plumb_web::page::{self, Chrome, Nav};
use plumb_web::{Access, Caller, Doc, Form, Handler as _, Json, Problem, Redirect, Route, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::confidence;

/// Confidence from which on a pair is shown unless somebody says otherwise, in per cent: what the engine takes for
/// possible at all.
pub(crate) const SHOW_FROM: u8 = 20;
/// What the form offers to whoever turns merging on, in per cent.
const MERGE_AT: u8 = 97;

/// What to do with pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// After a search, pairs that the engine would link by itself are merged from this confidence on, 90 to 100 per cent;
    /// null, as it is unless somebody says otherwise: they are only suggested.
    #[serde(default)]
    pub(crate) merge_at: Option<u8>,
    /// Pairs that wait are shown from this confidence on, 1 to 90 per cent; 20 unless somebody says otherwise.
    #[serde(default = "show_from")]
    pub(crate) show_from: u8,
}

fn show_from() -> u8 {
    SHOW_FROM
}

impl Default for Settings {
    fn default() -> Self {
        Self { merge_at: None, show_from: SHOW_FROM }
    }
}

pub(crate) fn routes(store: &Store) -> Vec<Route> {
    let state = || store.clone();
    let (read, manage) = (Access::Org(Action::DuplicatesRead), Access::Org(Action::DuplicatesManage));
    vec![
        Route::get("/api/v1/duplicates/settings", read, show.with_state(state())).doc(
            Doc::new("Whether duplicates are merged by themselves, and which pairs are shown")
                .tag("duplicates")
                .responds::<Settings>(200),
        ),
        Route::put("/api/v1/duplicates/settings", manage, set.with_state(state())).doc(
            Doc::new("Say whether duplicates are merged by themselves, and which pairs are shown")
                .tag("duplicates")
                .body::<Settings>()
                .responds::<Settings>(200),
        ),
        Route::get("/duplicates/settings", read, form.with_state(state())).page(),
        Route::post("/duplicates/settings", manage, submit.with_state(state())).page(),
    ]
}

/// What stands.
pub(crate) async fn settings(tx: &mut OrgTx) -> Result<Settings, StoreError> {
    let org = tx.org().0;
    let row = sqlx::query!("select merge_at, show_from from duplicate_setting where org_id = $1", org)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map_or_else(Settings::default, |row| Settings {
        merge_at: row.merge_at.and_then(|at| u8::try_from(at).ok()),
        show_from: u8::try_from(row.show_from).unwrap_or(SHOW_FROM),
    }))
}

async fn read(store: &Store, caller: &Caller) -> Result<Settings, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let found = settings(&mut tx).await?;
    tx.done_reading().await?;
    Ok(found)
}

async fn write(store: &Store, caller: &Caller, settings: Settings) -> Result<(), Problem> {
    let merge_at = settings.merge_at.map(confidence).transpose()?;
    if !(1..=90).contains(&settings.show_from) {
        return Err(Problem::invalid(format!(
            "Pairs cannot be shown from {} per cent on. Say 1 to 90; above that nothing would wait for anybody.",
            settings.show_from
        )));
    }
    let mut tx = store.org(caller.org, caller.actor).await?;
    let org = tx.org().0;
    sqlx::query!(
        "insert into duplicate_setting (org_id, merge_at, show_from) values ($1, $2, $3)
         on conflict (org_id) do update set merge_at = excluded.merge_at, show_from = excluded.show_from",
        org,
        merge_at.map(i16::from),
        i16::from(settings.show_from),
    )
    .execute(tx.conn())
    .await
    .map_err(StoreError::from)?;
    let entry =
        audit::Entry::of("duplicate.settings_changed").with("merge_at", merge_at).with("show_from", settings.show_from);
    Ok(tx.commit(entry).await?)
}

async fn show(State(store): State<Store>, caller: Caller) -> Result<Json<Settings>, Problem> {
    Ok(Json(read(&store, &caller).await?))
}

async fn set(
    State(store): State<Store>,
    caller: Caller,
    Json(settings): Json<Settings>,
) -> Result<Json<Settings>, Problem> {
    write(&store, &caller, settings).await?;
    Ok(Json(settings))
}

async fn form(State(store): State<Store>, caller: Caller) -> Result<Markup, Problem> {
    let stands = read(&store, &caller).await?;
    let may_change = access::allows(caller.role, Action::DuplicatesManage);
    let merge_at = stands.merge_at.unwrap_or(MERGE_AT);
    let body = html! {
        p { a href="/duplicates" { "← Duplicates" } }
        h1 { "How duplicates are handled" }
        form method="post" action="/duplicates/settings" class="card" {
            (caller.csrf.field())
            fieldset disabled[!may_change] {
                legend { "Merging" }
                p {
                    input type="checkbox" id="automatic" name="automatic" value="yes" checked[stands.merge_at.is_some()];
                    label for="automatic" { " Merge the surest pairs after each search, without a look at each" }
                }
                p {
                    label for="merge_at" { "From this confidence on, in per cent" }
                    input type="number" id="merge_at" name="merge_at" min="90" max="100" required value=(merge_at);
                }
                p class="muted" {
                    "Off unless you turn it on: then pairs are only suggested. Only pairs of “same person” are merged. Of a hundred pairs with confidence "
                    (MERGE_AT) " about " (100 - MERGE_AT) " are expected to be two people. Each merge can be undone under "
                    a href="/merges" { "Merges" } "."
                }
            }
            fieldset disabled[!may_change] {
                legend { "The queue" }
                p {
                    label for="show_from" { "Show pairs from this confidence on, in per cent" }
                    input type="number" id="show_from" name="show_from" min="1" max="90" required value=(stands.show_from);
                }
                p class="muted" {
                    (SHOW_FROM) " unless you say otherwise: four of five pairs with that confidence are two people. Pairs below are kept, and come back when you lower it."
                }
            }
            @if may_change { p class="actions" { button type="submit" { "Save" } } }
            @else { p class="muted" { "An administrator can change this." } }
        }
    };
    Ok(page::layout("How duplicates are handled", &Chrome::of(&caller, Nav::Duplicates), body))
}

#[derive(Debug, Deserialize)]
struct Filled {
    automatic: Option<String>,
    merge_at: u8,
    show_from: u8,
}

async fn submit(State(store): State<Store>, caller: Caller, Form(filled): Form<Filled>) -> Result<Redirect, Problem> {
    let merge_at = filled.automatic.is_some().then_some(filled.merge_at);
    write(&store, &caller, Settings { merge_at, show_from: filled.show_from }).await?;
    Ok(Redirect::to("/duplicates"))
}
