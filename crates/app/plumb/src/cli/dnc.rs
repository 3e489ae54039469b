//! Do-Not-Call lists in a folder of one's own, for `plumb clean --dnc`: no server, no database.

mod show;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use plumb_base::ImportId;
use plumb_screen::bits::{Kind, Load as Asked, LoadError, Loaded, Progress, Shelf};
use plumb_screen::domain::registry::Registry;
use plumb_screen::reader::{Change, Columns, Form, Layout, Names};

use super::listfile::{delimiter, when_asked_to_stop};
use super::summary::ProgressLine;
use super::{Failed, print};

const EXAMPLES: &str = "Examples:
  plumb dnc load list.zip --dir dnc --holder 'Example Ltd' --version-date 2026-11-01 --every-area-code
  plumb dnc load changes.csv --dir dnc --holder 'Example Ltd' --version-date 2026-11-15 --changes-of 2026-11-01 \\
      --columns number=1,change=3
  plumb dnc load florida.txt --dir dnc --registry fl --holder 'Example Ltd' --version-date 2026-11-01
  plumb dnc status --dir dnc
  plumb clean contacts.csv -o clean.csv --dnc dnc

Whole lists and files of changes; plain, gzip or zip; one number a line, columns, or XML. A list belongs to whoever holds
the subscription: keep one folder for each holder.

Exit codes: 0 done; 1 failed, or the file was refused; 2 asked wrongly; 4 there is no such file; 75 another version is
being loaded just now. The version that was in force stays so unless the new one is complete.";

/// Load Do-Not-Call lists into a folder for `plumb clean`, without a server
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Dnc {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Load a registry's list, or changes to it
    Load(Box<Load>),
    /// Say what is loaded, and how old it is
    Status(Status),
}

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
struct Load {
    /// The file as the registry gave it
    file: PathBuf,
    /// Folder of the lists; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Whose list it is: federal, or the state (co, fl, in, la, ma, mo, ms, ok, pa, tn, tx, wy)
    #[arg(long, value_name = "NAME", default_value = "federal")]
    registry: Registry,
    /// Who holds the subscription
    #[arg(long, value_name = "NAME")]
    holder: String,
    /// The date that the registry states
    #[arg(long, value_name = "YYYY-MM-DD")]
    version_date: NaiveDate,
    /// The day on which you obtained it [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    obtained_on: Option<NaiveDate>,
    /// The file has the changes to the version of this date, and not the whole list
    #[arg(long, value_name = "YYYY-MM-DD")]
    changes_of: Option<NaiveDate>,
    /// What every entry of a change file does, where the entries do not say it
    #[arg(long, value_name = "WHAT", requires = "changes_of")]
    every: Option<Every>,
    /// The list speaks about every area code, and not only about those in the file
    #[arg(long)]
    every_area_code: bool,
    /// Which column has what, counted from 1, such as area=1,number=2,change=3
    #[arg(long, value_name = "WHAT=N,…", value_parser = columns, conflicts_with = "elements")]
    columns: Option<Columns>,
    /// What stands between columns [default: ,]
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter, requires = "columns")]
    delimiter: Option<u8>,
    /// The first line names the columns
    #[arg(long, requires = "columns")]
    header: bool,
    /// The word for an added number in the column `change`, where it is not a usual one
    #[arg(long, value_name = "WORD", requires = "columns")]
    added: Vec<String>,
    /// The word for a deleted number in the column `change`, where it is not a usual one
    #[arg(long, value_name = "WORD", requires = "columns")]
    deleted: Vec<String>,
    /// Which elements of XML have what, where they are not called as usual, such as area=region,number=line
    #[arg(long, value_name = "WHAT=NAME,…", value_parser = elements)]
    elements: Option<Names>,
    /// Take a list that differs by more than 5 % from the one before, and area codes that are not in use
    #[arg(long)]
    accept_unusual: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Every {
    Add,
    Delete,
}

#[derive(Debug, Args)]
struct Status {
    /// Folder of the lists
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

/// `what=value` for each part between commas.
fn pairs(text: &str) -> Result<Vec<(&str, &str)>, String> {
    text.split(',').map(|part| part.split_once('=').ok_or_else(|| format!("{part:?} is not WHAT=VALUE"))).collect()
}

fn columns(text: &str) -> Result<Columns, String> {
    let mut columns = Columns { number: 0, ..Columns::default() };
    for (what, column) in pairs(text)? {
        let column = column.trim().parse().map_err(|_| format!("{column:?} is not the number of a column"))?;
        match what.trim() {
            "number" => columns.number = column,
            "area" => columns.area = Some(column),
            "change" => columns.change = Some(column),
            other => return Err(format!("there is no {other:?}; there are number, area, change")),
        }
    }
    match columns.fault() {
        _ if columns.number == 0 => Err("say which column has the number, as number=1".to_owned()),
        Some(fault) => Err(fault.to_owned()),
        None => Ok(columns),
    }
}

fn elements(text: &str) -> Result<Names, String> {
    let mut names = Names { number: Vec::new(), area: Vec::new() };
    for (what, name) in pairs(text)? {
        match what.trim() {
            "number" => names.number.push(name.trim().to_owned()),
            "area" => names.area.push(name.trim().to_owned()),
            other => return Err(format!("there is no {other:?}; there are number, area")),
        }
    }
    if names.number.is_empty() {
        Err("say which element has the number, as number=phone".to_owned())
    } else {
        Ok(names)
    }
}

impl Load {
    fn asked(self) -> Result<Asked, Failed> {
        let today = plumb_base::Clock::System.now().date_naive();
        let layout = match (self.columns, self.elements) {
            (Some(mut columns), _) => {
                columns.delimiter = self.delimiter.map_or(columns.delimiter, char::from);
                columns.header = self.header;
                columns.added.extend(self.added);
                columns.deleted.extend(self.deleted);
                if let Some(fault) = columns.fault() {
                    return Err(Failed::Usage(fault.to_owned()));
                }
                Layout::Columns(columns)
            }
            (None, Some(names)) => Layout::Xml(names),
            (None, None) => Layout::Lines,
        };
        let every = self.every.map(|every| match every {
            Every::Add => Change::Add,
            Every::Delete => Change::Delete,
        });
        Ok(Asked {
            registry: self.registry,
            kind: self.changes_of.map_or(Kind::Full, |based_on| Kind::Change { based_on }),
            version: ImportId::fresh().to_string(),
            holder: self.holder,
            version_date: self.version_date,
            obtained_on: self.obtained_on.unwrap_or(today),
            today,
            form: Form { layout, every },
            covers_all: self.every_area_code,
            accept_unusual: self.accept_unusual,
        })
    }
}

pub(super) async fn run(command: Dnc, json: bool) -> anyhow::Result<()> {
    match command.command {
        Command::Load(command) => {
            let (shelf, file) = (Shelf::at(&command.dir), command.file.clone());
            let loaded = load(shelf, &file, command.asked()?).await?;
            if json {
                print(show::loaded_json(&loaded));
            } else {
                show::loaded(&loaded);
            }
        }
        Command::Status(Status { dir }) => {
            let at = plumb_base::Clock::System.now();
            let library = Shelf::at(&dir).open(None).with_context(|| dir.display().to_string())?;
            if json {
                print(show::status_json(&library, at));
            } else {
                show::status(&dir, &library, at);
            }
        }
    }
    Ok(())
}

/// Loads on a thread of its own, with its progress on standard error, until Ctrl-C.
async fn load(shelf: Shelf, path: &Path, asked: Asked) -> anyhow::Result<Loaded> {
    const LOOK_EVERY: Duration = Duration::from_millis(200);
    let mut file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Failed::Missing(format!("there is no file {}", path.display())).into());
        }
        opened => opened.with_context(|| format!("{} cannot be read", path.display()))?,
    };
    let bytes = file.metadata()?.len().max(1);
    let progress = Arc::new(Progress::default());
    let (watched, stopped) = (Arc::clone(&progress), Arc::clone(&progress));
    tokio::spawn(when_asked_to_stop(move || stopped.stop()));
    let mut work = tokio::task::spawn_blocking(move || shelf.load(&asked, &mut file, &watched));
    let mut line = ProgressLine::new();
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    let loaded = loop {
        tokio::select! {
            done = &mut work => break done?,
            _ = ticks.tick() => {
                let percent = progress.bytes_read().min(bytes) * 100 / bytes;
                line.show(&format!("loading    {percent:>3} %"));
            }
        }
    };
    line.clear();
    loaded.map_err(|error| failed(error, path))
}

fn failed(error: LoadError, path: &Path) -> anyhow::Error {
    match error {
        LoadError::Dates(_) | LoadError::NothingLoaded | LoadError::WrongBase { .. } => {
            Failed::Usage(error.to_string()).into()
        }
        LoadError::Busy => Failed::Later(error.to_string()).into(),
        LoadError::Stopped => anyhow::anyhow!("stopped; the version that was in force stays so"),
        other => anyhow::Error::new(other).context(format!("{} was not loaded", path.display())),
    }
}

#[cfg(test)]
mod tests;
