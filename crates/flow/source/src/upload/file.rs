//! The bytes of one file.

use axum::extract::multipart::Field;
use plumb_base::ImportId;
use plumb_store::audit;
use plumb_vault::{Context, Purpose};
use plumb_web::{Caller, Problem};

use super::unfinished::Unfinished;
use super::{CHUNK_PLACE, chunk_row, given_up};
use crate::Source;
use crate::domain::encoding::Met;
use crate::domain::refusal::Refusal;
use crate::domain::sniff::{Sniffed, WINDOW_BYTES, WINDOW_BYTES_MAX, sniff};
use crate::domain::table::Table;
use crate::query;

/// Bytes of one stored piece.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;
/// Pieces that are stored together.
const CHUNKS_AT_ONCE: usize = 8;

/// A file that is stored whole.
pub(super) struct Received {
    pub(super) import: ImportId,
    pub(super) unfinished: Unfinished,
    pub(super) bytes: i64,
    pub(super) rows: u64,
    pub(super) encoding: &'static str,
    pub(super) delimiter: String,
    pub(super) names: Vec<String>,
    pub(super) sample: Vec<Vec<String>>,
}

/// Judges a file by its beginning, then stores it as it comes.
pub(super) async fn receive(source: &Source, caller: &Caller, mut field: Field<'_>) -> Result<Received, Problem> {
    let file_name = file_name(field.file_name().unwrap_or_default());
    let (window, ended, Sniffed { dialect, names, sample }) = beginning(source, &mut field).await?;

    let import = ImportId::fresh();
    let mut tx = source.store.org(caller.org, caller.actor).await?;
    query::begin(&mut tx, import, &file_name, caller.user).await?;
    tx.commit(audit::Entry::of("import.upload_begun").on("import", import.0)).await?;
    let unfinished = Unfinished::new(source.store.clone(), caller.org, caller.actor, import);

    let mut keeping = Keeping {
        source,
        caller,
        import,
        table: Table::new(dialect),
        met: Met::default(),
        rows: 0,
        piece: Vec::with_capacity(CHUNK_BYTES),
        sealed: Vec::new(),
        stored: 0,
        bytes: 0,
    };
    let kept = async {
        keeping.take(&window).await?;
        drop(window);
        if !ended {
            while let Some(piece) = field.chunk().await? {
                keeping.take(&piece).await?;
            }
        }
        keeping.finish().await
    }
    .await;
    if let Err(problem) = kept {
        unfinished.give_up(problem.detail_text()).await;
        return Err(problem);
    }
    Ok(Received {
        import,
        unfinished,
        bytes: keeping.bytes as i64,
        rows: keeping.rows,
        encoding: keeping.met.name(dialect.encoding),
        delimiter: char::from(dialect.delimiter).to_string(),
        names,
        sample,
    })
}

/// As much of the beginning as it takes to know what the file is, and whether that is all of it.
async fn beginning(source: &Source, field: &mut Field<'_>) -> Result<(Vec<u8>, bool, Sniffed), Problem> {
    let known = |cells: &[String]| source.cleaning.known(cells);
    let mut window: Vec<u8> = Vec::new();
    let mut look_at = WINDOW_BYTES;
    while let Some(piece) = field.chunk().await? {
        window.extend_from_slice(&piece);
        within(window.len() as u64, source.upload_bytes_max)?;
        if window.len() < look_at {
            continue;
        }
        if let Some(sniffed) = sniff(&window, false, &known)? {
            return Ok((window, false, sniffed));
        }
        look_at = (look_at * 2).min(WINDOW_BYTES_MAX).max(window.len() + 1);
    }
    let sniffed = sniff(&window, true, &known)?.ok_or(Refusal::Empty)?;
    Ok((window, true, sniffed))
}

fn within(bytes: u64, bytes_max: u64) -> Result<(), Refusal> {
    if bytes > bytes_max { Err(Refusal::TooLarge { bytes_max }) } else { Ok(()) }
}

struct Keeping<'a> {
    source: &'a Source,
    caller: &'a Caller,
    import: ImportId,
    table: Table,
    met: Met,
    rows: u64,
    /// The piece that is being filled.
    piece: Vec<u8>,
    /// Full pieces on their way into the database.
    sealed: Vec<Vec<u8>>,
    stored: i32,
    bytes: u64,
}

impl Keeping<'_> {
    async fn take(&mut self, mut bytes: &[u8]) -> Result<(), Problem> {
        self.bytes += bytes.len() as u64;
        within(self.bytes, self.source.upload_bytes_max)?;
        // Read through once: a row that never ends is refused as soon as it is seen, not by the job.
        let (met, rows) = (&mut self.met, &mut self.rows);
        self.table.push(bytes, &mut |row| note(met, rows, &row))?;
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
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), Problem> {
        let (met, rows) = (&mut self.met, &mut self.rows);
        self.table.finish(&mut |row| note(met, rows, &row))?;
        if self.rows == 0 {
            return Err(Refusal::NoRows.into());
        }
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
        Ok(())
    }
}

fn note(met: &mut Met, rows: &mut u64, row: &crate::domain::table::Row) {
    *rows += 1;
    met.windows_1252 += u64::from(row.windows_1252);
    met.utf_8 += u64::from(row.wide);
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
