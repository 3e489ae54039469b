//! A list file cleaned into another one.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use plumb_base::Country;
use plumb_clean::{Flag, RejectReason};
use plumb_listwork::clean::{self, Counts, FileFormat, Options, Place, Plan, Progress, Shape, Step, Summary, Trial};
use plumb_listwork::{ListError, Stop};
use plumb_table::{Asked, Encoding, Fault, Refusal};
use serde_json::json;

use super::{Failed, print, say, summary::ProgressLine};

const EXAMPLES: &str = "Examples:
  plumb clean contacts.csv --dry-run                   what would each column be taken for?
  plumb clean contacts.csv -o clean.csv --country DE   every row and column, and what was found in plumb_ columns
  plumb clean contacts.csv -o clean.csv.zst --only-keep --replace --report report.html
  plumb clean export.parquet -o clean.parquet --map 'Work Email=email' --map 'Notes=-'
  zcat big.csv.gz | plumb clean - -o - | head

Exit codes: 0 done; 1 failed, nothing was written; 2 asked wrongly, nothing was written; 3 done, and some rows could not
be read: they are in the output, with the reason in plumb_reasons.";

/// Cleans a list: checks and normalises addresses, telephone numbers, names and places, marks duplicates and what is not
/// to be used, and says why.
///
/// The output has every row and every column of the list as they were, in their order, and further columns whose names
/// begin with plumb_. CSV of any delimiter, quoting and encoding, .gz and .zst too, and Parquet, found out from the content.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Clean {
    /// The list; - for standard input
    file: PathBuf,
    /// Where the clean list goes; - for standard output. By its name .csv, .csv.gz, .csv.zst or .parquet
    #[arg(short, long, value_name = "FILE", required_unless_present = "dry_run")]
    output: Option<PathBuf>,
    /// What a column is about, as `Column name=field` or `#3=field`; the field - carries it along. The rest is proposed
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<String>,
    /// The product that exported the list, where it is not recognised: hubspot, apollo, clay, salesforce, instantly
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Country of telephone numbers that say none, such as DE
    #[arg(long, value_name = "CC")]
    country: Option<Country>,
    /// Addresses and domains that are not to be used, one a line
    #[arg(long, value_name = "FILE")]
    suppress: Option<PathBuf>,
    /// Only the rows to keep: no duplicates, nothing suppressed, nobody unnamed
    #[arg(long)]
    only_keep: bool,
    /// Clean values in the list's own columns, in place of what stood there
    #[arg(long)]
    replace: bool,
    /// Put an apostrophe before cells that a spreadsheet would run as formulas
    #[arg(long)]
    guard_formulas: bool,
    /// Write a report: one HTML page with counts, reasons and masked examples
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Show what would be done, and clean the first rows, without writing anything
    #[arg(long)]
    dry_run: bool,
    /// Replace the output and the report if they are there
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
    /// How many threads clean [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Where rows wait while duplicates are looked for [default: beside the output]
    #[arg(long, value_name = "DIR")]
    temp_dir: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    Csv,
    Parquet,
}

pub(super) fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if matches!(text, "tab" | "\\t") => Ok(b'\t'),
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'\n' | b'\r') => Ok(*byte),
        _ => Err("it has to be one ASCII character that is no letter, digit or line break, or `tab`".to_owned()),
    }
}

pub(super) fn encoding(name: &str) -> Result<Encoding, String> {
    Encoding::named(name).ok_or_else(|| "it has to be utf-8, utf-16le, utf-16be, windows-1252 or latin-1".to_owned())
}

impl Clean {
    fn options(self) -> Options {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        Options {
            format: self.format.map(|format| match format {
                Format::Csv => FileFormat::Csv,
                Format::Parquet => FileFormat::Parquet,
            }),
            map: self.map,
            preset: self.preset,
            country: self.country,
            asked: Asked { delimiter: self.delimiter, quote: self.quote, no_header: self.no_header },
            encoding: self.encoding,
            suppress: self.suppress,
            threads: self.threads.map_or_else(processors, usize::from),
            shape: Shape { only_keep: self.only_keep, replace: self.replace, guard_formulas: self.guard_formulas },
            report: self.report,
            force: self.force,
            spool_folder: self.temp_dir,
            ..Options::new(
                Place::of(&self.file),
                self.output.as_deref().map(Place::of),
                plumb_base::Clock::System.now(),
            )
        }
    }
}

pub(super) async fn run(command: Clean, json: bool) -> anyhow::Result<()> {
    let dry_run = command.dry_run;
    let options = command.options();
    if json && !dry_run && options.output == Some(Place::Standard) {
        return Err(Failed::Usage("the list and the summary cannot both go to standard output".to_owned()).into());
    }
    let stop = Stop::default();
    tokio::spawn(stop_when_asked(stop.clone()));
    if dry_run {
        let trial = work(move || clean::trial(&options, &stop)).await?;
        if json {
            print(trial_json(&trial));
        } else {
            proposal(&trial.plan);
            counts(&trial.counts);
            say("Nothing was written. Leave out --dry-run to clean the list so, or change columns with --map.");
        }
        return Ok(());
    }
    let summary = work(move || {
        let mut line = Line::new();
        let summary = clean::run(&options, &stop, &mut |progress| line.show(progress));
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
        let broken = summary.counts.broken();
        return Err(Failed::Partly(format!(
            "{broken} row(s) could not be read; they are in the output, with the reason in plumb_reasons"
        ))
        .into());
    }
    Ok(())
}

/// Does the work on a thread of its own.
pub(super) async fn work<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ListError> + Send + 'static,
) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await?.map_err(|error| match error {
        ListError::Usage(words) => Failed::Usage(words).into(),
        other => other.into(),
    })
}

/// The first Ctrl-C asks the work to end, the second one ends the program. Neither leaves a part of a file.
pub(super) async fn stop_when_asked(stop: Stop) {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! { _ = tokio::signal::ctrl_c() => {}, _ = terminated => {} }
    stop.ask();
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(1);
    }
}

/// The reader of standard output went away, as `head` does.
pub(super) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(ListError::Io { error, .. } | ListError::Refused { refusal: Refusal::Io(error), .. })
        if error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The progress on standard error, some times a second.
struct Line {
    line: ProgressLine,
    shown: Option<Instant>,
}

impl Line {
    fn new() -> Self {
        Self { line: ProgressLine::new(), shown: None }
    }

    fn show(&mut self, progress: Progress) {
        const EVERY: Duration = Duration::from_millis(200);
        if self.shown.is_some_and(|shown| shown.elapsed() < EVERY) {
            return;
        }
        self.shown = Some(Instant::now());
        let step = match progress.step {
            Step::Cleaning => "cleaning",
            Step::Writing => "writing ",
        };
        let percent = progress.percent.map_or_else(String::new, |percent| format!("{percent:>3} %  "));
        self.line.show(&format!("{step}  {percent}{} rows", progress.rows));
    }

    fn end(self) {
        // What was done is said in full afterwards.
        if std::io::stderr().is_terminal() && self.shown.is_some() {
            self.line.end();
        }
    }
}

fn trial_json(trial: &Trial) -> serde_json::Value {
    json!({
        "layout": clean::summary::layout(&trial.plan),
        "preset": trial.plan.preset,
        "columns": trial.plan.columns,
        "rows_tried": trial.counts.rows,
        "email": clean::summary::email(&trial.counts),
        "reasons": clean::summary::reasons(&trial.counts),
    })
}

fn proposal(plan: &Plan) {
    if let Some(preset) = &plan.preset {
        print(format_args!("An export of {preset}."));
    }
    for column in &plan.columns {
        let field = column.field.map_or("(carried along)", plumb_clean::Field::code);
        print(format_args!("{:<24} {field:<16} {}", column.name, column.reason));
    }
    print("");
}

fn counts(counts: &Counts) {
    print(format_args!("{:<22} {:>10}", "rows looked at", counts.rows));
    reasons(counts);
}

fn tell(summary: &Summary) {
    let row = |label: &str, number: u64| say(format_args!("{label:<22} {number:>10}"));
    row("rows in", summary.counts.rows);
    row("to keep", summary.rows_kept);
    row("duplicates", summary.duplicates);
    row("suppressed", summary.counts.suppressed);
    row("name nobody", summary.counts.rejects.iter().sum());
    row("unreadable", summary.counts.broken());
    if summary.counts.formulas > 0 {
        row("formula-like cells", summary.counts.formulas);
    }
    row("rows written", summary.rows_written);
    for (row, fault) in summary.counts.unreadable.iter().take(5) {
        say(format_args!("row {row}: {}", fault.explain()));
    }
}

/// What was found, most frequent first.
fn reasons(counts: &Counts) {
    let faults = Fault::ALL.iter().zip(&counts.faults).map(|(fault, n)| (*n, fault.code(), fault.explain()));
    let rejects = RejectReason::ALL.iter().zip(&counts.rejects).map(|(why, n)| (*n, why.code(), why.explain()));
    let flags = Flag::ALL.iter().zip(&counts.flags).map(|(flag, n)| (*n, flag.code(), flag.explain()));
    let mut all: Vec<_> = faults.chain(rejects).chain(flags).filter(|(n, ..)| *n > 0).collect();
    all.sort_by_key(|(n, code, _)| (std::cmp::Reverse(*n), *code));
    for (n, code, words) in all {
        print(format_args!("{code:<22} {n:>10}  {words}"));
    }
}
