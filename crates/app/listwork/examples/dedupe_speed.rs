//! Compares the rows of a list, or of two, and says how much processor time and memory that took, and how good the
//! answer is where a column says who is who: `dedupe_speed OUTPUT LIST [LIST] [--truth COLUMN] [--threads N]`. Of `rec-12-dup-0`
//! the first two parts count, as in the lists of febrl.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "it is started by hand, and says what it measured")]

use std::collections::HashMap;
use std::path::Path;

use plumb_listwork::dedupe::{self, Options};
use plumb_listwork::{Place, Stop};
use plumb_table::{Batch, Chunk, Dialect};

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut option = |name: &str| {
        let at = args.iter().position(|arg| arg == name)?;
        args.remove(at);
        Some(args.remove(at))
    };
    let (truth, threads) = (option("--truth"), option("--threads"));
    let place = |name: &String| Place::of(Path::new(name));
    let mut options =
        Options::new(args[1..].iter().map(place).collect(), Some(place(&args[0])), plumb_base::Clock::System.now());
    options.list.threads = threads.map_or(1, |n| n.parse().unwrap());
    options.list.force = true;
    // The list must not know the answer.
    options.list.map = truth.iter().map(|column| format!("{column}=-")).collect();
    match dedupe::run(&options, &Stop::default(), &mut |_| {}) {
        Ok(summary) => {
            let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
            let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
            let [user, system] = [11, 12].map(|at| fields[at].parse::<f64>().unwrap() / 100.0);
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
            println!(
                "{} rows, {} people, {} possible, user {user:.2} s, system {system:.2} s, {peak}",
                summary.rows_all(),
                summary.people,
                summary.linkage.possible_pairs
            );
            if let Some(truth) = truth {
                score(&std::fs::read(&args[0]).unwrap(), &truth);
            }
        }
        Err(error) => println!("{error}"),
    }
}

/// Pairs in one cluster against pairs of one person.
fn score(output: &[u8], truth: &str) {
    let mut batch = Batch::default();
    batch.read(&mut Chunk::of(output.to_vec()), Dialect::default(), 0, "");
    let mut rows = batch.cells().iter();
    let header = rows.next().unwrap();
    let column = |name: &str| header.iter().position(|cell| cell.trim() == name).unwrap();
    let (truth, found) = (column(truth), column("plumb_cluster_id"));
    let mut counts = [HashMap::new(), HashMap::new(), HashMap::new()];
    for row in rows {
        let person = row.get(truth).unwrap().trim();
        let person = if person.starts_with("rec-") {
            person.split('-').take(2).collect::<Vec<_>>().join("-")
        } else {
            person.to_owned()
        };
        let cluster = row.get(found).unwrap().to_owned();
        let keys = [person.clone(), cluster.clone(), format!("{person}\0{cluster}")];
        for (counts, key) in counts.iter_mut().zip(keys) {
            *counts.entry(key).or_insert(0_u64) += 1;
        }
    }
    let [real, said, right] = counts.map(|counts| counts.values().map(|n| n * (n - 1) / 2).sum::<u64>() as f64);
    let (precision, recall) = (right / said.max(1.0), right / real.max(1.0));
    let f1 = 2.0 * precision * recall / (precision + recall);
    println!("precision {precision:.4}, recall {recall:.4}, F1 {f1:.4}");
}
