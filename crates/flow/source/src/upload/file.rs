//! The bytes of one file.

use axum::extract::multipart::Field;
use chrono::TimeDelta;
use http::StatusCode;
use plumb_base::{ImportId, Timestamp};
use plumb_store::audit;
use plumb_vault::{Context, Purpose};
use plumb_web::{Caller, Problem};

use super::unfinished::Unfinished;
use super::{CHUNK_PLACE, chunk_row, given_up};
use crate::Source;
use crate::domain::refusal::Refusal;
use crate::query;
use crate::worker::{Answer, InspectTask, Seen, Session, Sniffed, WorkerError};

/// Bytes of one stored piece.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;
/// Pieces that are stored together.
const CHUNKS_AT_ONCE: usize = 8;
/// What came over a slow line is stored after this long, whole piece or not: so it is seen that the upload goes on.
const STORE_AFTER: TimeDelta = TimeDelta::seconds(30);

/// A file that is stored whole.
pub(super) struct Received {
    pub(super) import: ImportId,
    pub(super) unfinished: Unfinished,
    pub(super) bytes: i64,
    pub(super) seen: Seen,
    pub(super) sniffed: Sniffed,
}

/// Judges a file by its beginning, then stores it as it comes.
pub(super) async fn receive(source: &Source, caller: &Caller, mut field: Field<'_>) -> Result<Received, Problem> {
    let file_name = file_name(field.file_name().unwrap_or_default());
    let mut session = Session::start(&source.worker).await.map_err(no_worker)?;
    let task = InspectTask { text_bytes_max: source.upload_bytes_max };
    taken(session.inspect(&task).await.map_err(no_worker)?)?;
    let beginning = beginning(source, &mut session, &mut field).await?;

    let import = ImportId::fresh();
    let mut tx = source.store.org(caller.org, caller.actor).await?;
    query::begin(&mut tx, import, &file_name, caller.user).await?;
    tx.commit(audit::Entry::of("import.upload_begun").on("import", import.0)).await?;
    let unfinished = Unfinished::new(source.store.clone(), caller.org, caller.actor, import);

    let mut keeping = Keeping {
        source,
        caller,
        import,
        piece: Vec::with_capacity(CHUNK_BYTES),
        sealed: Vec::new(),
        stored: 0,
        stored_at: source.store.clock().now(),
        bytes: 0,
    };
    let kept = async {
        keeping.take(&beginning.window).await?;
        let seen = if let Some(seen) = beginning.seen {
            seen
        } else {
            while let Some(piece) = field.chunk().await? {
                within(keeping.bytes + piece.len() as u64, source.upload_bytes_max)?;
                taken(session.piece(&piece).await.map_err(no_worker)?)?;
                keeping.take(&piece).await?;
            }
            seen(&mut session).await?
        };
        keeping.store_all().await?;
        Ok(seen)
    }
    .await;
    match kept {
        Ok(seen) => Ok(Received { import, unfinished, bytes: keeping.bytes as i64, seen, sniffed: beginning.sniffed }),
        Err(problem) => {
            unfinished.give_up(Problem::detail_text(&problem)).await;
            Err(problem)
        }
    }
}

/// As much of a file as it took to know what it is.
struct Beginning {
    window: Vec<u8>,
    sniffed: Sniffed,
    /// What all of it is, if there is no more.
    seen: Option<Seen>,
}

async fn beginning(source: &Source, session: &mut Session, field: &mut Field<'_>) -> Result<Beginning, Problem> {
    let mut window: Vec<u8> = Vec::new();
    while let Some(piece) = field.chunk().await? {
        window.extend_from_slice(&piece);
        within(window.len() as u64, source.upload_bytes_max)?;
        match session.piece(&piece).await.map_err(no_worker)? {
            Answer::Sniffed(sniffed) => return Ok(Beginning { window, sniffed, seen: None }),
            answer => taken(answer)?,
        }
    }
    let mut seen = seen(session).await?;
    let sniffed = seen.sniffed.take().ok_or_else(|| no_worker(out_of_turn()))?;
    Ok(Beginning { window, sniffed, seen: Some(seen) })
}

/// Ends the file.
async fn seen(session: &mut Session) -> Result<Seen, Problem> {
    match session.end().await.map_err(no_worker)? {
        Answer::Seen(seen) => Ok(seen),
        answer => taken(answer).and(Err(no_worker(out_of_turn()))),
    }
}

/// An answer that says no more than that the question was understood.
fn taken(answer: Answer) -> Result<(), Problem> {
    match answer {
        Answer::More => Ok(()),
        Answer::Refused(refused) => Err(refused.into()),
        _ => Err(no_worker(out_of_turn())),
    }
}

fn out_of_turn() -> WorkerError {
    WorkerError::BrokeOff("it answered out of its turn".to_owned())
}

/// Why nothing can be read at present.
#[expect(clippy::needless_pass_by_value, reason = "it is what an error is mapped by")]
fn no_worker(error: WorkerError) -> Problem {
    tracing::error!(%error, "a list cannot be looked at");
    match error {
        WorkerError::Unavailable(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "sandbox-unavailable",
            "This server cannot read lists",
        )
        .detail(
            "Lists are read by a process without network and files, and this system cannot make one. Nothing was stored. \
             Whoever runs the server finds the reason with `plumb doctor`.",
        ),
        WorkerError::BrokeOff(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "reader-broke-off", "Not read").detail(
            "The process that reads lists broke off, and nothing was stored. Send the file again; if it happens again, \
             whoever runs the server finds the reason in its log.",
        ),
    }
}

fn within(bytes: u64, bytes_max: u64) -> Result<(), Refusal> {
    if bytes > bytes_max { Err(Refusal::TooLarge { bytes_max }) } else { Ok(()) }
}

struct Keeping<'a> {
    source: &'a Source,
    caller: &'a Caller,
    import: ImportId,
    /// The piece that is being filled.
    piece: Vec<u8>,
    /// Full pieces on their way into the database.
    sealed: Vec<Vec<u8>>,
    stored: i32,
    stored_at: Timestamp,
    bytes: u64,
}

impl Keeping<'_> {
    async fn take(&mut self, mut bytes: &[u8]) -> Result<(), Problem> {
        self.bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            let room = CHUNK_BYTES - self.piece.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.piece.extend_from_slice(now);
            bytes = later;
            if self.piece.len() == CHUNK_BYTES {
                self.seal();
                if self.sealed.len() >= CHUNKS_AT_ONCE {
                    self.store().await?;
                }
            }
        }
        if self.source.store.clock().now() - self.stored_at >= STORE_AFTER {
            self.store_all().await?;
        }
        Ok(())
    }

    async fn store_all(&mut self) -> Result<(), Problem> {
        if !self.piece.is_empty() {
            self.seal();
        }
        self.store().await
    }

    fn seal(&mut self) {
        let seq = self.stored + i32::try_from(self.sealed.len()).unwrap_or(i32::MAX);
        let row = chunk_row(self.import, seq);
        let context = Context { org: self.caller.org, place: CHUNK_PLACE, row: &row };
        self.sealed.push(self.source.store.keys().seal(Purpose::Personal, context, &self.piece));
        self.piece.clear();
    }

    async fn store(&mut self) -> Result<(), Problem> {
        let mut tx = self.source.store.org(self.caller.org, self.caller.actor).await?;
        let bytes = self.bytes as i64;
        if !query::keep_chunks(&mut tx, self.import, self.stored, &self.sealed, bytes).await? {
            return Err(given_up());
        }
        tx.commit(audit::Entry::of("import.received").on("import", self.import.0).with("bytes", bytes)).await?;
        self.stored += i32::try_from(self.sealed.len()).unwrap_or(i32::MAX);
        self.sealed.clear();
        self.stored_at = self.source.store.clock().now();
        Ok(())
    }
}

/// The name as people will see it again: no folders, no control characters, not too long. It is never a path here
/// (claim 124).
fn file_name(sent: &str) -> String {
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    if name.trim().is_empty() { "list.csv".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_folders_and_control_characters() {
        assert_eq!(file_name("../../etc/list.csv"), "list.csv");
        assert_eq!(file_name("C:\\Users\\x\\Liste März.csv"), "Liste März.csv");
        assert_eq!(file_name("a\r\nb\0.csv"), "ab.csv");
        assert_eq!(file_name(""), "list.csv");
        assert_eq!(file_name("/"), "list.csv");
        assert_eq!(file_name(&"x".repeat(5_000)).len(), 200);
    }
}
