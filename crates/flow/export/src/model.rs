//! One export, as programs see it.

use std::collections::BTreeMap;

use plumb_base::Timestamp;
use plumb_lead::Filter;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::domain::{Format, Profile, Which};

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for a worker.
    Queued,
    /// Leads are read.
    Running,
    /// The file is whole.
    Done,
    /// Stopped by an error; `error` says which. There is no file.
    Failed,
    /// Stopped by somebody. There is no file.
    Cancelled,
}

impl State {
    const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == word).unwrap_or(Self::Failed)
    }

    /// Whether nothing will change any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// How far an export is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Progress {
    /// Leads that were looked at.
    pub leads_read: i64,
    /// Leads that the filter found when the work began.
    pub leads_read_total: i64,
    /// Rows in the file.
    pub rows_out: i64,
    /// Leads that are not in the file, by reason.
    pub left_out: BTreeMap<String, i64>,
    /// Rows with a telephone number.
    pub phones_out: i64,
    /// Rows whose telephone number stays back, by reason.
    pub phones_withheld: BTreeMap<String, i64>,
}

/// One export.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Export {
    /// Identifier.
    pub id: Uuid,
    /// Where it stands.
    pub state: State,
    /// Format of the file.
    pub format: Format,
    /// Columns of the file.
    pub profile: Profile,
    /// Which leads it has.
    pub rows: Which,
    /// Which leads were looked at.
    pub filter: Filter,
    /// Whether the origin of each field is in it.
    pub include_provenance: bool,
    /// Whether numbers are in it that no registry here covers: of the North American plan, outside the United States.
    pub include_not_us_phones: bool,
    /// `user` or `api_key`.
    pub asked_by_kind: String,
    /// Who asked, by id.
    pub asked_by: Uuid,
    /// How far it is.
    #[serde(flatten)]
    pub progress: Progress,
    /// Length of the file in bytes.
    pub bytes: i64,
    /// SHA-256 of the file, in hex.
    pub sha256: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Until when the file can be had; none when there is none, or no more.
    pub content_until: Option<Timestamp>,
    /// Where to go on.
    pub links: Links,
}

/// Where an export's parts are.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Links {
    /// This export.
    #[serde(rename = "self")]
    pub this: String,
    /// Its page.
    pub page: String,
    /// Its progress, as server-sent events.
    pub events: String,
    /// The file, while it can be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Where to stop it, while it can be stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel: Option<String>,
}

impl Links {
    pub(crate) fn of(id: Uuid, state: State, has_content: bool) -> Self {
        let this = format!("/api/v1/exports/{id}");
        Self {
            page: format!("/exports/{id}"),
            events: format!("{this}/events"),
            content: has_content.then(|| format!("{this}/content")),
            cancel: (!state.is_final()).then(|| format!("{this}/cancel")),
            this,
        }
    }
}
