//! The statements that write leads.

use std::collections::{HashMap, HashSet};

use plumb_base::{ImportId, LeadId};
use plumb_store::{OrgTx, StoreError};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::domain::NewLead;
use crate::upsert::{Incoming, Landed};

/// What changes of a lead that is there.
pub(crate) struct Change {
    pub(crate) id: LeadId,
    pub(crate) lead: NewLead,
    /// What is added to its provenance.
    pub(crate) provenance: Map<String, Value>,
    pub(crate) score: i16,
}

/// Leads turned into columns: one array for each column of a statement. Borrowed: a batch is copied once, onto its way
/// to the database.
#[derive(Default)]
struct Columns<'a> {
    id: Vec<Uuid>,
    dedupe_key: Vec<&'a str>,
    email: Vec<Option<&'a str>>,
    email_key: Vec<Option<&'a str>>,
    email_domain: Vec<Option<&'a str>>,
    org_domain: Vec<Option<&'a str>>,
    first_name: Vec<Option<&'a str>>,
    last_name: Vec<Option<&'a str>>,
    full_name: Vec<Option<&'a str>>,
    title: Vec<Option<&'a str>>,
    company: Vec<Option<&'a str>>,
    company_key: Vec<Option<&'a str>>,
    website: Vec<Option<&'a str>>,
    phone_e164: Vec<Option<&'a str>>,
    phone_type: Vec<Option<&'a str>>,
    street: Vec<Option<&'a str>>,
    city: Vec<Option<&'a str>>,
    region: Vec<Option<&'a str>>,
    postcode: Vec<Option<&'a str>>,
    country: Vec<Option<&'a str>>,
    linkedin: Vec<Option<&'a str>>,
    /// Joined by commas: Postgres has no arrays of arrays of different lengths. Flags are closed words.
    flags: Vec<String>,
    provenance: Vec<String>,
    row_no: Vec<i64>,
    score: Vec<i16>,
}

impl<'a> Columns<'a> {
    fn push(&mut self, id: LeadId, lead: &'a NewLead, provenance: &Map<String, Value>, score: i16) {
        self.id.push(id.0);
        self.dedupe_key.push(&lead.dedupe_key);
        self.email.push(lead.email.as_deref());
        self.email_key.push(lead.email_key.as_deref());
        self.email_domain.push(lead.email_domain.as_deref());
        self.org_domain.push(lead.org_domain.as_deref());
        self.first_name.push(lead.first_name.as_deref());
        self.last_name.push(lead.last_name.as_deref());
        self.full_name.push(lead.full_name.as_deref());
        self.title.push(lead.title.as_deref());
        self.company.push(lead.company.as_deref());
        self.company_key.push(lead.company_key.as_deref());
        self.website.push(lead.website.as_deref());
        self.phone_e164.push(lead.phone_e164.as_deref());
        self.phone_type.push(lead.phone_type.as_deref());
        self.street.push(lead.street.as_deref());
        self.city.push(lead.city.as_deref());
        self.region.push(lead.region.as_deref());
        self.postcode.push(lead.postcode.as_deref());
        self.country.push(lead.country.as_deref());
        self.linkedin.push(lead.linkedin.as_deref());
        self.flags.push(lead.flags.join(","));
        self.provenance.push(json!(provenance).to_string());
        self.row_no.push(lead.row_no);
        self.score.push(score);
    }
}

/// Inserts leads whose key the organisation does not have. Answers the ids of those that were inserted.
pub(crate) async fn insert(
    tx: &mut OrgTx,
    import: ImportId,
    people: &[&Incoming],
    score_version: i16,
) -> Result<HashSet<Uuid>, StoreError> {
    let mut columns = Columns::default();
    let mut tokens: Vec<Option<&[u8]>> = Vec::with_capacity(people.len());
    let mut base_tokens: Vec<Option<&[u8]>> = Vec::with_capacity(people.len());
    for person in people {
        columns.push(person.id, &person.lead, &person.provenance, person.score);
        tokens.push(person.tokens.as_ref().map(|(token, _)| &token[..]));
        base_tokens.push(person.tokens.as_ref().and_then(|(_, base)| base.as_ref()).map(|base| &base[..]));
    }
    let (org, now) = (tx.org().0, tx.now());
    let inserted = sqlx::query_scalar!(
        "insert into lead (org_id, id, dedupe_key, email, email_key, email_token, email_token_base, email_domain, org_domain, first_name,
               last_name, full_name, title, company, company_key, website, phone_e164, phone_type, street, city,
               region, postcode, country, linkedin, flags, provenance, import_id, row_no, stage, score, score_version,
               created_at, updated_at)
         select $1, x.id, x.dedupe_key, x.email, x.email_key, x.email_token, x.email_token_base, x.email_domain,
               x.org_domain, x.first_name, x.last_name, x.full_name, x.title, x.company, x.company_key, x.website,
               x.phone_e164, x.phone_type, x.street, x.city, x.region, x.postcode, x.country, x.linkedin,
               string_to_array(x.flags, ','), x.provenance::jsonb, $2, x.row_no, 'clean', x.score, $3, $4, $4
         from unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::bytea[], $11::text[], $12::text[],
               $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[],
               $21::text[], $22::text[], $23::text[], $24::text[], $25::text[], $26::text[], $27::text[], $28::text[],
               $29::text[], $30::bigint[], $31::smallint[])
             as x (id, dedupe_key, email, email_key, email_token, email_token_base, email_domain, org_domain, first_name,
               last_name, full_name, title, company, company_key, website, phone_e164, phone_type, street, city,
               region, postcode, country, linkedin, flags, provenance, row_no, score)
         on conflict (org_id, dedupe_key) do nothing
         returning id",
        org,
        import.0,
        score_version,
        now,
        &columns.id,
        &columns.dedupe_key as &[&str],
        &columns.email as &[Option<&str>],
        &columns.email_key as &[Option<&str>],
        &tokens as &[Option<&[u8]>],
        &base_tokens as &[Option<&[u8]>],
        &columns.email_domain as &[Option<&str>],
        &columns.org_domain as &[Option<&str>],
        &columns.first_name as &[Option<&str>],
        &columns.last_name as &[Option<&str>],
        &columns.full_name as &[Option<&str>],
        &columns.title as &[Option<&str>],
        &columns.company as &[Option<&str>],
        &columns.company_key as &[Option<&str>],
        &columns.website as &[Option<&str>],
        &columns.phone_e164 as &[Option<&str>],
        &columns.phone_type as &[Option<&str>],
        &columns.street as &[Option<&str>],
        &columns.city as &[Option<&str>],
        &columns.region as &[Option<&str>],
        &columns.postcode as &[Option<&str>],
        &columns.country as &[Option<&str>],
        &columns.linkedin as &[Option<&str>],
        &columns.flags,
        &columns.provenance,
        &columns.row_no,
        &columns.score,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(inserted.into_iter().collect())
}

/// A lead that is there, locked until the transaction ends.
pub(crate) struct Held {
    pub(crate) id: LeadId,
    pub(crate) lead: NewLead,
    pub(crate) verdict: Option<String>,
    pub(crate) score: i16,
    /// Whether a row that it was made of is kept.
    pub(crate) has_source: bool,
}

/// The leads with these keys, locked in the order of their keys.
pub(crate) async fn hold(tx: &mut OrgTx, keys: &[&str]) -> Result<Vec<Held>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select l.id, l.dedupe_key, l.email, l.email_key, l.email_domain, l.org_domain, l.first_name, l.last_name,
               l.full_name, l.title, l.company, l.company_key, l.website, l.phone_e164, l.phone_type, l.street,
               l.city, l.region, l.postcode, l.country, l.linkedin, l.flags, l.verdict, l.score, l.row_no,
               exists (select from lead_source s where s.org_id = l.org_id and s.lead_id = l.id) as "has_source!"
           from lead l where l.org_id = $1 and l.dedupe_key = any ($2) and l.merged_into is null order by l.dedupe_key for update of l"#,
        org,
        keys as &[&str],
    )
    .fetch_all(tx.conn())
    .await?;
    let held = rows.into_iter().map(|row| Held {
        id: LeadId(row.id),
        verdict: row.verdict,
        score: row.score,
        has_source: row.has_source,
        lead: NewLead {
            dedupe_key: row.dedupe_key,
            email: row.email,
            email_key: row.email_key,
            email_domain: row.email_domain,
            org_domain: row.org_domain,
            first_name: row.first_name,
            last_name: row.last_name,
            full_name: row.full_name,
            title: row.title,
            company: row.company,
            company_key: row.company_key,
            website: row.website,
            phone_e164: row.phone_e164,
            phone_type: row.phone_type,
            street: row.street,
            city: row.city,
            region: row.region,
            postcode: row.postcode,
            country: row.country,
            linkedin: row.linkedin,
            flags: row.flags,
            row_no: row.row_no,
            raw: String::new(),
        },
    });
    Ok(held.collect())
}

/// For keys of leads that were merged: the key of the lead that they are now.
pub(crate) async fn survivors(tx: &mut OrgTx, keys: &[&str]) -> Result<HashMap<String, String>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"with recursive into_ as (
               select l.dedupe_key as key, l.merged_into as id from lead l
               where l.org_id = $1 and l.dedupe_key = any ($2) and l.merged_into is not null
               union
               select i.key, l.merged_into from into_ i join lead l on l.org_id = $1 and l.id = i.id where l.merged_into is not null)
           select i.key as "key!", l.dedupe_key as survivor from into_ i join lead l on l.org_id = $1 and l.id = i.id
           where l.merged_into is null"#,
        org,
        keys as &[&str],
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.survivor)).collect())
}

/// Writes what changes of leads that are there. What their keys were made of stays.
pub(crate) async fn fill(tx: &mut OrgTx, changes: &[Change], score_version: i16) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut columns = Columns::default();
    for change in changes {
        columns.push(change.id, &change.lead, &change.provenance, change.score);
    }
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update lead set org_domain = x.org_domain, first_name = x.first_name, last_name = x.last_name, full_name = x.full_name,
               title = x.title, company = x.company, company_key = x.company_key, website = x.website, phone_e164 =
               x.phone_e164, phone_type = x.phone_type, street = x.street, city = x.city, region = x.region, postcode
               = x.postcode, country = x.country, linkedin = x.linkedin, flags = string_to_array(x.flags, ','),
               provenance = lead.provenance || x.provenance::jsonb, score = x.score, score_version = $2, updated_at =
               $3
         from unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
               $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[],
               $20::text[], $21::text[], $22::text[], $23::smallint[])
             as x (id, org_domain, first_name, last_name, full_name, title, company, company_key, website, phone_e164,
               phone_type, street, city, region, postcode, country, linkedin, flags, provenance, score)
         where lead.org_id = $1 and lead.id = x.id",
        org,
        score_version,
        now,
        &columns.id,
        &columns.org_domain as &[Option<&str>],
        &columns.first_name as &[Option<&str>],
        &columns.last_name as &[Option<&str>],
        &columns.full_name as &[Option<&str>],
        &columns.title as &[Option<&str>],
        &columns.company as &[Option<&str>],
        &columns.company_key as &[Option<&str>],
        &columns.website as &[Option<&str>],
        &columns.phone_e164 as &[Option<&str>],
        &columns.phone_type as &[Option<&str>],
        &columns.street as &[Option<&str>],
        &columns.city as &[Option<&str>],
        &columns.region as &[Option<&str>],
        &columns.postcode as &[Option<&str>],
        &columns.country as &[Option<&str>],
        &columns.linkedin as &[Option<&str>],
        &columns.flags,
        &columns.provenance,
        &columns.score,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps each row as it came, as JSON text: a row that is there already (a batch that runs again) stays.
pub(crate) async fn keep_sources(
    tx: &mut OrgTx,
    import: ImportId,
    row_nos: &[i64],
    raws: &[String],
    landed: &[Landed],
) -> Result<(), StoreError> {
    let lead: Vec<Uuid> = landed.iter().map(|landed| landed.lead.0).collect();
    let merged: Vec<bool> = landed.iter().map(|landed| landed.merged).collect();
    let org = tx.org().0;
    sqlx::query!(
        "insert into lead_source (org_id, import_id, row_no, lead_id, merged, raw)
         select $1, $2, x.row_no, x.lead_id, x.merged, coalesce(nullif(x.raw, ''), '{}')::jsonb
         from unnest($3::bigint[], $4::uuid[], $5::boolean[], $6::text[]) as x (row_no, lead_id, merged, raw)
         on conflict do nothing",
        org,
        import.0,
        row_nos,
        &lead,
        &merged,
        raws,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Which of these tokens are on the suppression list.
pub(crate) async fn suppressed_among(tx: &mut OrgTx, tokens: &[Vec<u8>]) -> Result<HashSet<Vec<u8>>, StoreError> {
    let rows = sqlx::query_scalar!("select token from suppression where token = any ($1)", tokens)
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.into_iter().collect())
}
