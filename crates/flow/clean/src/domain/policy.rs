//! Classes of values that an organisation may decide not to take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A class of values about a person's private life. For data that Plumbline adds they are denied unless an organisation
/// says otherwise; for a list of one's own they are taken and flagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum PrivateClass {
    /// An address with a provider where anybody can have one.
    PersonalEmail,
    /// A mobile number. A number that may be a mobile or a landline is not counted as one.
    Mobile,
    /// A street from a column that says it is the home.
    HomeAddress,
}

/// A set of [`PrivateClass`]es.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PrivateClasses(u8);

impl PrivateClasses {
    /// All of them: what is denied by default for data that Plumbline adds.
    pub const ALL: Self = Self(0b111);

    /// Adds one.
    #[must_use]
    pub fn with(self, class: PrivateClass) -> Self {
        Self(self.0 | 1 << class as u8)
    }

    /// Whether it is among them.
    #[must_use]
    pub fn contains(self, class: PrivateClass) -> bool {
        self.0 & (1 << class as u8) != 0
    }
}
