//! Words and rules; no I/O.

use plumb_link::{Agreement, Code, Evidence, Kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Changes whenever leads have to be compared anew, even those that did not change.
pub(crate) const VERSION: i32 = 2;

/// Confidence that "merge the sure ones" starts from, in per cent.
pub(crate) const SURE: u8 = 95;

/// What was said about a pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LinkState {
    /// Nobody looked yet.
    #[default]
    Open,
    /// Somebody put it off.
    Later,
    /// Not the same person.
    Dismissed,
    /// Merged.
    Merged,
}

impl LinkState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Later => "later",
            Self::Dismissed => "dismissed",
            Self::Merged => "merged",
        }
    }

    /// Whether somebody has to decide yet.
    pub(crate) const fn waits(self) -> bool {
        matches!(self, Self::Open | Self::Later)
    }

    pub(crate) fn of(word: &str) -> Self {
        match word {
            "later" => Self::Later,
            "dismissed" => Self::Dismissed,
            "merged" => Self::Merged,
            _ => Self::Open,
        }
    }
}

/// One reason for or against a link, as it is stored and shown. Says what agrees, never the values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Reason {
    /// What it is about: `email`, `last_name`, `company` and so on.
    pub(crate) about: String,
    /// `same`, `typo`, `variant`, `alike` or `different`.
    pub(crate) agreement: String,
    /// What it is worth on its own, in hundredths of a bit; negative speaks against.
    pub(crate) weight: i32,
}

impl From<Evidence> for Reason {
    fn from(evidence: Evidence) -> Self {
        let about = match evidence.code {
            Code::Kind(kind) => kind.code(),
            Code::NamesTurned => "names_turned",
            Code::Generation => "generation",
            Code::MailboxName => "mailbox_name",
        };
        let agreement = match evidence.agreement {
            Agreement::Same => "same",
            Agreement::Typo => "typo",
            Agreement::Variant => "variant",
            Agreement::Alike => "alike",
            Agreement::Different => "different",
        };
        Self { about: about.to_owned(), agreement: agreement.to_owned(), weight: evidence.weight }
    }
}

impl Reason {
    /// The reason in words.
    pub(crate) fn words(&self) -> String {
        let about = match self.about.as_str() {
            "names_turned" => return "Given and family name stand the other way round".to_owned(),
            "generation" => return "Senior and junior".to_owned(),
            "mailbox_name" => "the part of the address before the at sign".to_owned(),
            code => match Kind::from_code(code) {
                Some(Kind::FirstName) => "given name".to_owned(),
                Some(Kind::LastName) => "family name".to_owned(),
                Some(Kind::Email) => "e-mail address".to_owned(),
                Some(Kind::Phone) => "telephone number".to_owned(),
                Some(Kind::Profile) => "LinkedIn profile".to_owned(),
                Some(Kind::Domain) => "company's domain".to_owned(),
                Some(Kind::Title) => "job title".to_owned(),
                Some(Kind::City) => "town".to_owned(),
                _ => code.replace('_', " "),
            },
        };
        match self.agreement.as_str() {
            "same" => format!("Same {about}"),
            "typo" => format!("Same {about} but for a slip"),
            "variant" => format!("Another way of writing the {about}"),
            "alike" => format!("Alike: {about}"),
            _ => format!("Different: {about}"),
        }
    }
}

#[cfg(test)]
mod tests;
