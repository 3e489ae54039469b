//! Leads as whoever looks for duplicates among them is given them.

use plumb_base::{ImportId, LeadId};
use plumb_store::{OrgTx, StoreError};
use uuid::Uuid;

/// What two leads are compared by. Values as they are stored, also of people who opted out: for comparing, not for
/// showing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparable {
    /// The lead.
    pub id: Uuid,
    /// Address.
    pub email: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The whole name.
    pub full_name: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// The company's registrable domain.
    pub org_domain: Option<String>,
    /// Telephone, E.164.
    pub phone_e164: Option<String>,
    /// Street.
    pub street: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Handle of a LinkedIn profile.
    pub linkedin: Option<String>,
}

/// Which leads are compared with the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All.
    All,
    /// Those that rows of an import became or were merged into.
    Import(ImportId),
}

impl Scope {
    fn import(self) -> Option<Uuid> {
        match self {
            Self::All => None,
            Self::Import(import) => Some(import.0),
        }
    }
}

/// Leads in order of their ids, a page of them after `after`; none that was merged into another.
pub async fn comparable(
    tx: &mut OrgTx,
    scope: Scope,
    after: Option<LeadId>,
    limit: u32,
) -> Result<Vec<Comparable>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        Comparable,
        "select id, email, first_name, last_name, full_name, title, company, org_domain, phone_e164, street, city, postcode,
             country, linkedin
         from lead l where org_id = $1 and merged_into is null and ($2::uuid is null or id > $2)
           and ($3::uuid is null or exists (select from lead_source s
               where s.org_id = l.org_id and s.lead_id = l.id and s.import_id = $3))
         order by id limit $4",
        org,
        after.map(|after| after.0),
        scope.import(),
        i64::from(limit),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// These leads, those that are gone or were merged into another left out.
pub async fn comparable_by_id(tx: &mut OrgTx, ids: &[Uuid]) -> Result<Vec<Comparable>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        Comparable,
        "select id, email, first_name, last_name, full_name, title, company, org_domain, phone_e164, street, city, postcode,
             country, linkedin
         from lead where org_id = $1 and id = any ($2) and merged_into is null order by id",
        org,
        ids,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// How many leads there are to compare.
pub async fn count_comparable(tx: &mut OrgTx, scope: Scope) -> Result<i64, StoreError> {
    let org = tx.org().0;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from lead l where org_id = $1 and merged_into is null
           and ($2::uuid is null or exists (select from lead_source s
               where s.org_id = l.org_id and s.lead_id = l.id and s.import_id = $2))"#,
        org,
        scope.import(),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// Those of these leads that are there and are leads of their own. None of them goes before the transaction ends.
pub async fn keep(tx: &mut OrgTx, ids: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let org = tx.org().0;
    let kept = sqlx::query_scalar!(
        "select id from lead where org_id = $1 and id = any ($2) and merged_into is null order by id for key share",
        org,
        ids,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(kept)
}
