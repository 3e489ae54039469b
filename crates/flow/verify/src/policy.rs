//! By which rules an organisation judges, and the same evidence under other rules: nobody is asked again.

use plumb_base::LeadId;
use plumb_lead::{VerdictSummary, record_verdict};
use plumb_store::audit::Entry;
use plumb_store::job::{Done, Job, JobContext, JobError, When};
use plumb_store::{OrgTx, StoreError};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use crate::domain::evidence::Evidence;
use crate::domain::reason::Reason;
use crate::domain::verdict::{Flag, Outcome, Policy, Tri, Verdict, expires_at};
use crate::query;

#[cfg(test)]
mod tests;

/// Leads that are judged anew in one transaction.
const PAGE: i64 = 200;

/// The same answer under `policy`. What was found stays; only what follows from it changes.
#[must_use]
pub(crate) fn under(policy: Policy, outcome: Outcome) -> Outcome {
    let verdict = outcome.reason.verdict(policy);
    let expires_at = if verdict == outcome.verdict {
        outcome.expires_at
    } else {
        expires_at(verdict, outcome.reason, outcome.checked_at, outcome.retry_at)
    };
    Outcome { verdict, policy, expires_at, ..outcome }
}

/// The organisation's policy; none that it never chose.
pub(crate) async fn policy(tx: &mut OrgTx) -> Result<Option<Policy>, StoreError> {
    let org = tx.org().0;
    let word = sqlx::query_scalar!("select policy from verification_policy where org_id = $1", org)
        .fetch_optional(tx.conn())
        .await?;
    Ok(word.as_deref().map(of_word))
}

/// The policy behind a word of the database.
pub(crate) fn of_word(word: &str) -> Policy {
    if word == Policy::Lenient.code() { Policy::Lenient } else { Policy::Strict }
}

/// Sets it.
pub(crate) async fn set(tx: &mut OrgTx, policy: Policy) -> Result<(), StoreError> {
    let (org, by, now) = (tx.org().0, tx.actor().id, tx.now());
    sqlx::query!(
        "insert into verification_policy (org_id, policy, changed_by, changed_at) values ($1, $2, $3, $4)
         on conflict (org_id) do update set policy = excluded.policy, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        org,
        policy.code(),
        by,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Judges every lead anew by the organisation's policy, from what is stored.
///
/// Safe to run twice: what already stands under the policy is left.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApplyPolicy {
    /// Leads up to this one are done.
    pub(crate) after: Option<LeadId>,
}

impl Job for ApplyPolicy {
    const NAME: &'static str = "verify.apply_policy";
}

/// A lead's newest answer.
struct Newest {
    lead: LeadId,
    email: String,
    attempt: i16,
    outcome: Outcome,
}

pub(crate) async fn apply(ApplyPolicy { after }: ApplyPolicy, cx: JobContext) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    // Whoever changes the policy meanwhile waits, and then begins anew.
    cx.hold(&mut tx).await?;
    let policy = policy(&mut tx).await?.unwrap_or_default();
    let page = newest(&mut tx, after).await?;
    let last = page.last().map(|one| one.lead).filter(|_| page.len() == PAGE as usize);
    let mut changed = 0_u64;
    for one in page {
        let judged = under(policy, one.outcome.clone());
        if judged.verdict == one.outcome.verdict {
            continue;
        }
        let summary = VerdictSummary {
            verdict: judged.verdict.code(),
            reason: judged.reason.code(),
            expires_at: judged.expires_at,
            next_check_at: judged.retry_at,
        };
        if record_verdict(&mut tx, one.lead, &one.email, &summary).await? {
            query::append(&mut tx, one.lead, u16::try_from(one.attempt).unwrap_or(1), &judged).await?;
            changed += 1;
        }
    }
    let entry = Entry::of("verify.policy_applied").with("policy", policy.code()).with("leads", changed);
    match last {
        Some(lead) => Ok(cx.again(tx, &ApplyPolicy { after: Some(lead) }, When::Now, entry).await?),
        None => Ok(cx.finish(tx, entry).await?),
    }
}

/// Leads after this one whose verdict depends on the policy, each with its newest answer.
async fn newest(tx: &mut OrgTx, after: Option<LeadId>) -> Result<Vec<Newest>, StoreError> {
    let org = tx.org().0;
    let depends: Vec<String> = Reason::ALL
        .iter()
        .filter(|reason| reason.verdict(Policy::Strict) != reason.verdict(Policy::Lenient))
        .map(|reason| reason.code().to_owned())
        .collect();
    let rows = sqlx::query!(
        r#"select l.id, l.email as "email!", v.verdict, v.reason, v.catch_all, v.flags, v.evidence as "evidence: Json<Vec<Evidence>>",
               v.policy, v.checked_at, v.expires_at, v.attempt, v.next_at
           from lead l cross join lateral (
               select * from verification v where v.org_id = l.org_id and v.lead_id = l.id order by checked_at desc, id desc limit 1) v
           where l.org_id = $1 and l.verdict is not null and l.verdict_reason = any ($2) and l.email is not null
             and ($3::uuid is null or l.id > $3)
           order by l.id limit $4"#,
        org,
        &depends,
        after.map(|lead| lead.0),
        PAGE,
    )
    .fetch_all(tx.conn())
    .await?;
    let newest = rows.into_iter().filter_map(|row| {
        let outcome = outcome(&Words {
            verdict: &row.verdict,
            reason: &row.reason,
            catch_all: &row.catch_all,
            flags: &row.flags,
            policy: &row.policy,
        })?;
        let outcome = Outcome {
            evidence: row.evidence.0,
            checked_at: row.checked_at,
            expires_at: row.expires_at,
            retry_at: row.next_at,
            ..outcome
        };
        Some(Newest { lead: LeadId(row.id), email: row.email, attempt: row.attempt, outcome })
    });
    Ok(newest.collect())
}

/// The closed words of a stored answer.
pub(crate) struct Words<'a> {
    pub(crate) verdict: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) catch_all: &'a str,
    pub(crate) flags: &'a [String],
    pub(crate) policy: &'a str,
}

/// An answer from its stored words, still without evidence and times. None for words that this program does not know:
/// a newer one wrote them.
pub(crate) fn outcome(words: &Words<'_>) -> Option<Outcome> {
    let reason = *Reason::ALL.iter().find(|reason| reason.code() == words.reason)?;
    let known = |text: &str| serde_json::Value::from(text);
    let flags = words.flags.iter().filter_map(|flag| serde_json::from_value::<Flag>(known(flag)).ok());
    let epoch = chrono::DateTime::UNIX_EPOCH;
    Some(Outcome {
        verdict: serde_json::from_value::<Verdict>(known(words.verdict)).ok()?,
        reason,
        explanation: reason.explain().to_owned(),
        catch_all: serde_json::from_value::<Tri>(known(words.catch_all)).ok()?,
        flags: flags.collect(),
        evidence: Vec::new(),
        policy: serde_json::from_value(known(words.policy)).ok()?,
        checked_at: epoch,
        expires_at: epoch,
        retry_at: None,
    })
}
