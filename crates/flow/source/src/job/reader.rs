//! From sealed pieces to cleaned batches.

use std::collections::VecDeque;

use plumb_base::{Country, ImportId, OrgId};
use plumb_lead::NewLead;
use plumb_store::job::{JobContext, JobError};
use plumb_vault::{Context, Keys, Purpose};
use serde::Serializer as _;
use serde_json::Value;

use crate::cleaning::{CleanedRow, Cleaning, Mapping};
use crate::domain::cell;
use crate::domain::encoding;
use crate::domain::refusal::Refusal;
use crate::domain::table::{Dialect, Row, Table};
use crate::model::Column;
use crate::query;
use crate::reason::ENCODING_MIXED;
use crate::upload::{CHUNK_PLACE, chunk_row};

/// What the rows of one batch may weigh together: a list of wide or long rows has smaller batches.
const BATCH_BYTES: usize = 12 * 1024 * 1024;
/// What a cell costs beside its text, on its way from the file into the database.
const CELL_BYTES: usize = 96;
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
    #[error("Cleaning did not answer for every row.")]
    Unanswered,
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

/// The half that computes: it goes to a thread that may block, and back.
struct Parser {
    /// None before the first piece, off which the layout is read, and after the last.
    table: Option<Table>,
    delimiter: u8,
    /// Rows that are in already.
    skip: i64,
    /// Rows that were read and not cleaned yet, each with how far into the file its piece ends.
    waiting: VecDeque<(Row, i64)>,
    bytes_read: i64,
    bytes: i64,
    ended: bool,
    batch_rows: usize,
    mapping: Mapping,
    names: Vec<String>,
    names_bytes: usize,
    country: Option<Country>,
    mixed: bool,
    cleaning: Cleaning,
}

/// Reads one import's list from its start.
pub(super) struct Reader {
    cx: JobContext,
    import: ImportId,
    /// None while it computes, and after the last batch.
    parser: Option<Parser>,
    next_chunk: i32,
}

/// Some sealed pieces and where they lie.
struct Pieces {
    keys: Keys,
    org: OrgId,
    import: ImportId,
    first: i32,
    sealed: Vec<Vec<u8>>,
}

impl Reader {
    /// A reader that passes over the rows that `row` says are in already.
    pub(super) fn new(
        cleaning: &Cleaning,
        batch_rows: usize,
        import: ImportId,
        cx: &JobContext,
        row: &query::Row,
    ) -> Result<Self, ReadError> {
        let columns: Vec<Column> = serde_json::from_value(row.columns.clone()).map_err(|_| ReadError::Form)?;
        let mapping: Mapping = serde_json::from_value(row.mapping.clone()).map_err(|_| ReadError::Form)?;
        let country = row.default_country.as_deref().map(str::parse).transpose().map_err(|_| ReadError::Form)?;
        let Some(&[delimiter]) = row.delimiter.as_deref().map(str::as_bytes) else { return Err(ReadError::Form) };
        let names: Vec<String> = columns.into_iter().map(|column| column.name).collect();
        let parser = Parser {
            table: None,
            delimiter,
            skip: row.rows_read,
            waiting: VecDeque::new(),
            bytes_read: 0,
            bytes: row.bytes,
            ended: false,
            batch_rows,
            mapping,
            names_bytes: names.iter().map(String::len).sum(),
            names,
            country,
            mixed: row.encoding.as_deref() == Some(encoding::MIXED),
            cleaning: cleaning.clone(),
        };
        Ok(Self { cx: cx.clone(), import, parser: Some(parser), next_chunk: 0 })
    }

    /// The next batch; none after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Batch>, ReadError> {
        let mut pieces = None;
        while let Some(mut parser) = self.parser.take() {
            let computed = tokio::task::spawn_blocking(move || {
                if let Some(pieces) = pieces.take() {
                    parser.feed(&pieces)?;
                }
                let batch = parser.batch()?;
                Ok::<_, ReadError>((parser, batch))
            });
            let computed =
                computed.await.map_err(|_| JobError::Retry("the thread that reads the list broke off".to_owned()));
            let (parser, batch) = computed??;
            if let Some(batch) = batch {
                self.parser = (!batch.last).then_some(parser);
                return Ok(Some(batch));
            }
            self.parser = Some(parser);
            pieces = Some(self.fetch().await?);
        }
        Ok(None)
    }

    async fn fetch(&mut self) -> Result<Pieces, ReadError> {
        let first = self.next_chunk;
        let mut tx = self.cx.org_tx().await?;
        let sealed = query::chunks(&mut tx, self.import, first, CHUNKS_AT_ONCE).await?;
        tx.done_reading().await?;
        self.next_chunk += i32::try_from(sealed.len()).unwrap_or(i32::MAX);
        Ok(Pieces { keys: self.cx.store().keys().clone(), org: self.cx.org(), import: self.import, first, sealed })
    }
}

impl Parser {
    /// Opens pieces of the file and reads the rows in them; no pieces are the file's end.
    fn feed(&mut self, pieces: &Pieces) -> Result<(), ReadError> {
        let Self { table, waiting, skip, bytes_read, .. } = self;
        let mut wait = |row: Row, at: i64| {
            if *skip > 0 {
                *skip -= 1;
            } else {
                waiting.push_back((row, at));
            }
        };
        for (n, sealed) in pieces.sealed.iter().enumerate() {
            let row = chunk_row(pieces.import, pieces.first + i32::try_from(n).unwrap_or(i32::MAX));
            let context = Context { org: pieces.org, place: CHUNK_PLACE, row: &row };
            let piece = pieces.keys.open(Purpose::Personal, context, sealed).map_err(|_| ReadError::Sealed)?;
            let table = table.get_or_insert_with(|| Table::new(Dialect::of(&piece, self.delimiter)));
            *bytes_read += piece.len() as i64;
            table.push(&piece, &mut |row| wait(row, *bytes_read))?;
        }
        if !pieces.sealed.is_empty() {
            return Ok(());
        }
        if *bytes_read != self.bytes {
            return Err(ReadError::Short);
        }
        if let Some(table) = table {
            table.finish(&mut |row| wait(row, *bytes_read))?;
        }
        self.ended = true;
        Ok(())
    }

    /// A batch of the rows that wait, when there are enough of them or no more will come.
    fn batch(&mut self) -> Result<Option<Batch>, ReadError> {
        let (mut rows, mut bytes) = (0, 0);
        for (row, _) in &self.waiting {
            let text: usize = row.cells.iter().map(String::len).sum();
            bytes += 2 * text + self.names_bytes + row.cells.len() * CELL_BYTES;
            rows += 1;
            if rows >= self.batch_rows || bytes >= BATCH_BYTES {
                break;
            }
        }
        let full = rows >= self.batch_rows || bytes >= BATCH_BYTES;
        if !full && !self.ended {
            return Ok(None);
        }
        let last = self.ended && rows == self.waiting.len();
        let (rows, ends): (Vec<Row>, Vec<i64>) = self.waiting.drain(..rows).unzip();
        let bytes_read = if last { self.bytes_read } else { ends.last().copied().unwrap_or(self.bytes_read) };
        Ok(Some(Batch { rows: self.cleaned(rows)?, bytes_read, last }))
    }

    /// What is made of `rows`, in their order.
    fn cleaned(&self, mut rows: Vec<Row>) -> Result<Vec<Cleaned>, ReadError> {
        let good: Vec<Vec<String>> =
            rows.iter_mut().filter(|row| row.fault.is_none()).map(|row| std::mem::take(&mut row.cells)).collect();
        let answers = (self.cleaning.clean)(&self.mapping, &good, self.country);
        // A row without an answer would be lost without a word.
        if answers.len() != good.len() {
            return Err(ReadError::Unanswered);
        }
        let mut answers = answers.into_iter().zip(&good);
        let cleaned = rows.into_iter().map(|row| {
            let row_no = i64::try_from(row.number).unwrap_or(i64::MAX);
            if let Some(fault) = row.fault {
                let raw = raw_cells(&row.cells);
                return Ok(Cleaned::Reject { row_no, reason: fault.code(), detail: fault.detail(), raw });
            }
            let (answer, cells) = answers.next().ok_or(ReadError::Unanswered)?;
            Ok(match answer {
                CleanedRow::Lead(mut lead) => {
                    lead.row_no = row_no;
                    lead.raw = self.raw_by_name(cells)?;
                    if self.mixed && row.windows_1252 {
                        lead.flags.push(ENCODING_MIXED.to_owned());
                    }
                    Cleaned::Lead(lead)
                }
                CleanedRow::Reject { reason, detail } => {
                    Cleaned::Reject { row_no, reason, detail, raw: raw_cells(cells) }
                }
            })
        });
        cleaned.collect()
    }

    /// The row as a JSON object of name to cell. Of two columns with one name the later counts, as in any object.
    fn raw_by_name(&self, cells: &[String]) -> Result<String, ReadError> {
        let bytes: usize = cells.iter().map(|cell| cell.len() + 8).sum();
        let mut text = Vec::with_capacity(bytes + self.names_bytes);
        let pairs = self.names.iter().zip(cells);
        serde_json::Serializer::new(&mut text).collect_map(pairs).map_err(|_| ReadError::Form)?;
        String::from_utf8(text).map_err(|_| ReadError::Form)
    }
}

/// The cells as they came, as far as they can be stored.
fn raw_cells(cells: &[String]) -> Value {
    let cell = |cell: &String| Value::String(cell::storable(cell, RAW_BYTES_MAX).into_owned());
    cells.iter().map(cell).collect()
}
