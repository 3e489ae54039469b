//! A person changes a lead; the change remembers who made it.

use plumb_base::{Email, LeadId};
use plumb_store::{OrgTx, StoreError, audit};
use plumb_vault::Tokens;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::flow::{compare_again, hand_over_lead, screen_edited};
use crate::verdict::rescore;

/// What to change. A member that is left out stays; an empty text clears it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LeadEdit {
    /// Address. A new one is checked again.
    pub email: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Telephone, E.164.
    pub phone_e164: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

/// Why an edit was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EditError {
    /// No such lead here.
    #[error("there is no such lead")]
    NotFound,
    /// A value cannot stand.
    #[error("{0}")]
    Invalid(String),
    /// Another lead has the address.
    #[error("another lead has this address already")]
    Taken,
    /// The lead's owner opted out, and the address is what the opt-out is recognised by.
    #[error("this person opted out, so the address stays as it is")]
    OptedOut,
    /// The owner of the new address opted out.
    #[error("the owner of this address asked not to be contacted, so it cannot be stored")]
    Suppressed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for EditError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

const TEXT_CHARS_MAX: usize = 300;

/// Applies an edit and commits it with its audit entry, which names the fields and not the values.
pub(crate) async fn edit(mut tx: OrgTx, id: LeadId, edit: &LeadEdit, tokens: &Tokens) -> Result<(), EditError> {
    let (org, now, editor) = (tx.org().0, tx.now(), tx.actor().id);
    let row = sqlx::query!(
        "select email, provenance from lead where org_id = $1 and id = $2 and merged_into is null for update",
        org,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(EditError::NotFound)?;
    let mut provenance = row.provenance.as_object().cloned().unwrap_or_default();
    let mut fields = Vec::new();
    let mut note = |field: &str, provenance: &mut Map<String, Value>| {
        provenance.insert(field.to_owned(), json!({ "edited_by": editor, "edited_at": now }));
        fields.push(field.to_owned());
    };

    if let Some(email) = &edit.email {
        note("email", &mut provenance);
        change_email(&mut tx, id, email, tokens).await?;
    }
    let texts = [
        ("first_name", &edit.first_name),
        ("last_name", &edit.last_name),
        ("title", &edit.title),
        ("company", &edit.company),
        ("city", &edit.city),
    ];
    let mut values: [Option<String>; 5] = Default::default();
    for (at, (field, new)) in texts.iter().enumerate() {
        if let Some(new) = new {
            note(field, &mut provenance);
            values[at] = text(field, new)?;
        }
    }
    let [first_name, last_name, title, company, city] = values;
    let phone = edit.phone_e164.as_deref().map(phone_e164).transpose()?;
    let screens = matches!(phone, Some(Some(_)));
    let country = edit.country.as_deref().map(country_code).transpose()?;
    for (field, given) in [("phone_e164", phone.is_some()), ("country", country.is_some())] {
        if given {
            note(field, &mut provenance);
        }
    }
    if fields.is_empty() {
        return Err(EditError::Invalid(
            "The edit names no field. Send at least one, such as {\"title\": \"Buyer\"}.".to_owned(),
        ));
    }
    sqlx::query!(
        "update lead set
             first_name = case when $3 then $4 else first_name end, last_name = case when $5 then $6 else last_name end,
             title = case when $7 then $8 else title end, company = case when $9 then $10 else company end,
             city = case when $11 then $12 else city end, phone_e164 = case when $13 then $14 else phone_e164 end,
             phone_type = case when $13 then null else phone_type end, country = case when $15 then $16 else country end,
             full_name = case when ($3 or $5) then nullif(concat_ws(' ', case when $3 then $4 else first_name end, case when $5 then $6 else last_name end), '') else full_name end,
             provenance = $17, updated_at = $18
         where org_id = $1 and id = $2",
        org,
        id.0,
        edit.first_name.is_some(),
        first_name,
        edit.last_name.is_some(),
        last_name,
        edit.title.is_some(),
        title,
        edit.company.is_some(),
        company,
        edit.city.is_some(),
        city,
        phone.is_some(),
        phone.flatten(),
        country.is_some(),
        country.flatten(),
        Value::Object(provenance),
        now,
    )
    .execute(tx.conn())
    .await?;
    rescore(&mut tx, &[id]).await?;
    compare_again(&mut tx, id).await?;
    if screens {
        screen_edited(&mut tx).await?;
    }
    tx.commit(audit::Entry::of("lead.edited").on("lead", id.0).with("fields", fields)).await?;
    Ok(())
}

/// A new address is a new identity: its key and tokens change, the old verdict goes, and it is checked again.
async fn change_email(tx: &mut OrgTx, id: LeadId, text: &str, tokens: &Tokens) -> Result<(), EditError> {
    let org = tx.org().0;
    // Under another address, or none, the rest of an opted-out person's record would be shown again.
    if crate::contact(tx, id).await?.is_some_and(|contact| contact.suppressed) {
        return Err(EditError::OptedOut);
    }
    if text.trim().is_empty() {
        sqlx::query!(
            "update lead set email = null, email_key = null, email_token = null, email_token_base = null, email_domain = null,
                 dedupe_key = 'r:' || id::text, verdict = null, verdict_reason = null, verdict_expires_at = null, next_check_at = null
             where org_id = $1 and id = $2",
            org,
            id.0,
        )
        .execute(tx.conn())
        .await?;
        return Ok(());
    }
    let email =
        Email::parse(text).map_err(|error| EditError::Invalid(format!("The new address cannot stand: {error}.")))?;
    if crate::suppressed(tx, &[Some(email.clone())], tokens).await? == [true] {
        return Err(EditError::Suppressed);
    }
    let (token, base) = tokens.of(&email);
    let changed = sqlx::query!(
        "update lead set email = $3, email_key = $4, email_token = $5, email_token_base = $6, email_domain = $7,
             dedupe_key = 'e:' || $4, verdict = null, verdict_reason = null, verdict_expires_at = null, next_check_at = null,
             stage = 'clean',
             flags = (select coalesce(array_agg(f), '{}') from unnest(flags) f where f not like 'email%')
         where org_id = $1 and id = $2",
        org,
        id.0,
        email.expose(),
        email.key(),
        &token[..],
        base.as_ref().map(|base| &base[..]),
        email.domain().as_str(),
    )
    .execute(tx.conn())
    .await
    .map_err(StoreError::from);
    match changed {
        Ok(_) => Ok(hand_over_lead(tx, id).await?),
        Err(StoreError::Constraint { constraint, .. }) if constraint == "lead_dedupe" => Err(EditError::Taken),
        Err(error) => Err(error.into()),
    }
}

fn text(field: &str, value: &str) -> Result<Option<String>, EditError> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    if value.chars().count() > TEXT_CHARS_MAX || value.chars().any(char::is_control) {
        return Err(EditError::Invalid(format!(
            "{field} has control characters or more than {TEXT_CHARS_MAX} characters. Shorten it."
        )));
    }
    Ok(Some(value.to_owned()))
}

fn phone_e164(value: &str) -> Result<Option<String>, EditError> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    let digits = value.strip_prefix('+').unwrap_or_default();
    if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) || digits.starts_with('0') {
        return Err(EditError::Invalid(
            "A telephone number has the form +493023125000: plus, country code, digits only.".to_owned(),
        ));
    }
    Ok(Some(value.to_owned()))
}

fn country_code(value: &str) -> Result<Option<String>, EditError> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    let country: plumb_base::Country = value.parse().map_err(|error| EditError::Invalid(format!("{error}.")))?;
    Ok(Some(country.to_string()))
}
