//! The export itself: leads out of the database and into a file, a page at a time.
//!
//! A page is one transaction: its pieces of the file, the counts and an audit entry. Whoever is killed between two begins
//! the file anew, because a writer's memory died with it; whoever lost the job to another worker cannot commit. The last
//! page, the end of the file and the word `done` are one commit: there is no half file that looks whole.

use std::collections::HashSet;
use std::time::Duration;

use plumb_base::Cells;
use plumb_lead::{Field, Leaving};
use plumb_store::access::Action;
use plumb_store::job::{Done, Job, JobContext, JobError, Registry};
use plumb_store::{OrgTx, StoreError, audit};
use plumb_table::refusal::Refusal;
use plumb_vault::{Context, Purpose};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::domain::{Imports, Layout, left_out};
use crate::model::{Progress, State};
use crate::query::{self, Row};
use crate::writer::Writer;

/// An export that waits to be written. Safe to run twice: each run begins the file anew.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct WriteExport {
    /// The export.
    pub export: Uuid,
}

impl Job for WriteExport {
    const NAME: &'static str = "export.write";
    // Each restart of the server in the middle of a long file takes one.
    const ATTEMPTS_MAX: u16 = 10;
}

/// Leads of one transaction.
const PAGE_LEADS: u32 = 2_000;
/// Pieces that are stored by one statement.
const PIECES_AT_ONCE: usize = 8;

/// Where pieces lie, for the seal.
pub(crate) const PLACE: &str = "export_piece.sealed";

/// The row that a piece is sealed for: it opens nowhere else.
pub(crate) fn piece_row(export: Uuid, seq: i32) -> Vec<u8> {
    [&export.as_bytes()[..], &seq.to_be_bytes()].concat()
}

/// The background work of this crate.
#[must_use]
pub fn jobs() -> Registry {
    Registry::new().handle::<WriteExport, _, _>(|job, cx| run(PAGE_LEADS, job, cx))
}

pub(crate) async fn run(page_leads: u32, job: WriteExport, cx: JobContext) -> Result<Done, JobError> {
    match write(page_leads, job.export, &cx).await {
        // The last attempt: whoever looks at the export must see that it will not go on.
        Err(JobError::Retry(reason)) if cx.attempt() >= WriteExport::ATTEMPTS_MAX => {
            tracing::error!(export = %job.export, reason, "an export was given up");
            let tx = cx.org_tx().await?;
            fail(tx, job.export, "The server could not go on with it. Ask for it again.", &cx).await
        }
        other => other,
    }
}

async fn write(page_leads: u32, id: Uuid, cx: &JobContext) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    let Some(row) = query::one(&mut tx, id, true).await? else { return Ok(Done::Nothing) };
    if row.state().is_final() {
        return Ok(Done::Nothing); // cancelled while it waited
    }
    if !may(&mut tx, &row).await? {
        return fail(tx, id, NOT_ALLOWED, cx).await;
    }
    let filter = row.filter()?;
    let leads_total = plumb_lead::count_leaving(&mut tx, &filter).await?;
    let mut file = File::begin(&row, leads_total)?;
    query::begin(&mut tx, id, leads_total).await?;
    let entry = audit::Entry::of("export.running").on("export", id).with("leads", leads_total);
    cx.checkpoint(tx, entry).await?;

    let mut after = None;
    loop {
        if cx.cancelled().is_cancelled() {
            return Ok(Done::Later(Duration::ZERO)); // the server stops: another takes it up
        }
        let mut tx = cx.org_tx().await?;
        if query::one(&mut tx, id, true).await?.map(|row| row.state()) != Some(State::Running) {
            return Ok(Done::Nothing); // cancelled
        }
        if !may(&mut tx, &row).await? {
            return fail(tx, id, NOT_ALLOWED, cx).await;
        }
        let page = plumb_lead::leaving(&mut tx, &filter, after, page_leads).await?;
        after = page.last().map(|leaving| leaving.lead.id).or(after);
        let (leads, is_last) = (page.len() as i64, page.len() < page_leads as usize);
        let imports = query::imports(&mut tx, &imports_of(&page, row.with_provenance)).await?;
        let written;
        (file, written) = tokio::task::spawn_blocking(move || file.page(&page, &imports, is_last))
            .await
            .map_err(|error| JobError::Retry(format!("writing broke off: {error}")))??;
        file.keep(&mut tx, cx, id, &written.pieces).await?;
        query::advance(&mut tx, id, &file.counts, file.pieces).await?;
        let Some((bytes, sha256)) = written.end else {
            cx.checkpoint(tx, audit::Entry::of("export.page").on("export", id).with("leads", leads)).await?;
            continue;
        };
        query::done(&mut tx, id, bytes, &sha256).await?;
        let entry = audit::Entry::of("export.done")
            .on("export", id)
            .with("rows", file.counts.rows_out)
            .with("left_out", json!(file.counts.left_out))
            .with("phones", file.counts.phones_out)
            .with("phones_withheld", json!(file.counts.phones_withheld))
            .with("bytes", bytes)
            .with("sha256", sha256);
        return Ok(cx.finish(tx, entry).await?);
    }
}

const NOT_ALLOWED: &str = "Whoever asked for it may not export any more: the key was revoked or has run out, or the person has \
                           left the organisation. There is no file.";

async fn may(tx: &mut OrgTx, row: &Row) -> Result<bool, StoreError> {
    plumb_identity::still_may(tx, row.asked_by(), Action::LeadsExport).await
}

/// Ends the export with an error in words, and the job with it.
async fn fail(mut tx: OrgTx, id: Uuid, why: &str, cx: &JobContext) -> Result<Done, JobError> {
    if !query::stop(&mut tx, id, State::Failed, Some(why)).await? {
        return Ok(Done::Nothing);
    }
    Ok(cx.finish(tx, audit::Entry::of("export.failed").on("export", id).refused()).await?)
}

fn imports_of(page: &[Leaving], with_provenance: bool) -> Vec<Uuid> {
    if !with_provenance {
        return Vec::new();
    }
    let origins = page.iter().flat_map(|leaving| Field::ALL.iter().filter_map(|field| leaving.origin(*field)?.import));
    origins.map(|import| import.0).collect::<HashSet<_>>().into_iter().collect()
}

/// The file and what was counted on the way.
struct File {
    row: Row,
    layout: Layout,
    /// None once it has ended.
    writer: Option<Writer>,
    counts: Progress,
    cells: Cells,
    pieces: i32,
}

/// What a page came to.
struct Written {
    pieces: Vec<Vec<u8>>,
    /// Length and SHA-256 of the whole file, if it has ended.
    end: Option<(u64, String)>,
}

impl File {
    fn begin(row: &Row, leads_total: i64) -> Result<Self, JobError> {
        let layout = Layout::of(row.profile(), row.with_provenance, row.with_not_us);
        let writer = Some(Writer::new(row.format(), &layout).map_err(|error| broken(&error))?);
        let counts = Progress { leads_read_total: leads_total, ..Progress::default() };
        Ok(Self { row: row.clone(), layout, writer, counts, cells: Cells::default(), pieces: 0 })
    }

    /// Writes a page. Takes processor time, and is not for the threads that wait on sockets.
    fn page(mut self, page: &[Leaving], imports: &Imports, is_last: bool) -> Result<(Self, Written), JobError> {
        self.cells.clear();
        self.counts.leads_read += page.len() as i64;
        for leaving in page {
            if let Some(reason) = left_out(leaving, self.row.profile(), self.row.which(), self.row.with_not_us) {
                *self.counts.left_out.entry(reason.to_owned()).or_default() += 1;
                continue;
            }
            match leaving.phone(self.row.with_not_us) {
                Some(Ok(_)) => self.counts.phones_out += 1,
                Some(Err(withheld)) => {
                    *self.counts.phones_withheld.entry(withheld.code.to_owned()).or_default() += 1;
                }
                None => {}
            }
            self.counts.rows_out += 1;
            self.layout.push(leaving, imports, &mut self.cells);
        }
        let mut writer = self.writer.take().ok_or_else(|| JobError::Retry("the file has ended".to_owned()))?;
        let mut pieces = writer.write(&self.cells).map_err(|error| broken(&error))?;
        if !is_last {
            self.writer = Some(writer);
            return Ok((self, Written { pieces, end: None }));
        }
        let (last, bytes, sha256) = writer.finish().map_err(|error| broken(&error))?;
        pieces.extend(last);
        Ok((self, Written { pieces, end: Some((bytes, sha256)) }))
    }

    /// Seals and stores pieces.
    async fn keep(&mut self, tx: &mut OrgTx, cx: &JobContext, id: Uuid, pieces: &[Vec<u8>]) -> Result<(), StoreError> {
        for some in pieces.chunks(PIECES_AT_ONCE) {
            let seal = |(piece, seq): (&Vec<u8>, i32)| {
                let row = piece_row(id, seq);
                let context = Context { org: cx.org(), place: PLACE, row: &row };
                cx.store().keys().seal(Purpose::Personal, context, piece)
            };
            let sealed: Vec<Vec<u8>> = some.iter().zip(self.pieces..).map(seal).collect();
            query::keep_pieces(tx, id, self.pieces, &sealed).await?;
            self.pieces += i32::try_from(sealed.len()).unwrap_or(i32::MAX);
        }
        Ok(())
    }
}

fn broken(refusal: &Refusal) -> JobError {
    JobError::Retry(format!("the file cannot be written: {refusal}"))
}

#[cfg(test)]
mod tests;
