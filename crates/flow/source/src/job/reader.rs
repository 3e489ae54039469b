//! From sealed pieces to cleaned batches.

use std::collections::VecDeque;

use plumb_base::{Country, ImportId, OrgId};
use plumb_lead::NewLead;
use plumb_store::job::{JobContext, JobError};
use plumb_vault::{Context, Keys, Purpose};
use serde_json::{Map, Value};

use crate::cleaning::{CleanedRow, Cleaning, Mapping};
use crate::domain::cell;
use crate::domain::encoding;
use crate::domain::refusal::Refusal;
use crate::domain::table::{Dialect, Row, Table};
use crate::model::Column;
use crate::query;
use crate::reason::ENCODING_MIXED;
use crate::upload::{CHUNK_PLACE, chunk_row};

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

/// The half that computes: it goes to a thread that may block, and back.
struct Parser {
    /// None before the first piece: the layout is read off it.
    table: Option<Table>,
    delimiter: u8,
    /// Rows that are in already.
    skip: i64,
    batch_rows: usize,
    waiting: Vec<Row>,
    waiting_bytes: usize,
    mapping: Mapping,
    names: Vec<String>,
    country: Option<Country>,
    mixed: bool,
    cleaning: Cleaning,
}

/// Reads one import's list from its start.
pub(super) struct Reader {
    cx: JobContext,
    import: ImportId,
    parser: Option<Parser>,
    next_chunk: i32,
    bytes_read: i64,
    bytes: i64,
    ready: VecDeque<Batch>,
    ended: bool,
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
        let parser = Parser {
            table: None,
            delimiter,
            skip: row.rows_read,
            batch_rows,
            waiting: Vec::new(),
            waiting_bytes: 0,
            mapping,
            names: columns.into_iter().map(|column| column.name).collect(),
            country,
            mixed: row.encoding.as_deref() == Some(encoding::MIXED),
            cleaning: cleaning.clone(),
        };
        Ok(Self {
            cx: cx.clone(),
            import,
            parser: Some(parser),
            next_chunk: 0,
            bytes_read: 0,
            bytes: row.bytes,
            ready: VecDeque::new(),
            ended: false,
        })
    }

    /// The next batch; none after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Batch>, ReadError> {
        while self.ready.is_empty() && !self.ended {
            self.read_on().await?;
        }
        Ok(self.ready.pop_front())
    }

    async fn read_on(&mut self) -> Result<(), ReadError> {
        let mut tx = self.cx.org_tx().await?;
        let sealed = query::chunks(&mut tx, self.import, self.next_chunk, CHUNKS_AT_ONCE).await?;
        tx.done_reading().await?;
        let Some(mut parser) = self.parser.take() else { return Err(ReadError::Form) };
        let place = Place {
            keys: self.cx.store().keys().clone(),
            org: self.cx.org(),
            import: self.import,
            first: self.next_chunk,
        };
        self.next_chunk += i32::try_from(sealed.len()).unwrap_or(i32::MAX);
        let (so_far, bytes) = (self.bytes_read, self.bytes);
        let computed = tokio::task::spawn_blocking(move || {
            let mut out = VecDeque::new();
            let at = parser.feed(&place, &sealed, so_far, bytes, &mut out)?;
            Ok::<_, ReadError>((parser, out, at))
        });
        let (parser, batches, at) =
            computed.await.map_err(|_| JobError::Retry("the thread that reads the list broke off".to_owned()))??;
        self.ended = batches.back().is_some_and(|batch| batch.last);
        self.parser = Some(parser);
        self.ready = batches;
        self.bytes_read = at;
        Ok(())
    }
}

/// Where some sealed pieces lie.
struct Place {
    keys: Keys,
    org: OrgId,
    import: ImportId,
    first: i32,
}

impl Parser {
    /// Opens pieces of the file, and cleans the rows in them; no pieces are the end of it. Answers how far into
    /// the file it is then.
    fn feed(
        &mut self,
        place: &Place,
        sealed: &[Vec<u8>],
        mut at: i64,
        bytes: i64,
        out: &mut VecDeque<Batch>,
    ) -> Result<i64, ReadError> {
        if sealed.is_empty() {
            if at != bytes {
                return Err(ReadError::Short);
            }
            let Some(mut table) = self.table.take() else { return Err(ReadError::Short) };
            let mut rows = Vec::new();
            table.finish(&mut |row| rows.push(row))?;
            rows.into_iter().for_each(|row| self.wait(row, at, out));
            let rows = self.cleaned();
            out.push_back(Batch { rows, bytes_read: at, last: true });
            return Ok(at);
        }
        for (n, sealed) in sealed.iter().enumerate() {
            let seq = place.first + i32::try_from(n).unwrap_or(i32::MAX);
            let row = chunk_row(place.import, seq);
            let context = Context { org: place.org, place: CHUNK_PLACE, row: &row };
            let piece = place.keys.open(Purpose::Personal, context, sealed).map_err(|_| ReadError::Sealed)?;
            let delimiter = self.delimiter;
            let mut table = self.table.take().unwrap_or_else(|| Table::new(Dialect::of(&piece, delimiter)));
            let mut rows = Vec::new();
            table.push(&piece, &mut |row| rows.push(row))?;
            self.table = Some(table);
            at += piece.len() as i64;
            rows.into_iter().for_each(|row| self.wait(row, at, out));
        }
        Ok(at)
    }

    fn wait(&mut self, row: Row, at: i64, out: &mut VecDeque<Batch>) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        self.waiting_bytes += row.cells.iter().map(String::len).sum::<usize>();
        self.waiting.push(row);
        if self.waiting.len() >= self.batch_rows || self.waiting_bytes >= BATCH_BYTES {
            let rows = self.cleaned();
            out.push_back(Batch { rows, bytes_read: at, last: false });
        }
    }

    /// What is made of the waiting rows, in their order.
    fn cleaned(&mut self) -> Vec<Cleaned> {
        self.waiting_bytes = 0;
        let mut waiting = std::mem::take(&mut self.waiting);
        let good: Vec<Vec<String>> =
            waiting.iter_mut().filter(|row| row.fault.is_none()).map(|row| std::mem::take(&mut row.cells)).collect();
        let mut answers = (self.cleaning.clean)(&self.mapping, &good, self.country).into_iter().zip(&good);
        waiting
            .into_iter()
            .filter_map(|row| {
                let row_no = i64::try_from(row.number).unwrap_or(i64::MAX);
                if let Some(fault) = row.fault {
                    let raw = raw_cells(&row.cells);
                    return Some(Cleaned::Reject { row_no, reason: fault.code(), detail: fault.detail(), raw });
                }
                let (answer, cells) = answers.next()?;
                Some(match answer {
                    CleanedRow::Lead(mut lead) => {
                        lead.row_no = row_no;
                        lead.raw = self.raw_by_name(cells);
                        if self.mixed && row.windows_1252 {
                            lead.flags.push(ENCODING_MIXED.to_owned());
                        }
                        Cleaned::Lead(lead)
                    }
                    CleanedRow::Reject { reason, detail } => {
                        Cleaned::Reject { row_no, reason, detail, raw: raw_cells(cells) }
                    }
                })
            })
            .collect()
    }

    fn raw_by_name(&self, cells: &[String]) -> Value {
        let pairs = self.names.iter().cloned().zip(cells.iter().map(|cell| Value::String(cell.clone())));
        Value::Object(pairs.collect::<Map<_, _>>())
    }
}

/// The cells as they came, as far as they can be stored.
fn raw_cells(cells: &[String]) -> Value {
    let cell = |cell: &String| Value::String(cell::storable(cell, RAW_BYTES_MAX).into_owned());
    cells.iter().map(cell).collect()
}
