//! A file into the lists.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use plumb_base::{ImportId, UserId};
use plumb_store::audit;
use plumb_store::job::{Done, Job as _, JobContext, JobError, When, enqueue_once};
use tokio::task::JoinHandle;

use super::{LISTS_GATHER, LoadList, ToScreenAgain, answers};
use crate::Shelves;
use crate::bits::{Kind, Load, LoadError, Progress};
use crate::model::{FileKind, LoadState};
use crate::query::{self, LoadEffect, LoadRow};

/// How often it is noted how far a load is.
const NOTE_EVERY: Duration = Duration::from_secs(5);
/// How long to wait while another version of the same list is loaded.
const BUSY_WAIT: Duration = Duration::from_secs(10);

pub(super) async fn run(shelves: Shelves, job: LoadList, cx: JobContext) -> Result<Done, JobError> {
    match load(&shelves, job.load, &cx).await {
        // The last attempt: whoever looks at the load must see that it will not go on.
        Err(JobError::Retry(reason)) if cx.attempt() >= LoadList::ATTEMPTS_MAX => {
            tracing::error!(load = %job.load, reason, "a load was given up");
            end(&shelves, job.load, &cx, Err("The server could not go on with it. Nothing was changed.")).await
        }
        other => other,
    }
}

async fn load(shelves: &Shelves, id: ImportId, cx: &JobContext) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    let Some(row) = query::load(&mut tx, id).await? else { return Ok(Done::Nothing) };
    if row.state().is_final() {
        return Ok(Done::Nothing);
    }
    query::load_reads(&mut tx, id, 0).await?;
    cx.checkpoint(tx, audit::Entry::of("dnc.load_running").on("dnc_load", id.0)).await?;

    let file = match File::open(shelves.waiting(id)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return end(shelves, id, cx, Err("The file is not here any more. Send it again. Nothing was changed."))
                .await;
        }
        Err(error) => return Err(JobError::Retry(format!("the waiting file cannot be read: {error}"))),
    };
    let effect = match row.kind() {
        FileKind::Full | FileKind::Change => registry(shelves, &row, id, file, cx).await?,
        FileKind::Company | FileKind::Reassigned => {
            let by = row.created_by.map(UserId);
            answers::load(row.kind(), row.obtained_on, by, row.form(), file, cx).await?
        }
    };
    match effect {
        Outcome::Done(effect) => end(shelves, id, cx, Ok(&effect)).await,
        Outcome::Refused(why) => end(shelves, id, cx, Err(&why)).await,
        Outcome::Later(wait) => Ok(Done::Later(wait)),
    }
}

/// How a load ended, as far as it is no error of ours.
pub(super) enum Outcome {
    /// It went through.
    Done(LoadEffect),
    /// The file was refused, in words.
    Refused(String),
    /// Not yet.
    Later(Duration),
}

async fn registry(
    shelves: &Shelves,
    row: &LoadRow,
    id: ImportId,
    mut file: File,
    cx: &JobContext,
) -> Result<Outcome, JobError> {
    let Some(registry) = row.registry() else { return Ok(Outcome::Refused("There is no such registry.".to_owned())) };
    let kind = match (row.kind(), row.based_on) {
        (FileKind::Change, Some(based_on)) => Kind::Change { based_on },
        _ => Kind::Full,
    };
    let asked = Load {
        registry,
        kind,
        version: id.to_string(),
        holder: row.holder.clone(),
        version_date: row.version_date,
        obtained_on: row.obtained_on,
        today: cx.store().clock().now().date_naive(),
        form: row.form(),
        covers_all: row.covers_all,
        accept_unusual: row.accept_unusual,
    };
    let (shelf, progress) = (shelves.of(cx.org()), Arc::new(Progress::default()));
    let watched = Arc::clone(&progress);
    let work = tokio::task::spawn_blocking(move || shelf.load(&asked, &mut file, &watched));
    let loaded = watch(id, work, &progress, cx).await?;
    match loaded {
        Ok(loaded) => Ok(Outcome::Done(LoadEffect::from(&loaded))),
        Err(LoadError::Busy) => Ok(Outcome::Later(BUSY_WAIT)),
        Err(LoadError::Stopped) => Ok(Outcome::Later(Duration::ZERO)),
        Err(error) if error.is_final() => Ok(Outcome::Refused(sentence(&error.to_string()))),
        Err(error) => Err(JobError::Retry(error.to_string())),
    }
}

/// Waits for the work, notes how far it is, and stops it when the job is.
async fn watch<T>(
    id: ImportId,
    mut work: JoinHandle<T>,
    progress: &Arc<Progress>,
    cx: &JobContext,
) -> Result<T, JobError> {
    // A lost job, or a future that is dropped, stops the thread as well.
    let _stop = Stop(Arc::clone(progress));
    loop {
        tokio::select! {
            done = &mut work => return done.map_err(|error| JobError::Retry(format!("loading broke off: {error}"))),
            () = cx.cancelled().cancelled(), if !progress.is_stopped() => progress.stop(),
            () = tokio::time::sleep(NOTE_EVERY) => {
                let mut tx = cx.org_tx().await?;
                let read = progress.bytes_read() as i64;
                query::load_reads(&mut tx, id, read).await?;
                cx.checkpoint(tx, audit::Entry::of("dnc.load_progress").on("dnc_load", id.0).with("bytes_read", read)).await?;
            }
        }
    }
}

struct Stop(Arc<Progress>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Ends the load and the job together, and throws the file away.
async fn end(
    shelves: &Shelves,
    id: ImportId,
    cx: &JobContext,
    ended: Result<&LoadEffect, &str>,
) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    let registry = query::load(&mut tx, id).await?.is_some_and(|row| row.registry().is_some());
    if !query::end_load(&mut tx, id, ended).await? {
        return Ok(Done::Nothing);
    }
    let entry = match ended {
        Ok(effect) => audit::Entry::of("dnc.loaded")
            .on("dnc_load", id.0)
            .with("numbers", effect.numbers)
            .with("added", effect.added)
            .with("removed", effect.removed)
            .with("manifest_sha256", effect.manifest_sha256.clone()),
        Err(_) => {
            audit::Entry::of("dnc.load_failed").on("dnc_load", id.0).with("state", LoadState::Failed.as_str()).refused()
        }
    };
    // Entries of the company's own list are on their leads already.
    if ended.is_ok() && registry {
        enqueue_once(&mut tx, &ToScreenAgain {}, When::After(LISTS_GATHER), "again").await?;
    }
    let done = cx.finish(tx, entry).await?;
    if let Err(error) = tokio::fs::remove_file(shelves.waiting(id)).await {
        tracing::warn!(load = %id, %error, "a file that was loaded could not be removed; it goes with the next sweep");
    }
    Ok(done)
}

/// An error's words as a sentence.
pub(super) fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if words.ends_with('.') { "" } else { "." };
    format!("{first}{}{end} Nothing was changed.", chars.as_str())
}
