//! Reading leads: a page of them, one of them, how many there are of each kind.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use plumb_base::{ImportId, LeadId, Timestamp};
use plumb_store::{OrgTx, Statement, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::dnc::Standing;
use crate::domain::Field;
use crate::domain::usable::{Unusable, usable};

/// How a page of leads is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Sort {
    /// Best score first.
    #[default]
    #[serde(rename = "-score")]
    ScoreDown,
    /// Worst score first.
    #[serde(rename = "score")]
    ScoreUp,
    /// Newest first.
    #[serde(rename = "-created")]
    CreatedDown,
    /// Oldest first.
    #[serde(rename = "created")]
    CreatedUp,
}

/// The newest verdict on an address, as a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictFilter {
    /// The mailbox takes mail.
    Verified,
    /// It does not exist.
    Undeliverable,
    /// Mail to it does harm.
    Risky,
    /// Nobody knows.
    Unverified,
}

impl VerdictFilter {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Undeliverable => "undeliverable",
            Self::Risky => "risky",
            Self::Unverified => "unverified",
        }
    }
}

/// Which leads.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Only leads with this verdict.
    pub verdict: Option<VerdictFilter>,
    /// Only leads that may be used now, or only those that may not.
    pub usable: Option<bool>,
    /// Only leads of this country (ISO 3166-1 alpha-2).
    pub country: Option<String>,
    /// Only leads whose address is at this domain.
    pub domain: Option<String>,
    /// Only leads that this import brought.
    pub import: Option<ImportId>,
    /// Only the lead with this address.
    pub email: Option<String>,
}

/// One lead as listings show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Lead {
    /// Identifier.
    pub id: LeadId,
    /// Address; left out when the person opted out.
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
    /// Web site.
    pub website: Option<String>,
    /// Telephone, E.164.
    pub phone_e164: Option<String>,
    /// What Do-Not-Call screening says about it; none without a number.
    pub phone_dnc: Option<Standing>,
    /// Street.
    pub street: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// LinkedIn handle.
    pub linkedin: Option<String>,
    /// What cleaning noticed.
    pub flags: Vec<String>,
    /// Newest verdict on the address.
    pub verdict: Option<String>,
    /// Its reason.
    pub verdict_reason: Option<String>,
    /// After this nobody sends on it.
    pub verdict_expires_at: Option<Timestamp>,
    /// When the address will be asked again.
    pub next_check_at: Option<Timestamp>,
    /// Whether the lead may be used now.
    pub usable: bool,
    /// Why not.
    pub unusable: Option<Unusable>,
    /// Quality, 0–100.
    pub score: i16,
    /// The import that first brought it.
    pub import: ImportId,
    /// Its row there.
    pub row: i64,
    /// When it came.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A page of leads.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct LeadPage {
    /// The leads, in order.
    pub leads: Vec<Lead>,
    /// Give it back as `after` for the next page; none on the last.
    pub next: Option<String>,
}

/// A cursor that was not made by a listing in the same order.
#[derive(Debug, thiserror::Error)]
#[error("the cursor was not made by this listing")]
pub(crate) struct BadCursor;

/// Where a page goes on: the sort value and the id of the last row before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    score: i16,
    id: Uuid,
}

impl Lead {
    /// The value of a field.
    #[must_use]
    pub fn field(&self, field: Field) -> Option<&str> {
        let value = match field {
            Field::Email => &self.email,
            Field::FirstName => &self.first_name,
            Field::LastName => &self.last_name,
            Field::FullName => &self.full_name,
            Field::Title => &self.title,
            Field::Company => &self.company,
            Field::Website => &self.website,
            Field::PhoneE164 => &self.phone_e164,
            Field::Street => &self.street,
            Field::City => &self.city,
            Field::Region => &self.region,
            Field::Postcode => &self.postcode,
            Field::Country => &self.country,
            Field::Linkedin => &self.linkedin,
        };
        value.as_deref()
    }
}

impl Cursor {
    /// After a lead, in an order that asks for its id alone.
    pub(crate) fn at(lead: LeadId) -> Self {
        Self { score: 0, id: lead.0 }
    }

    pub(crate) fn after(lead: &Lead) -> Self {
        Self { score: lead.score, id: lead.id.0 }
    }

    pub(crate) fn encode(self) -> String {
        let mut bytes = self.score.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(crate) fn decode(text: &str) -> Result<Self, BadCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor)?;
        let (score, id) = bytes.split_first_chunk::<2>().ok_or(BadCursor)?;
        Ok(Self { score: i16::from_be_bytes(*score), id: Uuid::from_slice(id).map_err(|_| BadCursor)? })
    }
}

const COLUMNS: &str = "select l.id, l.email, l.first_name, l.last_name, l.full_name, l.title, l.company, l.website, l.phone_e164,
    l.street, l.city, l.region, l.postcode, l.country, l.linkedin, l.flags, l.verdict, l.verdict_reason, l.verdict_expires_at,
    l.next_check_at, l.score, l.import_id, l.row_no, l.created_at, l.updated_at,
    l.dnc, l.dnc_number, l.dnc_lists, l.dnc_version, l.dnc_valid_until, l.dnc_screening_id, l.provenance,
    exists (select from suppression s where s.token = any (array[l.email_token, l.email_token_base] || l.merged_tokens)) as suppressed
    from lead l where l.merged_into is null and l.org_id = ";

/// One page, read by key: its cost does not grow with how far one has paged.
pub(crate) async fn page(
    tx: &mut OrgTx,
    filter: &Filter,
    sort: Sort,
    after: Option<Cursor>,
    limit: u32,
) -> Result<LeadPage, StoreError> {
    let now = tx.now();
    let rows = rows(tx, filter, sort, after, limit + 1).await?;
    let mut leads = rows.iter().map(|row| lead(row, now)).collect::<Result<Vec<_>, _>>()?;
    let more = leads.len() > limit as usize;
    leads.truncate(limit as usize);
    let next = if more { leads.last().map(|last| Cursor::after(last).encode()) } else { None };
    Ok(LeadPage { leads, next })
}

/// The rows of a page, as `lead` takes them.
pub(crate) async fn rows(
    tx: &mut OrgTx,
    filter: &Filter,
    sort: Sort,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<PgRow>, StoreError> {
    let now = tx.now();
    let mut statement = Statement::new("");
    statement.bind(COLUMNS, tx.org().0);
    narrow(&mut statement, filter, now);
    if let Some(Cursor { score, id }) = after {
        match sort {
            Sort::ScoreDown => statement.bind(" and (l.score, l.id) < (", score).bind(", ", id).push(")"),
            Sort::ScoreUp => statement.bind(" and (l.score, l.id) > (", score).bind(", ", id).push(")"),
            Sort::CreatedDown => statement.bind(" and l.id < ", id),
            Sort::CreatedUp => statement.bind(" and l.id > ", id),
        };
    }
    // Identifiers are made in order of time: sorting by id is sorting by creation, on the primary key.
    statement.push(match sort {
        Sort::ScoreDown => " order by l.score desc, l.id desc",
        Sort::ScoreUp => " order by l.score, l.id",
        Sort::CreatedDown => " order by l.id desc",
        Sort::CreatedUp => " order by l.id",
    });
    statement.bind(" limit ", i64::from(limit));
    Ok(statement.build().fetch_all(tx.conn()).await?)
}

pub(crate) fn narrow(statement: &mut Statement, filter: &Filter, now: Timestamp) {
    if let Some(verdict) = filter.verdict {
        statement.bind(" and l.verdict = ", verdict.as_str());
    }
    if let Some(country) = &filter.country {
        statement.bind(" and l.country = ", country.to_ascii_uppercase());
    }
    if let Some(domain) = &filter.domain {
        statement.bind(" and l.email_domain = ", domain.to_ascii_lowercase());
    }
    if let Some(import) = filter.import {
        statement.bind(" and exists (select from lead_source s where s.org_id = l.org_id and s.lead_id = l.id and s.import_id = ", import.0).push(")");
    }
    if let Some(email) = &filter.email {
        let key = plumb_base::Email::parse(email).map_or_else(|_| email.clone(), |email| email.key());
        statement.bind(" and l.email_key = ", key.clone());
        // Role mailboxes have a name in their key, so the unique index is asked for a range.
        statement
            .bind(" and l.dedupe_key >= ", format!("e:{key}"))
            .bind(" and l.dedupe_key < ", format!("e:{key}\u{7f}"));
    }
    match filter.usable {
        Some(true) => {
            statement.bind(" and l.verdict = 'verified' and l.verdict_expires_at > ", now);
            statement.push(
                " and not exists (select from suppression s where s.token = any (array[l.email_token, l.email_token_base] || l.merged_tokens))",
            );
        }
        Some(false) => {
            statement.bind(" and (l.verdict is distinct from 'verified' or l.verdict_expires_at <= ", now);
            statement
                .push(" or exists (select from suppression s where s.token = any (array[l.email_token, l.email_token_base] || l.merged_tokens)))");
        }
        None => {}
    }
}

/// One row as a lead.
pub(crate) fn lead(row: &PgRow, now: Timestamp) -> Result<Lead, sqlx::Error> {
    let suppressed: bool = row.try_get("suppressed")?;
    let email: Option<String> = row.try_get("email")?;
    let verdict: Option<String> = row.try_get("verdict")?;
    let verdict_expires_at = row.try_get("verdict_expires_at")?;
    let unusable = usable(suppressed, email.is_some(), verdict.as_deref(), verdict_expires_at, now).err();
    // Whoever opted out is not shown by address or number any more (clean: suppressed rows leave no address).
    let phone_e164 = row.try_get::<Option<String>, _>("phone_e164")?.filter(|_| !suppressed);
    let dnc = Standing {
        dnc: Standing::word(row.try_get("dnc")?),
        lists: row.try_get("dnc_lists")?,
        version_date: row.try_get("dnc_version")?,
        valid_until: row.try_get("dnc_valid_until")?,
        screening: row.try_get("dnc_screening_id")?,
    };
    let phone_dnc = Standing::of(dnc, phone_e164.as_deref(), row.try_get("dnc_number")?, now);
    // Lists have addresses in every column, also in one that is called "Title".
    let text = |column: &str| {
        let text: Option<String> = row.try_get(column)?;
        Ok::<_, sqlx::Error>(text.filter(|text| !suppressed || !text.contains('@')))
    };
    Ok(Lead {
        id: LeadId(row.try_get("id")?),
        email: email.filter(|_| !suppressed),
        first_name: text("first_name")?,
        last_name: text("last_name")?,
        full_name: text("full_name")?,
        title: text("title")?,
        company: text("company")?,
        website: text("website")?,
        phone_e164,
        phone_dnc,
        street: row.try_get::<Option<String>, _>("street")?.filter(|_| !suppressed),
        city: text("city")?,
        region: text("region")?,
        postcode: row.try_get("postcode")?,
        country: row.try_get("country")?,
        linkedin: row.try_get::<Option<String>, _>("linkedin")?.filter(|_| !suppressed),
        flags: row.try_get("flags")?,
        verdict,
        verdict_reason: row.try_get("verdict_reason")?,
        verdict_expires_at,
        next_check_at: row.try_get("next_check_at")?,
        usable: unusable.is_none(),
        unusable,
        score: row.try_get("score")?,
        import: ImportId(row.try_get("import_id")?),
        row: row.try_get("row_no")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}

/// These leads, in order of their ids. Those that are gone, or were merged into another, are left out.
pub async fn leads(tx: &mut OrgTx, ids: &[LeadId]) -> Result<Vec<Lead>, StoreError> {
    let now = tx.now();
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut statement = Statement::new("");
    statement.bind(COLUMNS, tx.org().0).bind(" and l.id = any (", ids).push(") order by l.id");
    let rows = statement.build().fetch_all(tx.conn()).await?;
    Ok(rows.iter().map(|row| lead(row, now)).collect::<Result<_, _>>()?)
}

/// One lead, if the organisation has it.
pub(crate) async fn one(tx: &mut OrgTx, id: LeadId) -> Result<Option<Lead>, StoreError> {
    let now = tx.now();
    let mut statement = Statement::new("");
    statement.bind(COLUMNS, tx.org().0).bind(" and l.id = ", id.0);
    let row = statement.build().fetch_optional(tx.conn()).await?;
    Ok(row.map(|row| lead(&row, now)).transpose()?)
}

/// One input row as it came.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct SourceRow {
    /// The import.
    pub import: ImportId,
    /// The row there.
    pub row: i64,
    /// Whether it was merged into a lead that was there already.
    pub merged: bool,
    /// Header to cell.
    pub cells: serde_json::Value,
}

/// The rows that made a lead, oldest first (at most 100), and the lead's provenance exceptions.
pub(crate) async fn sources(tx: &mut OrgTx, id: LeadId) -> Result<(Vec<SourceRow>, serde_json::Value), StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select import_id, row_no, merged, raw from lead_source where org_id = $1 and lead_id = $2 order by import_id, row_no limit 100",
        org,
        id.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let exceptions = sqlx::query_scalar!("select provenance from lead where org_id = $1 and id = $2", org, id.0)
        .fetch_optional(tx.conn())
        .await?
        .unwrap_or_default();
    let rows = rows.into_iter().map(|row| SourceRow {
        import: ImportId(row.import_id),
        row: row.row_no,
        merged: row.merged,
        cells: row.raw,
    });
    Ok((rows.collect(), exceptions))
}
