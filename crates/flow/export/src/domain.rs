//! What can be asked for, and which leads a file then has; no I/O.

mod columns;

use plumb_lead::{Leaving, Unusable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use columns::{Imports, Layout};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$word_doc])* $word,)* }

        impl $name {
            /// The word in the database and the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text),* }
            }

            pub(crate) fn of(word: &str) -> Self {
                [$(Self::$word),*].into_iter().find(|one| one.as_str() == word).unwrap_or_default()
            }
        }
    )*};
}

words! {
    /// The format of a file.
    Format {
        /// CSV: UTF-8, commas, one row that names the columns. Formulas are defused.
        #[default]
        Csv = "csv",
        /// Parquet: columns of text, nothing for what is empty. Cells are as they are: no spreadsheet runs them.
        Parquet = "parquet",
    }
    /// Which columns a file has.
    Profile {
        /// Every column.
        #[default]
        All = "all",
        /// What a customer database takes: person, company, address, verdict.
        Crm = "crm",
        /// What a caller needs: person, company, number, its screening. Only leads with a number that may leave.
        Calling = "calling",
    }
    /// Which leads a file has.
    Which {
        /// Only leads that may be used now.
        #[default]
        Usable = "usable",
        /// Every lead, each marked with whether it may be used and why not. Who opted out has no address in it.
        All = "all",
    }
}

impl Format {
    /// Media type of a file.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// Why a lead is not in a file, as a closed word; none when it is. A list to call from asks for the number, and not for
/// the mailbox.
pub(crate) fn left_out(leaving: &Leaving, profile: Profile, which: Which, with_not_us: bool) -> Option<&'static str> {
    if which == Which::All {
        return None;
    }
    if profile != Profile::Calling {
        return leaving.lead.unusable.map(Unusable::as_str);
    }
    match (leaving.lead.unusable, leaving.phone(with_not_us)) {
        (Some(Unusable::Suppressed), _) => Some(Unusable::Suppressed.as_str()),
        (_, None) => Some("no_phone"),
        (_, Some(Err(withheld))) => Some(withheld.code),
        (_, Some(Ok(_))) => None,
    }
}
