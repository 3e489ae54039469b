//! What was established about a lead's mailbox, with what it rests on.

use plumb_base::{LeadId, Timestamp, VerificationId};
use plumb_store::access::Action;
use plumb_store::{OrgTx, Store, audit};
use plumb_web::{Access, Caller, Doc, Handler as _, Json, Path, Problem, Route, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::evidence::Evidence;
use crate::domain::reason::Reason;
use crate::domain::verdict::Outcome;
use crate::policy::{Words, outcome};
use crate::run::http::{ListsOf, Requests};
use crate::run::read::texts;
use crate::{query, run, settings};

#[cfg(test)]
mod tests;

/// Most answers that are shown.
const SHOWN_MAX: i64 = 50;

/// The routes of this crate. `lists` says what cleaning knows of an address that is asked about without a lead.
#[must_use]
pub fn routes(store: Store, lists: ListsOf) -> Vec<Route> {
    let requests = Requests { store: store.clone(), lists };
    let mut routes = run::http::routes(&requests);
    routes.extend(run::page::routes(&requests));
    routes.extend(settings::routes(&store));
    routes.extend(of_leads(store));
    routes
}

fn of_leads(store: Store) -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/leads/{lead}/verifications",
            Access::Org(Action::LeadsRead),
            verifications.with_state(store),
        )
        .doc(
            Doc::new("What was established about a lead's mailbox, newest first")
                .description("The last 50 answers, each with its reason in words and what every tier said.")
                .tag("leads")
                .path::<LeadPath>()
                .responds::<Verifications>(200),
        ),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
struct LeadPath {
    /// The lead.
    lead: LeadId,
}

/// The answers about one mailbox.
#[derive(Debug, Serialize, JsonSchema)]
struct Verifications {
    /// The answers, newest first.
    verifications: Vec<Verification>,
}

/// One answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Verification {
    /// Identifier.
    id: VerificationId,
    /// `verified`, `undeliverable`, `risky` or `unverified`.
    verdict: String,
    /// Why, as a code.
    reason: String,
    /// Why, in words.
    explanation: &'static str,
    /// Whether the domain takes every address: `yes`, `no` or `unknown`.
    catch_all: String,
    /// What else was noticed.
    flags: Vec<String>,
    /// What each tier said, in the order in which they ran.
    evidence: Vec<Evidence>,
    /// `strict` or `lenient`.
    policy: String,
    /// When it was established.
    checked_at: Timestamp,
    /// From when on it is a guess.
    expires_at: Timestamp,
    /// Which attempt it was, from 1.
    attempt: i16,
    /// When the mailbox was to be asked again.
    retry_at: Option<Timestamp>,
}

async fn verifications(
    State(store): State<Store>,
    caller: Caller,
    Path(LeadPath { lead }): Path<LeadPath>,
) -> Result<Json<Verifications>, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let opted_out = query::opted_out(&mut tx, lead).await?.ok_or_else(Problem::not_found)?;
    let mut stored = query::history(&mut tx, lead, SHOWN_MAX).await?;
    withhold(&mut tx, &store, &mut stored, opted_out).await?;
    tx.commit(audit::Entry::of("lead.verifications_read").on("lead", lead.0)).await?;
    Ok(Json(Verifications { verifications: stored.into_iter().map(shown).collect() }))
}

/// Servers repeat the address: that of whoever opted out is not shown any more, also where the lead has another by now.
async fn withhold(tx: &mut OrgTx, store: &Store, stored: &mut [query::Stored], opted_out: bool) -> Result<(), Problem> {
    let texts = stored.iter_mut().flat_map(|one| texts(&mut one.evidence));
    if opted_out {
        texts.for_each(String::clear);
        return Ok(());
    }
    run::read::withhold(tx, store, texts.collect()).await
}

/// The newest answer about a lead's mailbox, for its page.
pub(crate) async fn newest_of_lead(store: &Store, caller: &Caller, lead: LeadId) -> Result<Outcome, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let opted_out = query::opted_out(&mut tx, lead).await?.ok_or_else(Problem::not_found)?;
    let mut stored = query::history(&mut tx, lead, 1).await?;
    withhold(&mut tx, store, &mut stored, opted_out).await?;
    tx.commit(audit::Entry::of("lead.verifications_read").on("lead", lead.0)).await?;
    let newest = stored.pop().ok_or_else(Problem::not_found)?;
    let words = Words {
        verdict: &newest.verdict,
        reason: &newest.reason,
        catch_all: &newest.catch_all,
        flags: &newest.flags,
        policy: &newest.policy,
    };
    let words = outcome(&words).ok_or_else(Problem::not_found)?;
    Ok(Outcome {
        evidence: newest.evidence,
        checked_at: newest.checked_at,
        expires_at: newest.expires_at,
        retry_at: newest.retry_at,
        ..words
    })
}

fn shown(stored: query::Stored) -> Verification {
    let reason = Reason::ALL.iter().find(|reason| reason.code() == stored.reason);
    Verification {
        id: stored.id,
        verdict: stored.verdict,
        explanation: reason.map_or("", |reason| reason.explain()),
        reason: stored.reason,
        catch_all: stored.catch_all,
        flags: stored.flags,
        evidence: stored.evidence,
        policy: stored.policy,
        checked_at: stored.checked_at,
        expires_at: stored.expires_at,
        attempt: stored.attempt,
        retry_at: stored.retry_at,
    }
}
