//! What the commands that work on list files share: their arguments, their progress, and how they end.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use plumb_base::Country;
use plumb_listwork::{FileFormat, ListError, ListOptions, Place, Progress, Step, Stop};
use plumb_table::{Asked, Encoding, Refusal};

use super::{Failed, say, summary::ProgressLine};

/// Arguments of every command that takes a list from files to files.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Where the rows go; - for standard output. By its name .csv, .csv.gz, .csv.zst or .parquet
    #[arg(short, long, value_name = "FILE", required_unless_present = "dry_run")]
    output: Option<PathBuf>,
    /// Country of telephone numbers that say none, such as DE
    #[arg(long, value_name = "CC")]
    country: Option<Country>,
    /// Write a report: one HTML page with counts, reasons and masked examples
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Show what would be done, and try it on the first rows, without writing anything
    #[arg(long)]
    pub(super) dry_run: bool,
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
    /// How many threads work [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Where rows wait until they are written [default: beside the output]
    #[arg(long, value_name = "DIR")]
    temp_dir: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Csv,
    Parquet,
}

/// A character that stands between cells or around them.
pub(super) fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if matches!(text, "tab" | "\\t") => Ok(b'\t'),
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'\n' | b'\r') => Ok(*byte),
        _ => Err("it has to be one ASCII character that is no letter, digit or line break, or `tab`".to_owned()),
    }
}

fn encoding(name: &str) -> Result<Encoding, String> {
    Encoding::named(name).ok_or_else(|| "it has to be utf-8, utf-16le, utf-16be, windows-1252 or latin-1".to_owned())
}

impl ListArgs {
    /// The options that they amount to; `map` says what columns are about.
    pub(super) fn options(self, map: Vec<String>) -> ListOptions {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        ListOptions {
            format: self.format.map(|format| match format {
                Format::Csv => FileFormat::Csv,
                Format::Parquet => FileFormat::Parquet,
            }),
            map,
            country: self.country,
            asked: Asked { delimiter: self.delimiter, quote: self.quote, no_header: self.no_header },
            encoding: self.encoding,
            threads: self.threads.map_or_else(processors, usize::from),
            report: self.report,
            force: self.force,
            spool_folder: self.temp_dir,
            ..ListOptions::new(self.output.as_deref().map(Place::of), plumb_base::Clock::System.now())
        }
    }

    /// Refuses a list and a summary that would mix.
    pub(super) fn check(&self, json: bool) -> Result<(), Failed> {
        let standard = self.output.as_deref().is_some_and(|path| Place::of(path) == Place::Standard);
        if json && !self.dry_run && standard {
            return Err(Failed::Usage("the list and the summary cannot both go to standard output".to_owned()));
        }
        Ok(())
    }
}

/// Does work on a thread of its own, with its progress on standard error, until Ctrl-C. Nothing if the reader of standard
/// output went away meanwhile, as `head` does.
pub(super) async fn follow<T: Send + 'static>(
    work: impl FnOnce(&Stop, &mut dyn FnMut(Progress)) -> Result<T, ListError> + Send + 'static,
) -> anyhow::Result<Option<T>> {
    let done = try_out(move |stop| {
        let mut line = Line { line: ProgressLine::new(), shown: None };
        let done = work(stop, &mut |progress| line.show(progress));
        line.end();
        done
    });
    match done.await {
        Err(error) if is_closed_pipe(&error) => Ok(None),
        done => done.map(Some),
    }
}

/// Does work on a thread of its own, until Ctrl-C.
pub(super) async fn try_out<T: Send + 'static>(
    work: impl FnOnce(&Stop) -> Result<T, ListError> + Send + 'static,
) -> anyhow::Result<T> {
    let stop = Stop::default();
    let asked = stop.clone();
    tokio::spawn(when_asked_to_stop(move || asked.ask()));
    tokio::task::spawn_blocking(move || work(&stop)).await?.map_err(|error| match error {
        ListError::Usage(words) => Failed::Usage(words).into(),
        missing @ ListError::Missing(_) => Failed::Missing(missing.to_string()).into(),
        other => other.into(),
    })
}

/// The first Ctrl-C asks the work to end, the second one ends the program. Neither leaves a part of a file.
pub(super) async fn when_asked_to_stop(stop: impl FnOnce()) {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! { _ = tokio::signal::ctrl_c() => {}, _ = terminated => {} }
    stop();
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(1);
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(ListError::Io { error, .. } | ListError::Refused { refusal: Refusal::Io(error), .. })
        if error.kind() == std::io::ErrorKind::BrokenPipe)
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
        let percent = progress.percent.map_or_else(String::new, |percent| format!("{percent:>3} %  "));
        self.line.show(&format!("{:<9}  {percent}{} rows", progress.step.word(), progress.rows));
    }

    fn end(self) {
        // What was done is said in full afterwards.
        if std::io::stderr().is_terminal() && self.shown.is_some() {
            self.line.end();
        }
    }
}

/// Says, with its exit code, that some rows could not be read, if there are any; `column` has the reason.
pub(super) fn check_whole(broken: u64, column: &str) -> anyhow::Result<()> {
    if broken == 0 {
        return Ok(());
    }
    let words = format!("{broken} row(s) could not be read; they are in the output, with the reason in {column}");
    Err(Failed::Partly(words).into())
}

/// One count on standard error.
pub(super) fn count(label: &str, number: u64) {
    say(format_args!("{label:<22} {number:>10}"));
}
