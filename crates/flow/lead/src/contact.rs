//! What verifying asks of leads.

use plumb_base::{ImportId, LeadId};
use plumb_store::{OrgTx, StoreError};

/// What verifying needs of a lead.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Address in the form to mail.
    pub email: String,
    /// Whether its owner opted out.
    pub suppressed: bool,
    /// What cleaning noticed.
    pub flags: Vec<String>,
}

/// A lead's address, if the lead is there and has one.
pub async fn contact(tx: &mut OrgTx, id: LeadId) -> Result<Option<Contact>, StoreError> {
    let org = tx.org().0;
    let row = sqlx::query!(
        r#"select email as "email!", flags, exists (select from suppression s where s.token = any (array[l.email_token, l.email_token_base] || l.merged_tokens)) as "suppressed!"
           from lead l where org_id = $1 and id = $2 and email is not null"#,
        org,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Contact { email: row.email, suppressed: row.suppressed, flags: row.flags }))
}

/// The leads that rows of an import became or were merged into and whose address has no verdict that still holds: a page
/// of them by row number, which is where the next page goes on.
pub async fn unchecked(
    tx: &mut OrgTx,
    import: ImportId,
    after_row: i64,
    limit: u32,
) -> Result<Vec<(i64, LeadId)>, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query!(
        "select s.row_no, s.lead_id from lead_source s join lead l on l.org_id = s.org_id and l.id = s.lead_id
         where s.org_id = $1 and s.import_id = $2 and s.row_no > $3 and l.email is not null
           and (l.verdict is null or (l.verdict_expires_at <= $4 and l.next_check_at is null))
         order by s.row_no limit $5",
        org,
        import.0,
        after_row,
        now,
        i64::from(limit),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.row_no, LeadId(row.lead_id))).collect())
}
