//! From sealed pieces to cleaned batches.

use std::collections::VecDeque;
use std::sync::Arc;

use plumb_base::{Country, ImportId, OrgId};
use plumb_lead::NewLead;
use plumb_store::Store;
use plumb_store::job::{JobContext, JobError};
use plumb_vault::{Context, Keys, Purpose};
use serde_json::{Map, Value};

use crate::cleaning::{CleanedRow, Cleaning, Mapping};
use crate::domain::cell;
use crate::domain::refusal::Refusal;
use crate::domain::table::{Dialect, Row, Table};
use crate::model::Column;
use crate::query;
use crate::reason::ENCODING_MIXED;
use crate::upload::{chunk_row, dialect_of};

/// Rows in one batch, at most.
pub(super) const BATCH_ROWS: usize = 2_000;
/// Bytes of cells in one batch: a list of very long rows has smaller batches.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Pieces of the file that are fetched at once.
const CHUNKS_AT_ONCE: i64 = 2;
/// Longest cell that the error file gives back.
const RAW_BYTES_MAX: usize = plumb_base::limits::FIELD_BYTES_MAX;

/// One row after cleaning.
pub(super) enum Cleaned {
    Lead(Box<NewLead>),
    Reject { row_no: i64, reason: &'static str, detail: String, raw: Value },
}

/// Rows that are committed together.
pub(super) struct Batch {
    pub(super) rows: Vec<Cleaned>,
    /// How far into the file their end is.
    pub(super) bytes_read: i64,
    /// Whether nothing comes after them.
    pub(super) last: bool,
}

/// Why a stored list cannot be read on.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error(transparent)]
    Job(#[from] JobError),
    #[error("The stored file cannot be opened: it was changed, or the installation's key is another one.")]
    Sealed,
    #[error("The stored import cannot be understood by this version of the program.")]
    Form,
    #[error("The end of the stored file is missing.")]
    Short,
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl From<plumb_store::StoreError> for ReadError {
    fn from(error: plumb_store::StoreError) -> Self {
        Self::Job(error.into())
    }
}

/// What the blocking half holds: it goes back and forth between the two threads.
struct Parser {
    table: Table,
    /// Rows that earlier runs have committed already.
    skip: i64,
    waiting: Vec<Row>,
    waiting_bytes: usize,
    recipe: Arc<Recipe>,
}

/// How rows of this list are cleaned.
struct Recipe {
    cleaning: Cleaning,
    mapping: Mapping,
    names: Vec<String>,
    country: Option<Country>,
    mixed: bool,
}

/// Reads one import's list from its start.
pub(super) struct Reader {
    store: Store,
    cx: JobContext,
    org: OrgId,
    import: ImportId,
    parser: Option<Parser>,
    next_chunk: i32,
    bytes_read: i64,
    bytes: i64,
    ready: VecDeque<Batch>,
    ended: bool,
}

impl Reader {
    /// A reader that passes over what `row` says is in already.
    pub(super) fn new(cleaning: &Cleaning, import: ImportId, cx: &JobContext, row: &query::Row) -> Result<Self, ReadError> {
        let columns: Vec<Column> = serde_json::from_value(row.columns.clone()).map_err(|_| ReadError::Form)?;
        let mapping: Mapping = serde_json::from_value(row.mapping.clone()).map_err(|_| ReadError::Form)?;
        let country = row.default_country.as_deref().map(str::parse).transpose().map_err(|_| ReadError::Form)?;
        let encoding = row.encoding.as_deref().ok_or(ReadError::Form)?;
        let recipe = Recipe {
            cleaning: cleaning.clone(),
            mapping,
            names: columns.into_iter().map(|column| column.name).collect(),
            country,
            mixed: encoding == "mixed",
        };
        Ok(Self {
            store: cx.store().clone(),
            cx: cx.clone(),
            org: cx.org(),
            import,
            parser: Some(Parser {
                // The layout is read off the first piece, where the byte order mark and `sep=` stand.
                table: Table::new(Dialect::unknown()),
                skip: row.rows_read,
                waiting: Vec::new(),
                waiting_bytes: 0,
                recipe: Arc::new(recipe),
            }),
            next_chunk: 0,
            bytes_read: 0,
            bytes: row.bytes,
            ready: VecDeque::new(),
            ended: false,
        }
        .with_layout(encoding, row.delimiter.as_deref()))
    }
}
