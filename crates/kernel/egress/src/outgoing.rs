//! What may leave, by class: a value is wrapped in its class before it can be handed to a call outwards, so
//! that the classes of a call follow from its values and are not claimed beside them (claims 27, 193).

use std::fmt;

use plumb_base::{Domain, Email};
use serde::Serialize;

/// A kind of field about a person or a company, as the register and the disclosure record name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "&'static str")]
pub enum FieldClass {
    /// The name of a domain.
    Domain,
    /// The name of a company.
    Company,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// The name of a person.
    PersonName,
    /// A person's position.
    PersonRole,
    /// The address of a person's public profile.
    PersonProfile,
    /// Where a person is.
    PersonPlace,
    /// Data of a customer's own account.
    Account,
    /// Text that a person wrote.
    FreeText,
    /// A whole row of an imported list.
    SourceRow,
}

impl FieldClass {
    /// Every class, for a destination that belongs to whoever owns the data.
    pub const ALL: &'static [Self] = &[
        Self::Domain,
        Self::Company,
        Self::Email,
        Self::Phone,
        Self::PersonName,
        Self::PersonRole,
        Self::PersonProfile,
        Self::PersonPlace,
        Self::Account,
        Self::FreeText,
        Self::SourceRow,
    ];

    /// The stable name, as the field registry of the database spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Company => "company",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::PersonName => "person.name",
            Self::PersonRole => "person.role",
            Self::PersonProfile => "person.profile",
            Self::PersonPlace => "person.place",
            Self::Account => "account",
            Self::FreeText => "free_text",
            Self::SourceRow => "source_row",
        }
    }
}

impl From<FieldClass> for &'static str {
    fn from(class: FieldClass) -> Self {
        class.as_str()
    }
}

impl fmt::Display for FieldClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One value on its way out.
#[derive(Clone, Copy)]
pub enum Outgoing<'a> {
    /// A domain.
    Domain(&'a Domain),
    /// An e-mail address.
    Email(&'a Email),
    /// Many addresses: in JSON a list of rows, each with one cell.
    EmailRows(&'a [Email]),
    /// The name of a company.
    Company(&'a str),
    /// The name of a person.
    PersonName(&'a str),
    /// A telephone number.
    Phone(&'a str),
    /// Text that stands in the program: says nothing about anybody.
    Fixed(&'static str),
    /// A number such as a page or a limit: says nothing about anybody.
    Number(i64),
    /// A switch: says nothing about anybody.
    Switch(bool),
}

impl Outgoing<'_> {
    /// The class of the value; `None` for what says nothing about anybody.
    #[must_use]
    pub const fn class(&self) -> Option<FieldClass> {
        match self {
            Self::Domain(_) => Some(FieldClass::Domain),
            Self::Email(_) | Self::EmailRows(_) => Some(FieldClass::Email),
            Self::Company(_) => Some(FieldClass::Company),
            Self::PersonName(_) => Some(FieldClass::PersonName),
            Self::Phone(_) => Some(FieldClass::Phone),
            Self::Fixed(_) | Self::Number(_) | Self::Switch(_) => None,
        }
    }

    /// The text that goes on the wire.
    pub(crate) fn wire(&self) -> String {
        match self {
            Self::Domain(domain) => domain.to_string(),
            Self::Email(email) => email.expose(),
            Self::EmailRows(emails) => emails.iter().map(Email::expose).collect::<Vec<_>>().join(","),
            Self::Company(text) | Self::PersonName(text) | Self::Phone(text) | Self::Fixed(text) => (*text).to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Switch(on) => on.to_string(),
        }
    }

    /// The value that goes into a JSON body.
    pub(crate) fn json(&self) -> serde_json::Value {
        match self {
            Self::Number(number) => (*number).into(),
            Self::Switch(on) => (*on).into(),
            Self::EmailRows(emails) => emails.iter().map(|email| vec![email.expose()]).collect(),
            text => text.wire().into(),
        }
    }
}

/// Shows the class only: the value may be personal.
impl fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class().map_or("fixed", FieldClass::as_str))
    }
}
