//! The contents of frames, as JSON.

use plumb_jail::Closed;
use plumb_lead::NewLead;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cleaning::{Mapping, Proposal, Wishes};

/// The worker's first word.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ready {
    /// How it is closed in; none when it was told to stay open.
    pub(super) closed: Option<Closed>,
}

/// How a list is to be looked at.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InspectTask {
    /// Most bytes of text that may come out of a packed list.
    pub(crate) text_bytes_max: u64,
}

/// What the beginning of a list says about the whole.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sniffed {
    pub(crate) delimiter: char,
    /// Names of the columns, no two alike.
    pub(crate) names: Vec<String>,
    /// The first good rows.
    pub(crate) sample: Vec<Vec<String>>,
    /// What its columns seem to be about.
    pub(crate) proposal: Proposal,
}

/// What was seen of a list by its end.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// Of a list so short that its end came first.
    pub(crate) sniffed: Option<Sniffed>,
    pub(crate) rows: u64,
    pub(crate) encoding: String,
}

/// Which rows are wanted, and how they are to be cleaned.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RowsTask {
    pub(crate) delimiter: char,
    /// Whether the list is UTF-8 with rows in Windows-1252.
    pub(crate) mixed: bool,
    /// Rows that are in already.
    pub(crate) skip: i64,
    /// Bytes of the whole file.
    pub(crate) bytes: i64,
    /// Rows of a batch, at most.
    pub(crate) batch_rows: usize,
    pub(crate) names: Vec<String>,
    pub(crate) mapping: Mapping,
    pub(crate) wishes: Wishes,
    /// Columns of which nothing is kept: they look like special categories of personal data, and nobody mapped them.
    pub(crate) not_taken: Vec<usize>,
}

/// One row after cleaning.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ReadRow {
    Lead(Box<NewLead>),
    Reject { row_no: i64, reason: String, detail: String, raw: Value },
}

/// Rows that are committed together.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Batch {
    pub(crate) rows: Vec<ReadRow>,
    /// How far into the file their end is.
    pub(crate) bytes_read: i64,
    /// Whether nothing comes after them.
    pub(crate) last: bool,
}
