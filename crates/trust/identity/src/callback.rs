//! Where a sign-in link leads.
//!
//! Mail scanners and previews follow links, so following one changes nothing (claim 79): the token moves from
//! the URL into a cookie, and a page with one button names the account. Only the button uses the token up.

use axum::response::AppendHeaders;
use http::{HeaderMap, StatusCode, header};
use maud::{Markup, html};
use plumb_store::Actor;
use plumb_store::audit::Entry;
use plumb_web::page::{self, Chrome, Tone};
use plumb_web::{
    Access, Handler as _, IntoResponse as _, Problem, Query, RateRule, Redirect, RequestId, Response, Route, SIGN_IN,
    State,
};
use serde::Deserialize;

use crate::link::{self, LINK_MINUTES, LinkState};
use crate::{Identity, cookie, secret, session};

const CONTINUE: &str = "/auth/continue";

pub(crate) fn routes(identity: &Identity) -> Vec<Route> {
    let public =
        Access::Public { reason: "The link in the request is what signs in.", limit: RateRule::per_minute(30) };
    vec![
        Route::get("/auth/callback", public, callback.with_state(())).page(),
        Route::get(CONTINUE, public, ask.with_state(identity.clone())).page(),
        Route::post(CONTINUE, public, sign_in.with_state(identity.clone())).page(),
    ]
}

#[derive(Deserialize)]
struct Token {
    t: Option<String>,
}

/// Takes the token out of the URL, so that it stays in no history and no log (claim 83).
async fn callback(Query(Token { t }): Query<Token>) -> Response {
    let pending = match t.filter(|token| secret::is_well_formed(token)) {
        Some(token) => cookie::set(cookie::PENDING, &token, LINK_MINUTES * 60),
        None => cookie::clear(cookie::PENDING),
    };
    ([(header::SET_COOKIE, pending)], Redirect::to(CONTINUE)).into_response()
}

async fn ask(State(identity): State<Identity>, headers: HeaderMap) -> Result<Response, Problem> {
    let state = match pending(&headers) {
        Some(token) => {
            let mut tx = identity.store.auth().await?;
            let state = link::look_up(&mut tx, token).await?;
            tx.done_reading().await?;
            state
        }
        None => LinkState::Unknown,
    };
    Ok(answer(&state))
}

async fn sign_in(State(identity): State<Identity>, id: RequestId, headers: HeaderMap) -> Result<Response, Problem> {
    let Some(token) = pending(&headers) else { return Ok(answer(&LinkState::Unknown)) };
    let mut tx = identity.store.auth().await?;
    let Some(user) = link::consume(&mut tx, token).await? else {
        let state = link::look_up(&mut tx, token).await?;
        let entry = Entry::of("auth.sign_in_refused").with("method", "link").refused();
        tx.commit(&Actor::anonymous(id.0), entry).await?;
        return Ok(answer(&state));
    };
    session::end_presented(&mut tx, &headers).await?;
    let org = session::home(&mut tx, user).await?;
    let now = tx.now();
    let cookie = session::begin(&mut tx, user, org, now).await?;
    let entry = Entry::of("auth.signed_in").on("user", user.0).with("method", "link").org(org);
    tx.commit(&Actor::user(user, Some(id.0)), entry).await?;
    let cookies = [(header::SET_COOKIE, cookie), (header::SET_COOKIE, cookie::clear(cookie::PENDING))];
    Ok((AppendHeaders(cookies), Redirect::to("/")).into_response())
}

fn pending(headers: &HeaderMap) -> Option<&str> {
    cookie::read(headers, cookie::PENDING).filter(|token| secret::is_well_formed(token))
}

fn answer(state: &LinkState) -> Response {
    let (status, page) = match state {
        LinkState::Open { email } => (StatusCode::OK, confirm(email)),
        LinkState::Used => (
            StatusCode::GONE,
            no_longer(
                "This link was already used",
                "A sign-in link works once. If it was not you who used it, tell whoever runs this installation.",
            ),
        ),
        LinkState::Expired => (
            StatusCode::GONE,
            no_longer("This link has run out", &format!("A sign-in link works for {LINK_MINUTES} minutes.")),
        ),
        LinkState::Unknown => (
            StatusCode::GONE,
            no_longer(
                "This link is not valid",
                "It may be cut off, or old and deleted, or this browser refused its cookie.",
            ),
        ),
    };
    (status, page).into_response()
}

fn confirm(email: &str) -> Markup {
    let body = html! {
        div class="narrow" {
            h1 { "Sign in" }
            p { "You are about to sign in as " strong { (email) } "." }
            form method="post" action=(CONTINUE) {
                p class="actions" { button type="submit" autofocus { "Sign in" } }
            }
            p class="hint" { "Not you? Close this page: nothing has happened yet." }
        }
    };
    page::layout("Sign in", &Chrome::plain(), body)
}

fn no_longer(title: &str, why: &str) -> Markup {
    let body = html! {
        div class="narrow" {
            h1 { (title) }
            (page::notice(Tone::Caution, why))
            p {
                "For a new link, ask whoever runs this installation. On the server, "
                code { (link::SIGN_IN_LINK_COMMAND) }
                " and your e-mail address print one."
            }
            p class="actions" { a class="button" href=(SIGN_IN) { "Sign in with a password" } }
        }
    };
    page::layout(title, &Chrome::plain(), body)
}

#[cfg(test)]
mod tests;
