//! A person's own password: set after the first sign-in by link, changed later.

use std::time::Duration;

use chrono::TimeDelta;
use http::StatusCode;
use maud::{Markup, html};
use plumb_store::RateDecision;
use plumb_store::audit::Entry;
use plumb_web::page::{self, Chrome, Tone};
use plumb_web::{Access, Form, Handler as _, IntoResponse as _, Problem, RateRule, Response, Route, SignedIn, State};
use serde::Deserialize;

use crate::account::{self, Account};
use crate::password::{self, CHARACTERS_MAX, CHARACTERS_MIN, Compared};
use crate::{Identity, session};

const PATH: &str = "/settings/password";

/// How fresh a sign-in must be to set a first password, in minutes: there is no old one to ask for.
const FRESH_MINUTES: i64 = 10;

/// Ten tries in a quarter of an hour, as for signing in: a stolen session must not find out the password, nor fill
/// the queue before the hash.
const PER_ACCOUNT: RateRule = RateRule { emit: Duration::from_secs(90), burst: 10 };

pub(crate) fn routes(identity: &Identity) -> Vec<Route> {
    vec![
        Route::get(PATH, Access::SignedIn, show.with_state(identity.clone())).page(),
        Route::post(PATH, Access::SignedIn, change.with_state(identity.clone())).page(),
    ]
}

/// No `Debug`: it holds passwords.
#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    current: String,
    new: String,
    again: String,
}

async fn show(State(identity): State<Identity>, caller: SignedIn) -> Result<Markup, Problem> {
    let account = account(&identity, &caller).await?;
    Ok(form(&caller, account.password_phc.is_some(), None))
}

async fn change(
    State(identity): State<Identity>,
    caller: SignedIn,
    Form(given): Form<Change>,
) -> Result<Response, Problem> {
    let before = account(&identity, &caller).await?;
    let has_one = before.password_phc.is_some();
    let refuse = |sentence: &str| {
        Ok((StatusCode::UNPROCESSABLE_ENTITY, form(&caller, has_one, Some((Tone::Bad, sentence)))).into_response())
    };
    if given.new != given.again {
        return refuse("The two new passwords differ. Type the same one twice.");
    }
    let org_name = caller.member.as_ref().map_or("", |member| &member.org_name);
    if let Err(refused) = password::check(&given.new, &[&before.email, &before.name, org_name]) {
        return refuse(&format!("Not changed: {refused}. Choose another one."));
    }
    let key = format!("change password:{}", caller.user);
    if let RateDecision::Refused { retry_after } =
        identity.store.rate_limit(&key, PER_ACCOUNT.emit, PER_ACCOUNT.burst).await?
    {
        return Err(Problem::too_many_requests(retry_after));
    }
    if has_one {
        let compared = identity.hasher.compare(given.current, before.password_phc.clone()).await?;
        if compared == Compared::Differs {
            let tx = identity.store.auth().await?;
            tx.commit(&caller.actor, entry("auth.password_change_refused", &caller).refused()).await?;
            return refuse("The current password is another one. Nothing was changed.");
        }
    }
    let phc = identity.hasher.hash(given.new).await?;

    let mut tx = identity.store.auth().await?;
    let today = account::lock(&mut tx, caller.user).await?.ok_or_else(Problem::not_found)?;
    if today != before.password_phc {
        return refuse("The password was changed elsewhere just now. Nothing was changed here.");
    }
    let signed_in_at = session::signed_in_at(&mut tx, caller.user, caller.session).await?;
    let fresh = signed_in_at.is_some_and(|at| tx.now() - at <= TimeDelta::minutes(FRESH_MINUTES));
    if !has_one && !fresh {
        return refuse(
            "Your sign-in is too long ago to set a first password. Sign in with a new link, then come back.",
        );
    }
    account::set_password(&mut tx, caller.user, Some(&phc)).await?;
    let ended = session::end_others(&mut tx, caller.user, caller.session).await?;
    let changed = entry("auth.password_changed", &caller).with("sessions_ended", ended);
    tx.commit(&caller.actor, changed).await?;
    let done = "The password is changed. Your other sessions have ended.";
    Ok(form(&caller, true, Some((Tone::Good, done))).into_response())
}

fn entry(action: &'static str, caller: &SignedIn) -> Entry {
    let entry = Entry::of(action).on("user", caller.user.0);
    match &caller.member {
        Some(member) => entry.org(member.org),
        None => entry,
    }
}

async fn account(identity: &Identity, caller: &SignedIn) -> Result<Account, Problem> {
    let mut tx = identity.store.auth().await?;
    let account = account::by_id(&mut tx, caller.user).await?.ok_or_else(Problem::not_found)?;
    tx.done_reading().await?;
    Ok(account)
}

fn form(caller: &SignedIn, has_one: bool, message: Option<(Tone, &str)>) -> Markup {
    let title = if has_one { "Change your password" } else { "Set a password" };
    let field = |id: &str, label: &str, autocomplete: &str| {
        html! {
            div class="field" {
                label for=(id) { (label) }
                input type="password" id=(id) name=(id) autocomplete=(autocomplete) maxlength=(CHARACTERS_MAX) required;
            }
        }
    };
    let body = html! {
        div class="narrow" {
            h1 { (title) }
            @if let Some((tone, sentence)) = message { (page::notice(tone, sentence)) }
            form method="post" action=(PATH) {
                (caller.csrf.field())
                @if has_one { (field("current", "Current password", "current-password")) }
                (field("new", "New password", "new-password"))
                (field("again", "New password again", "new-password"))
                p class="hint" {
                    "At least " (CHARACTERS_MIN) " characters. A few words that do not belong together are easy to keep and hard to guess."
                }
                p class="actions" { button type="submit" { (title) } }
            }
        }
    };
    page::layout(title, &Chrome::signed_in(caller), body)
}

#[cfg(test)]
mod tests;
