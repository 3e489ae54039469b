//! Cleaning one row.

use std::borrow::Cow;

use plumb_base::Country;

use super::email::{self, EmailCell};
use super::flag::{Flag, RejectReason};
use super::key::{self, NameKey};
use super::lead::CleanLead;
use super::mapping::{Field, Mapping};
use super::person::Person;
use super::phone;
use super::place;
use super::rules::{MailProvider, Rules};
use super::text;
use super::web;

/// Longest cell that is read, in bytes.
pub const FIELD_BYTES_MAX: usize = 64 * 1024;

/// What became of one row.
#[derive(Clone, Debug)]
pub struct Cleaned {
    /// The lead; as far as it goes if the row is rejected.
    pub lead: CleanLead,
    /// What was noticed, each once, in the order of [`Flag::ALL`].
    pub flags: Vec<Flag>,
    /// Why the row does not become a lead, if it does not.
    pub reject: Option<RejectReason>,
    /// The mapped cells whose value is not what the list says, with what it says.
    pub changes: Vec<Change>,
    /// What the row says beyond the fields of a lead.
    pub aside: Aside,
}

/// A mapped cell whose cleaned value is not the cell's text.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// What the column is about.
    pub field: Field,
    /// The cell as the list has it.
    pub original: String,
}

/// Shows the field only: the original is personal.
impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Change").field("field", &self.field).finish_non_exhaustive()
    }
}

/// What a row says beyond the fields of a lead.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Aside {
    /// Further addresses in the e-mail cell.
    pub email_others: Vec<String>,
    /// The address as it was probably meant, if its domain looks mistyped. Never used in place of the one given.
    pub email_suggestion: Option<String>,
    /// Further valid numbers in the phone cell, in E.164 form.
    pub phone_others: Vec<String>,
    /// The extension of the phone number.
    pub phone_extension: Option<String>,
}

/// Shows how much there is: the rest is personal.
impl std::fmt::Debug for Aside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aside")
            .field("email_others", &self.email_others.len())
            .field("email_suggestion", &self.email_suggestion.is_some())
            .field("phone_others", &self.phone_others.len())
            .field("phone_extension", &self.phone_extension.is_some())
            .finish()
    }
}

/// The mapped cells of one row, tidied; empty ones and placeholders are absent.
struct Cells<'r> {
    raw: [Option<&'r str>; Field::ALL.len()],
    tidy: [Option<Cow<'r, str>>; Field::ALL.len()],
}

impl<'r> Cells<'r> {
    fn of(mapping: &Mapping, record: &[&'r str], flags: &mut Vec<Flag>) -> Self {
        let mut cells = Self { raw: [None; Field::ALL.len()], tidy: [const { None }; Field::ALL.len()] };
        for column in &mapping.columns {
            let (Some(field), Some(raw)) = (column.field, record.get(column.index).copied()) else { continue };
            let tidy = text::tidy(raw);
            cells.raw[field as usize] = Some(raw);
            if tidy.is_empty() {
                continue;
            }
            if text::is_placeholder(&tidy, field) {
                flags.push(Flag::Placeholder);
                continue;
            }
            if text::looks_garbled(raw) {
                flags.push(Flag::Garbled);
            }
            cells.tidy[field as usize] = Some(tidy);
        }
        cells
    }

    fn get(&self, field: Field) -> Option<&str> {
        self.tidy[field as usize].as_deref()
    }

    fn take(&self, field: Field) -> Option<String> {
        self.get(field).map(str::to_owned)
    }
}

/// Cleans one row.
///
/// `record` holds the cells of the row, all of them, in order; `mapping` must have passed [`Mapping::check`].
/// `default_country` is used for phone numbers without country code where the row names no country.
///
/// The lead's key is the first of these that the row has: `e:` the mailbox (with the person's name if the mailbox is a
/// function's), `l:` the LinkedIn handle, `p:` the phone number with the person's name, `n:` the person's name with the
/// company's domain or else name, `r:` a hash of the row. So colleagues who share a switchboard, a company or info@ stay
/// apart, at the price of some duplicates that only a closer comparison can find.
///
/// Never panics; the same row under the same rules always gives the same result; a clean row stays as it is.
#[must_use]
pub fn clean_row(rules: &Rules, mapping: &Mapping, record: &[&str], default_country: Option<Country>) -> Cleaned {
    if let Some(reason) = unreadable(mapping, record) {
        return Cleaned {
            lead: CleanLead::default(),
            flags: Vec::new(),
            reject: Some(reason),
            changes: Vec::new(),
            aside: Aside::default(),
        };
    }
    let mut flags = Vec::new();
    let mut aside = Aside::default();
    let cells = Cells::of(mapping, record, &mut flags);
    let mut lead = CleanLead::default();

    let person = Person::read(cells.get(Field::FirstName), cells.get(Field::LastName), cells.get(Field::FullName));
    flags.extend(person.implausible.then_some(Flag::NameImplausible));
    let name = NameKey::of(&person);

    place(rules, &cells, &mut lead, &mut flags);
    phone(&cells, lead.country.or(default_country), &mut lead, &mut flags, &mut aside);
    let email = email(rules, &cells, &person, &mut lead, &mut flags, &mut aside);
    company(rules, &cells, &email, &mut lead, &mut flags);

    lead.first_name = person.first;
    lead.last_name = person.last;
    lead.full_name = person.full;
    lead.title = cells.take(Field::Title);
    lead.linkedin = cells.get(Field::ProfileUrl).and_then(web::linkedin_handle);
    if lead.linkedin.is_none() && cells.get(Field::ProfileUrl).is_some() {
        flags.push(Flag::ProfileUnrecognised);
    }
    if lead.company_key.is_none() && lead.org_domain.is_none() {
        flags.push(Flag::NoOrganisation);
    }
    lead.dedupe_key = key::dedupe_key(&lead, name.as_ref(), email.role, record);

    let placed = lead.company_key.is_some() || lead.org_domain.is_some();
    let named = name.is_some_and(|name| name.complete);
    let identified = lead.email.is_some() || lead.linkedin.is_some() || lead.phone_e164.is_some() || (named && placed);
    flags.sort_unstable();
    flags.dedup();
    Cleaned {
        reject: (!identified).then_some(RejectReason::NothingToIdentify),
        changes: changes(&cells, &lead),
        lead,
        flags,
        aside,
    }
}

/// What makes a row unreadable before its cells are looked at one by one.
fn unreadable(mapping: &Mapping, record: &[&str]) -> Option<RejectReason> {
    if record.iter().all(|cell| cell.chars().all(char::is_whitespace)) {
        Some(RejectReason::EmptyRow)
    } else if record.len() != mapping.width {
        Some(RejectReason::RaggedRow)
    } else if record.iter().any(|cell| cell.len() > FIELD_BYTES_MAX) {
        Some(RejectReason::FieldTooLong)
    } else if record.iter().any(|cell| cell.as_bytes().contains(&0)) {
        Some(RejectReason::NulByte)
    } else {
        None
    }
}

fn place(rules: &Rules, cells: &Cells<'_>, lead: &mut CleanLead, flags: &mut Vec<Flag>) {
    if let Some(cell) = cells.get(Field::Country) {
        lead.country = rules.countries.find(cell);
        flags.extend(lead.country.is_none().then_some(Flag::CountryUnknown));
    }
    lead.street = cells.take(Field::Street);
    lead.city = cells.take(Field::City);
    lead.region = cells.take(Field::Region);
    if let Some(cell) = cells.get(Field::Postcode) {
        let (postcode, padded) = place::postcode(cell, lead.country);
        lead.postcode = Some(postcode);
        flags.extend(padded.then_some(Flag::PostcodePadded));
    }
}

fn phone(cells: &Cells<'_>, country: Option<Country>, lead: &mut CleanLead, flags: &mut Vec<Flag>, aside: &mut Aside) {
    if let Some(cell) = cells.get(Field::Phone) {
        let read = phone::read(cell, country);
        (lead.phone_e164, lead.phone_type) = (read.e164, read.kind);
        (aside.phone_others, aside.phone_extension) = (read.others, read.extension);
        flags.extend(read.flags);
    }
}

fn email(
    rules: &Rules,
    cells: &Cells<'_>,
    person: &Person,
    lead: &mut CleanLead,
    flags: &mut Vec<Flag>,
    aside: &mut Aside,
) -> EmailCell {
    let Some(cell) = cells.get(Field::Email) else { return EmailCell::default() };
    let lower = |name: &Option<String>| name.as_deref().map(str::to_lowercase);
    let (first, last) = (lower(&person.first), lower(&person.last));
    let mut read = email::read(rules, cell, [first.as_deref(), last.as_deref()]);
    if let Some(email) = &read.email {
        lead.email = Some(email.expose());
        lead.email_key = Some(email.key());
        lead.email_domain = Some(email.domain().to_string());
    }
    flags.append(&mut read.flags);
    aside.email_others = std::mem::take(&mut read.others);
    aside.email_suggestion = read.suggestion.take();
    read
}

/// The company, its website and its domain: from the website if that is the company's own, else from the address.
fn company(rules: &Rules, cells: &Cells<'_>, email: &EmailCell, lead: &mut CleanLead, flags: &mut Vec<Flag>) {
    if let Some(cell) = cells.get(Field::Company) {
        let key = rules.legal_forms.key(cell, lead.country);
        lead.company = Some(cell.to_owned());
        lead.company_key = Some(key).filter(|key| !key.is_empty());
    }
    if let Some(cell) = cells.get(Field::Website) {
        match web::website(cell) {
            Some(website) => {
                let own =
                    web::own_domain(&website.host).filter(|_| rules.mail_provider(&website.host) == MailProvider::Own);
                flags.extend(own.is_none().then_some(Flag::WebsiteNotOwn));
                lead.org_domain = own.map(str::to_owned);
                lead.website = Some(website.url);
            }
            None => flags.push(Flag::WebsiteInvalid),
        }
    }
    if lead.org_domain.is_none()
        && email.provider == Some(MailProvider::Own)
        && let Some(email) = &email.email
    {
        lead.org_domain = email.domain().registrable().map(str::to_owned);
    }
}

/// The mapped cells whose text is not the value of their field.
fn changes(cells: &Cells<'_>, lead: &CleanLead) -> Vec<Change> {
    let changed = |field: &Field| {
        let original = cells.raw[*field as usize]?;
        let same = original == value(lead, *field).unwrap_or_default();
        (!same).then(|| Change { field: *field, original: original.to_owned() })
    };
    Field::ALL.iter().filter_map(changed).collect()
}

fn value(lead: &CleanLead, field: Field) -> Option<&str> {
    match field {
        Field::Email => lead.email.as_deref(),
        Field::Phone => lead.phone_e164.as_deref(),
        Field::FirstName => lead.first_name.as_deref(),
        Field::LastName => lead.last_name.as_deref(),
        Field::FullName => lead.full_name.as_deref(),
        Field::Title => lead.title.as_deref(),
        Field::Company => lead.company.as_deref(),
        Field::Website => lead.website.as_deref(),
        Field::Street => lead.street.as_deref(),
        Field::City => lead.city.as_deref(),
        Field::Region => lead.region.as_deref(),
        Field::Postcode => lead.postcode.as_deref(),
        Field::Country => lead.country.as_ref().map(Country::as_str),
        Field::ProfileUrl => lead.linkedin.as_deref(),
    }
}

#[cfg(test)]
mod tests;
