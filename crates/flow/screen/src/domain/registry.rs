//! The registries that a number can be on.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The states, the district and the territories, by USPS letters.
pub const STATES: [(&str, &str); 56] = [
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AS", "American Samoa"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("DC", "District of Columbia"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("GU", "Guam"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("MP", "Northern Mariana Islands"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("PR", "Puerto Rico"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("VI", "US Virgin Islands"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
];

macro_rules! registries {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $region:expr, $title:literal;)*) => {
        /// A registry whose list can be loaded. The states are those that still keep a list of their own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Registry {
            $($(#[$doc])* $name,)*
        }

        impl Registry {
            /// Every registry, the federal one first.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in the database, the API and the names of folders.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// The state whose numbers it lists; none for the federal registry.
            #[must_use]
            pub const fn region(self) -> Option<&'static str> {
                match self { $(Self::$name => $region),* }
            }

            /// Its name for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }
    };
}

registries! {
    /// The National Do Not Call Registry (16 CFR 310.4(b)(1)(iii)(B), 47 CFR 64.1200(c)(2)).
    Federal = "federal", None, "National Do Not Call Registry";
    /// Colorado.
    Co = "co", Some("CO"), "Colorado list";
    /// Florida.
    Fl = "fl", Some("FL"), "Florida list";
    /// Indiana.
    In = "in", Some("IN"), "Indiana list";
    /// Louisiana.
    La = "la", Some("LA"), "Louisiana list";
    /// Massachusetts.
    Ma = "ma", Some("MA"), "Massachusetts list";
    /// Missouri.
    Mo = "mo", Some("MO"), "Missouri list";
    /// Mississippi: named by an older source only.
    Ms = "ms", Some("MS"), "Mississippi list";
    /// Oklahoma.
    Ok = "ok", Some("OK"), "Oklahoma list";
    /// Pennsylvania.
    Pa = "pa", Some("PA"), "Pennsylvania list";
    /// Tennessee.
    Tn = "tn", Some("TN"), "Tennessee list";
    /// Texas.
    Tx = "tx", Some("TX"), "Texas list";
    /// Wyoming.
    Wy = "wy", Some("WY"), "Wyoming list";
}

impl Registry {
    /// Whether its list has to be asked about a number of the area `area_region`, when the address is in
    /// `address_region`.
    #[must_use]
    pub fn applies(self, area_region: Option<&str>, address_region: Option<&str>) -> bool {
        match self.region() {
            None => true,
            Some(region) => area_region == Some(region) || address_region == Some(region),
        }
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Registry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.iter().copied().find(|registry| registry.as_str() == text);
        known.ok_or_else(|| format!("there is no registry {text:?}"))
    }
}

#[cfg(test)]
mod tests;
