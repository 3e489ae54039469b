//! Finding out which rows of a list, or of two, are about the same person.

mod collect;
mod evidence;
mod merge;
mod normal;
mod options;
mod pairs;
mod people;
mod plan;
mod read;
mod report;
mod rows;
pub mod summary;
mod write;

use std::num::NonZeroUsize;
use std::path::PathBuf;

pub use merge::MERGE_COLUMNS;
pub use options::{Options, Threshold};
pub use plan::{Column, DEDUPE_COLUMNS, Plan};
pub use plumb_link::OneToOne;
pub use summary::Summary;

use crate::error::{ListError, Stop};
use crate::place::FileFormat;
use crate::progress::{Progress, Step};
use crate::target::{Target, Targets};
use people::People;
use read::List;
use write::Book;

/// Rows of each list that a dry run compares.
pub const TRIAL_ROWS: u32 = 10_000;

/// What a dry run found: the plan, and what comparing the first rows comes to.
#[derive(Debug)]
pub struct Trial {
    /// The lists and their columns.
    pub plan: Plan,
    /// Rows that were compared.
    pub rows: u64,
    /// People among them.
    pub people: u64,
    /// What the linker says of itself.
    pub linkage: plumb_link::Report,
}

/// Compares the first rows of the lists and writes nothing.
pub fn trial(options: &Options, stop: &Stop) -> Result<Trial, ListError> {
    let (plan, lists) = open(options)?;
    plan.check()?;
    // The rows wait where any program's do: there is no output to wait beside.
    let mut options = options.clone();
    options.list.spool_folder = Some(std::env::temp_dir());
    let done = collect::collect(&options, &plan, lists, TRIAL_ROWS, stop, &mut |_| {})?;
    let people = People::new(done.linker.run(threads(&options)), done.faults, false);
    let (count, linkage) = summary::of_people(&people);
    Ok(Trial { plan, rows: done.rows.len() as u64, people: count, linkage })
}

/// Compares the rows of the lists and writes them with what was found. Nothing stands under the name of a file unless it
/// is whole.
pub fn run(options: &Options, stop: &Stop, progress: &mut dyn FnMut(Progress)) -> Result<Summary, ListError> {
    let mut files = Files::begin(options)?;
    let (plan, lists) = open(options)?;
    plan.check()?;
    let done = collect::collect(options, &plan, lists, u32::MAX, stop, progress)?;
    let mut rows = done.rows;
    progress(Progress { step: Step::Comparing, rows: rows.len() as u64, percent: None });
    let linked = done.linker.run(threads(options));
    stop.check()?;
    let rows_unreadable = done.faults.len() as u64;
    let people = People::new(linked, done.faults, options.explain);
    let book = Book { options, plan: &plan, people: &people, second_from: done.second_from, sources: sources(&plan) };
    write::output(&book, &mut rows, &mut files.output, stop, progress)?;
    if let Some(target) = &mut files.links {
        pairs::links(&book, target, stop)?;
    }
    if let Some(target) = &mut files.review {
        pairs::review(&book, &rows, target, stop)?;
    }
    if let Some(target) = &mut files.merge {
        merge::merge(&book, &rows, target, stop)?;
    }
    let summary = Summary::of(options, &book, &rows, done.fingerprints, done.unreadable, rows_unreadable)?;
    if let Some(target) = &mut files.report {
        let page = report::page(&summary).into_string();
        target.text(|out| out.write_all(page.as_bytes()))?;
    }
    stop.check()?;
    files.finish()?;
    Ok(summary)
}

/// Every file that is asked for.
struct Files {
    output: Target,
    links: Option<Target>,
    review: Option<Target>,
    merge: Option<Target>,
    report: Option<Target>,
}

impl Files {
    fn begin(options: &Options) -> Result<Self, ListError> {
        let output = options.list.output.as_ref().ok_or_else(|| ListError::Usage("there is no output".to_owned()))?;
        let is_parquet = |path: &&PathBuf| FileFormat::of_name(&path.display().to_string()) == FileFormat::Parquet;
        let aside = [&options.links, &options.review, &options.merge];
        if let Some(path) = aside.into_iter().flatten().find(is_parquet) {
            return Err(ListError::Usage(format!("{} is written as CSV; choose such a name", path.display())));
        }
        let mut targets = Targets::beside(&options.inputs, options.list.force);
        Ok(Self {
            output: targets.begin(output)?,
            links: targets.begin_file(options.links.as_ref())?,
            review: targets.begin_file(options.review.as_ref())?,
            merge: targets.begin_file(options.merge.as_ref())?,
            report: targets.begin_file(options.list.report.as_ref())?,
        })
    }

    /// Gives every file its name, the output's own first.
    fn finish(self) -> Result<(), ListError> {
        let others = [self.links, self.review, self.merge, self.report];
        std::iter::once(self.output).chain(others.into_iter().flatten()).try_for_each(Target::finish)
    }
}

fn open(options: &Options) -> Result<(Plan, Vec<List>), ListError> {
    if options.inputs.is_empty() || options.inputs.len() > 2 {
        return Err(ListError::Usage("name one list, or two".to_owned()));
    }
    let lists = options.inputs.iter().map(|place| List::open(place, &options.list)).collect::<Result<Vec<_>, _>>()?;
    Ok((Plan::of(&lists, options)?, lists))
}

fn threads(options: &Options) -> NonZeroUsize {
    NonZeroUsize::new(options.list.threads).unwrap_or(NonZeroUsize::MIN)
}

/// What the lists are called in the output: the names of the files, with their folders where those tell them apart.
fn sources(plan: &Plan) -> Vec<String> {
    let whole: Vec<String> = plan.layouts.iter().map(|layout| layout.name.clone()).collect();
    let short = |name: &String| name.rsplit('/').next().unwrap_or(name).to_owned();
    let short: Vec<String> = whole.iter().map(short).collect();
    if short.len() == 2 && short[0] == short[1] { whole } else { short }
}

#[cfg(test)]
mod tests;
