//! Which column of a list says what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a column can be about. Columns about anything else are carried along as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The person's e-mail address.
    Email,
    /// The person's phone number.
    Phone,
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// The whole name, where it is in one cell.
    FullName,
    /// What the person does at the company.
    Title,
    /// The company's name.
    Company,
    /// The company's website or domain.
    Website,
    /// Street and number.
    Street,
    /// Town.
    City,
    /// State, province or county.
    Region,
    /// Postcode.
    Postcode,
    /// Country, by name or code.
    Country,
    /// The person's page on LinkedIn.
    ProfileUrl,
    /// The day that the row is of: when the contact was last spoken to, changed or written down.
    Date,
}

impl Field {
    /// Every field, in the order of columns in an export.
    pub const ALL: [Self; 15] = [
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
        Self::ProfileUrl,
        Self::Date,
    ];

    /// The stable name, as in JSON.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::FullName => "full_name",
            Self::Title => "title",
            Self::Company => "company",
            Self::Website => "website",
            Self::Street => "street",
            Self::City => "city",
            Self::Region => "region",
            Self::Postcode => "postcode",
            Self::Country => "country",
            Self::ProfileUrl => "profile_url",
            Self::Date => "date",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Email => "E-mail address",
            Self::Phone => "Telephone",
            Self::FirstName => "Given name",
            Self::LastName => "Family name",
            Self::FullName => "Whole name",
            Self::Title => "Job title",
            Self::Company => "Company",
            Self::Website => "Web site",
            Self::Street => "Street",
            Self::City => "Town",
            Self::Region => "Region",
            Self::Postcode => "Postcode",
            Self::Country => "Country",
            Self::ProfileUrl => "LinkedIn profile",
            Self::Date => "Date",
        }
    }

    /// Whether several columns may be about it: the first that has something usable counts, a direct line before a
    /// switchboard.
    #[must_use]
    pub const fn may_repeat(self) -> bool {
        matches!(self, Self::Email | Self::Phone)
    }

    /// The field of a stable name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }
}

/// One column of a list and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MappedColumn {
    /// Position in the row, from 0.
    pub index: usize,
    /// The name in the header row, as it stands there.
    pub name: String,
    /// What it is about; absent if it is only carried along.
    #[serde(default)]
    pub field: Option<Field>,
}

/// What each column of a list is about. Columns that are not named are carried along.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// How many cells a row has; rows with more or fewer are refused as ragged.
    pub width: usize,
    /// The columns.
    pub columns: Vec<MappedColumn>,
}

/// What is wrong with a mapping, in words for the person who made it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// There is no column at this position, or it has another name.
    #[error("the list has no column {name:?} at position {position}", position = index + 1)]
    UnknownColumn {
        /// Position in the row, from 0.
        index: usize,
        /// The name that was asked for.
        name: String,
    },
    /// One column is named twice.
    #[error("the column {name:?} at position {position} is named twice", position = index + 1)]
    ColumnTwice {
        /// Position in the row, from 0.
        index: usize,
        /// Its name.
        name: String,
    },
    /// Two columns are about the same field, and it is not one that may repeat ([`Field::may_repeat`]).
    #[error("the columns {first:?} and {second:?} are both taken for {code}; choose one", code = field.code())]
    FieldTwice {
        /// The field.
        field: Field,
        /// Name of the first column.
        first: String,
        /// Name of the second.
        second: String,
    },
    /// The mapping was made for rows of another width.
    #[error("the mapping is for {mapped} columns, but the list has {found}")]
    Width {
        /// Columns in the mapping.
        mapped: usize,
        /// Columns in the list.
        found: usize,
    },
    /// Nothing in the mapping can tell whom a row is about.
    #[error(
        "no column identifies a person or a mailbox: map an e-mail address, a phone number, a profile link, \
         or a name together with a company or website"
    )]
    NoIdentity,
}

impl Mapping {
    /// The column that is about `field`.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<&MappedColumn> {
        self.columns.iter().find(|column| column.field == Some(field))
    }

    /// Checks the mapping against the header row it is for, and names everything that is wrong with it.
    pub fn check(&self, headers: &[String]) -> Result<(), Vec<MappingError>> {
        let mut errors = Vec::new();
        if self.width != headers.len() {
            errors.push(MappingError::Width { mapped: self.width, found: headers.len() });
        }
        for (n, column) in self.columns.iter().enumerate() {
            let before = &self.columns[..n];
            let (index, name) = (column.index, column.name.clone());
            if headers.get(index) != Some(&column.name) {
                errors.push(MappingError::UnknownColumn { index, name });
            } else if before.iter().any(|other| other.index == index) {
                errors.push(MappingError::ColumnTwice { index, name });
            } else if let Some(field) = column.field.filter(|field| !field.may_repeat())
                && let Some(other) = before.iter().find(|other| other.field == Some(field))
            {
                errors.push(MappingError::FieldTwice { field, first: other.name.clone(), second: name });
            }
        }
        let has = |field| self.column(field).is_some();
        let named = has(Field::FullName) || (has(Field::FirstName) && has(Field::LastName));
        let placed = has(Field::Company) || has(Field::Website);
        if !(has(Field::Email) || has(Field::Phone) || has(Field::ProfileUrl) || (named && placed)) {
            errors.push(MappingError::NoIdentity);
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests;
