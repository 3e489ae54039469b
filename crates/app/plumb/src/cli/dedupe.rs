//! The rows of a list, or of two, with the people they are about.

use std::path::PathBuf;

use clap::Args;
use plumb_listwork::Place;
use plumb_listwork::dedupe::{self, OneToOne, Options, Plan, Summary, Threshold, Trial};
use serde_json::json;

use super::listfile::{self, ListArgs, count};
use super::{print, say};

const EXAMPLES: &str = "Examples:
  plumb dedupe contacts.csv --dry-run                  what would each column be taken for?
  plumb dedupe contacts.csv -o found.csv               every row, and in plumb_cluster_id the person it is about
  plumb dedupe crm.csv fair.csv -o both.csv --review look.csv
  plumb dedupe contacts.csv -o found.csv --merge merged.csv --explain
  plumb dedupe people.parquet -o found.parquet --map 'Ref=person_id' --map 'Team=-' --threshold 95

Exit codes: 0 done; 1 failed, 2 asked wrongly, 4 there is no such file: nothing was written; 3 done, and some rows could
not be read: they are in the output, with the reason in plumb_review.";

/// Find the rows of one list file, or of two, that are about the same person
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
    #[command(flatten)]
    list: ListArgs,
    /// What a column is about, as `Column name=kind` or `#3=kind`; the kind - leaves it out. The rest is proposed
    #[arg(long, value_name = "COLUMN=KIND")]
    map: Vec<String>,
    /// How sure it has to be that two rows are one person, in per cent [default: about 74]
    #[arg(long, value_name = "PER CENT", value_parser = threshold)]
    threshold: Option<Threshold>,
    /// With two lists: link rows of different lists only
    #[arg(long)]
    across: bool,
    /// With two lists: a person has one row in each at the most. Where the lists show it, that is found out
    #[arg(long)]
    one_to_one: bool,
    /// With two lists: a person may have several rows in each, whatever the lists show
    #[arg(long, conflicts_with = "one_to_one")]
    many_to_many: bool,
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
}

fn threshold(text: &str) -> Result<Threshold, String> {
    Threshold::read(text).ok_or_else(|| "it has to be above 0 and below 100, such as 90".to_owned())
}

impl Dedupe {
    fn options(self) -> Options {
        Options {
            inputs: self.files.iter().map(|file| Place::of(file)).collect(),
            list: self.list.options(self.map),
            threshold: self.threshold,
            across: self.across,
            one_to_one: match (self.one_to_one, self.many_to_many) {
                (true, _) => OneToOne::Yes,
                (_, true) => OneToOne::No,
                _ => OneToOne::Auto,
            },
            explain: self.explain,
            links: self.links,
            review: self.review,
            merge: self.merge,
        }
    }
}

pub(super) async fn run(command: Dedupe, json: bool) -> anyhow::Result<()> {
    command.list.check(json)?;
    let dry_run = command.list.dry_run;
    let options = command.options();
    if dry_run {
        let trial = listfile::try_out(move |stop| dedupe::trial(&options, stop)).await?;
        if json {
            print(trial_json(&trial));
        } else {
            proposal(&trial.plan);
            tried(&trial);
            say("Nothing was written. Leave out --dry-run to compare the whole list so, or change columns with --map.");
        }
        return Ok(());
    }
    let Some(summary) = listfile::follow(move |stop, progress| dedupe::run(&options, stop, progress)).await? else {
        return Ok(());
    };
    if json {
        print(summary.json());
    } else {
        tell(&summary);
    }
    listfile::check_whole(summary.rows_unreadable, "plumb_review")
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
    count("rows in", summary.rows_all());
    count("people", summary.people);
    count("repeated rows", summary.repeated());
    count("with several rows", u64::from(summary.linkage.clusters));
    if summary.rows.len() > 1 {
        count("in both lists", summary.in_both);
    }
    count("possible pairs", summary.linkage.possible_pairs);
    count("unreadable", summary.rows_unreadable);
    for (list, row, fault) in summary.unreadable.iter().take(5) {
        let name = &summary.plan.layouts[*list].name;
        say(format_args!("{name}, row {row}: {}", fault.explain()));
    }
}
