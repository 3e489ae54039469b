//! Cleans a list and says how much processor time and memory that took: `clean_speed LIST OUTPUT [THREADS]`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool to measure with")]

use std::path::Path;

use plumb_listwork::Stop;
use plumb_listwork::clean::{self, Options, Place};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut options = Options::new(
        Place::of(Path::new(&args[1])),
        Some(Place::of(Path::new(&args[2]))),
        plumb_base::Clock::System.now(),
    );
    options.threads = args.get(3).map_or(1, |n| n.parse().unwrap_or(1));
    options.force = true;
    let started = std::time::Instant::now();
    let summary = clean::run(&options, &Stop::default(), &mut |_| {});
    let wall = started.elapsed().as_secs_f64();
    match summary {
        Ok(summary) => {
            let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
            let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
            let [user, system] = [11, 12].map(|at| fields[at].parse::<f64>().unwrap() / 100.0);
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
            let rows = summary.counts.rows as f64;
            println!("{:#}", summary.json()["reasons"]);
            println!(
                "{rows} rows, {} kept, user {user:.2} s, system {system:.2} s, wall {wall:.2} s, {:.0} rows/CPU-s, {peak}",
                summary.rows_kept,
                rows / (user + system),
            );
        }
        Err(error) => println!("{error}"),
    }
}
