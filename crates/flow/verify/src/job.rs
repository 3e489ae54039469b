//! Background work: from addresses to verdicts.

use std::sync::Arc;
use std::time::Duration;

use plumb_base::{LeadId, random};
use plumb_egress::{CallContext, Egress, EgressError};
use plumb_lead::{Handed, ToVerify, VerdictSummary, contact, record_verdict, unchecked};
use plumb_store::audit::Entry;
use plumb_store::job::{Cron, Done, Job, JobContext, JobError, Registry, When, enqueue_many_once};
use plumb_store::{OrgTx, StoreError};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::batch::{self, Batched};
use crate::cascade::{Lists, PURPOSE, ProviderTier, Request, check_with, fresh_control_local};
use crate::config::VerifyConfig;
use crate::domain::reason::Reason;
use crate::domain::verdict::{Outcome, Policy};
use crate::policy::{self, under};
use crate::provider::ProviderSaid;
use crate::provider::account::{Account, account};
use crate::{query, recheck, run};

mod provider;
mod standing;
#[cfg(test)]
pub(crate) mod tests;

/// Leads of an import that are queued in one transaction.
const PAGE_LEADS: u32 = 500;

/// The jobs of this crate.
///
/// # Errors
/// When a schedule cannot be written down.
pub fn jobs(egress: Egress, config: VerifyConfig) -> Result<Registry, StoreError> {
    let verifier = Arc::new(Verifier { egress, config, standing: standing::Standing::default() });
    let (planner, asker) = (Arc::clone(&verifier), Arc::clone(&verifier));
    let registry = Registry::new()
        .handle(plan)
        .handle(policy::apply)
        .handle(recheck::round)
        .handle(recheck::of_org)
        .handle(move |job: run::PlanRun, cx| {
            let verifier = Arc::clone(&planner);
            async move { run::plan(&verifier.egress, &verifier.config, job, cx).await }
        })
        .handle(move |job: batch::AskBatch, cx| {
            let verifier = Arc::clone(&asker);
            async move { batch::ask(&verifier.egress, &verifier.config, job, cx).await }
        })
        .handle(move |job: CheckMailbox, cx| {
            let verifier = Arc::clone(&verifier);
            async move { verifier.check_mailbox(job, cx).await }
        });
    Ok(registry.every(Cron::new("verify.recheck", recheck::EVERY, &recheck::Recheck {})?))
}

/// Asks about one mailbox, and records what was said for every lead and every request with that mailbox.
///
/// Safe to run twice: answers are appended, and readers take the newest. No two run for one address at a time: the
/// keyed hash of the address is the key under which they are queued.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CheckMailbox {
    /// None for an address that somebody asked about without a lead.
    lead: Option<LeadId>,
    /// The keyed hash of the address, in hexadecimal, under which the job is queued: the lead may be erased while it
    /// waits, and another with the same mailbox take its place. None for an address that is none.
    #[serde(default)]
    mailbox: Option<String>,
    /// Counted from 1; each waits longer than the one before.
    attempt: u16,
    /// The same in every attempt: a new control address would be greylisted afresh.
    control_local: String,
    /// What the verification provider said: paid for, so it outlives the process that asked.
    #[serde(default)]
    provider: Option<ProviderSaid>,
    /// How often the provider had trouble with this address.
    #[serde(default)]
    provider_tries: u16,
}

impl Job for CheckMailbox {
    const NAME: &'static str = "verify.check_mailbox";
}

impl CheckMailbox {
    /// The first question about a mailbox.
    pub(crate) fn first(lead: Option<LeadId>, mailbox: Option<String>) -> Self {
        Self { lead, mailbox, attempt: 1, control_local: fresh_control_local(), provider: None, provider_tries: 0 }
    }
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

/// Queues the first question about the mailbox of each of these leads.
pub(crate) async fn queue(tx: &mut OrgTx, leads: &[LeadId]) -> Result<u64, StoreError> {
    let job = |query::Addressed { lead, address_hash: mailbox }| {
        let key = mailbox.clone().unwrap_or_else(|| lead.to_string());
        (key, CheckMailbox::first(Some(lead), mailbox))
    };
    let jobs: Vec<_> = query::addressed(tx, leads).await?.into_iter().map(job).collect();
    queue_mailboxes(tx, &jobs).await
}

/// Queues questions under the keys of their mailboxes, and makes a batch of them for a provider that wants one.
pub(crate) async fn queue_mailboxes(tx: &mut OrgTx, jobs: &[(String, CheckMailbox)]) -> Result<u64, StoreError> {
    let mailboxes: Vec<String> = jobs.iter().filter_map(|(_, job)| job.mailbox.clone()).collect();
    batch::gather(tx, &mailboxes).await?;
    enqueue_many_once(tx, jobs).await
}

struct Verifier {
    egress: Egress,
    config: VerifyConfig,
    standing: standing::Standing,
}

/// What is asked about: a lead's address, or one that stands in a request.
struct Subject {
    email: String,
    suppressed: bool,
    lists: Lists,
}

impl Verifier {
    async fn check_mailbox(&self, mut job: CheckMailbox, cx: JobContext) -> Result<Done, JobError> {
        let began = Instant::now();
        let mut tx = cx.org_tx().await?;
        let Some(subject) = subject(&mut tx, &mut job).await? else {
            return Ok(Done::Nothing); // Erased, cancelled, or given another address, while it waited.
        };
        let account = if job.provider.is_none() { account(&mut tx).await? } else { None };
        if let (Some(_), Some(mailbox)) = (account.as_ref().filter(|account| account.is_on), &job.mailbox) {
            match batch::of_mailbox(&mut tx, mailbox).await? {
                Batched::No => {}
                Batched::Waiting => return Ok(Done::Later(batch::look_again())),
                Batched::Answered(said) => job.provider = Some(said),
            }
        }
        tx.done_reading().await?;
        let began = took("read", began);
        let outcome = tokio::select! {
            outcome = self.ask(&mut job, &subject, account, &cx) => outcome,
            () = cx.cancelled().cancelled() => return Err(JobError::Retry("stopped before the answer came".to_owned())),
        };
        let began = took("ask", began);
        match outcome {
            Ok(Asked::Answered(outcome)) => {
                let done = record(job, &subject.email, *outcome, self.config.policy, &cx).await;
                took("record", began);
                done
            }
            Ok(Asked::Done(done)) => Ok(done),
            // Not a failure: the turn comes later. A little apart, so that those who wait do not come back at once.
            Err(Trouble::Egress(EgressError::Busy(_))) => {
                Ok(Done::Later(Duration::from_millis(2000 + random::below(3000))))
            }
            Err(Trouble::Egress(error)) => Err(JobError::Retry(error.to_string())),
            Err(Trouble::Store(error)) => Err(error.into()),
        }
    }

    async fn ask(
        &self,
        job: &mut CheckMailbox,
        subject: &Subject,
        account: Option<Account>,
        cx: &JobContext,
    ) -> Result<Asked, Trouble> {
        let ctx = CallContext::new(cx.org(), PURPOSE);
        let ctx = match job.lead {
            Some(lead) => ctx.about("lead", lead.0),
            None => ctx,
        };
        let tier = match (&job.provider, account) {
            (Some(said), _) => ProviderTier::Said(said.clone()),
            (None, None) => ProviderTier::NotAsked("no verification provider is set up".to_owned()),
            (None, Some(account)) => match self.ask_provider(job, subject, &account, &ctx, cx).await? {
                provider::Step::Tier(tier) => tier,
                provider::Step::Done(done) => return Ok(Asked::Done(done)),
            },
        };
        let request = request(job, subject);
        let wrong = match &self.config.identity {
            Some(identity) if self.config.ask_mail_servers => self.standing.wrong(&self.egress, identity).await?,
            _ => None,
        };
        let Some(wrong) = wrong else {
            let outcome = check_with(&self.egress, &self.config, &ctx, &request, &tier).await?;
            if outcome.reason == Reason::IpBlocked {
                self.standing.doubt().await;
            }
            return Ok(Asked::Answered(Box::new(outcome)));
        };
        let config = VerifyConfig { ask_mail_servers: false, ..self.config.clone() };
        let mut outcome = check_with(&self.egress, &config, &ctx, &request, &tier).await?;
        standing::say(&mut outcome, &wrong);
        Ok(Asked::Answered(Box::new(outcome)))
    }
}

/// Notes how long a part of a run took. Answers when the next began.
fn took(part: &'static str, began: Instant) -> Instant {
    metrics::histogram!("plumb_verify_part_seconds", "part" => part).record(began.elapsed());
    Instant::now()
}

/// How far a run came.
enum Asked {
    Answered(Box<Outcome>),
    /// The rest comes later; what was learnt is kept.
    Done(Done),
}

/// What ends a run without an answer.
enum Trouble {
    Egress(EgressError),
    Store(StoreError),
}

impl From<EgressError> for Trouble {
    fn from(error: EgressError) -> Self {
        Self::Egress(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn request<'a>(job: &'a CheckMailbox, subject: &'a Subject) -> Request<'a> {
    Request {
        address: &subject.email,
        lists: subject.lists,
        suppressed: Some(subject.suppressed),
        attempt: job.attempt,
        control_local: &job.control_local,
    }
}

/// Who has the mailbox now: the lead that it was queued for, another, or an address of a request that waits.
async fn subject(tx: &mut OrgTx, job: &mut CheckMailbox) -> Result<Option<Subject>, StoreError> {
    if let Some(mailbox) = &job.mailbox {
        job.lead = query::with_mailbox(tx, job.lead, mailbox).await?;
    }
    if let Some(lead) = job.lead {
        let found = contact(tx, lead).await?;
        return Ok(found.map(|contact| {
            let noticed = |word: &str| contact.flags.iter().any(|flag| flag == word);
            let lists = Lists {
                role: noticed("email_role"),
                free: noticed("email_free"),
                disposable: noticed("email_disposable"),
            };
            Subject { email: contact.email, suppressed: contact.suppressed, lists }
        }));
    }
    let Some(mailbox) = &job.mailbox else { return Ok(None) };
    let waiting = run::waiting(tx, mailbox).await?;
    Ok(waiting.map(|item| Subject { email: item.email, suppressed: item.suppressed, lists: item.lists }))
}

/// Writes the outcome to every lead and every request that has the mailbox, and completes the job or puts it off, in
/// one transaction.
async fn record(
    job: CheckMailbox,
    asked: &str,
    outcome: Outcome,
    usual: Policy,
    cx: &JobContext,
) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    // From here on, whoever queues a lead with this mailbox waits until this is committed, and then queues it.
    cx.hold(&mut tx).await?;
    let sharing = match job.lead {
        Some(lead) => query::sharing_mailbox(&mut tx, lead).await?,
        None => Vec::new(),
    };
    let own = sharing.iter().find(|one| Some(one.lead) == job.lead);
    let (opted_out, policy) = match (job.lead, &job.mailbox) {
        (Some(_), _) => {
            (own.is_some_and(|own| own.opted_out), own.and_then(|own| own.policy.as_deref()).map(policy::of_word))
        }
        (None, Some(mailbox)) => {
            let opted_out = run::waiting(&mut tx, mailbox).await?.is_some_and(|item| item.suppressed);
            (opted_out, policy::policy(&mut tx).await?)
        }
        (None, None) => (false, None),
    };
    if outcome.reason != Reason::Suppressed && opted_out {
        return Ok(Done::Later(Duration::ZERO)); // While the server was asked: its answer is not kept.
    }
    if job.lead.is_some() && own.is_none_or(|own| own.email != asked) {
        // Erased, or given another address, while the server was asked: another lead may have the mailbox.
        return Ok(Done::Later(Duration::ZERO));
    }
    // The policy may have changed since: what is found does not depend on it, only what follows.
    let outcome = under(policy.unwrap_or(usual), outcome);
    let summary = VerdictSummary {
        verdict: outcome.verdict.code(),
        reason: outcome.reason.code(),
        expires_at: outcome.expires_at,
        next_check_at: outcome.retry_at,
    };
    for query::Sharing { lead, email, .. } in &sharing {
        if record_verdict(&mut tx, *lead, email, &summary).await? {
            query::append(&mut tx, *lead, job.attempt, &outcome).await?;
        }
    }
    let items = match &job.mailbox {
        Some(mailbox) => run::answer(&mut tx, mailbox, job.attempt, &outcome).await?,
        None => 0,
    };
    let entry = match job.lead {
        Some(lead) => Entry::of("verify.checked").on("lead", lead.0),
        None => Entry::of("verify.checked"),
    };
    let entry = entry
        .with("verdict", outcome.verdict.code())
        .with("reason", outcome.reason.code())
        .with("attempt", job.attempt)
        .with("leads", sharing.len())
        .with("requested", items);
    match outcome.retry_at.and_then(|at| (at - outcome.checked_at).to_std().ok()) {
        Some(wait) => {
            let attempt = if outcome.was_put_off() { job.attempt } else { job.attempt + 1 };
            let next = CheckMailbox { attempt, ..job };
            Ok(cx.again(tx, &next, When::After(wait), entry).await?)
        }
        None => Ok(cx.finish(tx, entry).await?),
    }
}
