//! The opt-out as a page, for people. It needs no script.

use http::StatusCode;
use maud::{Markup, html};
use plumb_store::{Actor, Store};
use plumb_web::page::{self, Chrome, Tone};
use plumb_web::{Form, Handler as _, IntoResponse as _, Problem, RequestId, Response, Route, State};

use crate::opt_out::{self, ACCESS, DONE, OptOut};

const PATH: &str = "/opt-out";

pub(crate) fn routes(store: &Store) -> Vec<Route> {
    vec![
        Route::get(PATH, ACCESS, show.with_state(())).page(),
        Route::post(PATH, ACCESS, opt_out.with_state(store.clone())).page(),
    ]
}

async fn show() -> Markup {
    form("", None)
}

async fn opt_out(
    State(store): State<Store>,
    id: RequestId,
    Form(OptOut { email }): Form<OptOut>,
) -> Result<Response, Problem> {
    let parsed = match opt_out::read(&email) {
        Ok(parsed) => parsed,
        Err(problem) => return Ok((problem.status(), form(&email, Some(problem.detail_text()))).into_response()),
    };
    opt_out::suppress(&store, &parsed, Actor::anonymous(id.0)).await?;
    Ok((StatusCode::ACCEPTED, done()).into_response())
}

fn form(email: &str, wrong: Option<&str>) -> Markup {
    let body = html! {
        div class="narrow" {
            h1 { "Opt out" }
            p { "Give your e-mail address, and nobody on this installation can use it any more: it is neither shown, mailed nor exported." }
            @if let Some(sentence) = wrong { (page::notice(Tone::Bad, sentence)) }
            form method="post" action=(PATH) {
                div class="field" {
                    label for="email" { "Your e-mail address" }
                    input type="email" id="email" name="email" value=(email) autocomplete="email" inputmode="email"
                        spellcheck="false" required;
                }
                p class="actions" { button type="submit" { "Opt out" } }
            }
            p class="hint" {
                "The address itself is not kept for this. What is kept is a code made from it, which recognises the address should somebody bring it in again. For the same reason the answer does not say whether it was known."
            }
        }
    };
    page::layout("Opt out", &Chrome::plain(), body)
}

/// Without the address: the page is the same for everybody.
fn done() -> Markup {
    let body = html! {
        div class="narrow" {
            h1 { "You are opted out" }
            (page::notice(Tone::Good, DONE))
            p class="actions" { a href=(PATH) { "Opt out another address" } }
        }
    };
    page::layout("You are opted out", &Chrome::plain(), body)
}

#[cfg(test)]
mod tests;
