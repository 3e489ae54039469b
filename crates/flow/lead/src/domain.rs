//! The record and its rules; no I/O.

pub(crate) mod merge;
pub mod score;
pub mod usable;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// A field of a lead that came from somewhere.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Field {
            $($(#[$doc])* $name,)*
        }

        impl Field {
            /// Every field, in the order in which people read them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name of its column.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

fields! {
    /// Address.
    Email = "email";
    /// Given name.
    FirstName = "first_name";
    /// Family name.
    LastName = "last_name";
    /// The whole name.
    FullName = "full_name";
    /// Job title.
    Title = "title";
    /// Company, as people write it.
    Company = "company";
    /// Web site.
    Website = "website";
    /// Telephone, E.164.
    PhoneE164 = "phone_e164";
    /// Street.
    Street = "street";
    /// Town.
    City = "city";
    /// Region.
    Region = "region";
    /// Postcode.
    Postcode = "postcode";
    /// Country, ISO 3166-1 alpha-2.
    Country = "country";
    /// Handle of a LinkedIn profile.
    Linkedin = "linkedin";
}

/// One cleaned row on its way to become a lead, or to be merged into one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewLead {
    /// Rows with one key are one lead.
    pub dedupe_key: String,
    /// Address in the form to mail.
    pub email: Option<String>,
    /// Address in the form to compare.
    pub email_key: Option<String>,
    /// Domain of the address, A-label.
    pub email_domain: Option<String>,
    /// The company's registrable domain.
    pub org_domain: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The whole name.
    pub full_name: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Company, as people write it.
    pub company: Option<String>,
    /// Company in the form to compare.
    pub company_key: Option<String>,
    /// Web site.
    pub website: Option<String>,
    /// Telephone, E.164.
    pub phone_e164: Option<String>,
    /// Kind of telephone.
    pub phone_type: Option<String>,
    /// Street.
    pub street: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Handle of a LinkedIn profile.
    pub linkedin: Option<String>,
    /// What cleaning noticed, in its closed words.
    pub flags: Vec<String>,
    /// Number of the record in its list, from 1.
    pub row_no: i64,
    /// The row as it came: a JSON object of header to cell, as text. Written once, where the row is read; Postgres reads it.
    pub raw: String,
}

#[cfg(test)]
mod tests;
