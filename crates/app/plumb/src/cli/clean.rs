//! A list file cleaned into another one.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use plumb_clean::{DateOrder, Flag, PrivateClass, PrivateClasses, RejectReason};
use plumb_listwork::Place;
use plumb_listwork::clean::{self, Counts, Options, Plan, Shape, Summary, Trial};
use plumb_screen::domain::standing::Dnc;
use plumb_table::Fault;
use serde_json::{Map, json};

use super::listfile::{self, ListArgs, count};
use super::{print, say};

const EXAMPLES: &str = "Examples:
  plumb clean contacts.csv --dry-run                   what would each column be taken for?
  plumb clean contacts.csv -o clean.csv --country DE   every row and column, and what was found in plumb_ columns
  plumb clean contacts.csv -o clean.csv.zst --only-keep --replace --report report.html
  plumb clean contacts.csv -o clean.csv --dnc lists --deny personal_email,mobile
  plumb clean export.parquet -o clean.parquet --map 'Work Email=email' --map 'Notes=-'
  zcat big.csv.gz | plumb clean - -o - | head

Exit codes: 0 done; 1 failed, 2 asked wrongly, 4 there is no such file: nothing was written; 3 done, and some rows could
not be read: they are in the output, with the reason in plumb_reasons.";

/// Clean a list file, without a database and without a network
///
/// Checks and normalises addresses, telephone numbers, names and places, marks duplicates and what is not to be used, and
/// says why.
///
/// The output has every row and every column of the list as they were, in their order, and further columns whose names
/// begin with plumb_. CSV of any delimiter, quoting and encoding, .gz and .zst too, and Parquet, found out from the content.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Clean {
    /// The list; - for standard input
    file: PathBuf,
    #[command(flatten)]
    list: ListArgs,
    /// What a column is about, as `Column name=field` or `#3=field`; the field - carries it along. The rest is proposed
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<String>,
    /// The product that exported the list, where it is not recognised: hubspot, apollo, clay, salesforce, instantly
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Which the list's dates write first, where its first rows do not show it
    #[arg(long, value_name = "day|month", value_parser = date_order)]
    date_order: Option<DateOrder>,
    /// Addresses and domains that are not to be used, one a line
    #[arg(long, value_name = "FILE")]
    suppress: Option<PathBuf>,
    /// Folder of Do-Not-Call lists that telephone numbers are screened against (`plumb dnc load` fills it)
    #[arg(long, value_name = "DIR")]
    dnc: Option<PathBuf>,
    /// Classes of values that are not wanted: they are left out of the plumb_ columns, and the row says so
    #[arg(long, value_name = "CLASS,…", value_delimiter = ',')]
    deny: Vec<Class>,
    /// Only the rows to keep: no duplicates, nothing suppressed, nobody unnamed
    #[arg(long)]
    only_keep: bool,
    /// Clean values in the list's own columns, in place of what stood there
    #[arg(long)]
    replace: bool,
    /// Put an apostrophe before cells that a spreadsheet would run as formulas
    #[arg(long)]
    guard_formulas: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Class {
    /// An address with a provider where anybody can have one
    PersonalEmail,
    /// A number of a range for mobiles alone
    Mobile,
    /// A street from a column that says it is the home
    HomeAddress,
}

impl From<Class> for PrivateClass {
    fn from(class: Class) -> Self {
        match class {
            Class::PersonalEmail => Self::PersonalEmail,
            Class::Mobile => Self::Mobile,
            Class::HomeAddress => Self::HomeAddress,
        }
    }
}

fn date_order(word: &str) -> Result<DateOrder, String> {
    match word {
        "day" => Ok(DateOrder::DayFirst),
        "month" => Ok(DateOrder::MonthFirst),
        _ => Err("it has to be day or month".to_owned()),
    }
}

impl Clean {
    fn options(self) -> Options {
        Options {
            input: Place::of(&self.file),
            list: self.list.options(self.map),
            preset: self.preset,
            date_order: self.date_order,
            suppress: self.suppress,
            dnc: self.dnc,
            denied: self.deny.into_iter().map(PrivateClass::from).fold(PrivateClasses::default(), PrivateClasses::with),
            shape: Shape { only_keep: self.only_keep, replace: self.replace, guard_formulas: self.guard_formulas },
        }
    }
}

pub(super) async fn run(command: Clean, json: bool) -> anyhow::Result<()> {
    command.list.check(json)?;
    let dry_run = command.list.dry_run;
    let options = command.options();
    if dry_run {
        let trial = listfile::try_out(move |stop| clean::trial(&options, stop)).await?;
        if json {
            print(trial_json(&trial));
        } else {
            proposal(&trial.plan);
            counts(&trial.counts);
            say("Nothing was written. Leave out --dry-run to clean the list so, or change columns with --map.");
        }
        return Ok(());
    }
    let Some(summary) = listfile::follow(move |stop, progress| clean::run(&options, stop, progress)).await? else {
        return Ok(());
    };
    if json {
        print(summary.json());
    } else {
        tell(&summary);
    }
    listfile::check_whole(summary.counts.broken(), "plumb_reasons")
}

fn trial_json(trial: &Trial) -> serde_json::Value {
    json!({
        "layout": trial.plan.layout.json(),
        "preset": trial.plan.preset,
        "columns": trial.plan.columns,
        "date_order": trial.plan.date_order,
        "rows_tried": trial.counts.rows,
        "email": clean::summary::email(&trial.counts),
        "reasons": clean::summary::reasons(&trial.counts),
        "dnc": screened(&trial.counts).map(|(dnc, n)| (dnc.as_str().to_owned(), json!(n))).collect::<Map<_, _>>(),
    })
}

fn proposal(plan: &Plan) {
    if let Some(preset) = &plan.preset {
        print(format_args!("An export of {preset}."));
    }
    for column in &plan.columns {
        let field = match (column.field, column.warning) {
            (Some(field), _) => field.code(),
            (None, Some(_)) => "(not taken!)",
            (None, None) => "(carried along)",
        };
        print(format_args!("{:<24} {field:<16} {}", column.name, column.reason));
    }
    print("");
}

fn counts(counts: &Counts) {
    print(format_args!("{:<22} {:>10}", "rows looked at", counts.rows));
    reasons(counts);
    for (dnc, number) in screened(counts) {
        print(format_args!("dnc {:<18} {number:>10}  {}", dnc.as_str(), dnc.sentence()));
    }
}

/// What Do-Not-Call lists say of how many numbers.
fn screened(counts: &Counts) -> impl Iterator<Item = (Dnc, u64)> {
    Dnc::ALL.into_iter().zip(counts.dnc).filter(|(_, number)| *number > 0)
}

fn tell(summary: &Summary) {
    count("rows in", summary.counts.rows);
    count("to keep", summary.rows_kept);
    count("duplicates", summary.duplicates);
    count("suppressed", summary.counts.suppressed);
    count("name nobody", summary.counts.rejects.iter().sum());
    count("unreadable", summary.counts.broken());
    if summary.counts.formulas > 0 {
        count("formula-like cells", summary.counts.formulas);
    }
    for (class, number) in summary.counts.withheld() {
        if number > 0 {
            count(&format!("{} left out", class.replace('_', " ")), number);
        }
    }
    for (dnc, number) in screened(&summary.counts) {
        count(&format!("numbers {}", dnc.as_str().replace('_', " ")), number);
    }
    count("rows written", summary.rows_written);
    summary.dnc_words().iter().for_each(say);
    for (row, fault) in summary.counts.unreadable.iter().take(5) {
        say(format_args!("row {row}: {}", fault.explain()));
    }
}

/// What was found, most frequent first.
fn reasons(counts: &Counts) {
    let faults = Fault::ALL.iter().zip(&counts.faults).map(|(fault, n)| (*n, fault.code(), fault.explain()));
    let rejects = RejectReason::ALL.iter().zip(&counts.rejects).map(|(why, n)| (*n, why.code(), why.explain()));
    let flags = Flag::ALL.iter().zip(counts.flags.iter()).map(|(flag, n)| (*n, flag.code(), flag.explain()));
    let mut all: Vec<_> = faults.chain(rejects).chain(flags).filter(|(n, ..)| *n > 0).collect();
    all.sort_by_key(|(n, code, _)| (std::cmp::Reverse(*n), *code));
    for (n, code, words) in all {
        print(format_args!("{code:<22} {n:>10}  {words}"));
    }
}
