//! What the API says.

use std::collections::HashMap;

use plumb_base::{LeadId, Timestamp};
use plumb_lead::Lead;
use plumb_store::{OrgTx, StoreError};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::domain::{LinkState, Reason};
use crate::query::LinkRow;

/// One reason, with words for people.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct ReasonView {
    /// The reason.
    #[serde(flatten)]
    pub(crate) reason: Reason,
    /// The same in words.
    pub(crate) words: String,
}

/// Two leads that may be one person.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Pair {
    /// Identifier.
    pub(crate) id: Uuid,
    /// `same`: the engine would link them by itself; `possible`: somebody should look.
    pub(crate) decision: String,
    /// What was said about it.
    pub(crate) state: LinkState,
    /// The chance that they are one person, in per cent.
    pub(crate) confidence: i16,
    /// Why: what agrees and what does not.
    pub(crate) evidence: Vec<ReasonView>,
    /// When it was found.
    pub(crate) found_at: Timestamp,
    /// The two leads; one that was merged away is left out.
    pub(crate) leads: Vec<Lead>,
}

impl Pair {
    /// Where a page goes on after it, or back before it.
    pub(crate) fn cursor(&self) -> String {
        format!("{}.{}", self.confidence, self.id)
    }
}

/// Reads a cursor.
pub(crate) fn cursor(text: &str) -> Option<(i16, Uuid)> {
    let (confidence, id) = text.split_once('.')?;
    Some((confidence.parse().ok()?, id.parse().ok()?))
}

/// Puts the leads beside their links: one statement for all of them.
pub(crate) async fn pairs(tx: &mut OrgTx, rows: Vec<LinkRow>) -> Result<Vec<Pair>, StoreError> {
    let mut ids: Vec<LeadId> = rows.iter().flat_map(|row| [LeadId(row.a), LeadId(row.b)]).collect();
    ids.sort_unstable();
    ids.dedup();
    let leads: HashMap<LeadId, Lead> =
        plumb_lead::leads(tx, &ids).await?.into_iter().map(|lead| (lead.id, lead)).collect();
    let pair = |row: LinkRow| {
        let reasons: Vec<Reason> = serde_json::from_value(row.evidence).unwrap_or_default();
        Pair {
            id: row.id,
            decision: row.decision,
            state: LinkState::of(&row.state),
            confidence: row.confidence,
            evidence: reasons.into_iter().map(|reason| ReasonView { words: reason.words(), reason }).collect(),
            found_at: row.found_at,
            leads: [row.a, row.b].iter().filter_map(|id| leads.get(&LeadId(*id)).cloned()).collect(),
        }
    };
    Ok(rows.into_iter().map(pair).collect())
}

/// How many pairs wait.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub(crate) struct Waiting {
    /// Nobody looked yet.
    pub(crate) open: i64,
    /// Put off.
    pub(crate) later: i64,
    /// Of the open ones those that the engine would link by itself, at a confidence of 95 or more.
    pub(crate) sure: i64,
}

/// A page of the queue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct PairPage {
    /// The pairs, the surest first.
    pub(crate) pairs: Vec<Pair>,
    /// How many wait in all.
    pub(crate) waiting: Waiting,
    /// Give it back as `after` for the next page; none on the last.
    pub(crate) next: Option<String>,
    /// Give it back as `before` for the page before; none on the first.
    pub(crate) previous: Option<String>,
}
