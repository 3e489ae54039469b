//! The rows of a list, or of two, with the people they are about.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use plumb_base::Country;
use plumb_listwork::Stop;
use plumb_listwork::clean::{FileFormat, Place};
use plumb_listwork::dedupe::{self, Options, Plan, Progress, Step, Summary, Threshold, Trial};
use plumb_table::{Asked, Encoding};
use serde_json::json;

use super::clean::{Format, delimiter, encoding, is_closed_pipe, stop_when_asked, work};
use super::{Failed, print, say, summary::ProgressLine};

const EXAMPLES: &str = "Examples:
  plumb dedupe contacts.csv --dry-run                  what would each column be taken for?
  plumb dedupe contacts.csv -o found.csv               every row, and in plumb_cluster_id the person it is about
  plumb dedupe crm.csv fair.csv -o both.csv --review look.csv
  plumb dedupe contacts.csv -o found.csv --merge merged.csv --explain
  plumb dedupe people.parquet -o found.parquet --map 'Ref=person_id' --map 'Team=-' --threshold 95

Exit codes: 0 done; 1 failed, nothing was written; 2 asked wrongly, nothing was written; 3 done, and some rows could not
be read: they are in the output, with the reason in plumb_review.";

/// Finds the rows of a list, or of two, that are about the same person, without a database and without a network.
///
/// The output has every row of the lists once, in their order, with every column as it was, and further columns: rows with
/// the same plumb_cluster_id are one person, plumb_cluster_confidence says how sure that is in per cent,
/// plumb_duplicate_evidence why, and plumb_review which other clusters may be the same person. Two lists are put one below
/// the other; columns of the same name are one, and plumb_source_file says where a row is from.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Dedupe {
    /// The list, and perhaps a second one; - for standard input
    #[arg(required = true, num_args = 1..=2, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the rows go; - for standard output. By its name .csv, .csv.gz, .csv.zst or .parquet
    #[arg(short, long, value_name = "FILE", required_unless_present = "dry_run")]
    output: Option<PathBuf>,
    /// What a column is about, as `Column name=kind` or `#3=kind`; the kind - leaves it out. The rest is proposed
    #[arg(long, value_name = "COLUMN=KIND")]
    map: Vec<String>,
    /// How sure it has to be that two rows are one person, in per cent [default: about 74]
    #[arg(long, value_name = "PER CENT", value_parser = threshold)]
    threshold: Option<Threshold>,
    /// With two lists: link rows of different lists only
    #[arg(long)]
    across: bool,
    /// Say in words what links rest on
    #[arg(long)]
    explain: bool,
    /// Write the pairs: those that hold clusters together and the possible ones, with confidence, decision and evidence
    #[arg(long, value_name = "FILE")]
    links: Option<PathBuf>,
    /// Write the pairs that somebody should look at, one row below the other
    #[arg(long, value_name = "FILE")]
    review: Option<PathBuf>,
    /// Write one row for each person: the values that survive, and which rows they are from
    #[arg(long, value_name = "FILE")]
    merge: Option<PathBuf>,
    /// Country of telephone numbers that say none, such as DE
    #[arg(long, value_name = "CC")]
    country: Option<Country>,
    /// Write a report: one HTML page with counts, evidence and masked examples
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Show what columns would be taken for, and compare the first rows, without writing anything
    #[arg(long)]
    dry_run: bool,
    /// Replace files that are there
    #[arg(long)]
    force: bool,
    /// What the output is, where its name does not say
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// What stands between two cells: a character, or `tab`
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// What stands around a cell that has delimiters in it
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    quote: Option<u8>,
    /// How the text is encoded: utf-8, utf-16le, utf-16be, windows-1252 or latin-1
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<Encoding>,
    /// The first row is no row of column names
    #[arg(long)]
    no_header: bool,
    /// How many threads compare [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Where rows wait while they are compared [default: beside the output]
    #[arg(long, value_name = "DIR")]
    temp_dir: Option<PathBuf>,
}

fn threshold(text: &str) -> Result<Threshold, String> {
    Threshold::read(text).ok_or_else(|| "it has to be above 0 and below 100, such as 90".to_owned())
}

impl Dedupe {
    fn options(self) -> Options {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        Options {
            format: self.format.map(|format| match format {
                Format::Csv => FileFormat::Csv,
                Format::Parquet => FileFormat::Parquet,
            }),
            map: self.map,
            country: self.country,
            asked: Asked { delimiter: self.delimiter, quote: self.quote, no_header: self.no_header },
            encoding: self.encoding,
            threads: self.threads.map_or_else(processors, usize::from),
            threshold: self.threshold,
            across: self.across,
            explain: self.explain,
            links: self.links,
            review: self.review,
            merge: self.merge,
            report: self.report,
            force: self.force,
            spool_folder: self.temp_dir,
            ..Options::new(
                self.files.iter().map(|file| Place::of(file)).collect(),
                self.output.as_deref().map(Place::of),
                plumb_base::Clock::System.now(),
            )
        }
    }
}

pub(super) async fn run(command: Dedupe, json: bool) -> anyhow::Result<()> {
    let dry_run = command.dry_run;
    let options = command.options();
    if json && !dry_run && options.output == Some(Place::Standard) {
        return Err(Failed::Usage("the list and the summary cannot both go to standard output".to_owned()).into());
    }
    let stop = Stop::default();
    tokio::spawn(stop_when_asked(stop.clone()));
    if dry_run {
        let trial = work(move || dedupe::trial(&options, &stop)).await?;
        if json {
            print(trial_json(&trial));
        } else {
            proposal(&trial.plan);
            tried(&trial);
            say("Nothing was written. Leave out --dry-run to compare the whole list so, or change columns with --map.");
        }
        return Ok(());
    }
    let summary = work(move || {
        let mut line = Line { line: ProgressLine::new(), shown: None };
        let summary = dedupe::run(&options, &stop, &mut |progress| line.show(progress));
        line.end();
        summary
    })
    .await;
    let summary = match summary {
        Err(error) if is_closed_pipe(&error) => return Ok(()),
        other => other?,
    };
    if json {
        print(summary.json());
    } else {
        tell(&summary);
    }
    if summary.is_partial() {
        let broken = summary.rows_unreadable;
        return Err(Failed::Partly(format!(
            "{broken} rows could not be read; they are in the output, with the reason in plumb_review"
        ))
        .into());
    }
    Ok(())
}

/// The progress on standard error, some times a second.
struct Line {
    line: ProgressLine,
    shown: Option<(Step, Instant)>,
}

impl Line {
    fn show(&mut self, progress: Progress) {
        const EVERY: Duration = Duration::from_millis(200);
        let shown = self.shown.filter(|(step, _)| *step == progress.step);
        if shown.is_some_and(|(_, at)| at.elapsed() < EVERY) {
            return;
        }
        self.shown = Some((progress.step, Instant::now()));
        let step = match progress.step {
            Step::Reading => "reading  ",
            Step::Comparing => "comparing",
            Step::Writing => "writing  ",
        };
        let percent = progress.percent.map_or_else(String::new, |percent| format!("{percent:>3} %  "));
        self.line.show(&format!("{step}  {percent}{} rows", progress.rows));
    }

    fn end(self) {
        // What was found is said in full afterwards.
        if std::io::stderr().is_terminal() && self.shown.is_some() {
            self.line.end();
        }
    }
}

fn trial_json(trial: &Trial) -> serde_json::Value {
    json!({
        "inputs": trial.plan.layouts.iter().map(dedupe::summary::layout_json).collect::<Vec<_>>(),
        "columns": trial.plan.columns,
        "columns_replaced": trial.plan.replaced,
        "rows_tried": trial.rows,
        "people": trial.people,
        "possible_pairs": trial.linkage.possible_pairs,
    })
}

fn proposal(plan: &Plan) {
    for column in &plan.columns {
        let why = if column.asked { "You said so." } else { "" };
        print(format_args!("{:<24} {:<16} {why}", column.name, column.kind.unwrap_or("(not looked at)")));
    }
    for name in &plan.replaced {
        print(format_args!("{name:<24} {:<16} An earlier answer; it makes place for a new one.", "(replaced)"));
    }
    print("");
}

fn tried(trial: &Trial) {
    let row = |label: &str, number: u64| print(format_args!("{label:<22} {number:>10}"));
    row("rows looked at", trial.rows);
    row("people", trial.people);
    row("possible pairs", trial.linkage.possible_pairs);
}

fn tell(summary: &Summary) {
    let row = |label: &str, number: u64| say(format_args!("{label:<22} {number:>10}"));
    row("rows in", summary.rows_all());
    row("people", summary.people);
    row("repeated rows", summary.repeated());
    row("with several rows", u64::from(summary.linkage.clusters));
    if summary.rows.len() > 1 {
        row("in both lists", summary.in_both);
    }
    row("possible pairs", summary.linkage.possible_pairs);
    row("unreadable", summary.rows_unreadable);
    for (list, row, fault) in summary.unreadable.iter().take(5) {
        let name = &summary.plan.layouts[*list].name;
        say(format_args!("{name}, row {row}: {}", fault.explain()));
    }
}
