//! All SQL of this crate.

use plumb_base::{LeadId, Timestamp, VerificationId};
use plumb_store::{OrgTx, StoreError};
use sqlx::types::Json;

use crate::domain::evidence::Evidence;
use crate::domain::verdict::Outcome;

/// A lead with the keyed hash of its address, by which two leads with one mailbox are told.
pub(crate) struct Addressed {
    pub(crate) lead: LeadId,
    pub(crate) address_hash: Option<String>,
}

/// Those of these leads that have an address, in order.
pub(crate) async fn addressed(tx: &mut OrgTx, leads: &[LeadId]) -> Result<Vec<Addressed>, StoreError> {
    let org = tx.org().0;
    let ids: Vec<_> = leads.iter().map(|lead| lead.0).collect();
    let rows = sqlx::query!(
        "select id, encode(email_token, 'hex') as address_hash from lead
         where org_id = $1 and id = any ($2) and email is not null order by id",
        org,
        &ids,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| Addressed { lead: LeadId(row.id), address_hash: row.address_hash }).collect())
}

/// A lead with this mailbox, given by the keyed hash of its address in hexadecimal: `lead` itself if it still has it.
pub(crate) async fn with_mailbox(
    tx: &mut OrgTx,
    lead: Option<LeadId>,
    mailbox: &str,
) -> Result<Option<LeadId>, StoreError> {
    let org = tx.org().0;
    let found = sqlx::query_scalar!(
        "select id from lead where org_id = $1 and email_token = decode($3, 'hex') and email is not null order by id = $2 desc, id limit 1",
        org,
        lead.map(|lead| lead.0),
        mailbox,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(LeadId))
}

/// A lead with the mailbox that was asked about.
pub(crate) struct Sharing {
    pub(crate) lead: LeadId,
    /// The address as it stands there.
    pub(crate) email: String,
    /// Whether its owner opted out.
    pub(crate) opted_out: bool,
    /// The policy that the organisation chose, if it ever did.
    pub(crate) policy: Option<String>,
}

/// The leads whose mailbox is that of `lead` (itself included). One statement for all that an answer needs: it is made
/// for every answer.
pub(crate) async fn sharing_mailbox(tx: &mut OrgTx, lead: LeadId) -> Result<Vec<Sharing>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select l.id, l.email as "email!",
             exists (select from suppression s where s.token = any (array[l.email_token, l.email_token_base] || l.merged_tokens)) as "opted_out!",
             (select p.policy from verification_policy p where p.org_id = $1) as policy
           from lead l join lead this on this.org_id = l.org_id and this.id = $2
           where l.org_id = $1 and l.email is not null and (l.id = this.id or l.email_token = this.email_token) order by l.id"#,
        org,
        lead.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let sharing = rows.into_iter().map(|row| Sharing {
        lead: LeadId(row.id),
        email: row.email,
        opted_out: row.opted_out,
        policy: row.policy,
    });
    Ok(sharing.collect())
}

/// Appends an outcome for one lead.
pub(crate) async fn append(tx: &mut OrgTx, lead: LeadId, attempt: u16, outcome: &Outcome) -> Result<(), StoreError> {
    let org = tx.org().0;
    let flags: Vec<String> = outcome.flags.iter().map(|flag| flag.code().to_owned()).collect();
    sqlx::query!(
        "insert into verification (org_id, id, lead_id, verdict, reason, catch_all, flags, evidence, policy, checked_at, expires_at, attempt, next_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        org,
        VerificationId::fresh().0,
        lead.0,
        outcome.verdict.code(),
        outcome.reason.code(),
        outcome.catch_all.code(),
        &flags,
        Json(&outcome.evidence) as _,
        outcome.policy.code(),
        outcome.checked_at,
        outcome.expires_at,
        i16::try_from(attempt).unwrap_or(i16::MAX),
        outcome.retry_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// One stored answer, its closed words as they are in the database.
pub(crate) struct Stored {
    pub(crate) id: VerificationId,
    pub(crate) verdict: String,
    pub(crate) reason: String,
    pub(crate) catch_all: String,
    pub(crate) flags: Vec<String>,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) policy: String,
    pub(crate) checked_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) attempt: i16,
    pub(crate) retry_at: Option<Timestamp>,
}

/// The answers about a lead, the newest first.
pub(crate) async fn history(tx: &mut OrgTx, lead: LeadId, limit: i64) -> Result<Vec<Stored>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select id, verdict, reason, catch_all, flags, evidence as "evidence: Json<Vec<Evidence>>", policy, checked_at, expires_at, attempt, next_at
           from verification where org_id = $1 and lead_id = $2 order by checked_at desc, id desc limit $3"#,
        org,
        lead.0,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    let stored = rows.into_iter().map(|row| Stored {
        id: VerificationId(row.id),
        verdict: row.verdict,
        reason: row.reason,
        catch_all: row.catch_all,
        flags: row.flags,
        evidence: row.evidence.0,
        policy: row.policy,
        checked_at: row.checked_at,
        expires_at: row.expires_at,
        attempt: row.attempt,
        retry_at: row.next_at,
    });
    Ok(stored.collect())
}

/// Whether the organisation has the lead, and whether its owner opted out.
pub(crate) async fn opted_out(tx: &mut OrgTx, lead: LeadId) -> Result<Option<bool>, StoreError> {
    let org = tx.org().0;
    let row = sqlx::query_scalar!(
        r#"select exists (select from suppression s where s.token = any (array[l.email_token, l.email_token_base] || l.merged_tokens)) as "opted_out!"
           from lead l where org_id = $1 and id = $2"#,
        org,
        lead.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}
