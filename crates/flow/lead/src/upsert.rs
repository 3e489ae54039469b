//! Many cleaned rows become leads, or fill the gaps of leads that are there.

use std::collections::HashMap;

use plumb_base::{Email, ImportId, LeadId};
use plumb_store::{OrgTx, StoreError};
use plumb_vault::SuppressionToken;
use serde_json::{Map, Value, json};

use crate::domain::score::{Facts, SCORE_VERSION, score};
use crate::domain::{Field, NewLead};
use crate::query::{self, Change};

/// Where a row went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landed {
    /// The lead that it became or was merged into.
    pub lead: LeadId,
    /// Whether the lead was there before, in the database or earlier in the same batch.
    pub merged: bool,
}

/// Which of these addresses are suppressed. A missing address never is.
pub async fn suppressed(
    tx: &mut OrgTx,
    emails: &[Option<Email>],
    tokens: &plumb_vault::Tokens,
) -> Result<Vec<bool>, StoreError> {
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

/// People out of one batch on their way into the database, each with its rows merged.
pub(crate) struct Incoming {
    pub(crate) id: LeadId,
    pub(crate) lead: NewLead,
    /// For each field that a later row filled, that row.
    pub(crate) provenance: Map<String, Value>,
    pub(crate) tokens: Option<(SuppressionToken, Option<SuppressionToken>)>,
    pub(crate) score: i16,
    /// Where its rows are in the batch.
    rows: Vec<usize>,
}

/// How often the rest of a batch is tried: a lead may be erased between finding that it is there and locking it.
const TRIES: usize = 3;

/// Inserts cleaned rows of one import, merging rows with one `dedupe_key` among themselves and into leads that
/// the organisation has. A value that is there wins; gaps are filled and remember which row filled them. Each
/// row is kept as it came. Answers in the order of `rows`.
pub async fn upsert(
    tx: &mut OrgTx,
    import: ImportId,
    mut rows: Vec<NewLead>,
    tokens: &plumb_vault::Tokens,
) -> Result<Vec<Landed>, StoreError> {
    let count = rows.len();
    let (row_nos, raws): (Vec<i64>, Vec<String>) =
        rows.iter_mut().map(|row| (row.row_no, std::mem::take(&mut row.raw))).unzip();
    let people = people(rows, import, tokens);
    let mut landed = vec![None; count];
    let mut land = |person: &Incoming, lead: LeadId, was_there: bool| {
        for (nth, at) in person.rows.iter().enumerate() {
            landed[*at] = Some(Landed { lead, merged: was_there || nth > 0 });
        }
    };
    let mut waiting: Vec<&Incoming> = people.iter().collect();
    for _ in 0..TRIES {
        let inserted = query::insert(tx, import, &waiting, SCORE_VERSION).await?;
        let (new, known): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|person| inserted.contains(&person.id.0));
        for person in new {
            land(person, person.id, false);
        }
        let keyed: Vec<Keyed<'_>> = known.iter().map(|person| (person.lead.dedupe_key.as_str(), *person)).collect();
        let filled = fill(tx, import, &keyed).await?;
        waiting = Vec::new();
        for person in known {
            match filled.get(&person.lead.dedupe_key) {
                Some(lead) => land(person, *lead, true),
                None => waiting.push(person),
            }
        }
        if waiting.is_empty() {
            break;
        }
        let merged = fill_survivors(tx, import, &waiting).await?;
        waiting.retain(|person| match merged.get(&person.lead.dedupe_key) {
            Some(lead) => {
                land(person, *lead, true);
                false
            }
            None => true,
        });
        if waiting.is_empty() {
            break;
        }
    }
    let landed: Vec<Landed> = landed.into_iter().flatten().collect();
    if landed.len() != count {
        return Err(StoreError::Unfit("the database answered for fewer leads than were given".to_owned()));
    }
    query::keep_sources(tx, import, &row_nos, &raws, &landed).await?;
    Ok(landed)
}

/// Rows with one key are one person. Sorted by key: two imports that meet the same people lock them in one order.
fn people(rows: Vec<NewLead>, import: ImportId, tokens: &plumb_vault::Tokens) -> Vec<Incoming> {
    let mut rows: Vec<(usize, NewLead)> = rows.into_iter().enumerate().collect();
    rows.sort_by(|(_, a), (_, b)| a.dedupe_key.cmp(&b.dedupe_key));
    let mut people: Vec<Incoming> = Vec::with_capacity(rows.len());
    for (at, row) in rows {
        if let Some(person) = people.last_mut().filter(|person| person.lead.dedupe_key == row.dedupe_key) {
            fill_address(&mut person.lead, &row, import, &mut person.provenance);
            fill_gaps(&mut person.lead, &row, import, &mut person.provenance);
            person.rows.push(at);
        } else {
            let (id, provenance) = (LeadId::fresh(), Map::new());
            people.push(Incoming { id, lead: row, provenance, tokens: None, score: 0, rows: vec![at] });
        }
    }
    for person in &mut people {
        person.score = score(&Facts::of(&person.lead, person.rows.len() > 1)).0;
        let email = person.lead.email.as_deref().and_then(|email| Email::parse(email).ok());
        person.tokens = email.map(|email| tokens.of(&email));
    }
    people
}

/// A person out of a batch, and the key of the lead that they are.
type Keyed<'a> = (&'a str, &'a Incoming);

/// Fills the gaps of the leads into which leads with these people's keys were merged. Answers which key led where.
async fn fill_survivors(
    tx: &mut OrgTx,
    import: ImportId,
    people: &[&Incoming],
) -> Result<HashMap<String, LeadId>, StoreError> {
    let keys: Vec<&str> = people.iter().map(|person| person.lead.dedupe_key.as_str()).collect();
    let survivors = query::survivors(tx, &keys).await?;
    let mut rest: Vec<&Incoming> =
        people.iter().copied().filter(|person| survivors.contains_key(&person.lead.dedupe_key)).collect();
    let mut landed = HashMap::with_capacity(rest.len());
    // Several people of a batch may be one lead by now: each round takes one of them for each lead.
    while !rest.is_empty() {
        let mut round: HashMap<&str, &Incoming> = HashMap::new();
        rest.retain(|person| {
            let survivor = survivors[&person.lead.dedupe_key].as_str();
            let waits = round.contains_key(survivor);
            round.entry(survivor).or_insert(person);
            waits
        });
        let keyed: Vec<Keyed<'_>> = round.into_iter().collect();
        let filled = fill(tx, import, &keyed).await?;
        for (key, person) in keyed {
            if let Some(lead) = filled.get(key) {
                landed.insert(person.lead.dedupe_key.clone(), *lead);
            }
        }
    }
    Ok(landed)
}

/// Fills the gaps of leads that are there. Answers which lead has which key.
async fn fill(tx: &mut OrgTx, import: ImportId, known: &[Keyed<'_>]) -> Result<HashMap<String, LeadId>, StoreError> {
    if known.is_empty() {
        return Ok(HashMap::new());
    }
    let by_key: HashMap<&str, &Incoming> = known.iter().copied().collect();
    let keys: Vec<&str> = known.iter().map(|(key, _)| *key).collect();
    let mut found = HashMap::with_capacity(keys.len());
    let mut changes = Vec::new();
    for held in query::hold(tx, &keys).await? {
        let Some(person) = by_key.get(held.lead.dedupe_key.as_str()) else { continue };
        found.insert(held.lead.dedupe_key.clone(), held.id);
        let mut lead = held.lead.clone();
        let mut provenance = Map::new();
        fill_gaps(&mut lead, &person.lead, import, &mut provenance);
        let sources = held.has_source || person.rows.len() > 1;
        let (score, _) = score(&Facts { verdict: held.verdict.as_deref(), ..Facts::of(&lead, sources) });
        if lead != held.lead || score != held.score {
            // A row of this batch that filled a gap of another row of it, where it filled the lead's gap too.
            for (field, row) in &mut provenance {
                if let Some(filled_by) = person.provenance.get(field) {
                    *row = filled_by.clone();
                }
            }
            changes.push(Change { id: held.id, lead, provenance, score });
        }
    }
    query::fill(tx, &changes, SCORE_VERSION).await?;
    Ok(found)
}

fn fill_one(into: &mut Option<String>, from: Option<&String>) -> bool {
    let fills = into.is_none() && from.is_some();
    if fills {
        *into = from.cloned();
    }
    fills
}

/// Fills what the key was made of; of a lead that is there, it stays as it is.
fn fill_address(lead: &mut NewLead, row: &NewLead, import: ImportId, provenance: &mut Map<String, Value>) {
    if fill_one(&mut lead.email, row.email.as_ref()) {
        provenance.insert(Field::Email.as_str().to_owned(), origin(import, row));
    }
    fill_one(&mut lead.email_key, row.email_key.as_ref());
    fill_one(&mut lead.email_domain, row.email_domain.as_ref());
}

fn origin(import: ImportId, row: &NewLead) -> Value {
    json!({ "import": import, "row": row.row_no })
}

/// Fills the gaps of `lead` from `row`, and says for each field which row filled it.
fn fill_gaps(lead: &mut NewLead, row: &NewLead, import: ImportId, provenance: &mut Map<String, Value>) {
    let mut fill = |field: Option<Field>, into: &mut Option<String>, from: &Option<String>| {
        if fill_one(into, from.as_ref())
            && let Some(field) = field
        {
            provenance.insert(field.as_str().to_owned(), origin(import, row));
        }
    };
    fill(None, &mut lead.org_domain, &row.org_domain);
    fill(Some(Field::FirstName), &mut lead.first_name, &row.first_name);
    fill(Some(Field::LastName), &mut lead.last_name, &row.last_name);
    fill(Some(Field::FullName), &mut lead.full_name, &row.full_name);
    fill(Some(Field::Title), &mut lead.title, &row.title);
    fill(Some(Field::Company), &mut lead.company, &row.company);
    fill(None, &mut lead.company_key, &row.company_key);
    fill(Some(Field::Website), &mut lead.website, &row.website);
    if lead.phone_e164.is_none() {
        lead.phone_type.clone_from(&row.phone_type);
    }
    fill(Some(Field::PhoneE164), &mut lead.phone_e164, &row.phone_e164);
    fill(Some(Field::Street), &mut lead.street, &row.street);
    fill(Some(Field::City), &mut lead.city, &row.city);
    fill(Some(Field::Region), &mut lead.region, &row.region);
    fill(Some(Field::Postcode), &mut lead.postcode, &row.postcode);
    fill(Some(Field::Country), &mut lead.country, &row.country);
    fill(Some(Field::Linkedin), &mut lead.linkedin, &row.linkedin);
    let before = lead.flags.len();
    for flag in &row.flags {
        if !lead.flags.contains(flag) {
            lead.flags.push(flag.clone());
        }
    }
    if lead.flags.len() > before {
        lead.flags.sort();
    }
}
