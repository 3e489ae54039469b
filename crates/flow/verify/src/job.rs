//! Background work: from cleaned leads to verdicts.

use std::sync::Arc;
use std::time::Duration;

use plumb_base::{LeadId, random};
use plumb_egress::{CallContext, Egress, EgressError};
use plumb_lead::{Contact, Handed, ToVerify, VerdictSummary, contact, record_verdict, unchecked};
use plumb_store::audit::Entry;
use plumb_store::job::{Done, Job, JobContext, JobError, Registry, When, enqueue_many_once};
use plumb_store::{OrgTx, StoreError};
use serde::{Deserialize, Serialize};

use crate::cascade::{Lists, PURPOSE, Request, check, fresh_control_local};
use crate::config::VerifyConfig;
use crate::domain::reason::Reason;
use crate::domain::verdict::Outcome;
use crate::query;

#[cfg(test)]
mod tests;

/// Leads of an import that are queued in one transaction.
const PAGE_LEADS: u32 = 500;

/// The jobs of this crate.
#[must_use]
pub fn jobs(egress: Egress, config: VerifyConfig) -> Registry {
    let verifier = Arc::new(Verifier { egress, config });
    Registry::new().handle(plan).handle(move |job: CheckMailbox, cx| {
        let verifier = Arc::clone(&verifier);
        async move { verifier.check_mailbox(job, cx).await }
    })
}

/// Asks about one lead's mailbox, and records what was said for every lead with that mailbox.
///
/// Safe to run twice: answers are appended, and readers take the newest. No two run for one address at a time: the
/// keyed hash of the address is the key under which they are queued.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CheckMailbox {
    lead: LeadId,
    /// The keyed hash of the address, in hexadecimal, under which the job is queued: the lead may be erased while it
    /// waits, and another with the same mailbox take its place. None for an address that is none.
    #[serde(default)]
    mailbox: Option<String>,
    /// Counted from 1; each waits longer than the one before.
    attempt: u16,
    /// The same in every attempt: a new control address would be greylisted afresh.
    control_local: String,
}

impl Job for CheckMailbox {
    const NAME: &'static str = "verify.check_mailbox";
}

/// Queues the leads of an import a page at a time, so that a list of a million rows is no transaction of a million.
async fn plan(ToVerify { what, after_row }: ToVerify, cx: JobContext) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    let leads = match what {
        Handed::Lead(lead) => vec![(0, lead)],
        Handed::Import(import) => unchecked(&mut tx, import, after_row, PAGE_LEADS).await?,
    };
    let ids: Vec<LeadId> = leads.iter().map(|(_, lead)| *lead).collect();
    let queued = queue(&mut tx, &ids).await?;
    let entry = match what {
        Handed::Lead(lead) => Entry::of("verify.planned").on("lead", lead.0),
        Handed::Import(import) => Entry::of("verify.planned").on("import", import.0),
    };
    let entry = entry.with("mailboxes", queued);
    match leads.last() {
        Some((last, _)) if matches!(what, Handed::Import(_)) && leads.len() == PAGE_LEADS as usize => {
            Ok(cx.again(tx, &ToVerify { what, after_row: *last }, When::Now, entry).await?)
        }
        _ => Ok(cx.finish(tx, entry).await?),
    }
}

async fn queue(tx: &mut OrgTx, leads: &[LeadId]) -> Result<u64, StoreError> {
    let job = |query::Addressed { lead, address_hash: mailbox }| {
        let key = mailbox.clone().unwrap_or_else(|| lead.to_string());
        (key, CheckMailbox { lead, mailbox, attempt: 1, control_local: fresh_control_local() })
    };
    let jobs: Vec<_> = query::addressed(tx, leads).await?.into_iter().map(job).collect();
    enqueue_many_once(tx, &jobs).await
}

struct Verifier {
    egress: Egress,
    config: VerifyConfig,
}

impl Verifier {
    async fn check_mailbox(&self, mut job: CheckMailbox, cx: JobContext) -> Result<Done, JobError> {
        let mut tx = cx.org_tx().await?;
        if let Some(mailbox) = &job.mailbox {
            let Some(lead) = query::with_mailbox(&mut tx, job.lead, mailbox).await? else {
                return Ok(Done::Nothing); // Erased, or given another address, while it waited.
            };
            job.lead = lead;
        }
        let contact = contact(&mut tx, job.lead).await?;
        tx.done_reading().await?;
        let Some(contact) = contact else {
            return Ok(Done::Nothing);
        };
        let outcome = tokio::select! {
            outcome = self.ask(&job, &contact, &cx) => outcome,
            () = cx.cancelled().cancelled() => return Err(JobError::Retry("stopped before the answer came".to_owned())),
        };
        match outcome {
            Ok(outcome) => record(job, &contact.email, &outcome, &cx).await,
            // Not a failure: the turn comes later. A little apart, so that those who wait do not come back at once.
            Err(EgressError::Busy(_)) => Ok(Done::Later(Duration::from_millis(2000 + random::below(3000)))),
            Err(error) => Err(JobError::Retry(error.to_string())),
        }
    }

    async fn ask(&self, job: &CheckMailbox, contact: &Contact, cx: &JobContext) -> Result<Outcome, EgressError> {
        let noticed = |word: &str| contact.flags.iter().any(|flag| flag == word);
        let request = Request {
            address: &contact.email,
            lists: Lists {
                role: noticed("email_role"),
                free: noticed("email_free"),
                disposable: noticed("email_disposable"),
            },
            suppressed: Some(contact.suppressed),
            attempt: job.attempt,
            control_local: &job.control_local,
        };
        let ctx = CallContext::new(cx.org(), PURPOSE).about("lead", job.lead.0);
        check(&self.egress, &self.config, &ctx, &request).await
    }
}

/// Writes the outcome to every lead that has the mailbox, and completes the job or puts it off, in one transaction.
async fn record(job: CheckMailbox, asked: &str, outcome: &Outcome, cx: &JobContext) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    // From here on, whoever queues a lead with this mailbox waits until this is committed, and then queues it.
    cx.hold(&mut tx).await?;
    if outcome.reason != Reason::Suppressed && query::opted_out(&mut tx, job.lead).await? == Some(true) {
        return Ok(Done::Later(Duration::ZERO)); // While the server was asked: its answer is not kept.
    }
    let summary = VerdictSummary {
        verdict: outcome.verdict.code(),
        reason: outcome.reason.code(),
        expires_at: outcome.expires_at,
        next_check_at: outcome.retry_at,
    };
    let sharing = query::sharing_mailbox(&mut tx, job.lead).await?;
    if !sharing.iter().any(|(lead, email)| *lead == job.lead && email == asked) {
        // Erased, or given another address, while the server was asked: another lead may have the mailbox.
        return Ok(Done::Later(Duration::ZERO));
    }
    for (lead, email) in &sharing {
        if record_verdict(&mut tx, *lead, email, &summary).await? {
            query::append(&mut tx, *lead, job.attempt, outcome).await?;
        }
    }
    let entry = Entry::of("verify.checked")
        .on("lead", job.lead.0)
        .with("verdict", outcome.verdict.code())
        .with("reason", outcome.reason.code())
        .with("attempt", job.attempt)
        .with("leads", sharing.len());
    match outcome.retry_at.and_then(|at| (at - outcome.checked_at).to_std().ok()) {
        Some(wait) => {
            let next = CheckMailbox { attempt: job.attempt + 1, ..job };
            Ok(cx.again(tx, &next, When::After(wait), entry).await?)
        }
        None => Ok(cx.finish(tx, entry).await?),
    }
}
