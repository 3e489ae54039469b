//! What was established about a lead's mailbox, with what it rests on.

use plumb_base::{LeadId, Timestamp, VerificationId};
use plumb_store::Store;
use plumb_store::access::Action;
use plumb_web::{Access, Caller, Doc, Handler as _, Json, Path, Problem, Route, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::evidence::Evidence;
use crate::domain::reason::Reason;
use crate::query;

#[cfg(test)]
mod tests;

/// Most answers that are shown.
const SHOWN_MAX: i64 = 50;

/// The routes of this crate.
#[must_use]
pub fn routes(store: Store) -> Vec<Route> {
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
    let stored = query::history(&mut tx, lead, SHOWN_MAX).await?;
    tx.done_reading().await?;
    let verifications = stored.into_iter().map(|one| shown(one, opted_out)).collect();
    Ok(Json(Verifications { verifications }))
}

fn shown(mut stored: query::Stored, opted_out: bool) -> Verification {
    if opted_out {
        // Servers repeat the address, and that of whoever opted out is not shown any more.
        for record in &mut stored.evidence {
            for reply in [&mut record.reply, &mut record.control_reply].into_iter().flatten() {
                reply.reply_text.clear();
            }
        }
    }
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
