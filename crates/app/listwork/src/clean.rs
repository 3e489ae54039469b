//! Cleaning a list from one file to another.

mod codes;
mod counts;
mod options;
mod plan;
mod read;
mod report;
mod row;
mod score;
pub mod summary;
mod suppress;
mod work;
mod write;

#[cfg(test)]
pub(crate) mod testing;

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use plumb_clean::Rules;
use plumb_table::input::Fingerprint;

pub use codes::{EmailStatus, PLUMB_COLUMNS, PhoneStatus, Shape};
pub use counts::{Counts, Example};
pub use options::{FileFormat, Options, Place};
pub use plan::{Column, Plan};
pub use summary::Summary;

use crate::duplicates::Found;
use crate::error::{ListError, Stop};
use crate::output::Output;

/// How far it is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What is going on.
    pub step: Step,
    /// Rows of which that is done.
    pub rows: u64,
    /// Its share in per cent, where the size of the list is known.
    pub percent: Option<u8>,
}

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Reading and cleaning.
    Cleaning,
    /// Writing the result.
    Writing,
}

/// Proposes what would be done with a list: its layout and its columns. Reads its beginning only and writes nothing.
pub fn plan(options: &Options) -> Result<Plan, ListError> {
    let rules = Arc::new(Rules::embedded());
    Ok(read::open(options, &rules)?.0)
}

/// What a dry run found: the plan, and what cleaning the first rows of the list comes to.
#[derive(Debug)]
pub struct Trial {
    /// The layout and the columns.
    pub plan: Plan,
    /// Counts of the first rows.
    pub counts: Counts,
}

/// Cleans the first rows of a list and writes nothing.
pub fn trial(options: &Options, stop: &Stop) -> Result<Trial, ListError> {
    let rules = Arc::new(Rules::embedded());
    let (plan, mut source) = read::open(options, &rules)?;
    plan.check()?;
    let worker = work::Worker::new(options, &plan, &rules)?;
    stop.check()?;
    let mut batch = read::Work::default();
    let mut block = work::Block::default();
    let mut state = work::State::default();
    if source.next(&mut batch).map_err(|refusal| options.input.refused(refusal))? {
        worker.work(&mut batch, &mut state, &mut block);
    }
    Ok(Trial { plan, counts: block.counts })
}

/// Cleans a list and writes it. Nothing stands under the output's name unless it is whole.
pub fn run(options: &Options, stop: &Stop, progress: &mut dyn FnMut(Progress)) -> Result<Summary, ListError> {
    let target = options.output.as_ref().ok_or_else(|| ListError::Usage("there is no output".to_owned()))?;
    let mut output = begin(options, target)?;
    let report = options.report.as_deref().map(|path| begin_file(path, options.force)).transpose()?;
    let before = options.input.stat()?;
    let rules = Arc::new(Rules::embedded());
    let (plan, source) = read::open(options, &rules)?;
    plan.check()?;
    let worker = work::Worker::new(options, &plan, &rules)?;
    let spools = options.spool_folder();

    let done = work::first_pass(options, &worker, source, &spools, stop, progress)?;
    if options.input.stat()? != before {
        return Err(ListError::Changed { file: options.input.name() });
    }
    let slots = done.slots;
    let found = done.keys.find(slots, options.threads).map_err(ListError::io("cannot hold its keys", &spools))?;
    stop.check()?;
    let written = write::second_pass(options, &plan, done.spool, &found, &mut output, stop, progress)?;
    if options.input.stat()? != before {
        return Err(ListError::Changed { file: options.input.name() });
    }
    let summary = summarise(options, plan, done.counts, done.fingerprint, &found, written, &rules);
    if let Some((mut file, path)) = report {
        let page = report::page(&summary).into_string();
        file.write_all(page.as_bytes()).map_err(ListError::io("cannot be written", path))?;
        stop.check()?;
        finish(output, target)?;
        file.finish().map_err(ListError::io("cannot be written", path))?;
    } else {
        stop.check()?;
        finish(output, target)?;
    }
    Ok(summary)
}

/// Where the result goes.
pub(crate) enum Sink {
    /// A file.
    File(Box<Output>),
    /// Standard output: what is written cannot be taken back, so it is written last.
    Standard(std::io::Stdout),
}

impl std::io::Write for Sink {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::File(file) => file.write(buf),
            Self::Standard(out) => out.write(buf),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Standard(out) => out.flush(),
        }
    }
}

fn begin(options: &Options, target: &Place) -> Result<Sink, ListError> {
    let Place::File(path) = target else { return Ok(Sink::Standard(std::io::stdout())) };
    for (what, other) in [("input", options.input.path()), ("report", options.report.as_deref())] {
        if other.is_some_and(|other| options::is_same_file(other, path)) {
            return Err(ListError::Usage(format!(
                "{} is the {what} too; the output needs a name of its own",
                path.display()
            )));
        }
    }
    Ok(Sink::File(Box::new(begin_file(path, options.force)?.0)))
}

fn begin_file(path: &Path, force: bool) -> Result<(Output, &Path), ListError> {
    match Output::create(path, force) {
        Ok(output) => Ok((output, path)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(ListError::Usage(format!("{} is there already; --force replaces it", path.display())))
        }
        Err(error) => Err(ListError::io("cannot be written", path)(error)),
    }
}

fn finish(output: Sink, target: &Place) -> Result<(), ListError> {
    match (output, target) {
        (Sink::File(file), Place::File(path)) => match file.finish() {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(ListError::Usage(format!("{} appeared meanwhile; --force replaces it", path.display())))
            }
            result => result.map_err(ListError::io("cannot be written", path)),
        },
        (mut sink, _) => sink.flush().map_err(ListError::io("cannot be written", Path::new("standard output"))),
    }
}

fn summarise(
    options: &Options,
    plan: Plan,
    counts: Counts,
    fingerprint: Fingerprint,
    found: &Found,
    written: u64,
    rules: &Rules,
) -> Summary {
    Summary {
        input: options.input.name(),
        output: options.output.as_ref().map(Place::name),
        plan,
        fingerprint,
        rows_kept: counts.keepable - found.duplicates,
        rows_written: written,
        duplicates: found.duplicates,
        clusters: found.clusters,
        largest_cluster: found.largest,
        counts,
        rules_version: rules.version().to_string(),
        score_version: plumb_lead::SCORE_VERSION,
        product_version: env!("CARGO_PKG_VERSION"),
        made_at: options.now,
    }
}

#[cfg(test)]
mod tests;
