//! The statements that write leads.

use std::collections::HashSet;

use plumb_base::{ImportId, LeadId};
use plumb_store::{OrgTx, StoreError};
use plumb_vault::SuppressionToken;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::NewLead;
use crate::upsert::Landed;

/// Rows turned into columns: one array for each column of the insert.
#[derive(Default)]
pub(crate) struct Columns {
    id: Vec<Uuid>,
    dedupe_key: Vec<String>,
    email: Vec<Option<String>>,
    email_key: Vec<Option<String>>,
    email_token: Vec<Option<Vec<u8>>>,
    email_token_base: Vec<Option<Vec<u8>>>,
    email_domain: Vec<Option<String>>,
    org_domain: Vec<Option<String>>,
    first_name: Vec<Option<String>>,
    last_name: Vec<Option<String>>,
    full_name: Vec<Option<String>>,
    title: Vec<Option<String>>,
    company: Vec<Option<String>>,
    company_key: Vec<Option<String>>,
    website: Vec<Option<String>>,
    phone_e164: Vec<Option<String>>,
    phone_type: Vec<Option<String>>,
    street: Vec<Option<String>>,
    city: Vec<Option<String>>,
    region: Vec<Option<String>>,
    postcode: Vec<Option<String>>,
    country: Vec<Option<String>>,
    linkedin: Vec<Option<String>>,
    /// Joined by commas: Postgres has no arrays of arrays of different lengths. Flags are closed words.
    flags: Vec<String>,
    provenance: Vec<Value>,
    row_no: Vec<i64>,
    score: Vec<i16>,
}

impl Columns {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { id: Vec::with_capacity(rows), dedupe_key: Vec::with_capacity(rows), ..Self::default() }
    }

    pub(crate) fn push(
        &mut self,
        id: LeadId,
        lead: NewLead,
        provenance: Value,
        score: i16,
        tokens: Option<(SuppressionToken, Option<SuppressionToken>)>,
    ) {
        self.id.push(id.0);
        self.dedupe_key.push(lead.dedupe_key);
        self.email.push(lead.email);
        self.email_key.push(lead.email_key);
        self.email_token.push(tokens.map(|(token, _)| token.to_vec()));
        self.email_token_base.push(tokens.and_then(|(_, base)| base).map(|base| base.to_vec()));
        self.email_domain.push(lead.email_domain);
        self.org_domain.push(lead.org_domain);
        self.first_name.push(lead.first_name);
        self.last_name.push(lead.last_name);
        self.full_name.push(lead.full_name);
        self.title.push(lead.title);
        self.company.push(lead.company);
        self.company_key.push(lead.company_key);
        self.website.push(lead.website);
        self.phone_e164.push(lead.phone_e164);
        self.phone_type.push(lead.phone_type);
        self.street.push(lead.street);
        self.city.push(lead.city);
        self.region.push(lead.region);
        self.postcode.push(lead.postcode);
        self.country.push(lead.country);
        self.linkedin.push(lead.linkedin);
        self.flags.push(lead.flags.join(","));
        self.provenance.push(provenance);
        self.row_no.push(lead.row_no);
        self.score.push(score);
    }
}

/// Inserts or fills; answers key, id and whether the lead is new.
pub(crate) async fn upsert(
    tx: &mut OrgTx,
    import: ImportId,
    columns: Columns,
    score_version: i16,
) -> Result<Vec<(String, LeadId, bool)>, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query!(
        r#"insert into lead (org_id, id, dedupe_key, email, email_key, email_token, email_token_base, email_domain, org_domain,
               first_name, last_name, full_name, title, company, company_key, website, phone_e164, phone_type,
               street, city, region, postcode, country, linkedin, flags, provenance, import_id, row_no,
               stage, score, score_version, created_at, updated_at)
           select $1, x.id, x.dedupe_key, x.email, x.email_key, x.email_token, x.email_token_base, x.email_domain, x.org_domain,
               x.first_name, x.last_name, x.full_name, x.title, x.company, x.company_key, x.website, x.phone_e164, x.phone_type,
               x.street, x.city, x.region, x.postcode, x.country, x.linkedin, string_to_array(x.flags, ','), x.provenance, $2, x.row_no,
               'clean', x.score, $3, $4, $4
           from unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::bytea[], $11::text[], $12::text[],
                   $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[],
                   $22::text[], $23::text[], $24::text[], $25::text[], $26::text[], $27::text[], $28::text[], $29::jsonb[], $30::bigint[], $31::smallint[])
               as x (id, dedupe_key, email, email_key, email_token, email_token_base, email_domain, org_domain,
                   first_name, last_name, full_name, title, company, company_key, website, phone_e164, phone_type,
                   street, city, region, postcode, country, linkedin, flags, provenance, row_no, score)
           on conflict (org_id, dedupe_key) do update set
               first_name = coalesce(lead.first_name, excluded.first_name),
               last_name = coalesce(lead.last_name, excluded.last_name),
               full_name = coalesce(lead.full_name, excluded.full_name),
               title = coalesce(lead.title, excluded.title),
               company = coalesce(lead.company, excluded.company),
               company_key = coalesce(lead.company_key, excluded.company_key),
               org_domain = coalesce(lead.org_domain, excluded.org_domain),
               website = coalesce(lead.website, excluded.website),
               phone_type = case when lead.phone_e164 is null then excluded.phone_type else lead.phone_type end,
               phone_e164 = coalesce(lead.phone_e164, excluded.phone_e164),
               street = coalesce(lead.street, excluded.street),
               city = coalesce(lead.city, excluded.city),
               region = coalesce(lead.region, excluded.region),
               postcode = coalesce(lead.postcode, excluded.postcode),
               country = coalesce(lead.country, excluded.country),
               linkedin = coalesce(lead.linkedin, excluded.linkedin),
               flags = (select coalesce(array_agg(distinct f order by f), '{}') from unnest(lead.flags || excluded.flags) f),
               provenance = lead.provenance || jsonb_strip_nulls(jsonb_build_object(
                   'first_name', case when lead.first_name is null and excluded.first_name is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end,
                   'last_name', case when lead.last_name is null and excluded.last_name is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end,
                   'full_name', case when lead.full_name is null and excluded.full_name is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end,
                   'title', case when lead.title is null and excluded.title is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end,
                   'company', case when lead.company is null and excluded.company is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end,
                   'website', case when lead.website is null and excluded.website is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end,
                   'phone_e164', case when lead.phone_e164 is null and excluded.phone_e164 is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end,
                   'street', case when lead.street is null and excluded.street is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end,
                   'city', case when lead.city is null and excluded.city is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end,
                   'region', case when lead.region is null and excluded.region is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end,
                   'postcode', case when lead.postcode is null and excluded.postcode is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end,
                   'country', case when lead.country is null and excluded.country is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end,
                   'linkedin', case when lead.linkedin is null and excluded.linkedin is not null then jsonb_build_object('import', excluded.import_id, 'row', excluded.row_no) end)),
               updated_at = excluded.updated_at
           returning dedupe_key, id, (xmax = 0) as "inserted!""#,
        org,
        import.0,
        score_version,
        now,
        &columns.id,
        &columns.dedupe_key,
        &columns.email as &[Option<String>],
        &columns.email_key as &[Option<String>],
        &columns.email_token as &[Option<Vec<u8>>],
        &columns.email_token_base as &[Option<Vec<u8>>],
        &columns.email_domain as &[Option<String>],
        &columns.org_domain as &[Option<String>],
        &columns.first_name as &[Option<String>],
        &columns.last_name as &[Option<String>],
        &columns.full_name as &[Option<String>],
        &columns.title as &[Option<String>],
        &columns.company as &[Option<String>],
        &columns.company_key as &[Option<String>],
        &columns.website as &[Option<String>],
        &columns.phone_e164 as &[Option<String>],
        &columns.phone_type as &[Option<String>],
        &columns.street as &[Option<String>],
        &columns.city as &[Option<String>],
        &columns.region as &[Option<String>],
        &columns.postcode as &[Option<String>],
        &columns.country as &[Option<String>],
        &columns.linkedin as &[Option<String>],
        &columns.flags,
        &columns.provenance,
        &columns.row_no,
        &columns.score,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.dedupe_key, LeadId(row.id), row.inserted)).collect())
}

/// Keeps each row as it came. A row that is there already (a batch that runs again) stays.
pub(crate) async fn keep_sources(tx: &mut OrgTx, import: ImportId, rows: &[NewLead], landed: &[Landed]) -> Result<(), StoreError> {
    let row_no: Vec<i64> = rows.iter().map(|row| row.row_no).collect();
    let lead: Vec<Uuid> = landed.iter().map(|landed| landed.lead.0).collect();
    let merged: Vec<bool> = landed.iter().map(|landed| landed.merged).collect();
    let raw: Vec<Value> = rows.iter().map(|row| row.raw.clone()).collect();
    let org = tx.org().0;
    sqlx::query!(
        "insert into lead_source (org_id, import_id, row_no, lead_id, merged, raw)
         select $1, $2, x.row_no, x.lead_id, x.merged, x.raw
         from unnest($3::bigint[], $4::uuid[], $5::boolean[], $6::jsonb[]) as x (row_no, lead_id, merged, raw)
         on conflict do nothing",
        org,
        import.0,
        &row_no,
        &lead,
        &merged,
        &raw,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Which of these tokens are on the suppression list.
pub(crate) async fn suppressed_among(tx: &mut OrgTx, tokens: &[Vec<u8>]) -> Result<HashSet<Vec<u8>>, StoreError> {
    let rows = sqlx::query_scalar!("select token from suppression where token = any ($1)", tokens).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().collect())
}
