//! The page of API keys.

use std::str::FromStr as _;

use http::StatusCode;
use maud::{Markup, html};
use plumb_base::{ApiKeyId, Timestamp};
use plumb_store::access::{Action, Scope};
use plumb_web::page::{self, Chrome, Tone};
use plumb_web::{
    Access, Caller, Form, Handler as _, IntoResponse as _, Path, Problem, Redirect, Response, Route, State,
};

use crate::Identity;
use crate::api_key::{self, ApiKey, DAYS_DEFAULT, MadeKey, NAME_CHARACTERS_MAX, NewKey};

const PATH: &str = "/settings/keys";
/// The lives that the form offers, in days.
const LIVES: [u16; 4] = [30, 90, 180, DAYS_DEFAULT];

pub(crate) fn routes(identity: &Identity) -> Vec<Route> {
    let access = Access::Org(Action::ApiKeysManage);
    vec![
        Route::get(PATH, access, show.with_state(identity.clone())).page(),
        Route::post(PATH, access, make.with_state(identity.clone())).page(),
        Route::post("/settings/keys/{key}/revoke", access, revoke.with_state(identity.clone())).page(),
    ]
}

async fn show(State(identity): State<Identity>, caller: Caller) -> Result<Markup, Problem> {
    let keys = keys(&identity, &caller).await?;
    Ok(render(&caller, &keys, None, None))
}

async fn make(
    State(identity): State<Identity>,
    caller: Caller,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let field = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let wanted = NewKey {
        name: field("name").unwrap_or_default().to_owned(),
        scopes: fields
            .iter()
            .filter(|(name, _)| name == "scope")
            .filter_map(|(_, value)| Scope::from_str(value).ok())
            .collect(),
        expires_in_days: field("days").and_then(|days| days.parse().ok()),
    };
    match api_key::make(&identity, &caller, wanted).await {
        // Not a redirect: the secret is shown here and nowhere else.
        Ok(made) => {
            let keys = keys(&identity, &caller).await?;
            Ok((StatusCode::CREATED, render(&caller, &keys, Some(&made), None)).into_response())
        }
        Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            let keys = keys(&identity, &caller).await?;
            Ok((problem.status(), render(&caller, &keys, None, Some(problem.detail_text()))).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn revoke(
    State(identity): State<Identity>,
    caller: Caller,
    Path(key): Path<ApiKeyId>,
) -> Result<Redirect, Problem> {
    api_key::revoke(&identity, &caller, key).await?;
    Ok(Redirect::to(PATH))
}

async fn keys(identity: &Identity, caller: &Caller) -> Result<Vec<ApiKey>, Problem> {
    let mut tx = identity.store.org(caller.org, caller.actor).await?;
    let keys = api_key::all(&mut tx).await?;
    tx.done_reading().await?;
    Ok(keys)
}

fn render(caller: &Caller, keys: &[ApiKey], made: Option<&MadeKey>, wrong: Option<&str>) -> Markup {
    let body = html! {
        h1 { "API keys" }
        @if let Some(made) = made {
            section class="card" {
                (page::notice(Tone::Good, "The key is made. Copy it now: it is shown this once."))
                p { code { (made.secret) } }
                p class="hint" { "Send it as " code { "Authorization: Bearer …" } ", never in an address." }
            }
        }
        (table(caller, keys))
        h2 { "Make a key" }
        @if let Some(sentence) = wrong { (page::notice(Tone::Bad, sentence)) }
        form method="post" action=(PATH) {
            (caller.csrf.field())
            div class="field" {
                label for="name" { "What it is for" }
                input id="name" name="name" maxlength=(NAME_CHARACTERS_MAX) required autocomplete="off";
            }
            fieldset {
                legend { "What it may do" }
                @for scope in Scope::ALL {
                    p {
                        label {
                            input type="checkbox" name="scope" value=(scope.as_str())
                                checked[*scope == Scope::LeadsRead];
                            code { (scope.as_str()) }
                        }
                    }
                }
            }
            div class="field" {
                label for="days" { "How long it works" }
                select id="days" name="days" {
                    @for days in LIVES {
                        option value=(days) selected[days == DAYS_DEFAULT] { (days) " days" }
                    }
                }
            }
            p class="actions" { button type="submit" { "Make a key" } }
        }
    };
    page::layout("API keys", &Chrome::of(caller, None), body)
}

fn table(caller: &Caller, keys: &[ApiKey]) -> Markup {
    if keys.is_empty() {
        return page::empty("No keys yet", "A key lets a program use the API in this organisation's name.", None);
    }
    html! {
        div class="table-wrap" {
            table {
                thead {
                    tr {
                        @for head in ["Key", "Begins with", "May", "Made", "Last used", "Ends", "", ""] {
                            th scope="col" { (head) }
                        }
                    }
                }
                tbody {
                    @for key in keys {
                        tr {
                            th scope="row" { (key.name) }
                            td { code { (key.prefix) } }
                            td { (key.scopes.join(", ")) }
                            td { (day(key.created_at)) }
                            td { @if let Some(at) = key.last_used_at { (day(at)) } @else { "never" } }
                            td { (day(key.expires_at)) }
                            td {
                                @if key.active { (page::badge(Tone::Good, "works")) }
                                @else if key.revoked_at.is_some() { (page::badge(Tone::Neutral, "revoked")) }
                                @else { (page::badge(Tone::Neutral, "expired")) }
                            }
                            td {
                                @if key.active {
                                    form method="post" action={ "/settings/keys/" (key.id) "/revoke" } {
                                        (caller.csrf.field())
                                        button type="submit" class="danger" {
                                            "Revoke" span class="hidden" { " " (key.name) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn day(at: Timestamp) -> Markup {
    html! { time datetime=(at.to_rfc3339()) { (at.format("%Y-%m-%d")) } }
}

#[cfg(test)]
mod tests;
