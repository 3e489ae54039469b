//! From sealed pieces to cleaned batches: the pieces are opened here and read in a file worker.

use std::collections::VecDeque;

use plumb_base::{Country, ImportId};
use plumb_jail::Closed;
use plumb_store::job::{JobContext, JobError};
use plumb_vault::{Context, Purpose};

use crate::cleaning::{Mapping, Wishes};
use crate::domain::encoding;
use crate::domain::refusal::RefusedFile;
use crate::model::Column;
use crate::policy::PrivateValue;
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
    /// Sealed pieces that were fetched and not handed to the worker yet.
    sealed: VecDeque<Vec<u8>>,
    next_chunk: i32,
    at: At,
}

/// What the worker waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// The next piece of the file.
    Piece,
    /// That the batch it handed out was taken.
    Batch,
    /// That it makes something of the file, of which there is no more.
    End,
    /// Nothing: the last batch was handed out.
    Nothing,
}

impl Reader {
    /// A reader that passes over the rows that `row` says are in already.
    pub(super) async fn new(
        worker: &Worker,
        batch_rows: usize,
        import: ImportId,
        cx: &JobContext,
        row: &query::Row,
        denied: &[PrivateValue],
    ) -> Result<Self, ReadError> {
        let task = task(batch_rows, row, denied).ok_or(ReadError::Form)?;
        let mut session = Session::start(worker).await?;
        taken(session.rows(&task).await?)?;
        let sealed = VecDeque::new();
        Ok(Self { cx: cx.clone(), import, session, sealed, next_chunk: 0, at: At::Piece })
    }

    /// The evidence that the process that reads is closed in.
    pub(super) fn closed(&self) -> Option<&Closed> {
        self.session.closed()
    }

    /// The next batch; none after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Batch>, ReadError> {
        while self.at != At::Nothing {
            let answer = match self.at {
                At::Batch => self.session.next().await?,
                _ => self.feed().await?,
            };
            if let Answer::Batch(batch) = answer {
                self.at = if batch.last { At::Nothing } else { At::Batch };
                return Ok(Some(batch));
            }
            taken(answer)?;
            if self.at == At::End {
                return Err(out_of_turn());
            }
            self.at = At::Piece;
        }
        Ok(None)
    }

    /// Hands the worker the next piece of the file; none is the file's end.
    async fn feed(&mut self) -> Result<Answer, ReadError> {
        if self.sealed.is_empty() {
            let mut tx = self.cx.org_tx().await?;
            self.sealed = query::chunks(&mut tx, self.import, self.next_chunk, CHUNKS_AT_ONCE).await?.into();
            tx.done_reading().await?;
        }
        let Some(sealed) = self.sealed.pop_front() else {
            self.at = At::End;
            return Ok(self.session.end().await?);
        };
        let row = chunk_row(self.import, self.next_chunk);
        let context = Context { org: self.cx.org(), place: CHUNK_PLACE, row: &row };
        let piece = self.cx.store().keys().open(Purpose::Personal, context, &sealed).map_err(|_| ReadError::Sealed)?;
        self.next_chunk += 1;
        Ok(self.session.piece(&piece).await?)
    }
}

/// What the worker is asked to do, if the stored import makes sense.
fn task(batch_rows: usize, row: &query::Row, denied: &[PrivateValue]) -> Option<RowsTask> {
    let columns: Vec<Column> = serde_json::from_value(row.columns.clone()).ok()?;
    let mapping: Mapping = serde_json::from_value(row.mapping.clone()).ok()?;
    let country: Option<Country> = row.default_country.as_deref().map(str::parse).transpose().ok()?;
    let warned = columns.iter().enumerate().filter(|(_, column)| column.proposal.warning.is_some());
    let not_taken = warned.map(|(index, _)| index).filter(|index| mapping.field(*index).is_none()).collect();
    let &[delimiter] = row.delimiter.as_deref()?.as_bytes() else { return None };
    Some(RowsTask {
        delimiter: char::from(delimiter),
        mixed: row.encoding.as_deref() == Some(encoding::MIXED),
        skip: row.rows_read,
        bytes: row.bytes,
        batch_rows,
        names: columns.into_iter().map(|column| column.name).collect(),
        mapping,
        wishes: Wishes { country, denied: denied.to_vec() },
        not_taken,
    })
}

/// An answer that says no more than that the question was understood.
fn taken(answer: Answer) -> Result<(), ReadError> {
    match answer {
        Answer::More => Ok(()),
        Answer::Refused(refused) => Err(refused.into()),
        Answer::Wrong(why) => Err(ReadError::Wrong(why)),
        Answer::Sniffed(_) | Answer::Seen(_) | Answer::Batch(_) => Err(out_of_turn()),
    }
}

fn out_of_turn() -> ReadError {
    WorkerError::BrokeOff("it answered out of its turn".to_owned()).into()
}
