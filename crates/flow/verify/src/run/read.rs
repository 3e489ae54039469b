//! Requests as they are shown.

use plumb_base::{Timestamp, VerificationRunId};
use plumb_lead::withhold_opted_out;
use plumb_store::{OrgTx, Store, StoreError};
use plumb_web::Problem;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::types::Json;

use crate::domain::evidence::Evidence;
use crate::domain::verdict::Outcome;
use crate::policy::{Words, outcome};

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Addresses wait for their answer.
    Running,
    /// Every address has its answer.
    Done,
    /// It was cancelled; the answers until then stay.
    Cancelled,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Run {
    /// Identifier.
    pub(crate) id: VerificationRunId,
    /// How far it is.
    pub(crate) state: State,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// Where to go on.
    pub(crate) links: Links,
}

/// The counts of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Counts {
    /// Addresses.
    pub(crate) addresses: i64,
    /// Of those, with a final answer.
    pub(crate) answered: i64,
    /// Of those without one, that will be asked again at a known time.
    pub(crate) to_be_asked_again: i64,
    /// Final answers: verified.
    pub(crate) verified: i64,
    /// Final answers: undeliverable.
    pub(crate) undeliverable: i64,
    /// Final answers: risky.
    pub(crate) risky: i64,
    /// Final answers: unverified.
    pub(crate) unverified: i64,
}

/// Where a request is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Links {
    /// The request.
    #[serde(rename = "self")]
    pub(crate) this: String,
    /// Its answers.
    pub(crate) results: String,
    /// Its progress, as server-sent events.
    pub(crate) events: String,
    /// Its page.
    pub(crate) page: String,
}

impl Links {
    fn of(run: VerificationRunId) -> Self {
        let this = format!("/api/v1/verifications/{run}");
        Self {
            results: format!("{this}/results"),
            events: format!("{this}/events"),
            page: format!("/verifications/{run}"),
            this,
        }
    }
}

/// Requests, newest first, older than `before`; or the one.
pub(crate) async fn runs(
    tx: &mut OrgTx,
    one: Option<VerificationRunId>,
    before: Option<VerificationRunId>,
    limit: i64,
) -> Result<Vec<Run>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select r.id, r.created_at, r.cancelled_at is not null as "cancelled!", c.addresses as "addresses!", c.answered as "answered!",
               c.waiting as "waiting!", c.again as "again!", c.verified as "verified!", c.undeliverable as "undeliverable!",
               c.risky as "risky!", c.unverified as "unverified!"
           from verification_run r cross join lateral (
               select count(*) as addresses, count(*) filter (where state = 'answered') as answered, count(*) filter (where state = 'waiting') as waiting,
                   count(*) filter (where state = 'waiting' and next_at is not null) as again,
                   count(*) filter (where state = 'answered' and verdict = 'verified') as verified,
                   count(*) filter (where state = 'answered' and verdict = 'undeliverable') as undeliverable,
                   count(*) filter (where state = 'answered' and verdict = 'risky') as risky,
                   count(*) filter (where state = 'answered' and verdict = 'unverified') as unverified
               from verification_item i where i.org_id = r.org_id and i.run_id = r.id) c
           where r.org_id = $1 and ($2::uuid is null or r.id = $2) and ($3::uuid is null or r.id < $3)
           order by r.id desc limit $4"#,
        org,
        one.map(|run| run.0),
        before.map(|run| run.0),
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    let runs = rows.into_iter().map(|row| {
        let id = VerificationRunId(row.id);
        let state = match (row.cancelled, row.waiting) {
            (true, _) => State::Cancelled,
            (false, 0) => State::Done,
            (false, _) => State::Running,
        };
        let counts = Counts {
            addresses: row.addresses,
            answered: row.answered,
            to_be_asked_again: row.again,
            verified: row.verified,
            undeliverable: row.undeliverable,
            risky: row.risky,
            unverified: row.unverified,
        };
        Run { id, state, counts, created_at: row.created_at, links: Links::of(id) }
    });
    Ok(runs.collect())
}

/// One request.
pub(crate) async fn run(tx: &mut OrgTx, run: VerificationRunId) -> Result<Option<Run>, StoreError> {
    Ok(runs(tx, Some(run), None, 1).await?.pop())
}

/// One address of a request with its answer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Item {
    /// Its place in the request, from 1.
    pub(crate) seq: i32,
    /// The address as it was given; empty once its owner has opted out.
    pub(crate) email: String,
    /// `waiting`, `answered` or `cancelled`.
    pub(crate) state: String,
    /// Which attempt the answer is from, from 1.
    pub(crate) attempt: Option<i16>,
    /// The answer: the final one, or, while the address waits, the last before it is asked again.
    pub(crate) answer: Option<Outcome>,
}

/// The addresses of a request after `after`, in its order. Of who opted out since, no address and no server's words
/// that may hold it are shown.
pub(crate) async fn items(
    tx: &mut OrgTx,
    store: &Store,
    run: VerificationRunId,
    after: i32,
    limit: i64,
) -> Result<Vec<Item>, Problem> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select seq, email, state, verdict, reason, catch_all, flags, evidence as "evidence: Json<Vec<Evidence>>", policy, checked_at, expires_at,
               attempt, next_at, exists (select from suppression s where s.token in (i.mailbox_token, i.email_token_base)) as "opted_out!"
           from verification_item i where org_id = $1 and run_id = $2 and seq > $3 order by seq limit $4"#,
        org,
        run.0,
        after,
        limit,
    )
    .fetch_all(tx.conn())
    .await
    .map_err(StoreError::from)?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let flags = row.flags.unwrap_or_default();
        let words = match (&row.verdict, &row.reason, &row.catch_all, &row.policy) {
            (Some(verdict), Some(reason), Some(catch_all), Some(policy)) => {
                outcome(&Words { verdict, reason, catch_all, flags: &flags, policy })
            }
            _ => None,
        };
        let mut evidence = row.evidence.map(|evidence| evidence.0).unwrap_or_default();
        if row.opted_out {
            texts(&mut evidence).for_each(String::clear);
        }
        let answer = words.zip(row.checked_at).zip(row.expires_at).map(|((words, checked_at), expires_at)| Outcome {
            evidence,
            checked_at,
            expires_at,
            retry_at: row.next_at,
            ..words
        });
        items.push(Item {
            seq: row.seq,
            email: if row.opted_out { String::new() } else { row.email },
            state: row.state,
            attempt: row.attempt,
            answer,
        });
    }
    // Servers may name somebody else who opted out.
    let texts: Vec<&mut String> = items
        .iter_mut()
        .filter_map(|item| item.answer.as_mut())
        .flat_map(|answer| texts(&mut answer.evidence))
        .collect();
    withhold(tx, store, texts).await?;
    Ok(items)
}

/// What servers said, in their words.
pub(crate) fn texts(evidence: &mut [Evidence]) -> impl Iterator<Item = &mut String> {
    let replies = evidence.iter_mut().flat_map(|record| [&mut record.reply, &mut record.control_reply]).flatten();
    replies.map(|reply| &mut reply.reply_text)
}

/// Blanks out texts that hold the address of somebody who opted out.
pub(crate) async fn withhold(tx: &mut OrgTx, store: &Store, texts: Vec<&mut String>) -> Result<(), Problem> {
    let mut row = serde_json::Value::from(texts.iter().map(|text| (*text).clone()).collect::<Vec<_>>());
    withhold_opted_out(tx, std::iter::once(&mut row), &store.keys().suppression()).await?;
    for (text, cell) in texts.into_iter().zip(row.as_array().into_iter().flatten()) {
        cell.as_str().unwrap_or_default().clone_into(text);
    }
    Ok(())
}
