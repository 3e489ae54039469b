//! Requests: addresses that are verified for themselves, one or many, without a lead.

use plumb_base::{Email, Timestamp, VerificationRunId};
use plumb_egress::{CallContext, Egress};
use plumb_store::audit::Entry;
use plumb_store::job::{Done, Job, JobContext, JobError, When};
use plumb_store::{OrgTx, StoreError};
use plumb_vault::Tokens;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use crate::cascade::{Lists, PURPOSE, Request, check};
use crate::config::VerifyConfig;
use crate::domain::evidence::Evidence;
use crate::domain::verdict::{Flag, Outcome};
use crate::job::{CheckMailbox, queue_mailboxes};
use crate::policy::{policy, under};

pub(crate) mod events;
pub(crate) mod http;
pub(crate) mod page;
pub(crate) mod read;
#[cfg(test)]
pub(crate) mod tests;

/// Most addresses of one request.
pub(crate) const ADDRESSES_MAX: usize = 10_000;
/// Longest address that is taken, in octets; none that exists is longer than 254.
pub(crate) const ADDRESS_OCTETS_MAX: usize = 1000;
/// Addresses that are planned in one transaction.
const PAGE: i64 = 500;

/// Looks through the addresses of a request: what is no address is answered at once, what is known is not asked again,
/// and the rest is queued, one question for each mailbox.
///
/// Safe to run twice: what is answered is left, and nothing is queued twice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PlanRun {
    pub(crate) run: VerificationRunId,
    /// Addresses up to this one are planned.
    pub(crate) after: i32,
}

impl Job for PlanRun {
    const NAME: &'static str = "verify.plan_run";
}

/// One address of a request as it comes in.
pub(crate) struct NewItem<'a> {
    pub(crate) email: &'a str,
    pub(crate) lists: Lists,
}

/// Writes the addresses of a new request down.
pub(crate) async fn add(
    tx: &mut OrgTx,
    run: VerificationRunId,
    items: &[NewItem<'_>],
    tokens: &Tokens,
) -> Result<(), StoreError> {
    let org = tx.org().0;
    let emails: Vec<String> = items.iter().map(|item| item.email.to_owned()).collect();
    let found: Vec<_> = items.iter().map(|item| Email::parse(item.email).ok().map(|email| tokens.of(&email))).collect();
    let mailboxes: Vec<Option<Vec<u8>>> =
        found.iter().map(|found| found.as_ref().map(|(token, _)| token.to_vec())).collect();
    let bases: Vec<Option<Vec<u8>>> =
        found.iter().map(|found| found.as_ref().and_then(|(_, base)| base.map(|base| base.to_vec()))).collect();
    let flags: Vec<String> = items.iter().map(|item| noticed(item.lists)).collect();
    sqlx::query!(
        "insert into verification_item (org_id, run_id, seq, email, mailbox_token, email_token_base, flags)
         select $1, $2, n, email, token, base, string_to_array(flags, ',')
         from unnest($3::text[], $4::bytea[], $5::bytea[], $6::text[]) with ordinality as x (email, token, base, flags, n)",
        org,
        run.0,
        &emails,
        &mailboxes as &[Option<Vec<u8>>],
        &bases as &[Option<Vec<u8>>],
        &flags,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What the lists say, as the flags that go with it.
fn noticed(lists: Lists) -> String {
    let Lists { role, free, disposable } = lists;
    let listed = [(role, Flag::Role), (free, Flag::Free), (disposable, Flag::Disposable)];
    listed.into_iter().filter(|(is, _)| *is).map(|(_, flag)| flag.code()).collect::<Vec<_>>().join(",")
}

fn lists(flags: &[String]) -> Lists {
    let has = |flag: Flag| flags.iter().any(|word| word == flag.code());
    Lists { role: has(Flag::Role), free: has(Flag::Free), disposable: has(Flag::Disposable) }
}

pub(crate) async fn plan(
    egress: &Egress,
    config: &VerifyConfig,
    PlanRun { run, after }: PlanRun,
    cx: JobContext,
) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    let config = VerifyConfig { policy: policy(&mut tx).await?.unwrap_or(config.policy), ..config.clone() };
    let up_to = after.saturating_add(PAGE as i32);
    let known = answer_known(&mut tx, run, after, up_to).await?;
    let open = open(&mut tx, run, after, up_to).await?;
    let (mut unfit, mut jobs) = (0_u64, Vec::new());
    for item in &open {
        if let Some(mailbox) = &item.mailbox {
            jobs.push((mailbox.clone(), CheckMailbox::first(None, Some(mailbox.clone()))));
            continue;
        }
        // No address: the first tier decides, and nobody is asked.
        let ctx = CallContext::new(cx.org(), PURPOSE);
        let request =
            Request { address: &item.email, lists: item.lists, suppressed: Some(false), attempt: 1, control_local: "" };
        let outcome =
            check(egress, &config, &ctx, &request).await.map_err(|error| JobError::Retry(error.to_string()))?;
        answer_one(&mut tx, run, item.seq, &outcome).await?;
        unfit += 1;
    }
    let queued = queue_mailboxes(&mut tx, &jobs).await?;
    let entry = Entry::of("verify.run_planned")
        .on("verification_run", run.0)
        .with("known", known)
        .with("unfit", unfit)
        .with("mailboxes", queued);
    if is_last(&mut tx, run, up_to).await? {
        Ok(cx.finish(tx, entry).await?)
    } else {
        Ok(cx.again(tx, &PlanRun { run, after: up_to }, When::Now, entry).await?)
    }
}

/// An address without an answer.
pub(crate) struct Waiting {
    pub(crate) email: String,
    pub(crate) suppressed: bool,
    pub(crate) lists: Lists,
}

struct Open {
    seq: i32,
    email: String,
    mailbox: Option<String>,
    lists: Lists,
}

async fn open(tx: &mut OrgTx, run: VerificationRunId, after: i32, up_to: i32) -> Result<Vec<Open>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select seq, email, encode(mailbox_token, 'hex') as mailbox, flags from verification_item
         where org_id = $1 and run_id = $2 and seq > $3 and seq <= $4 and state = 'waiting' order by seq",
        org,
        run.0,
        after,
        up_to,
    )
    .fetch_all(tx.conn())
    .await?;
    let open = rows.into_iter().map(|row| Open {
        seq: row.seq,
        email: row.email,
        mailbox: row.mailbox,
        lists: lists(&row.flags.unwrap_or_default()),
    });
    Ok(open.collect())
}

async fn is_last(tx: &mut OrgTx, run: VerificationRunId, up_to: i32) -> Result<bool, StoreError> {
    let (org, run) = (tx.org().0, run.0);
    let more = sqlx::query_scalar!(
        r#"select exists (select from verification_item where org_id = $1 and run_id = $2 and seq > $3) as "more!""#,
        org,
        run,
        up_to,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(!more)
}

/// Answers what a lead, or an earlier request, has an answer for that still holds: nobody is asked twice for it.
async fn answer_known(tx: &mut OrgTx, run: VerificationRunId, after: i32, up_to: i32) -> Result<u64, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let of_leads = sqlx::query!(
        "update verification_item i set state = 'answered', verdict = v.verdict, reason = v.reason, catch_all = v.catch_all, flags = v.flags,
             evidence = v.evidence, policy = v.policy, checked_at = v.checked_at, expires_at = v.expires_at, attempt = v.attempt, next_at = null
         from lead l cross join lateral (
             select * from verification v where v.org_id = l.org_id and v.lead_id = l.id order by checked_at desc, id desc limit 1) v
         where i.org_id = $1 and i.run_id = $2 and i.seq > $3 and i.seq <= $4 and i.state = 'waiting'
           and l.org_id = $1 and l.email_token = i.mailbox_token and l.verdict = v.verdict and l.next_check_at is null
           and v.next_at is null and v.expires_at > $5 and v.reason <> 'suppressed'
           and not exists (select from suppression s where s.token in (i.mailbox_token, i.email_token_base))",
        org,
        run.0,
        after,
        up_to,
        now,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    let of_requests = sqlx::query!(
        "update verification_item i set state = 'answered', verdict = v.verdict, reason = v.reason, catch_all = v.catch_all, flags = v.flags,
             evidence = v.evidence, policy = v.policy, checked_at = v.checked_at, expires_at = v.expires_at, attempt = v.attempt, next_at = null
         from verification_item v
         where i.org_id = $1 and i.run_id = $2 and i.seq > $3 and i.seq <= $4 and i.state = 'waiting'
           and v.org_id = $1 and v.mailbox_token = i.mailbox_token and v.state = 'answered' and v.expires_at > $5
           and v.policy = coalesce((select policy from verification_policy p where p.org_id = $1), v.policy) and v.reason <> 'suppressed'
           and not exists (select from suppression s where s.token in (i.mailbox_token, i.email_token_base))",
        org,
        run.0,
        after,
        up_to,
        now,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(of_leads + of_requests)
}

/// An address that waits for its mailbox, given by its keyed hash in hexadecimal, to be asked.
pub(crate) async fn waiting(tx: &mut OrgTx, mailbox: &str) -> Result<Option<Waiting>, StoreError> {
    let org = tx.org().0;
    let row = sqlx::query!(
        r#"select email, flags, exists (select from suppression s where s.token in (i.mailbox_token, i.email_token_base)) as "suppressed!"
           from verification_item i
           where org_id = $1 and mailbox_token = decode($2, 'hex') and state = 'waiting' order by run_id, seq limit 1"#,
        org,
        mailbox,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Waiting {
        email: row.email,
        suppressed: row.suppressed,
        lists: lists(&row.flags.unwrap_or_default()),
    }))
}

/// Writes an answer to every address that waits for this mailbox. One that will be asked again goes on waiting.
pub(crate) async fn answer(tx: &mut OrgTx, mailbox: &str, attempt: u16, outcome: &Outcome) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let flags = flags(outcome);
    let answered = sqlx::query!(
        "update verification_item set state = case when $11::timestamptz is null then 'answered' else 'waiting' end, verdict = $3, reason = $4,
             catch_all = $5, flags = $6, evidence = $7, policy = $8, checked_at = $9, expires_at = $10, next_at = $11, attempt = $12
         where org_id = $1 and mailbox_token = decode($2, 'hex') and state = 'waiting'",
        org,
        mailbox,
        outcome.verdict.code(),
        outcome.reason.code(),
        outcome.catch_all.code(),
        &flags,
        Json(&outcome.evidence) as Json<&Vec<Evidence>>,
        outcome.policy.code(),
        outcome.checked_at,
        outcome.expires_at,
        outcome.retry_at,
        i16::try_from(attempt).unwrap_or(i16::MAX),
    )
    .execute(tx.conn())
    .await?;
    Ok(answered.rows_affected())
}

async fn answer_one(tx: &mut OrgTx, run: VerificationRunId, seq: i32, outcome: &Outcome) -> Result<(), StoreError> {
    let org = tx.org().0;
    let outcome = under(outcome.policy, outcome.clone());
    let flags = flags(&outcome);
    sqlx::query!(
        "update verification_item set state = 'answered', verdict = $4, reason = $5, catch_all = $6, flags = $7, evidence = $8, policy = $9,
             checked_at = $10, expires_at = $11, attempt = 1
         where org_id = $1 and run_id = $2 and seq = $3 and state = 'waiting'",
        org,
        run.0,
        seq,
        outcome.verdict.code(),
        outcome.reason.code(),
        outcome.catch_all.code(),
        &flags,
        Json(&outcome.evidence) as Json<&Vec<Evidence>>,
        outcome.policy.code(),
        outcome.checked_at,
        outcome.expires_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn flags(outcome: &Outcome) -> Vec<String> {
    outcome.flags.iter().map(|flag| flag.code().to_owned()).collect()
}

/// Ends what a request still waits for; false when there is no such request. Questions that are under way end by
/// themselves: nobody waits for them.
pub(crate) async fn cancel(tx: &mut OrgTx, run: VerificationRunId) -> Result<bool, StoreError> {
    let (org, now): (_, Timestamp) = (tx.org().0, tx.now());
    let found = sqlx::query!(
        "update verification_run r set cancelled_at = case when exists (
                 select from verification_item i where i.org_id = r.org_id and i.run_id = r.id and i.state = 'waiting')
             then coalesce(cancelled_at, $3) else cancelled_at end
         where org_id = $1 and id = $2",
        org,
        run.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update verification_item set state = 'cancelled', next_at = null where org_id = $1 and run_id = $2 and state = 'waiting'",
        org,
        run.0,
    )
    .execute(tx.conn())
    .await?;
    Ok(found.rows_affected() > 0)
}
