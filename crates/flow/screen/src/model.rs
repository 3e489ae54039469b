//! Registries, loads and screenings, as programs see them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use plumb_base::{ImportId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::registry::Registry;

/// Whether a registry can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistryState {
    /// Its list is loaded and not too old.
    Loaded,
    /// Its list is more than 31 days old: whoever is not on it is not cleared by it.
    Stale,
    /// Its list is loaded, and the subscription has run out: it is not used.
    Expired,
    /// Its list was never loaded, or nobody said under whose subscription it is used.
    NotConfigured,
}

/// One registry, as this organisation has it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RegistryView {
    /// Which.
    pub registry: Registry,
    /// Its name.
    pub title: &'static str,
    /// Whether it can be used.
    pub state: RegistryState,
    /// The same in a sentence.
    pub says: String,
    /// Who holds the subscription.
    pub holder: Option<String>,
    /// The last day of the subscription.
    pub expires_on: Option<NaiveDate>,
    /// The date that the registry states on the loaded version.
    pub version_date: Option<NaiveDate>,
    /// The day on which it was obtained.
    pub obtained_on: Option<NaiveDate>,
    /// Days since the earlier of the two.
    pub age_days: Option<i64>,
    /// From then on it is too old.
    pub valid_until: Option<Timestamp>,
    /// How many numbers it lists.
    pub numbers: Option<u64>,
    /// The area codes that it speaks about; none for all of them.
    pub area_codes: Option<usize>,
}

/// Where work stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadState {
    /// Waits for a worker.
    Queued,
    /// Under way.
    Running,
    /// Went through.
    Done,
    /// Stopped by an error, and nothing was changed; `error` says which.
    Failed,
}

impl LoadState {
    pub(crate) const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Done, Self::Failed];

    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == word).unwrap_or(Self::Failed)
    }

    /// Whether nothing will change any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// What a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// The whole list of a registry.
    #[default]
    Full,
    /// What was added to and deleted from it.
    Change,
    /// What the Reassigned Numbers Database answered: number, date, answer.
    Reassigned,
    /// Numbers for the company's own list.
    Company,
}

impl FileKind {
    pub(crate) const ALL: [Self; 4] = [Self::Full, Self::Change, Self::Reassigned, Self::Company];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Change => "change",
            Self::Reassigned => "reassigned",
            Self::Company => "company",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A file that was loaded, or is being.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Load {
    /// The load.
    pub id: ImportId,
    /// The registry; none for results and for the company's own list.
    pub registry: Option<Registry>,
    /// What the file is.
    pub kind: FileKind,
    /// Where it stands.
    pub state: LoadState,
    /// The date that the registry states.
    pub version_date: NaiveDate,
    /// The day on which it was obtained.
    pub obtained_on: NaiveDate,
    /// Of a change file: the version that it changes.
    pub based_on: Option<NaiveDate>,
    /// Bytes of the file.
    pub bytes: i64,
    /// Bytes read so far.
    pub bytes_read: i64,
    /// Entries of the file.
    pub entries: i64,
    /// Entries without a number.
    pub malformed: i64,
    /// Numbers that are new.
    pub added: i64,
    /// Numbers that are gone.
    pub removed: i64,
    /// Entries that changed nothing.
    pub without_effect: i64,
    /// Numbers on the list afterwards.
    pub numbers: i64,
    /// SHA-256 of the version's manifest.
    pub manifest_sha256: Option<String>,
    /// What stopped it, in words.
    pub error: Option<String>,
    /// When the file came.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// A version that leads were screened with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EditionUsed {
    /// The registry.
    pub registry: Registry,
    /// The date that it states.
    pub version_date: NaiveDate,
    /// The day on which it was obtained.
    pub obtained_on: NaiveDate,
    /// How many numbers it lists.
    pub numbers: u64,
    /// SHA-256 of its manifest.
    pub manifest_sha256: String,
}

/// One screening of leads: the record that the law wants kept.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Screening {
    /// The screening.
    pub id: Uuid,
    /// Where it stands.
    pub state: LoadState,
    /// The import whose leads were screened; all leads when none.
    pub import: Option<ImportId>,
    /// Only leads whose number had no answer were screened: after edits.
    pub only_unanswered: bool,
    /// The lists, and their versions.
    pub editions: Vec<EditionUsed>,
    /// SHA-256 of the calling rules.
    pub rules_sha256: Option<String>,
    /// How many leads got each answer.
    pub counts: BTreeMap<String, i64>,
    /// Leads screened so far.
    pub leads_done: i64,
    /// What stopped it, in words.
    pub error: Option<String>,
    /// Who asked for it, by account.
    pub created_by: Option<Uuid>,
    /// When.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// It is kept until then.
    pub keep_until: Timestamp,
}

/// A number that the company was asked not to call.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct CompanyEntry {
    /// The entry.
    pub(crate) id: Uuid,
    /// What of the number is kept in clear: its beginning and its last two digits.
    pub(crate) hint: String,
    /// Why: `asked`, `list` or `other`.
    pub(crate) reason: String,
    /// The day of the request.
    pub(crate) asked_on: NaiveDate,
    /// When it was entered.
    pub(crate) created_at: Timestamp,
}
