//! Many cleaned rows become leads, or fill the gaps of leads that are there.

use std::collections::BTreeMap;

use plumb_base::{Email, ImportId, LeadId};
use plumb_store::{OrgTx, StoreError};
use serde_json::{Map, Value, json};

use crate::domain::score::{Facts, SCORE_VERSION, score};
use crate::domain::{Field, NewLead};
use crate::query::{self, Columns};

/// Where a row went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landed {
    /// The lead that it became or was merged into.
    pub lead: LeadId,
    /// Whether the lead was there before, in the database or earlier in the same batch.
    pub merged: bool,
}

/// Which of these addresses are suppressed. A missing address never is.
pub async fn suppressed(tx: &mut OrgTx, emails: &[Option<Email>], tokens: &plumb_vault::Tokens) -> Result<Vec<bool>, StoreError> {
    let pairs: Vec<_> = emails.iter().map(|email| email.as_ref().map(|email| tokens.of(email))).collect();
    let asked: Vec<Vec<u8>> = pairs
        .iter()
        .flatten()
        .flat_map(|(token, base)| [Some(token), base.as_ref()])
        .flatten()
        .map(|token| token.to_vec())
        .collect();
    if asked.is_empty() {
        return Ok(vec![false; emails.len()]);
    }
    let known = query::suppressed_among(tx, &asked).await?;
    let is_known = |token: &[u8; 32]| known.contains(token.as_slice());
    Ok(pairs
        .iter()
        .map(|pair| pair.as_ref().is_some_and(|(token, base)| is_known(token) || base.as_ref().is_some_and(is_known)))
        .collect())
}

/// Inserts cleaned rows of one import, merging rows with one `dedupe_key` among themselves and into leads that
/// the organisation has. A value that is there wins; gaps are filled and remember which row filled them. Each
/// row is kept as it came. Answers in the order of `rows`.
pub async fn upsert(
    tx: &mut OrgTx,
    import: ImportId,
    rows: Vec<NewLead>,
    tokens: &plumb_vault::Tokens,
) -> Result<Vec<Landed>, StoreError> {
    // Sorted by key: two imports that meet the same people lock them in one order.
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        groups.entry(row.dedupe_key.clone()).or_default().push(at);
    }
    let mut columns = Columns::with_capacity(groups.len());
    for members in groups.values() {
        let (lead, provenance) = merge_rows(members.iter().map(|at| &rows[*at]), import);
        let (score, _) = score(&Facts::of(&lead, members.len() > 1));
        let pair = lead.email.as_deref().and_then(|email| Email::parse(email).ok()).map(|email| tokens.of(&email));
        columns.push(LeadId::fresh(), lead, provenance, score, pair);
    }
    let upserted = query::upsert(tx, import, columns, SCORE_VERSION).await?;

    let mut landed = vec![None; rows.len()];
    let mut rescore = Vec::new();
    for (key, lead, inserted) in upserted {
        let Some(members) = groups.get(&key) else { continue };
        for (nth, at) in members.iter().enumerate() {
            landed[*at] = Some(Landed { lead, merged: !inserted || nth > 0 });
        }
        if !inserted {
            rescore.push(lead);
        }
    }
    let landed: Vec<Landed> = landed.into_iter().flatten().collect();
    if landed.len() != rows.len() {
        return Err(StoreError::Unfit("the database answered for fewer leads than were given".to_owned()));
    }
    query::keep_sources(tx, import, &rows, &landed).await?;
    if !rescore.is_empty() {
        crate::verdict::rescore(tx, &rescore).await?;
    }
    Ok(landed)
}

/// The first row, its gaps filled by the later ones, and for each filled field the row that filled it.
fn merge_rows<'a>(mut rows: impl Iterator<Item = &'a NewLead>, import: ImportId) -> (NewLead, Value) {
    let mut lead = rows.next().cloned().unwrap_or_default();
    let mut provenance = Map::new();
    for row in rows {
        let mut fill = |field: Option<Field>, into: &mut Option<String>, from: &Option<String>| {
            if into.is_none() && from.is_some() {
                into.clone_from(from);
                if let Some(field) = field {
                    provenance.insert(field.as_str().to_owned(), json!({ "import": import, "row": row.row_no }));
                }
            }
        };
        fill(Some(Field::Email), &mut lead.email, &row.email);
        fill(None, &mut lead.email_key, &row.email_key);
        fill(None, &mut lead.email_domain, &row.email_domain);
        fill(None, &mut lead.org_domain, &row.org_domain);
        fill(Some(Field::FirstName), &mut lead.first_name, &row.first_name);
        fill(Some(Field::LastName), &mut lead.last_name, &row.last_name);
        fill(Some(Field::FullName), &mut lead.full_name, &row.full_name);
        fill(Some(Field::Title), &mut lead.title, &row.title);
        fill(Some(Field::Company), &mut lead.company, &row.company);
        fill(None, &mut lead.company_key, &row.company_key);
        fill(Some(Field::Website), &mut lead.website, &row.website);
        if lead.phone_e164.is_none() {
            lead.phone_type = None;
        }
        fill(None, &mut lead.phone_type, &row.phone_type);
        fill(Some(Field::PhoneE164), &mut lead.phone_e164, &row.phone_e164);
        fill(Some(Field::Street), &mut lead.street, &row.street);
        fill(Some(Field::City), &mut lead.city, &row.city);
        fill(Some(Field::Region), &mut lead.region, &row.region);
        fill(Some(Field::Postcode), &mut lead.postcode, &row.postcode);
        fill(Some(Field::Country), &mut lead.country, &row.country);
        fill(Some(Field::Linkedin), &mut lead.linkedin, &row.linkedin);
        for flag in &row.flags {
            if !lead.flags.contains(flag) {
                lead.flags.push(flag.clone());
            }
        }
    }
    (lead, Value::Object(provenance))
}
