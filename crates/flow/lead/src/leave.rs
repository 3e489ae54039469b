//! Leads on their way out, as a file or to another system: what whoever takes them out is given, and asks.

use plumb_base::{LeadId, Timestamp};
use plumb_store::{OrgTx, Statement, StoreError};
use serde_json::Value;
use sqlx::Row as _;

use crate::dnc::Withheld;
use crate::domain::Field;
use crate::origin::{Origin, origin};
use crate::read::{self, Cursor, Filter, Lead, Sort};

/// A lead with what is known of where it came from. Whoever opted out has neither address nor number in it.
#[derive(Clone, Debug)]
pub struct Leaving {
    /// The lead.
    pub lead: Lead,
    provenance: Value,
}

impl Leaving {
    /// Where a field came from; none when it is empty.
    #[must_use]
    pub fn origin(&self, field: Field) -> Option<Origin> {
        self.lead.field(field)?;
        Some(origin(&self.lead, &self.provenance, field))
    }

    /// The lead's number if it may leave (claim 172), or why it may not; none without a number. `with_not_us` lets out
    /// numbers of the North American plan that lie outside the United States, which no registry here covers.
    #[must_use]
    pub fn phone(&self, with_not_us: bool) -> Option<Result<&str, Withheld>> {
        let (number, dnc) = (self.lead.phone_e164.as_deref()?, self.lead.phone_dnc.as_ref()?);
        Some(dnc.withheld(number, with_not_us).map_or(Ok(number), Err))
    }
}

/// Leads in order of their creation, a page of them after `after`.
pub async fn leaving(
    tx: &mut OrgTx,
    filter: &Filter,
    after: Option<LeadId>,
    limit: u32,
) -> Result<Vec<Leaving>, StoreError> {
    let now = tx.now();
    let rows = read::rows(tx, filter, Sort::CreatedUp, after.map(Cursor::at), limit).await?;
    let leaving = |row| Ok(Leaving { lead: read::lead(row, now)?, provenance: sqlx::Row::try_get(row, "provenance")? });
    rows.iter().map(leaving).collect::<Result<_, sqlx::Error>>().map_err(StoreError::from)
}

/// How many leads there are.
pub async fn count_leaving(tx: &mut OrgTx, filter: &Filter) -> Result<i64, StoreError> {
    let now = tx.now();
    let mut statement = Statement::new("");
    statement.bind("select count(*) from lead l where l.merged_into is null and l.org_id = ", tx.org().0);
    read::narrow(&mut statement, filter, now);
    Ok(statement.build().fetch_one(tx.conn()).await?.try_get(0)?)
}

/// Whether the owner of an address that one of the organisation's leads has opted out at or after a moment: what left
/// before it may have them in it (claim 171).
pub async fn opted_out_since(tx: &mut OrgTx, since: Timestamp) -> Result<bool, StoreError> {
    let org = tx.org().0;
    let found = sqlx::query_scalar!(
        r#"select exists (select from suppression s join lead l on l.email_token = s.token where l.org_id = $1 and s.at >= $2)
               or exists (select from suppression s join lead l on l.email_token_base = s.token where l.org_id = $1 and s.at >= $2)
               or exists (select from lead l cross join unnest(l.merged_tokens) as x (token) join suppression s on s.token = x.token
                   where l.org_id = $1 and l.merged_tokens is not null and s.at >= $2)
               as "found!""#,
        org,
        since,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(found)
}
