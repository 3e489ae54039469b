//! What was established about a lead's mailbox, with what it rests on.

use plumb_base::{LeadId, Timestamp, VerificationId};
use plumb_lead::withhold_opted_out;
use plumb_store::access::Action;
use plumb_store::{OrgTx, Store, audit};
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
    let mut stored = query::history(&mut tx, lead, SHOWN_MAX).await?;
    withhold(&mut tx, &store, &mut stored, opted_out).await?;
    tx.commit(audit::Entry::of("lead.verifications_read").on("lead", lead.0)).await?;
    Ok(Json(Verifications { verifications: stored.into_iter().map(shown).collect() }))
}

/// Servers repeat the address: that of whoever opted out is not shown any more, also where the lead has another by now.
async fn withhold(tx: &mut OrgTx, store: &Store, stored: &mut [query::Stored], opted_out: bool) -> Result<(), Problem> {
    let records = stored.iter_mut().flat_map(|one| &mut one.evidence);
    let replies = records.flat_map(|record| [&mut record.reply, &mut record.control_reply]).flatten();
    let texts: Vec<&mut String> = replies.map(|reply| &mut reply.reply_text).collect();
    if opted_out {
        for text in texts {
            text.clear();
        }
        return Ok(());
    }
    let mut row = serde_json::Value::from(texts.iter().map(|text| (*text).clone()).collect::<Vec<_>>());
    withhold_opted_out(tx, std::iter::once(&mut row), &store.keys().suppression()).await?;
    for (text, cell) in texts.into_iter().zip(row.as_array().into_iter().flatten()) {
        cell.as_str().unwrap_or_default().clone_into(text);
    }
    Ok(())
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
