//! Signing in with a password, and signing out.

use std::net::IpAddr;
use std::time::Duration;

use axum::response::AppendHeaders;
use http::{HeaderMap, StatusCode, header};
use maud::{Markup, html};
use plumb_base::Email;
use plumb_store::audit::Entry;
use plumb_store::{Actor, RateDecision};
use plumb_web::page::{self, Chrome, Tone};
use plumb_web::{
    Access, ClientAddr, Form, Handler as _, IntoResponse as _, Problem, Query, RateRule, Redirect, RequestId, Response,
    Route, SIGN_IN, SignedIn, State,
};
use serde::Deserialize;

use crate::password::{CHARACTERS_MAX, Compared};
use crate::{Identity, account, cookie, link, session};

/// Ten tries in a quarter of an hour for one account, wherever they come from, whether it exists or not.
const PER_ACCOUNT: RateRule = RateRule { emit: Duration::from_secs(90), burst: 10 };
/// Thirty for one address, whatever the accounts.
const PER_ADDRESS: RateRule = RateRule { emit: Duration::from_secs(30), burst: 30 };

pub(crate) fn routes(identity: &Identity) -> Vec<Route> {
    let public = Access::Public { reason: "Whoever signs in is not signed in yet.", limit: RateRule::per_minute(60) };
    vec![
        Route::get(SIGN_IN, public, show.with_state(())).page(),
        Route::post(SIGN_IN, public, sign_in.with_state(identity.clone())).page(),
        Route::post("/sign-out", Access::SignedIn, sign_out.with_state(identity.clone())).page(),
    ]
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

/// No `Debug`: it holds a password.
#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
    next: Option<String>,
}

async fn show(Query(Next { next }): Query<Next>) -> Markup {
    form("", next.as_deref().and_then(page::safe_next), None)
}

async fn sign_in(
    State(identity): State<Identity>,
    id: RequestId,
    ClientAddr(client): ClientAddr,
    headers: HeaderMap,
    Form(given): Form<Credentials>,
) -> Result<Response, Problem> {
    let next = given.next.as_deref().and_then(page::safe_next);
    let norm = match Email::parse(&given.email) {
        Ok(email) => account::norm(&email),
        // No account can have it: it goes the same way to the same answer.
        Err(_) => given.email.trim().to_lowercase(),
    };
    if let Some(wait) = throttled(&identity, client, &norm).await? {
        let sentence = "Too many tries. Wait a few minutes, then try again. A sign-in link works all the same.";
        let page = form(&given.email, next, Some(sentence));
        let wait = wait.as_secs().max(1).to_string();
        return Ok((StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, wait)], page).into_response());
    }

    let mut tx = identity.store.auth().await?;
    let account = account::by_norm(&mut tx, &norm).await?;
    tx.done_reading().await?;
    let kept = account.as_ref().and_then(|account| account.password_phc.clone());
    let compared = identity.hasher.compare(given.password, kept.clone()).await?;

    let mut tx = identity.store.auth().await?;
    if let (Some(account), Compared::Matches { rehashed }) = (&account, compared) {
        // Read again under a lock: the password may have changed, or the account gone, during the hashing.
        let today = account::lock(&mut tx, account.user).await?;
        if today == Some(kept) {
            if let Some(phc) = rehashed {
                account::set_password(&mut tx, account.user, Some(&phc)).await?;
            }
            session::end_presented(&mut tx, &headers).await?;
            let org = session::home(&mut tx, account.user).await?;
            let now = tx.now();
            let cookie = session::begin(&mut tx, account.user, org, now).await?;
            let entry = Entry::of("auth.signed_in").on("user", account.user.0).with("method", "password").org(org);
            tx.commit(&Actor::user(account.user, Some(id.0)), entry).await?;
            return Ok(([(header::SET_COOKIE, cookie)], Redirect::to(next.unwrap_or("/"))).into_response());
        }
    }
    let mut entry = Entry::of("auth.sign_in_refused").with("method", "password").refused();
    if let Some(account) = &account {
        entry = entry.on("user", account.user.0);
    }
    tx.commit(&Actor::anonymous(id.0), entry).await?;
    let sentence = "This e-mail address and password do not belong together. Check both and try again.";
    Ok((StatusCode::UNPROCESSABLE_ENTITY, form(&given.email, next, Some(sentence))).into_response())
}

/// How long to wait, when there were too many tries. Every try counts, since a success must not wipe out what
/// was tried against other accounts.
async fn throttled(identity: &Identity, client: Option<IpAddr>, norm: &str) -> Result<Option<Duration>, Problem> {
    let client = match client {
        // One person commands a whole /64.
        Some(IpAddr::V6(v6)) => format!("{:x}", v6.to_bits() >> 64),
        Some(IpAddr::V4(v4)) => v4.to_string(),
        None => String::new(),
    };
    for (key, rule) in
        [(format!("sign-in address:{client}"), PER_ADDRESS), (format!("sign-in account:{norm}"), PER_ACCOUNT)]
    {
        if let RateDecision::Refused { retry_after } = identity.store.rate_limit(&key, rule.emit, rule.burst).await? {
            return Ok(Some(retry_after));
        }
    }
    Ok(None)
}

fn form(email: &str, next: Option<&str>, wrong: Option<&str>) -> Markup {
    let body = html! {
        div class="narrow" {
            h1 { "Sign in" }
            @if let Some(sentence) = wrong { (page::notice(Tone::Bad, sentence)) }
            form method="post" action=(SIGN_IN) {
                @if let Some(next) = next { input type="hidden" name="next" value=(next); }
                div class="field" {
                    label for="email" { "E-mail address" }
                    input type="email" id="email" name="email" value=(email) autocomplete="username"
                        inputmode="email" spellcheck="false" required autofocus[email.is_empty()];
                }
                div class="field" {
                    label for="password" { "Password" }
                    input type="password" id="password" name="password" autocomplete="current-password"
                        maxlength=(CHARACTERS_MAX) required autofocus[!email.is_empty()];
                }
                p class="actions" { button type="submit" { "Sign in" } }
            }
            p class="hint" {
                "No password, or forgotten? Whoever runs this installation can make you a link that signs you in once: "
                code { (link::SIGN_IN_LINK_COMMAND) }
                ", on the server."
            }
        }
    };
    page::layout("Sign in", &Chrome::plain(), body)
}

async fn sign_out(State(identity): State<Identity>, caller: SignedIn) -> Result<Response, Problem> {
    let mut tx = identity.store.auth().await?;
    session::end(&mut tx, caller.user, caller.session).await?;
    let mut entry = Entry::of("auth.signed_out").on("user", caller.user.0);
    if let Some(member) = &caller.member {
        entry = entry.org(member.org);
    }
    tx.commit(&caller.actor, entry).await?;
    let cookies = [cookie::SESSION, cookie::PENDING].map(|name| (header::SET_COOKIE, cookie::clear(name)));
    Ok((AppendHeaders(cookies), Redirect::to(SIGN_IN)).into_response())
}

#[cfg(test)]
mod tests;
