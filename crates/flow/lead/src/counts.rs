//! How many leads there are of each kind.

use plumb_base::ImportId;
use plumb_store::{OrgTx, StoreError};
use schemars::JsonSchema;
use serde::Serialize;

/// How many leads an organisation has of each kind.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Counts {
    /// All leads.
    pub leads: i64,
    /// Those that may be used now.
    pub usable: i64,
    /// By verdict and reason; an empty verdict for those not checked yet.
    pub verdicts: Vec<VerdictCount>,
    /// Whose owner opted out.
    pub suppressed: i64,
    /// Without an address.
    pub no_email: i64,
    /// Waiting to be asked again.
    pub to_be_asked_again: i64,
}

/// Leads of one verdict and reason.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VerdictCount {
    /// Verdict; none when not checked yet.
    pub verdict: Option<String>,
    /// Reason.
    pub reason: Option<String>,
    /// How many.
    pub leads: i64,
}

/// Counts the organisation's leads, or those whose first source is one import.
pub async fn counts(tx: &mut OrgTx, import: Option<ImportId>) -> Result<Counts, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query!(
        r#"select l.verdict, l.verdict_reason, l.email is null as "no_email!", count(*) as "leads!",
               count(*) filter (where s.found) as "suppressed!",
               count(*) filter (where l.verdict = 'verified' and l.verdict_expires_at > $3 and not s.found) as "usable!",
               count(*) filter (where l.next_check_at is not null) as "again!"
           from lead l cross join lateral (
               select exists (select from suppression s where s.token = any (array[l.email_token, l.email_token_base] || l.merged_tokens)) as found) s
           where l.org_id = $1 and l.merged_into is null and ($2::uuid is null or l.import_id = $2)
           group by 1, 2, 3 order by 4 desc"#,
        org,
        import.map(|import| import.0),
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut counts = Counts::default();
    for row in rows {
        counts.leads += row.leads;
        counts.usable += row.usable;
        counts.suppressed += row.suppressed;
        counts.to_be_asked_again += row.again;
        if row.no_email {
            counts.no_email += row.leads;
        } else {
            counts.verdicts.push(VerdictCount { verdict: row.verdict, reason: row.verdict_reason, leads: row.leads });
        }
    }
    Ok(counts)
}
