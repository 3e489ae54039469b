//! One import, as programs see it.

use std::collections::BTreeMap;

use plumb_base::{ImportId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cleaning::{Mapping, Proposed};
use crate::policy::PrivateValue;

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The file is on its way; nothing of it can be used.
    Uploading,
    /// The file is here and waits for its mapping.
    Draft,
    /// Waits for a worker.
    Queued,
    /// Rows are read.
    Running,
    /// Every row was read.
    Done,
    /// Stopped by an error; `error` says which, and the counts how far it came.
    Failed,
    /// Stopped by somebody; the counts say how far it came.
    Cancelled,
}

impl State {
    const ALL: [Self; 7] =
        [Self::Uploading, Self::Draft, Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::Draft => "draft",
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

/// A column of a list with what is proposed for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Column {
    /// Its name; repeated names are numbered and empty ones named by position.
    pub name: String,
    /// What it seems to be about.
    pub proposal: Proposed,
    /// Some of its first cells. Not kept with the names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sample: Vec<String>,
}

/// How far an import is. Every row that was read is in exactly one of the four counts below `rows_read`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// Rows read so far, the header not counted.
    pub rows_read: i64,
    /// Rows that became a new lead.
    pub rows_new: i64,
    /// Rows that were merged into a lead that was there.
    pub rows_merged: i64,
    /// Rows that became no lead, with a reason each in the error file.
    pub rows_rejected: i64,
    /// Rows whose address is suppressed.
    pub rows_suppressed: i64,
    /// Bytes of the file read so far.
    pub bytes_read: i64,
}

/// Where to go from an import.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Links {
    /// The import itself.
    #[serde(rename = "self")]
    pub this: String,
    /// Its page.
    pub page: String,
    /// Its progress as server-sent events.
    pub events: String,
    /// The error file.
    pub rejects: String,
    /// Starts it; only a draft can be started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Cancels it, while it has not ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel: Option<String>,
}

/// Where an import stands: all that is told to whoever may bring lists in but not read them.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Standing {
    /// The import.
    pub id: ImportId,
    /// Where it stands now.
    pub state: State,
}

/// One import of a list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Import {
    /// The import.
    pub id: ImportId,
    /// Where it stands.
    pub state: State,
    /// The file's name as it was uploaded; empty 30 days after the import ended.
    pub file_name: String,
    /// The file's size in bytes.
    pub bytes: i64,
    /// `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, or `mixed` for UTF-8 with rows in Windows-1252.
    pub encoding: Option<String>,
    /// The character between cells.
    pub delimiter: Option<String>,
    /// The list's columns.
    pub columns: Vec<Column>,
    /// What each column is about: the proposal, or what was asked for.
    pub mapping: Mapping,
    /// What keeps a draft from being started; empty when its mapping is sound.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mapping_errors: Vec<String>,
    /// The first rows, while the file is kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub preview: Vec<Vec<String>>,
    /// The country that phone numbers without one are read in, ISO 3166-1 alpha-2.
    pub default_country: Option<String>,
    /// Name of the product whose export the list seems to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Classes of values that were left out; absent before the first row is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denied: Option<Vec<PrivateValue>>,
    /// How far it is.
    #[serde(flatten)]
    pub progress: Progress,
    /// How many rows each flag was put on.
    pub flag_counts: BTreeMap<String, i64>,
    /// How many rows were rejected for each reason.
    pub reject_counts: BTreeMap<String, i64>,
    /// The version of the cleaning rules.
    pub rules_version: Option<String>,
    /// What stopped it, in words.
    pub error: Option<String>,
    /// When the upload began.
    pub created_at: Timestamp,
    /// When its first row was read.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Where to go from here.
    pub links: Links,
}

impl Links {
    pub(crate) fn of(import: ImportId, state: State) -> Self {
        let this = format!("/api/v1/imports/{import}");
        Self {
            page: format!("/imports/{import}"),
            events: format!("{this}/events"),
            rejects: format!("{this}/rejects.csv"),
            start: (state == State::Draft).then(|| format!("{this}/start")),
            cancel: (!state.is_final() && state != State::Uploading).then(|| format!("{this}/cancel")),
            this,
        }
    }
}

/// The beginning of a list, sealed at rest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Preview {
    /// The first rows.
    pub(crate) rows: Vec<Vec<String>>,
    /// For each column its first filled cells.
    pub(crate) samples: Vec<Vec<String>>,
}

impl Preview {
    const ROWS: usize = 5;
    const CELLS: usize = 3;
    /// Cells are cut here: a preview is looked at.
    const CELL_BYTES: usize = 200;

    pub(crate) fn of(sample: &[Vec<String>], columns: usize) -> Self {
        let cut = |cell: &String| crate::domain::cell::storable(cell, Self::CELL_BYTES).into_owned();
        let filled = |n: usize| {
            let cells = sample.iter().filter_map(|row| row.get(n)).filter(|cell| !cell.trim().is_empty());
            cells.take(Self::CELLS).map(cut).collect()
        };
        Self {
            rows: sample.iter().take(Self::ROWS).map(|row| row.iter().map(cut).collect()).collect(),
            samples: (0..columns).map(filled).collect(),
        }
    }
}
