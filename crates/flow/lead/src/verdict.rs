//! What verifying says about a lead, kept on the lead so that listings need not look elsewhere.

use plumb_base::{LeadId, Timestamp};
use plumb_store::{OrgTx, StoreError};
use uuid::Uuid;

use crate::domain::score::{Facts, SCORE_VERSION, is_own_domain, score};
use crate::flow::Stage;

/// The newest verdict on a lead's address.
#[derive(Clone, Debug)]
pub struct VerdictSummary {
    /// `verified`, `undeliverable`, `risky` or `unverified`.
    pub verdict: &'static str,
    /// The closed reason.
    pub reason: &'static str,
    /// After this nobody sends on it.
    pub expires_at: Timestamp,
    /// When it will be asked again, if it will.
    pub next_check_at: Option<Timestamp>,
}

/// Puts a verdict on a lead and hands it over: verifying is done. False when the lead is gone or has another
/// address meanwhile.
pub async fn record_verdict(
    tx: &mut OrgTx,
    lead: LeadId,
    email: &str,
    summary: &VerdictSummary,
) -> Result<bool, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let changed = sqlx::query!(
        "update lead set verdict = $4, verdict_reason = $5, verdict_expires_at = $6, next_check_at = $7, stage = $8, updated_at = $9
         where org_id = $1 and id = $2 and email = $3",
        org,
        lead.0,
        email,
        summary.verdict,
        summary.reason,
        summary.expires_at,
        summary.next_check_at,
        Stage::Verify.as_str(),
        now,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    if changed == 0 {
        return Ok(false);
    }
    rescore(tx, &[lead]).await?;
    Ok(true)
}

/// What the score of one stored lead is computed from.
pub(crate) struct Stored {
    id: Uuid,
    email: Option<String>,
    email_domain: Option<String>,
    org_domain: Option<String>,
    full_name: bool,
    title: bool,
    company: bool,
    phone: bool,
    country: bool,
    profile: bool,
    verdict: Option<String>,
    flags: Vec<String>,
    sources: bool,
}

impl Stored {
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            email: self.email.as_deref(),
            own_domain: is_own_domain(self.email_domain.as_deref(), self.org_domain.as_deref()),
            org_domain: self.org_domain.is_some(),
            full_name: self.full_name,
            title: self.title,
            company: self.company,
            phone: self.phone,
            country: self.country,
            profile: self.profile,
            sources: self.sources,
            verdict: self.verdict.as_deref(),
            flags: &self.flags,
        }
    }
}

/// Reads what the scores of leads are computed from.
pub(crate) async fn stored(tx: &mut OrgTx, leads: &[LeadId]) -> Result<Vec<Stored>, StoreError> {
    let org = tx.org().0;
    let ids: Vec<Uuid> = leads.iter().map(|lead| lead.0).collect();
    let rows = sqlx::query_as!(
        Stored,
        r#"select l.id, l.email, l.email_domain, l.org_domain, l.first_name is not null and l.last_name is not null as "full_name!",
               l.title is not null as "title!", l.company is not null as "company!", l.phone_e164 is not null as "phone!",
               l.country is not null as "country!", l.linkedin is not null as "profile!", l.verdict, l.flags,
               (select count(*) from (select 1 from lead_source s where s.org_id = l.org_id and s.lead_id = l.id limit 2) x) > 1 as "sources!"
           from lead l where l.org_id = $1 and l.id = any ($2)"#,
        org,
        &ids,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Computes the score of leads anew from what is stored.
pub(crate) async fn rescore(tx: &mut OrgTx, leads: &[LeadId]) -> Result<(), StoreError> {
    let rows = stored(tx, leads).await?;
    let scored: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let scores: Vec<i16> = rows.iter().map(|row| score(&row.facts()).0).collect();
    let org = tx.org().0;
    sqlx::query!(
        "update lead set score = x.score, score_version = $2 from unnest($3::uuid[], $4::smallint[]) as x (id, score)
         where lead.org_id = $1 and lead.id = x.id and (lead.score <> x.score or lead.score_version <> $2)",
        org,
        SCORE_VERSION,
        &scored,
        &scores,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
