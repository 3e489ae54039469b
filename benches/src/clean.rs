//! `plumb clean` on a list as it comes, on one and on two threads, beside what else people clean lists with.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;

use crate::figure::{figure, say, title};
use crate::workbench::Scratch;
use crate::{proc, rows};

/// Environment variable that names the Python with the peers in it.
const PYTHON: &str = "PLUMB_PEERS_PYTHON";
const PEERS: [&str; 3] = ["pandas", "polars", "duckdb"];

/// What of it.
#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    /// Rows of the list that is cleaned
    #[arg(long, default_value_t = 1_000_000)]
    clean_rows: u64,
    /// Clean it with pandas, polars and DuckDB too, by the Python that PLUMB_PEERS_PYTHON names
    #[arg(long)]
    clean_peers: bool,
}

/// What a program used.
struct Cost {
    cpu_seconds: f64,
    peak_mb: f64,
}

pub(crate) fn run(asked: &CleanArgs) -> anyhow::Result<()> {
    let scratch = Scratch::new("clean")?;
    let list = scratch.path().join("list.csv");
    rows::write(asked.clean_rows, &mut std::io::BufWriter::new(std::fs::File::create(&list)?))?;
    let bytes = list.metadata()?.len();
    title(format_args!("Cleaning a list file of {} rows and 14 columns, {} MB", asked.clean_rows, bytes / 1_000_000));
    let program = std::env::current_exe()?.with_file_name("plumb");
    if !program.exists() {
        bail!("{} is missing: build it with `cargo build --release -p plumb`", program.display());
    }
    for threads in [1, 2] {
        let output = scratch.path().join("clean.csv");
        let mut command = Command::new(&program);
        command.arg("clean").arg(&list).arg("-o").arg(&output).args(["--force", "--threads", &threads.to_string()]);
        let cost = measured(&mut command)?;
        show(
            &format!("plumb clean, {threads} thread(s)"),
            asked.clean_rows,
            &cost,
            if threads == 1 { "≥ 500 000" } else { "" },
        );
    }
    if asked.clean_peers {
        let python = std::env::var(PYTHON).with_context(|| format!("{PYTHON} names no Python"))?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/clean.py");
        for peer in PEERS {
            let mut command = Command::new(&python);
            command.arg(&script).arg(peer).arg(&list).arg(scratch.path().join("peer.csv"));
            match measured(&mut command) {
                Ok(cost) => show(peer, asked.clean_rows, &cost, ""),
                Err(error) => say(format_args!("  {peer}: {error:#}")),
            }
        }
    }
    Ok(())
}

fn show(name: &str, rows: u64, cost: &Cost, target: &str) {
    figure(format_args!("{name}: rows per CPU second"), format_args!("{:.0}", rows as f64 / cost.cpu_seconds), target);
    figure(format_args!("{name}: peak memory, MB"), format_args!("{:.0}", cost.peak_mb), "");
}

/// Runs a program to its end.
fn measured(command: &mut Command) -> anyhow::Result<Cost> {
    const LOOK_EVERY: Duration = Duration::from_millis(10);
    let before = proc::reaped();
    let mut child: Child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut peak_mb = 0.0_f64;
    let status = loop {
        // A process that has ended has no peak to ask for any more.
        peak_mb = peak_mb.max(proc::peak_mb(child.id()));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(LOOK_EVERY);
    };
    // Rows that cannot be read are a result, not a failure.
    if !(status.success() || status.code() == Some(3)) {
        let mut said = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            std::io::Read::read_to_string(&mut stderr, &mut said)?;
        }
        bail!("{status}: {}", said.lines().last().unwrap_or_default());
    }
    Ok(Cost { cpu_seconds: proc::reaped().since(before), peak_mb })
}
