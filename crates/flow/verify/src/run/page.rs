//! The pages of requests and verdicts.

use maud::{Markup, html};
use plumb_base::{LeadId, Timestamp};
use plumb_store::access::{Action, allows};
use plumb_web::page::{self, Chrome, Nav, Tone};
use plumb_web::{Access, Caller, Form, Handler as _, Path, Problem, Query, Redirect, Route, State as Given};
use serde::Deserialize;

use super::http::{Asked, ListQuery, Requests, ResultQuery, RunPath, answers, ask, page_of, stop};
use super::read::{Item, Run, State};
use crate::domain::verdict::{Outcome, Policy, Verdict};
use crate::explain::explain;
use crate::http::newest_of_lead;
use crate::provider::Vendor;
use crate::settings::{CREDITS_USUAL, ProviderBody, Settings, choose_policy, choose_provider, drop_provider, settings};

/// Answers on one page.
const ROWS: i64 = 100;

pub(crate) fn routes(state: &Requests) -> Vec<Route> {
    let state = || state.clone();
    let read = Access::Org(Action::LeadsRead);
    let write = Access::Org(Action::LeadsEdit);
    let manage = Access::Org(Action::VerifyManage);
    vec![
        Route::get("/verifications", read, overview.with_state(state())).page(),
        Route::post("/verifications", write, create.with_state(state())).page(),
        Route::post("/verifications/policy", manage, policy.with_state(state())).page(),
        Route::post("/verifications/provider", manage, provider.with_state(state())).page(),
        Route::post("/verifications/provider/remove", manage, remove_provider.with_state(state())).page(),
        Route::get("/verifications/{run}", read, one.with_state(state())).page(),
        Route::post("/verifications/{run}/cancel", write, cancel.with_state(state())).page(),
        Route::get("/verifications/{run}/{seq}", read, verdict.with_state(state())).page(),
        Route::get("/leads/{lead}/verdict", read, of_lead.with_state(state())).page(),
    ]
}

async fn overview(
    Given(state): Given<Requests>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Markup, Problem> {
    let runs = page_of(&state, &caller, query).await?;
    let mut tx = state.store.org(caller.org, caller.actor).await?;
    let chosen = settings(&mut tx).await?;
    tx.done_reading().await?;
    let older = runs.next.as_ref().and_then(|_| runs.verifications.last()).map(|last| last.id);
    let may_ask = allows(caller.role, Action::LeadsEdit);
    let body = html! {
        h1 { "Verifications" }
        @if may_ask && query.before.is_none() { (form(&caller)) }
        @if runs.verifications.is_empty() {
            (page::empty("Nothing was asked yet", "Give one address or many, and see what their own servers say.", None))
        } @else {
            div class="table-wrap" { table {
                thead { tr {
                    th scope="col" { "Request" } th scope="col" { "State" } th scope="col" class="num" { "Addresses" }
                    th scope="col" class="num" { "Verified" } th scope="col" class="num" { "Undeliverable" }
                    th scope="col" class="num" { "Risky" } th scope="col" class="num" { "Unverified" }
                } }
                tbody { @for run in &runs.verifications { (row(run)) } }
            } }
            @if let Some(older) = older {
                p class="pager" { a class="button quiet" href={ "/verifications?before=" (older) } { "Older requests" } }
            }
        }
        (judged(&caller, &chosen))
        (asked(&caller, &chosen))
    };
    Ok(page::layout("Verifications", &Chrome::of(&caller, Nav::Verifications), body))
}

fn form(caller: &Caller) -> Markup {
    html! {
        section class="card" {
            h2 { "Verify addresses" }
            form method="post" action="/verifications" {
                (caller.csrf.field())
                div class="field" {
                    label for="emails" { "An address on each line" }
                    textarea id="emails" name="emails" rows="5" required {}
                }
                button type="submit" { "Verify" }
            }
            p class="muted" { "No message is sent. Requests are removed after 30 days." }
        }
    }
}

fn row(run: &Run) -> Markup {
    html! { tr {
        td { a href=(run.links.page) { (moment(run.created_at)) } }
        td { (state_badge(run.state)) }
        td class="num" { (run.counts.addresses) }
        td class="num" { (run.counts.verified) } td class="num" { (run.counts.undeliverable) }
        td class="num" { (run.counts.risky) } td class="num" { (run.counts.unverified) }
    } }
}

fn judged(caller: &Caller, chosen: &Settings) -> Markup {
    let words = |policy: Policy| match policy {
        Policy::Strict => "STRICT: what is not proven is unverified",
        Policy::Lenient => "LENIENT: a domain that accepts every address is risky instead of unverified",
    };
    html! {
        section class="card" {
            h2 { "How verdicts are judged" }
            p { (words(chosen.policy)) "." }
            @if allows(caller.role, Action::VerifyManage) {
                form method="post" action="/verifications/policy" {
                    (caller.csrf.field())
                    fieldset {
                        legend { "Policy" }
                        @for policy in [Policy::Strict, Policy::Lenient] {
                            div { label { input type="radio" name="policy" value=(policy.code()) checked[policy == chosen.policy]; " " (words(policy)) } }
                        }
                    }
                    button type="submit" { "Judge so" }
                }
                p class="muted" { "Verdicts follow from the evidence that is stored. Nobody is asked again." }
            }
        }
    }
}

fn asked(caller: &Caller, chosen: &Settings) -> Markup {
    html! {
        section class="card" {
            h2 { "Verification provider" }
            @match &chosen.provider {
                Some(provider) => {
                    p {
                        (provider.vendor) ": "
                        @if provider.is_on { (page::badge(Tone::Good, "asked")) } @else { (page::badge(Tone::Bad, "switched off")) }
                        @if let Some(why) = &provider.off_reason { " " (why) }
                    }
                    p class="muted" {
                        (provider.used_today) " of " (provider.credits_per_day) " questions of today are used."
                        @if let Some(until) = provider.pause_until { " It wanted a pause until " (moment(until)) "." }
                    }
                }
                None => p { "None is set up: mailboxes' own servers are asked, and nobody else." }
            }
            @if allows(caller.role, Action::VerifyManage) {
                form method="post" action="/verifications/provider" {
                    (caller.csrf.field())
                    div class="field" {
                        label for="provider" { "Provider" }
                        select id="provider" name="provider" {
                            @for vendor in Vendor::ALL { option value=(vendor.code()) { (vendor) } }
                        }
                    }
                    div class="field" {
                        label for="key" { "Your key there" }
                        input id="key" name="key" type="password" autocomplete="off" required;
                    }
                    div class="field" {
                        label for="credits_per_day" { "Questions a day, at most" }
                        input id="credits_per_day" name="credits_per_day" type="number" min="0" max="1000000" value=(CREDITS_USUAL);
                    }
                    button type="submit" { "Set up" }
                }
                @if chosen.provider.is_some() {
                    form method="post" action="/verifications/provider/remove" {
                        (caller.csrf.field())
                        button type="submit" class="quiet" { "Remove it with its key" }
                    }
                }
            }
        }
    }
}

/// The form of addresses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskForm {
    emails: String,
}

async fn create(
    Given(state): Given<Requests>,
    caller: Caller,
    Form(AskForm { emails }): Form<AskForm>,
) -> Result<Redirect, Problem> {
    let emails = emails.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let (run, _) = ask(&state, &caller, Asked::of(emails), None).await?;
    Ok(Redirect::to(&run.links.page))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyForm {
    policy: Policy,
}

async fn policy(
    Given(state): Given<Requests>,
    caller: Caller,
    Form(PolicyForm { policy }): Form<PolicyForm>,
) -> Result<Redirect, Problem> {
    choose_policy(&state.store, &caller, policy).await?;
    Ok(Redirect::to("/verifications"))
}

async fn provider(
    Given(state): Given<Requests>,
    caller: Caller,
    Form(body): Form<ProviderBody>,
) -> Result<Redirect, Problem> {
    choose_provider(&state.store, &caller, &body).await?;
    Ok(Redirect::to("/verifications"))
}

async fn remove_provider(Given(state): Given<Requests>, caller: Caller) -> Result<Redirect, Problem> {
    drop_provider(&state.store, &caller).await?;
    Ok(Redirect::to("/verifications"))
}

async fn one(
    Given(state): Given<Requests>,
    caller: Caller,
    Path(RunPath { run }): Path<RunPath>,
    Query(query): Query<ResultQuery>,
) -> Result<Markup, Problem> {
    let (run, mut items) = answers(&state, &caller, run, query.after, ROWS + 1).await?;
    let more = items.len() > ROWS as usize;
    items.truncate(ROWS as usize);
    let next = items.last().filter(|_| more).map(|item| item.seq);
    let counts = run.counts;
    let summary = html! {
        (page::progress("Answered", "answered", counts.answered.unsigned_abs(), Some(counts.addresses.unsigned_abs())))
        (page::counts(&[
            page::count("Verified", "verified", counts.verified),
            page::count("Undeliverable", "undeliverable", counts.undeliverable),
            page::count("Risky", "risky", counts.risky),
            page::count("Unverified", "unverified", counts.unverified),
            page::count("To be asked again", "to_be_asked_again", counts.to_be_asked_again),
        ]))
    };
    let body = html! {
        h1 { "Request of " (moment(run.created_at)) }
        p { (state_badge(run.state)) }
        @if run.state == State::Running {
            (page::live(&run.links.events, summary))
            @if allows(caller.role, Action::LeadsEdit) {
                form method="post" action={ (run.links.page) "/cancel" } {
                    (caller.csrf.field())
                    button type="submit" class="quiet" { "Cancel" }
                }
            }
        } @else { (summary) }
        div class="table-wrap" { table {
            thead { tr { th scope="col" { "Address" } th scope="col" { "Verdict" } th scope="col" { "Why" } } }
            tbody { @for item in &items { (item_row(&run, item)) } }
        } }
        @if let Some(next) = next {
            nav class="pager" aria-label="Pages" { a class="button quiet" href={ (run.links.page) "?after=" (next) } { "Next page" } }
        }
    };
    Ok(page::layout("Request", &Chrome::of(&caller, Nav::Verifications), body))
}

fn item_row(run: &Run, item: &Item) -> Markup {
    html! { tr {
        td {
            @if item.answer.is_some() { a href={ (run.links.page) "/" (item.seq) } { (shown(&item.email)) } }
            @else { (shown(&item.email)) }
        }
        td { (item_badge(item)) }
        td { @if let Some(answer) = &item.answer { (answer.reason.explain()) } }
    } }
}

fn item_badge(item: &Item) -> Markup {
    match (item.state.as_str(), &item.answer) {
        ("waiting", Some(_)) => page::badge(Tone::Busy, "asked again later"),
        ("waiting", None) => page::badge(Tone::Busy, "waiting"),
        ("cancelled", None) => page::badge(Tone::Neutral, "cancelled"),
        (_, Some(answer)) => verdict_badge(answer.verdict),
        (_, None) => page::badge(Tone::Neutral, "not known here"),
    }
}

fn shown(email: &str) -> &str {
    if email.is_empty() { "(opted out)" } else { email }
}

async fn cancel(
    Given(state): Given<Requests>,
    caller: Caller,
    Path(RunPath { run }): Path<RunPath>,
) -> Result<Redirect, Problem> {
    let run = stop(&state, &caller, run).await?;
    Ok(Redirect::to(&run.links.page))
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct ItemPath {
    run: plumb_base::VerificationRunId,
    seq: i32,
}

async fn verdict(
    Given(state): Given<Requests>,
    caller: Caller,
    Path(ItemPath { run, seq }): Path<ItemPath>,
) -> Result<Markup, Problem> {
    let before = seq.checked_sub(1).filter(|before| *before >= 0).ok_or_else(Problem::not_found)?;
    let (run, items) = answers(&state, &caller, run, before, 1).await?;
    let item = items.into_iter().find(|item| item.seq == seq).ok_or_else(Problem::not_found)?;
    let answer = item.answer.ok_or_else(Problem::not_found)?;
    Ok(explained(&caller, shown(&item.email), &answer, (&run.links.page, "The whole request")))
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct LeadPath {
    lead: LeadId,
}

async fn of_lead(
    Given(state): Given<Requests>,
    caller: Caller,
    Path(LeadPath { lead }): Path<LeadPath>,
) -> Result<Markup, Problem> {
    let answer = newest_of_lead(&state.store, &caller, lead).await?;
    Ok(explained(&caller, "Verdict", &answer, (&format!("/leads/{lead}"), "The lead")))
}

/// A verdict that explains itself.
fn explained(caller: &Caller, title: &str, answer: &Outcome, back: (&str, &str)) -> Markup {
    let words = explain(answer);
    let body = html! {
        h1 { (title) }
        p { (verdict_badge(answer.verdict)) " " (words.found) }
        section class="card" {
            h2 { "What it rests on" }
            div class="table-wrap" { table {
                thead { tr { th scope="col" { "Check" } th scope="col" { "What it said" } th scope="col" { "Their own words" } } }
                tbody { @for step in &words.steps { tr {
                    td { (step.check) } td { (step.said) }
                    td { @if let Some(quoted) = &step.quoted { q { (quoted) } } @else { "–" } }
                } } }
            } }
            p { (words.catch_all) }
        }
        section class="card" {
            h2 { "What would change it" }
            p { (words.what_would_change_it) }
            p { (words.holds) }
        }
        section class="card" {
            h2 { "By either policy" }
            ul { @for one in &words.policies { li {
                @match one.policy { Policy::Strict => "STRICT: ", Policy::Lenient => "LENIENT: " }
                (verdict_badge(one.verdict))
                @if one.policy == answer.policy { " (in force)" }
            } } }
            p class="muted" { "The evidence is the same. Established " (moment(answer.checked_at)) "." }
        }
        p { a class="button quiet" href=(back.0) { (back.1) } }
    };
    page::layout("Verdict", &Chrome::of(caller, Nav::Verifications), body)
}

fn verdict_badge(verdict: Verdict) -> Markup {
    let tone = match verdict {
        Verdict::Verified => Tone::Good,
        Verdict::Undeliverable => Tone::Bad,
        Verdict::Risky => Tone::Caution,
        Verdict::Unverified => Tone::Neutral,
    };
    page::badge(tone, verdict.code())
}

fn state_badge(state: State) -> Markup {
    match state {
        State::Running => page::badge(Tone::Busy, "Running"),
        State::Done => page::badge(Tone::Good, "Done"),
        State::Cancelled => page::badge(Tone::Neutral, "Cancelled"),
    }
}

fn moment(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
