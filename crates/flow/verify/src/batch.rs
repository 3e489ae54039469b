//! Many mailboxes at once at a provider that wants them so: NeverBounce may lock an account that puts the same
//! question in a loop. The mailboxes are queued one by one all the same, and wait for the list's answers.

use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;
use plumb_base::{Email, random};
use plumb_egress::{CallContext, Egress, EgressError, HttpAnswer, HttpError};
use plumb_store::audit::Entry;
use plumb_store::job::{Done, Job, JobContext, JobError, When, enqueue};
use plumb_store::{OrgTx, StoreError};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::cascade::{Lists, PURPOSE, Request, reaches_provider};
use crate::config::VerifyConfig;
use crate::provider::account::{self, Account, Leave, account, back_off};
use crate::provider::neverbounce::{self, JobStatus};
use crate::provider::{ProviderSaid, Read, Trouble, Vendor, answered};
use crate::{query, run};

#[cfg(test)]
mod tests;

/// From this many mailboxes on they go as a list.
pub(crate) const MAILBOXES_MIN: usize = 51;
/// How often a list that is worked on is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// Looks before a list is given up: over four hours.
const LOOKS_MAX: u16 = 720;
/// Longest that a mailbox waits for its list.
const WAITED_FOR: TimeDelta = TimeDelta::hours(24);

/// Takes a batch to the provider and its answers back.
///
/// Safe to run twice up to one question: a process that dies between the provider's taking the list and the commit of
/// its number hands it over again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AskBatch {
    batch: Uuid,
    looks: u16,
    tries: u16,
}

impl Job for AskBatch {
    const NAME: &'static str = "verify.ask_batch";
    /// Before the mailboxes that wait for it.
    const PRIORITY: i16 = 5;
}

/// Whether a mailbox is in a batch.
pub(crate) enum Batched {
    No,
    Waiting,
    Answered(ProviderSaid),
}

/// Makes a batch of these mailboxes, given by their keyed hashes in hexadecimal, where there are enough of them and the
/// organisation's provider wants them so and may be asked.
pub(crate) async fn gather(tx: &mut OrgTx, mailboxes: &[String]) -> Result<(), StoreError> {
    if mailboxes.len() < MAILBOXES_MIN {
        return Ok(());
    }
    let Some(account) = account(tx).await? else { return Ok(()) };
    if account.vendor != Vendor::NeverBounce || account.leave(tx.now()) != Leave::Granted {
        return Ok(());
    }
    let (org, now, id) = (tx.org().0, tx.now(), fresh());
    sqlx::query!(
        "insert into verification_batch (org_id, id, provider, addresses, created_at) values ($1, $2, $3, $4, $5)",
        org,
        id,
        account.vendor.code(),
        i32::try_from(mailboxes.len()).unwrap_or(i32::MAX),
        now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into verification_batch_item (org_id, mailbox_token, batch_id)
         select distinct $1::uuid, decode(m, 'hex'), $2::uuid from unnest($3::text[]) as x (m) on conflict do nothing",
        org,
        id,
        mailboxes,
    )
    .execute(tx.conn())
    .await?;
    enqueue(tx, &AskBatch { batch: id, looks: 0, tries: 0 }, When::Now).await?;
    Ok(())
}

fn fresh() -> Uuid {
    plumb_base::VerificationId::fresh().0
}

/// Whether a batch has, or will have, the provider's answer about a mailbox. An answer is taken out.
pub(crate) async fn of_mailbox(tx: &mut OrgTx, mailbox: &str) -> Result<Batched, StoreError> {
    let org = tx.org().0;
    let row = sqlx::query!(
        r#"select i.said as "said: Json<ProviderSaid>" from verification_batch_item i join verification_batch b on b.org_id = i.org_id and b.id = i.batch_id
           where i.org_id = $1 and i.mailbox_token = decode($2, 'hex') and b.created_at > $3"#,
        org,
        mailbox,
        tx.now() - WAITED_FOR,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(match row {
        None => Batched::No,
        Some(row) => row.said.map_or(Batched::Waiting, |said| Batched::Answered(said.0)),
    })
}

/// How long a mailbox waits before it looks for its list's answer again.
pub(crate) fn look_again() -> Duration {
    LOOK_EVERY + Duration::from_millis(random::below(10_000))
}

pub(crate) async fn ask(
    egress: &Egress,
    config: &VerifyConfig,
    job: AskBatch,
    cx: JobContext,
) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    let org = tx.org().0;
    let batch =
        sqlx::query!("select provider_job from verification_batch where org_id = $1 and id = $2", org, job.batch)
            .fetch_optional(tx.conn())
            .await?;
    let Some(batch) = batch else { return Ok(Done::Nothing) };
    let Some(account) =
        account(&mut tx).await?.filter(|account| account.is_on && account.vendor == Vendor::NeverBounce)
    else {
        return dissolve(tx, &job, "switched off", &cx).await;
    };
    let Some(key) = account.key(&tx, cx.store().keys()) else { return dissolve(tx, &job, "key", &cx).await };
    tx.done_reading().await?;
    let asking = Asking { egress, config, key: &key, ctx: CallContext::new(cx.org(), PURPOSE) };
    let went = match batch.provider_job {
        None => asking.hand_over(&job, &account, &cx).await,
        Some(number) => asking.fetch(&job, number, &cx).await,
    };
    match went? {
        Ok(done) => Ok(done),
        Err(Trouble::Later { after, everybody, .. }) => match back_off(job.tries + 1, after) {
            Some(wait) => {
                let mut tx = cx.org_tx().await?;
                if everybody {
                    let until = tx.now() + TimeDelta::from_std(wait).unwrap_or_default();
                    account::pause(&mut tx, until).await?;
                }
                let next = AskBatch { tries: job.tries + 1, ..job };
                Ok(cx.again(tx, &next, When::After(wait), Entry::of("verify.batch_later")).await?)
            }
            None => dissolve(cx.org_tx().await?, &job, "no answer", &cx).await,
        },
        Err(Trouble::Off(why)) => {
            let mut tx = cx.org_tx().await?;
            account::switch_off(&mut tx, &why).await?;
            dissolve(tx, &job, "switched off", &cx).await
        }
        // A shorter list, or one by one.
        Err(Trouble::TooMany | Trouble::OptedOut) => split(&job, &cx).await,
    }
}

struct Asking<'a> {
    egress: &'a Egress,
    config: &'a VerifyConfig,
    key: &'a str,
    ctx: CallContext,
}

impl Asking<'_> {
    /// Hands over those addresses that pass what costs nothing.
    async fn hand_over(
        &self,
        job: &AskBatch,
        account: &Account,
        cx: &JobContext,
    ) -> Result<Result<Done, Trouble>, JobError> {
        let mut tx = cx.org_tx().await?;
        let addresses = addresses(&mut tx, job.batch).await?;
        tx.done_reading().await?;
        let mut emails = Vec::with_capacity(addresses.len());
        for (address, suppressed) in &addresses {
            let request = Request {
                address,
                lists: Lists::default(),
                suppressed: Some(*suppressed),
                attempt: 1,
                control_local: "",
            };
            match reaches_provider(self.egress, self.config, &self.ctx, &request).await {
                Ok(email) => emails.extend(email),
                Err(error) => return Err(JobError::Retry(error.to_string())),
            }
        }
        let mut tx = cx.org_tx().await?;
        let credits = i32::try_from(emails.len()).unwrap_or(i32::MAX);
        if emails.is_empty() || !account::spend(&mut tx, credits).await? {
            // One by one they take what is left of the day's budget.
            return Ok(Ok(dissolve(tx, job, "budget", cx).await?));
        }
        let entry = Entry::of("verify.provider_credit_spent")
            .with("provider", account.vendor.code())
            .with("addresses", emails.len());
        tx.commit(entry).await?;
        let site = &self.config.providers.neverbounce;
        let answer = neverbounce::create_job(self.egress, site, self.key, &self.ctx, &emails).await;
        let number = match read(answer, neverbounce::read_created)? {
            Ok(number) => number,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let mut tx = cx.org_tx().await?;
        let org = tx.org().0;
        sqlx::query!(
            "update verification_batch set provider_job = $3 where org_id = $1 and id = $2",
            org,
            job.batch,
            number,
        )
        .execute(tx.conn())
        .await?;
        let next = AskBatch { tries: 0, ..job.clone() };
        Ok(Ok(cx.again(tx, &next, When::After(LOOK_EVERY), Entry::of("verify.batch_handed_over")).await?))
    }

    /// Takes the answers, once they are there.
    async fn fetch(&self, job: &AskBatch, number: i64, cx: &JobContext) -> Result<Result<Done, Trouble>, JobError> {
        let site = &self.config.providers.neverbounce;
        let status = neverbounce::job_status(self.egress, site, self.key, &self.ctx, number).await;
        match read(status, neverbounce::read_status)? {
            Ok(JobStatus::Complete) => {}
            Ok(JobStatus::AtWork) if job.looks < LOOKS_MAX => {
                let next = AskBatch { looks: job.looks + 1, tries: 0, ..job.clone() };
                let tx = cx.org_tx().await?;
                let entry = Entry::of("verify.batch_looked_at").with("looks", next.looks);
                return Ok(Ok(cx.again(tx, &next, When::After(LOOK_EVERY), entry).await?));
            }
            Ok(JobStatus::AtWork | JobStatus::Failed) => {
                return Ok(Ok(dissolve(cx.org_tx().await?, job, "failed", cx).await?));
            }
            Err(trouble) => return Ok(Err(trouble)),
        }
        let (mut answers, mut page, mut pages) = (Vec::new(), 1, 1);
        while page <= pages {
            let results = neverbounce::job_results(self.egress, site, self.key, &self.ctx, number, page).await;
            match read(results, neverbounce::read_results)? {
                Ok((rows, total)) => {
                    answers.extend(rows);
                    // No list of ours has more.
                    pages = total.min(20);
                }
                Err(trouble) => return Ok(Err(trouble)),
            }
            page += 1;
        }
        Ok(Ok(keep(job, answers, cx).await?))
    }
}

fn read<T>(
    answer: Result<HttpAnswer, HttpError>,
    reader: impl FnOnce(&HttpAnswer) -> Result<T, Trouble>,
) -> Result<Result<T, Trouble>, JobError> {
    let answer = answered(answer).map_err(|error: EgressError| JobError::Retry(error.to_string()))?;
    Ok(answer.and_then(|answer| reader(&answer)))
}

/// Puts the answers with their mailboxes; a mailbox that the list has no answer for is asked about by itself.
async fn keep(job: &AskBatch, answers: Vec<(String, Read)>, cx: &JobContext) -> Result<Done, JobError> {
    let tokens = cx.store().keys().suppression();
    let mut tx = cx.org_tx().await?;
    let (org, at) = (tx.org().0, tx.now());
    let answers: HashMap<[u8; 32], Read> = answers
        .into_iter()
        .filter_map(|(email, read)| Some((tokens.of(&Email::parse(&email).ok()?).0, read)))
        .collect();
    let (mut mailboxes, mut said) = (Vec::new(), Vec::new());
    for (mailbox, Read { reason, said: words, flags }) in answers {
        let answer = ProviderSaid { vendor: Vendor::NeverBounce, reason, said: words, flags, at };
        mailboxes.push(mailbox.to_vec());
        said.push(serde_json::to_value(answer).map_err(|error| JobError::Fail(error.to_string()))?);
    }
    let kept = sqlx::query!(
        "update verification_batch_item i set said = x.said from unnest($3::bytea[], $4::jsonb[]) as x (mailbox, said)
         where i.org_id = $1 and i.batch_id = $2 and i.mailbox_token = x.mailbox",
        org,
        job.batch,
        &mailboxes,
        &said,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    sqlx::query!(
        "delete from verification_batch_item where org_id = $1 and batch_id = $2 and said is null",
        org,
        job.batch,
    )
    .execute(tx.conn())
    .await?;
    Ok(cx.finish(tx, Entry::of("verify.batch_answered").with("mailboxes", kept)).await?)
}

/// Ends a batch without answers: each mailbox goes its own way.
async fn dissolve(mut tx: OrgTx, job: &AskBatch, why: &'static str, cx: &JobContext) -> Result<Done, JobError> {
    let org = tx.org().0;
    sqlx::query!("delete from verification_batch where org_id = $1 and id = $2", org, job.batch)
        .execute(tx.conn())
        .await?;
    Ok(cx.finish(tx, Entry::of("verify.batch_dissolved").with("why", why)).await?)
}

/// Makes two batches of one that was too long.
async fn split(job: &AskBatch, cx: &JobContext) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    let org = tx.org().0;
    let mailboxes = sqlx::query_scalar!(
        r#"select encode(mailbox_token, 'hex') as "mailbox!" from verification_batch_item where org_id = $1 and batch_id = $2 order by mailbox_token"#,
        org,
        job.batch,
    )
    .fetch_all(tx.conn())
    .await?;
    sqlx::query!("delete from verification_batch where org_id = $1 and id = $2", org, job.batch)
        .execute(tx.conn())
        .await?;
    for half in mailboxes.chunks(mailboxes.len().div_ceil(2).max(1)) {
        gather(&mut tx, half).await?;
    }
    Ok(cx.finish(tx, Entry::of("verify.batch_split").with("mailboxes", mailboxes.len())).await?)
}

/// An address for each mailbox of a batch, and whether its owner opted out.
async fn addresses(tx: &mut OrgTx, batch: Uuid) -> Result<Vec<(String, bool)>, StoreError> {
    let org = tx.org().0;
    let mailboxes = sqlx::query_scalar!(
        r#"select encode(mailbox_token, 'hex') as "mailbox!" from verification_batch_item where org_id = $1 and batch_id = $2"#,
        org,
        batch,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut addresses = Vec::with_capacity(mailboxes.len());
    for mailbox in mailboxes {
        if let Some(lead) = query::with_mailbox(tx, None, &mailbox).await? {
            let contact = plumb_lead::contact(tx, lead).await?;
            addresses.extend(contact.map(|contact| (contact.email, contact.suppressed)));
        } else if let Some(item) = run::waiting(tx, &mailbox).await? {
            addresses.push((item.email, item.suppressed));
        }
    }
    Ok(addresses)
}
