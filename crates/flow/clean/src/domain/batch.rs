//! What a batch of rows became: all text in one buffer, one record of fixed size per row.

use plumb_base::Country;

use super::flag::{Flags, Reason, RejectReason};
use super::kernel::Scratch;
use super::key::{Key, KeyKind};
use super::lead::CleanLead;
use super::mapping::Field;
use super::phone::PhoneType;
use super::title::Seniority;

/// A text that cleaning makes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Value {
    /// The address as it can be written to: local part as given, domain in A-label form.
    Email,
    /// The phone number in E.164 form.
    Phone,
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// Whole name.
    FullName,
    /// What the person does.
    Title,
    /// The company's name as it is shown.
    Company,
    /// The company's website, with scheme.
    Website,
    /// Street and number.
    Street,
    /// Town.
    City,
    /// State, province or county.
    Region,
    /// Postcode.
    Postcode,
    /// ISO 3166-1 alpha-2 code.
    Country,
    /// The handle of the person's LinkedIn page, in lower case.
    Linkedin,
    /// ISO 3166-2 code of the region, such as `US-TX`, where the country's regions are known.
    RegionIso,
    /// The form for comparing mailboxes; never written to ([`plumb_base::Email::key`]).
    EmailKey,
    /// The address's domain.
    EmailDomain,
    /// The domain that the company registered, from the website or else the address; never a free-mail domain.
    OrgDomain,
    /// The company's name for comparing: folded, without legal form.
    CompanyKey,
    /// Further addresses in the e-mail cell, with a blank between them.
    EmailOthers,
    /// The address as it was probably meant, if its domain looks mistyped. Never used in place of the one given.
    EmailSuggestion,
    /// Further valid numbers in the phone cell, in E.164 form, with a blank between them.
    PhoneOthers,
    /// The extension of the phone number.
    PhoneExtension,
    /// The person's name for comparing, where the row's key needs it.
    NameKey,
    /// Titles before the person's name: `Prof. Dr.`.
    Honorific,
    /// What stands behind the person's name: `Jr.`, `PhD`, `Jr., MD`.
    NameSuffix,
    /// The name under which the company trades, where its cell says both: the second of `Example LLC dba Sample`.
    TradeName,
    /// The day that the row is of, in ISO 8601: `2026-11-20`.
    Date,
}

impl Value {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Each, in order.
    pub const ALL: [Self; 28] = [
        Self::Email,
        Self::Phone,
        Self::FirstName,
        Self::LastName,
        Self::FullName,
        Self::Title,
        Self::Company,
        Self::Website,
        Self::Street,
        Self::City,
        Self::Region,
        Self::Postcode,
        Self::Country,
        Self::Linkedin,
        Self::RegionIso,
        Self::EmailKey,
        Self::EmailDomain,
        Self::OrgDomain,
        Self::CompanyKey,
        Self::EmailOthers,
        Self::EmailSuggestion,
        Self::PhoneOthers,
        Self::PhoneExtension,
        Self::NameKey,
        Self::Honorific,
        Self::NameSuffix,
        Self::TradeName,
        Self::Date,
    ];

    /// The value of a field that columns are mapped to.
    #[must_use]
    pub fn of(field: Field) -> Self {
        match field {
            Field::Email => Self::Email,
            Field::Phone => Self::Phone,
            Field::FirstName => Self::FirstName,
            Field::LastName => Self::LastName,
            Field::FullName => Self::FullName,
            Field::Title => Self::Title,
            Field::Company => Self::Company,
            Field::Website => Self::Website,
            Field::Street => Self::Street,
            Field::City => Self::City,
            Field::Region => Self::Region,
            Field::Postcode => Self::Postcode,
            Field::Country => Self::Country,
            Field::ProfileUrl => Self::Linkedin,
            Field::Date => Self::Date,
        }
    }
}

/// Where a text stands in the batch's buffer. Empty: there is none.
#[derive(Clone, Copy, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// One row's outcome. Texts may share their octets: the domain lies inside the address.
#[derive(Clone, Copy, Default)]
pub(crate) struct Record {
    pub(crate) spans: [Span; Value::COUNT],
    pub(crate) key: Key,
    pub(crate) key_kind: KeyKind,
    pub(crate) flags: Flags,
    pub(crate) reject: Option<RejectReason>,
    pub(crate) phone_type: Option<PhoneType>,
    pub(crate) seniority: Option<Seniority>,
    pub(crate) country: Option<Country>,
    pub(crate) reasons: [Option<Reason>; Field::ALL.len()],
}

/// The rows of a batch, cleaned. Reuse it from batch to batch: it keeps its memory.
#[derive(Default)]
pub struct Cleaned {
    pub(crate) text: String,
    pub(crate) records: Vec<Record>,
    pub(crate) scratch: Scratch,
}

impl Cleaned {
    /// How many rows it holds: as many as the batch that was cleaned last.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.records.len()
    }

    /// One row, counted from 0. Panics when there are not so many.
    #[must_use]
    pub fn row(&self, row: usize) -> CleanRow<'_> {
        CleanRow { text: &self.text, record: &self.records[row] }
    }

    /// Every row, in the order of the batch.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = CleanRow<'_>> + DoubleEndedIterator {
        self.records.iter().map(|record| CleanRow { text: &self.text, record })
    }
}

/// Shows its size only: the rows are personal.
impl std::fmt::Debug for Cleaned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cleaned({} rows, {} bytes)", self.rows(), self.text.len())
    }
}

/// One cleaned row. Of a rejected row it goes as far as cleaning went.
#[derive(Clone, Copy)]
pub struct CleanRow<'c> {
    text: &'c str,
    record: &'c Record,
}

impl<'c> CleanRow<'c> {
    /// A text, if the row has it.
    #[must_use]
    pub fn get(self, value: Value) -> Option<&'c str> {
        let Span { start, len } = self.record.spans[value as usize];
        (len > 0).then(|| &self.text[start as usize..(start + len) as usize])
    }

    /// Whether the row has a text.
    #[must_use]
    pub fn has(self, value: Value) -> bool {
        self.record.spans[value as usize].len > 0
    }

    /// The clean value of a mapped field.
    #[must_use]
    pub fn field(self, field: Field) -> Option<&'c str> {
        self.get(Value::of(field))
    }

    /// What was noticed.
    #[must_use]
    pub fn flags(self) -> Flags {
        self.record.flags
    }

    /// Why the row does not become a lead, if it does not.
    #[must_use]
    pub fn reject(self) -> Option<RejectReason> {
        self.record.reject
    }

    /// Why the value of a field is not the cell's text; `None` where it is. A field without a column has a reason only
    /// where it was filled from others.
    #[must_use]
    pub fn reason(self, field: Field) -> Option<Reason> {
        self.record.reasons[field as usize]
    }

    /// Every field whose value is not the cell's text, with the reason.
    pub fn changes(self) -> impl Iterator<Item = (Field, Reason)> {
        Field::ALL.into_iter().filter_map(move |field| Some((field, self.reason(field)?)))
    }

    /// What two rows must share to be exact duplicates.
    #[must_use]
    pub fn key(self) -> Key {
        self.record.key
    }

    /// What the key is made of.
    #[must_use]
    pub fn key_kind(self) -> KeyKind {
        self.record.key_kind
    }

    /// What the phone number is for, by its range; absent if the range is not known to be in use.
    #[must_use]
    pub fn phone_type(self) -> Option<PhoneType> {
        self.record.phone_type
    }

    /// How far up the person stands, by the words of the title; absent without a title.
    #[must_use]
    pub fn seniority(self) -> Option<Seniority> {
        self.record.seniority
    }

    /// The row's own country.
    #[must_use]
    pub fn country(self) -> Option<Country> {
        self.record.country
    }

    /// The key in words, as a lead keeps it: `e:` the mailbox, with `|` and the person's name if the mailbox is a
    /// function's; `l:` the LinkedIn handle; `p:` the phone number with the name; `n:` the name with the company's domain
    /// or else name; `r:` a hash of the whole row. Empty for a row that could not be read.
    #[must_use]
    pub fn dedupe_key(self) -> String {
        let mut words = String::new();
        if self.key_kind() == KeyKind::Row {
            if self.key() != Key::default() {
                words = format!("r:{}", self.key());
            }
        } else {
            super::key::write(self.key_kind(), |value| self.get(value).unwrap_or_default(), &mut words);
        }
        words
    }

    /// The row as a lead of its own.
    #[must_use]
    pub fn lead(self) -> CleanLead {
        let own = |value| self.get(value).map(str::to_owned);
        CleanLead {
            dedupe_key: self.dedupe_key(),
            email: own(Value::Email),
            email_key: own(Value::EmailKey),
            email_domain: own(Value::EmailDomain),
            org_domain: own(Value::OrgDomain),
            first_name: own(Value::FirstName),
            last_name: own(Value::LastName),
            full_name: own(Value::FullName),
            title: own(Value::Title),
            company: own(Value::Company),
            company_key: own(Value::CompanyKey),
            website: own(Value::Website),
            phone_e164: own(Value::Phone),
            phone_type: self.phone_type(),
            street: own(Value::Street),
            city: own(Value::City),
            region: own(Value::Region),
            postcode: own(Value::Postcode),
            country: self.country(),
            linkedin: own(Value::Linkedin),
        }
    }
}

/// Shows what was noticed only: the rest is personal.
impl std::fmt::Debug for CleanRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CleanRow").field("flags", &self.flags()).field("reject", &self.reject()).finish_non_exhaustive()
    }
}
