//! From sealed pieces to cleaned batches: the pieces are opened here and read in a file worker.

use plumb_base::{Country, ImportId};
use plumb_jail::Closed;
use plumb_store::job::{JobContext, JobError};
use plumb_vault::{Context, Purpose};

use crate::cleaning::Mapping;
use crate::domain::encoding;
use crate::domain::refusal::RefusedFile;
use crate::model::Column;
use crate::query;
use crate::upload::{CHUNK_PLACE, chunk_row};
use crate::worker::{Answer, Batch, RowsTask, Session, Worker, WorkerError};

/// Pieces of the file that are fetched at once.
const CHUNKS_AT_ONCE: i64 = 2;

/// Why a stored list cannot be read on.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error(transparent)]
    Job(#[from] JobError),
    #[error("The stored file cannot be opened: it was changed, or the installation's key is another one.")]
    Sealed,
    #[error("The stored import cannot be understood by this version of the program.")]
    Form,
    #[error("{0}")]
    Wrong(String),
    #[error(transparent)]
    Worker(#[from] WorkerError),
    #[error(transparent)]
    Refused(#[from] RefusedFile),
}

impl From<plumb_store::StoreError> for ReadError {
    fn from(error: plumb_store::StoreError) -> Self {
        Self::Job(error.into())
    }
}

/// Reads one import's list from its start.
pub(super) struct Reader {
    cx: JobContext,
    import: ImportId,
    session: Session,
    next_chunk: i32,
    ended: bool,
}

impl Reader {
    /// A reader that passes over the rows that `row` says are in already.
    pub(super) async fn new(
        worker: &Worker,
        batch_rows: usize,
        import: ImportId,
        cx: &JobContext,
        row: &query::Row,
    ) -> Result<Self, ReadError> {
        let task = task(batch_rows, row).ok_or(ReadError::Form)?;
        let mut session = Session::start(worker).await?;
        taken(session.rows(&task).await?)?;
        Ok(Self { cx: cx.clone(), import, session, next_chunk: 0, ended: false })
    }

    /// The evidence that the process that reads is closed in.
    pub(super) fn closed(&self) -> Option<&Closed> {
        self.session.closed()
    }

    /// The next batch; none after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Batch>, ReadError> {
        while !self.ended {
            match self.session.next().await? {
                Answer::Batch(batch) => {
                    self.ended = batch.last;
                    return Ok(Some(batch));
                }
                answer => taken(answer)?,
            }
            self.feed().await?;
        }
        Ok(None)
    }

    /// Hands the worker the next pieces of the file; none are the file's end.
    async fn feed(&mut self) -> Result<(), ReadError> {
        let first = self.next_chunk;
        let mut tx = self.cx.org_tx().await?;
        let sealed = query::chunks(&mut tx, self.import, first, CHUNKS_AT_ONCE).await?;
        tx.done_reading().await?;
        if sealed.is_empty() {
            return taken(self.session.end().await?);
        }
        for sealed in sealed {
            let row = chunk_row(self.import, self.next_chunk);
            let context = Context { org: self.cx.org(), place: CHUNK_PLACE, row: &row };
            let keys = self.cx.store().keys();
            let piece = keys.open(Purpose::Personal, context, &sealed).map_err(|_| ReadError::Sealed)?;
            taken(self.session.piece(&piece).await?)?;
            self.next_chunk += 1;
        }
        Ok(())
    }
}

/// What the worker is asked to do, if the stored import makes sense.
fn task(batch_rows: usize, row: &query::Row) -> Option<RowsTask> {
    let columns: Vec<Column> = serde_json::from_value(row.columns.clone()).ok()?;
    let mapping: Mapping = serde_json::from_value(row.mapping.clone()).ok()?;
    let country: Option<Country> = row.default_country.as_deref().map(str::parse).transpose().ok()?;
    let &[delimiter] = row.delimiter.as_deref()?.as_bytes() else { return None };
    Some(RowsTask {
        delimiter: char::from(delimiter),
        mixed: row.encoding.as_deref() == Some(encoding::MIXED),
        skip: row.rows_read,
        bytes: row.bytes,
        batch_rows,
        names: columns.into_iter().map(|column| column.name).collect(),
        mapping,
        country,
    })
}

/// An answer that says no more than that the question was understood.
fn taken(answer: Answer) -> Result<(), ReadError> {
    match answer {
        Answer::More => Ok(()),
        Answer::Refused(refused) => Err(refused.into()),
        Answer::Wrong(why) => Err(ReadError::Wrong(why)),
        Answer::Sniffed(_) | Answer::Seen(_) | Answer::Batch(_) => {
            Err(WorkerError::BrokeOff("it answered out of its turn".to_owned()).into())
        }
    }
}
