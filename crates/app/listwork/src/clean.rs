//! Cleaning a list from one file to another.

mod codes;
mod counts;
mod dnc;
mod first;
mod lanes;
mod options;
mod plan;
mod report;
mod row;
mod score;
pub mod summary;
mod suppress;
mod work;
mod write;

#[cfg(test)]
mod testing;

use std::sync::Arc;

use plumb_clean::Rules;
use plumb_table::input::Fingerprint;

pub use codes::{DNC_COLUMNS, EmailStatus, PLUMB_COLUMNS, PhoneStatus, Shape};
pub use counts::{Counts, Example};
pub use dnc::DncList;
pub use options::Options;
pub use plan::{Column, Plan};
pub use summary::Summary;

use crate::duplicates::Found;
use crate::error::{ListError, Stop};
use crate::place::Place;
use crate::progress::Progress;
use crate::source::Piece;
use crate::target::{Target, Targets};

/// Proposes what would be done with a list: its layout and its columns. Reads its beginning only and writes nothing.
pub fn plan(options: &Options) -> Result<Plan, ListError> {
    Ok(Plan::open(options)?.0)
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
    let (plan, mut source) = Plan::open(options)?;
    plan.check()?;
    let worker = work::Worker::new(options, &plan, &rules)?;
    stop.check()?;
    let (mut piece, mut kept, mut block) = (Piece::default(), work::Kept::default(), work::Block::default());
    if source.next(&mut piece)? {
        worker.work(&mut piece, &mut kept, &mut block)?;
    }
    Ok(Trial { plan, counts: block.counts })
}

/// Cleans a list and writes it. Nothing stands under the output's name unless it is whole.
pub fn run(options: &Options, stop: &Stop, progress: &mut dyn FnMut(Progress)) -> Result<Summary, ListError> {
    let target = options.list.output.as_ref().ok_or_else(|| ListError::Usage("there is no output".to_owned()))?;
    let suppress = options.suppress.as_deref().map(Place::of);
    let mut targets = Targets::beside(std::iter::once(&options.input).chain(&suppress), options.list.force);
    let mut output = targets.begin(target)?;
    let mut report = targets.begin_file(options.list.report.as_ref())?;
    let rules = Arc::new(Rules::embedded());
    let (plan, source) = Plan::open(options)?;
    plan.check()?;
    let worker = work::Worker::new(options, &plan, &rules)?;
    let spools = options.list.spool_folder();

    let done = first::first_pass(options, &worker, source, &spools, stop, progress)?;
    let slots = done.slots;
    let found = done.keys.find(slots, options.list.threads).map_err(ListError::io("cannot hold its keys", &spools))?;
    stop.check()?;
    let written = write::second_pass(options, &plan, done.spool, &found, &mut output, stop, progress)?;
    options.input.check_unchanged(done.state)?;
    let summary = summarise(options, plan, worker.dnc(), (done.counts, done.fingerprint), &found, written, &rules);
    if let Some(report) = &mut report {
        let page = report::page(&summary).into_string();
        report.text(|out| out.write_all(page.as_bytes()))?;
    }
    stop.check()?;
    output.finish()?;
    report.map_or(Ok(()), Target::finish)?;
    Ok(summary)
}

fn summarise(
    options: &Options,
    plan: Plan,
    dnc: Option<Vec<DncList>>,
    (counts, fingerprint): (Counts, Fingerprint),
    found: &Found,
    written: u64,
    rules: &Rules,
) -> Summary {
    Summary {
        input: options.input.name(),
        output: options.list.output.as_ref().map(Place::name),
        plan,
        fingerprint,
        dnc,
        rows_kept: counts.keepable - found.duplicates,
        rows_written: written,
        duplicates: found.duplicates,
        clusters: found.clusters,
        largest_cluster: found.largest,
        counts,
        rules_version: rules.version().to_string(),
        score_version: plumb_lead::SCORE_VERSION,
        product_version: env!("CARGO_PKG_VERSION"),
        made_at: options.list.now,
    }
}

#[cfg(test)]
mod tests;
