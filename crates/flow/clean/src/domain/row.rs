//! One row of a batch.

use std::borrow::Cow;

use memchr::memchr;
use plumb_base::cells::Row;

use super::batch::{Record, Value};
use super::company;
use super::date::{self, DateError, DateOrder};
use super::draft::Draft;
use super::email;
use super::flag::{Flag, Reason, RejectReason};
use super::kernel::{FIELD_BYTES_MAX, Kernel, Scratch};
use super::key;
use super::mapping::Field;
use super::memo::Memo;
use super::person::{self, NameCell};
use super::phone::{self, PhoneType};
use super::place::Written;
use super::policy::PrivateClass;
use super::rules::{DomainFacts, MailProvider};
use super::scan::Kinds;
use super::text;
use super::title;
use super::web;

/// A mapped cell.
struct Cell<'r> {
    raw: &'r str,
    /// The cell in order; empty if it says nothing.
    tidy: Cow<'r, str>,
    kinds: Kinds,
    placeholder: bool,
}

impl Cell<'_> {
    const EMPTY: Self = Self { raw: "", tidy: Cow::Borrowed(""), kinds: Kinds::NONE, placeholder: false };

    /// Whether the raw cell is in order as it is: what was only looked at was not copied.
    fn is_tidy(&self) -> bool {
        match &self.tidy {
            Cow::Borrowed(tidy) => tidy.len() == self.raw.len(),
            Cow::Owned(tidy) => tidy == self.raw,
        }
    }
}

impl<'r> Cell<'r> {
    fn of(raw: &'r str, kinds: Kinds, field: Field) -> Self {
        let (tidy, kinds) = text::tidy_known(raw, kinds);
        let placeholder = !tidy.is_empty() && text::is_placeholder_known(&tidy, kinds, field);
        let (tidy, kinds) = if placeholder { (Cow::Borrowed(""), Kinds::NONE) } else { (tidy, kinds) };
        Self { raw, tidy, kinds, placeholder }
    }
}

type Mapped<'r> = [Cell<'r>; Field::ALL.len()];

impl Kernel {
    /// Cleans one row; its texts are appended to `text`.
    pub(crate) fn clean_row(&self, row: Row<'_>, text: &mut String, scratch: &mut Scratch) -> Record {
        let mut draft = Draft::new(text);
        let mut cells: Mapped<'_> = [const { Cell::EMPTY }; Field::ALL.len()];
        if let Err(reason) = self.read(row, &mut cells) {
            draft.record.reject = Some(reason);
            return draft.record;
        }
        for cell in cells.iter().filter(|cell| !cell.raw.is_empty()) {
            draft.record.flags.note(Flag::Placeholder, cell.placeholder);
            let garbled = !cell.kinds.is_ascii() && !cell.tidy.is_empty() && text::looks_garbled(cell.raw);
            draft.record.flags.note(Flag::Garbled, garbled);
        }
        let name = |field: Field| NameCell { text: &cells[field as usize].tidy, kinds: cells[field as usize].kinds };
        let (first, last, full) = (name(Field::FirstName), name(Field::LastName), name(Field::FullName));
        self.place(&mut draft, scratch, &cells);
        let country = draft.record.country;
        let implausible = person::read(&mut draft, first, last, full, country);
        draft.record.flags.note(Flag::NameImplausible, implausible);
        self.phone(&mut draft, &mut cells, row);
        let role = self.organisation(&mut draft, scratch, &mut cells, row);
        profile(&mut draft, &cells);
        self.date(&mut draft, &cells);
        let title = &cells[Field::Title as usize].tidy;
        if !title.is_empty() {
            draft.put(Value::Title, title);
            draft.record.seniority = scratch.titles.get(title, |_| title::seniority(title));
        }

        let placed = draft.has(Value::CompanyKey) || draft.has(Value::OrgDomain);
        draft.record.flags.note(Flag::NoOrganisation, !placed);
        let whole = || {
            let cells = self.columns.iter().zip(row.iter());
            cells.map(|(column, cell)| key::cell_hash(column.seed, cell)).fold(0, u128::wrapping_add)
        };
        if !key::decide(&mut draft, role, implausible, &mut scratch.key, whole) {
            draft.record.reject = Some(RejectReason::NothingToIdentify);
        }
        self.reasons(&mut draft, &cells);
        draft.record
    }

    /// Notes why values are not what their cells say.
    fn reasons(&self, draft: &mut Draft<'_>, cells: &Mapped<'_>) {
        for (field, cell) in Field::ALL.into_iter().zip(cells) {
            // An empty cell stays empty, but for a name that others tell.
            let filled = matches!(field, Field::FirstName | Field::LastName | Field::FullName)
                && self.fields[field as usize].is_some()
                && draft.has(Value::of(field));
            if !cell.raw.is_empty() || filled {
                draft.record.reasons[field as usize] = if is_taken_as_it_is(field) && !cell.placeholder {
                    (!cell.is_tidy()).then_some(Reason::Tidied)
                } else {
                    reason(field, cell, draft.get(Value::of(field)), &draft.record)
                };
            }
        }
    }

    /// The mapped cells, in order, unless something makes the row unreadable.
    fn read<'r>(&self, row: Row<'r>, cells: &mut Mapped<'r>) -> Result<(), RejectReason> {
        let (mut filled, mut long, mut nul) = (false, false, false);
        for (index, raw) in row.iter().enumerate() {
            if raw.is_empty() {
                continue;
            }
            long |= raw.len() > FIELD_BYTES_MAX;
            let field = self.columns.get(index).and_then(|column| column.field);
            let Some(field) = field.filter(|_| raw.len() <= FIELD_BYTES_MAX) else {
                nul |= memchr(0, raw.as_bytes()).is_some();
                filled = filled || !raw.chars().all(char::is_whitespace);
                continue;
            };
            let kinds = Kinds::of(raw);
            nul |= kinds.any(Kinds::CONTROL) && raw.as_bytes().contains(&0);
            filled = filled || kinds.any(Kinds::VISIBLE) || !raw.chars().all(char::is_whitespace);
            cells[field as usize] = Cell::of(raw, kinds, field);
        }
        match (filled, row.len() == self.columns.len(), long, nul) {
            (false, ..) => Err(RejectReason::EmptyRow),
            (_, false, ..) => Err(RejectReason::RaggedRow),
            (_, _, true, _) => Err(RejectReason::FieldTooLong),
            (.., true) => Err(RejectReason::NulByte),
            _ => Ok(()),
        }
    }

    fn place(&self, draft: &mut Draft<'_>, scratch: &mut Scratch, cells: &Mapped<'_>) {
        let country = &cells[Field::Country as usize].tidy;
        if !country.is_empty() {
            draft.record.country = scratch.countries.get(country, |_| self.rules.countries.find(country));
            match draft.record.country {
                Some(country) => draft.put(Value::Country, country.as_str()),
                None => draft.record.flags.insert(Flag::CountryUnknown),
            }
        }
        let street = &cells[Field::Street as usize].tidy;
        draft.record.flags.note(Flag::HomeAddress, self.is_home && !street.is_empty());
        if !(self.is_home && self.withholds(draft, PrivateClass::HomeAddress, !street.is_empty())) {
            draft.put(Value::Street, street);
        }
        draft.put(Value::City, &cells[Field::City as usize].tidy);
        let region = &cells[Field::Region as usize].tidy;
        if !region.is_empty() {
            draft.put(Value::Region, region);
            let regions = &self.rules.regions;
            let found = draft.record.country.and_then(|country| {
                scratch.regions.get_at(country.index() as u16, region, |_| regions.find(region, country))
            });
            draft.put(Value::RegionIso, found.map_or("", |region| regions.code(region)));
        }
        let code = &cells[Field::Postcode as usize].tidy;
        if !code.is_empty() {
            let country = draft.record.country;
            let mut written = Written::Fits;
            draft.write(Value::Postcode, |out| written = self.rules.postcodes.write(code, country, out));
            draft.record.flags.note(Flag::PostcodePadded, written == Written::Padded);
            draft.record.flags.note(Flag::PostcodeOdd, written == Written::Odd);
        }
    }

    /// What further columns say of `field` where the one before has nothing usable, in turn.
    fn further<'r>(&self, field: Field, row: Row<'r>) -> impl Iterator<Item = Cell<'r>> {
        let columns = self.further.iter().filter(move |(of, _)| *of == field);
        columns.filter_map(move |(_, index)| {
            let raw = row.get(*index).filter(|raw| !raw.is_empty())?;
            let cell = Cell::of(raw, Kinds::of(raw), field);
            (!cell.tidy.is_empty()).then_some(cell)
        })
    }

    fn phone<'r>(&self, draft: &mut Draft<'_>, cells: &mut Mapped<'r>, row: Row<'r>) {
        let first = &cells[Field::Phone as usize];
        if (!first.tidy.is_empty() && self.number(draft, first)) || self.further.is_empty() {
            return;
        }
        for cell in self.further(Field::Phone, row) {
            let before = draft.record;
            draft.record.flags.remove(&phone::FLAGS);
            for value in phone::VALUES {
                draft.clear(value);
            }
            let found = self.number(draft, &cell);
            if found || cells[Field::Phone as usize].tidy.is_empty() {
                cells[Field::Phone as usize] = cell;
            } else {
                // What the better column says is said, if nothing is usable.
                draft.record = before;
            }
            if found {
                return;
            }
        }
    }

    /// Reads a phone cell. Whether it has a number of a range that is in use, of a class that is taken.
    fn number(&self, draft: &mut Draft<'_>, cell: &Cell<'_>) -> bool {
        let country = draft.record.country.or(self.options.default_country);
        phone::read(draft, &cell.tidy, cell.kinds, country);
        if self.withholds(draft, PrivateClass::Mobile, draft.record.phone_type == Some(PhoneType::Mobile)) {
            draft.record.phone_type = None;
            for value in phone::VALUES {
                draft.clear(value);
            }
        }
        draft.record.phone_type.is_some()
    }

    /// The address, the company, its website and its domain: from the website if that is the company's own, else from the
    /// address. Whether the mailbox is a function's comes back.
    fn organisation<'r>(
        &self,
        draft: &mut Draft<'_>,
        scratch: &mut Scratch,
        cells: &mut Mapped<'r>,
        row: Row<'r>,
    ) -> bool {
        let cell = &cells[Field::Email as usize].tidy;
        let mut email = email::EmailCell::default();
        if !cell.is_empty() {
            email = email::read(&self.rules, scratch, draft, cell);
        }
        if email.facts.is_none() && !self.further.is_empty() {
            for cell in self.further(Field::Email, row) {
                let before = draft.record;
                draft.record.flags.remove(&[Flag::EmailInvalid]);
                email = email::read(&self.rules, scratch, draft, &cell.tidy);
                if email.facts.is_some() || cells[Field::Email as usize].tidy.is_empty() {
                    cells[Field::Email as usize] = cell;
                } else {
                    draft.record = before;
                }
                if email.facts.is_some() {
                    break;
                }
            }
        }
        let cell = &cells[Field::Company as usize];
        if !cell.tidy.is_empty() {
            draft.put(Value::Company, &cell.tidy);
            let country = draft.record.country;
            let forms = &self.rules.legal_forms;
            let (legal, trade) = company::names(&cell.tidy);
            draft.write(Value::CompanyKey, |out| forms.key(legal, cell.kinds, country, &mut scratch.words, out));
            draft.put(Value::TradeName, trade);
        }
        let cell = &cells[Field::Website as usize].tidy;
        if !cell.is_empty() {
            self.website(draft, scratch, cell, email.facts);
        }
        if let Some(facts) = email.facts {
            let domain = draft.get(Value::EmailDomain);
            if !draft.has(Value::OrgDomain) && facts.provider == MailProvider::Own {
                let (from, to) = (domain.len() - usize::from(facts.registrable), domain.len());
                draft.share(Value::OrgDomain, Value::EmailDomain, from, to);
            }
            if self.withholds(draft, PrivateClass::PersonalEmail, facts.provider == MailProvider::Free) {
                for value in
                    [Value::Email, Value::EmailKey, Value::EmailDomain, Value::EmailOthers, Value::EmailSuggestion]
                {
                    draft.clear(value);
                }
                return false;
            }
        }
        email.role
    }

    /// Reads the website; `of_email` is what is known of the address's domain, which mostly is the site's.
    fn website(&self, draft: &mut Draft<'_>, scratch: &mut Scratch, cell: &str, of_email: Option<DomainFacts>) {
        let mut host = None;
        match web::site_of(cell, draft.get(Value::EmailDomain)) {
            Some((scheme, name)) => draft.write(Value::Website, |out| {
                out.push_str(scheme);
                out.push_str(name);
                host = Some(scheme.len()..scheme.len() + name.len());
            }),
            None => draft.write(Value::Website, |out| host = web::website(cell, out)),
        }
        let Some(host) = host else { return draft.record.flags.insert(Flag::WebsiteInvalid) };
        let name = &draft.get(Value::Website)[host.clone()];
        // Whose the domain is, `www` does not change; without it, it is mostly that of the address, just looked up.
        let facts = |name: &str, memo: &mut Memo<DomainFacts>| match of_email {
            Some(facts) if draft.get(Value::EmailDomain) == name => facts,
            _ => self.rules.domain(memo, name),
        };
        let bare = name.strip_prefix("www.").map(|bare| facts(bare, &mut scratch.domains));
        let facts = bare.filter(|facts| facts.registrable > 0).unwrap_or_else(|| facts(name, &mut scratch.domains));
        if facts.registrable == 0 {
            draft.clear(Value::Website);
            return draft.record.flags.insert(Flag::WebsiteInvalid);
        }
        let own = facts.provider == MailProvider::Own && !facts.shared;
        draft.record.flags.note(Flag::WebsiteNotOwn, !own);
        if own {
            draft.share(Value::OrgDomain, Value::Website, host.end - usize::from(facts.registrable), host.end);
        }
    }

    fn date(&self, draft: &mut Draft<'_>, cells: &Mapped<'_>) {
        let cell = &cells[Field::Date as usize].tidy;
        if cell.is_empty() {
            return;
        }
        match date::read(cell, self.options.date_order) {
            Ok(date) => {
                draft.write(Value::Date, |out| date.write(out));
                let shown = DateOrder::of([&**cell]);
                let other = shown.is_some_and(|shown| self.options.date_order.is_some_and(|order| order != shown));
                draft.record.flags.note(Flag::DateOrder, other);
            }
            Err(DateError::Ambiguous) => draft.record.flags.insert(Flag::DateAmbiguous),
            Err(DateError::Unreadable) => draft.record.flags.insert(Flag::DateInvalid),
        }
    }

    /// Whether a value that is there is of a class that the organisation does not take; then the row says so.
    fn withholds(&self, draft: &mut Draft<'_>, class: PrivateClass, there: bool) -> bool {
        let withheld = there && self.options.denied.contains(class);
        draft.record.flags.note(Flag::PolicyWithheld, withheld);
        withheld
    }
}

fn profile(draft: &mut Draft<'_>, cells: &Mapped<'_>) {
    let cell = &cells[Field::ProfileUrl as usize].tidy;
    if !cell.is_empty() {
        draft.write(Value::Linkedin, |out| web::linkedin_handle(cell, out));
        let found = draft.has(Value::Linkedin);
        draft.record.flags.note(Flag::ProfileUnrecognised, !found);
    }
}

/// Fields whose values are their tidy cells.
fn is_taken_as_it_is(field: Field) -> bool {
    matches!(field, Field::Title | Field::Company | Field::City | Field::Region)
}

/// Why the value of a mapped field is not the cell's text.
fn reason(field: Field, cell: &Cell<'_>, value: &str, record: &Record) -> Option<Reason> {
    if value == cell.raw {
        return None;
    }
    if cell.placeholder && value.is_empty() {
        return Some(Reason::Placeholder);
    }
    if value == cell.tidy {
        return Some(Reason::Tidied);
    }
    if value.is_empty() {
        return Some(match field {
            Field::Email if !record.flags.contains(Flag::EmailInvalid) => Reason::Withheld,
            Field::Phone if has_read_phone(record) => Reason::Withheld,
            Field::Street => Reason::Withheld,
            Field::Email => Reason::EmailRefused,
            Field::Phone => Reason::PhoneRefused,
            Field::Website => Reason::WebsiteRefused,
            Field::Country => Reason::CountryRefused,
            Field::ProfileUrl => Reason::ProfileRefused,
            Field::Date => Reason::DateRefused,
            _ => Reason::NameParts,
        });
    }
    Some(match field {
        Field::Email if email::is_form(&cell.tidy) => Reason::EmailForm,
        Field::Email => Reason::EmailTaken,
        Field::Phone => Reason::PhoneForm,
        Field::FirstName | Field::LastName | Field::FullName if cell.tidy.is_empty() => Reason::NameFilled,
        Field::FirstName | Field::LastName | Field::FullName if same_letters(value, &cell.tidy) => Reason::NameCase,
        Field::FirstName | Field::LastName | Field::FullName => Reason::NameParts,
        Field::Website => Reason::WebsiteForm,
        Field::Postcode => Reason::PostcodeForm,
        Field::Country => Reason::CountryCode,
        Field::ProfileUrl => Reason::ProfileHandle,
        Field::Date => Reason::DateForm,
        Field::Title | Field::Company | Field::Street | Field::City | Field::Region => Reason::Tidied,
    })
}

/// Whether the phone cell was understood, so that only the policy can have kept its number back.
fn has_read_phone(record: &Record) -> bool {
    let unread = [Flag::PhoneInvalid, Flag::PhoneNoCountry, Flag::PhoneDamaged];
    !unread.into_iter().any(|flag| record.flags.contains(flag))
}

fn same_letters(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || a.to_lowercase() == b.to_lowercase()
}

#[cfg(test)]
mod tests;
