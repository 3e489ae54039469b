//! The order of the flow and the hand-over from one stage to the next.

use std::time::Duration;

use plumb_base::{ImportId, LeadId};
use plumb_store::job::{self, Job, When};
use plumb_store::{OrgTx, StoreError};
use serde::{Deserialize, Serialize};

/// A stage of a lead's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Found or brought.
    Source,
    /// Normalised, screened, merged.
    Clean,
    /// Its mailbox was asked.
    Verify,
    /// Facts were added.
    Enrich,
    /// It was written to.
    Outreach,
    /// It answered, or did not.
    Outcome,
}

/// The stages in order. Nothing else in the code knows the order.
pub const FLOW: [Stage; 6] =
    [Stage::Source, Stage::Clean, Stage::Verify, Stage::Enrich, Stage::Outreach, Stage::Outcome];

impl Stage {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Clean => "clean",
            Self::Verify => "verify",
            Self::Enrich => "enrich",
            Self::Outreach => "outreach",
            Self::Outcome => "outcome",
        }
    }

    /// The stage after this one.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        let at = FLOW.iter().position(|stage| *stage == self)?;
        FLOW.get(at + 1).copied()
    }
}

/// What is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handed {
    /// Every lead of an import.
    Import(ImportId),
    /// One lead.
    Lead(LeadId),
}

/// Cleaned leads that wait to be verified.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ToVerify {
    /// Which leads.
    pub what: Handed,
    /// Of an import, those of the rows after this one: the rest of a hand-over that is worked off in pages.
    pub after_row: i64,
}

impl Job for ToVerify {
    const NAME: &'static str = "verify.plan";
}

/// Leads of an import whose numbers wait to be screened against Do-Not-Call lists. No stage waits for it: it stands
/// between a lead and a call, not between a lead and its next stage.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ToScreen {
    /// The import.
    pub import: ImportId,
}

impl Job for ToScreen {
    const NAME: &'static str = "screen.import";
}

/// Numbers that were edited, or that a list let go of, wait to be screened: all of the organisation that have no answer.
/// Queued once for as many edits as come within [`EDITS_GATHER`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ToScreenEdited {}

impl Job for ToScreenEdited {
    const NAME: &'static str = "screen.edited";
}

/// How long edits are gathered before their numbers are screened.
const EDITS_GATHER: Duration = Duration::from_secs(10);

/// Leads that wait to be compared with the others of their organisation. No stage waits for it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ToCompare {
    /// Which leads.
    pub what: Handed,
}

impl Job for ToCompare {
    const NAME: &'static str = "duplicate.index";
}

/// Queues the stage after [`Stage::Clean`] for every lead of an import, the screening of their numbers and the search
/// for duplicates among them, in the caller's transaction: the import's end and the hand-over are committed together or not at all.
pub async fn hand_over_import(tx: &mut OrgTx, import: ImportId) -> Result<(), StoreError> {
    job::enqueue(tx, &ToScreen { import }, When::Now).await?;
    job::enqueue(tx, &ToCompare { what: Handed::Import(import) }, When::Now).await?;
    queue(tx, Handed::Import(import)).await
}

/// The same for one lead.
pub(crate) async fn hand_over_lead(tx: &mut OrgTx, lead: LeadId) -> Result<(), StoreError> {
    queue(tx, Handed::Lead(lead)).await
}

/// Has the numbers screened that have no answer, with the caller's transaction. Until then they stay back in exports.
pub async fn screen_edited(tx: &mut OrgTx) -> Result<(), StoreError> {
    job::enqueue_once(tx, &ToScreenEdited {}, When::After(EDITS_GATHER), "edited").await?;
    Ok(())
}

/// A lead that changed may be somebody else's duplicate now, or nobody's any more.
pub async fn compare_again(tx: &mut OrgTx, lead: LeadId) -> Result<(), StoreError> {
    job::enqueue(tx, &ToCompare { what: Handed::Lead(lead) }, When::Now).await?;
    Ok(())
}

async fn queue(tx: &mut OrgTx, what: Handed) -> Result<(), StoreError> {
    job::enqueue(tx, &ToVerify { what, after_row: 0 }, When::Now).await?;
    Ok(())
}
