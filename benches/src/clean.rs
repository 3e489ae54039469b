//! `plumb clean` on a list as it comes, on one and on two threads, beside what else people clean lists with.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

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
    /// Make a list of five columns on the way and give it on standard input, so that it need not lie on the disk; the
    /// output goes nowhere. For lists that are longer than the disk has room for
    #[arg(long = "clean-stream", conflicts_with = "clean_peers")]
    streamed: bool,
}

/// What a program used.
struct Cost {
    cpu_seconds: f64,
    seconds: f64,
    peak_mb: f64,
}

pub(crate) fn run(asked: &CleanArgs) -> anyhow::Result<()> {
    let scratch = Scratch::new("clean")?;
    let program = std::env::current_exe()?.with_file_name("plumb");
    if !program.exists() {
        bail!("{} is missing: build it with `cargo build --release -p plumb`", program.display());
    }
    if asked.streamed { streamed(asked, &program, &scratch) } else { from_file(asked, &program, &scratch) }
}

fn streamed(asked: &CleanArgs, program: &Path, scratch: &Scratch) -> anyhow::Result<()> {
    title(format_args!("Cleaning a list of {} rows and {} columns on its way", asked.clean_rows, rows::NARROW));
    let mut command = Command::new(program);
    command.args(["clean", "-", "-o", "-", "--threads", "1", "--temp-dir"]).arg(scratch.path());
    let mut child = start(&mut command, Stdio::piped())?;
    let pipe = child.stdin.take().context("a pipe")?;
    let count = asked.clean_rows;
    let making = std::thread::spawn(move || {
        rows::write_columns(count, rows::NARROW, &mut std::io::BufWriter::with_capacity(1 << 20, pipe))
    });
    let cost = measured(child)?;
    making.join().map_err(|_| anyhow::anyhow!("the list could not be made"))??;
    show("plumb clean, 1 thread", count, &cost, "");
    figure("  rows per second of the clock", format_args!("{:.0}", count as f64 / cost.seconds), "");
    Ok(())
}

fn from_file(asked: &CleanArgs, program: &Path, scratch: &Scratch) -> anyhow::Result<()> {
    let list = scratch.path().join("list.csv");
    rows::write(asked.clean_rows, &mut std::io::BufWriter::new(std::fs::File::create(&list)?))?;
    let bytes = list.metadata()?.len();
    title(format_args!("Cleaning a list file of {} rows and 14 columns, {} MB", asked.clean_rows, bytes / 1_000_000));
    for threads in [1, 2] {
        let output = scratch.path().join("clean.csv");
        let mut command = Command::new(program);
        command.arg("clean").arg(&list).arg("-o").arg(&output).args(["--force", "--threads", &threads.to_string()]);
        let cost = measured(start(&mut command, Stdio::null())?)?;
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
            match start(&mut command, Stdio::null()).and_then(measured) {
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

/// Starts a program, of which only errors are heard.
fn start(command: &mut Command, stdin: Stdio) -> anyhow::Result<Child> {
    // The program takes a variable that begins with PLUMB_ for its configuration, and refuses one that it does not know.
    Ok(command.env_remove(PYTHON).stdin(stdin).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?)
}

/// Waits for a program's end.
fn measured(mut child: Child) -> anyhow::Result<Cost> {
    const LOOK_EVERY: Duration = Duration::from_millis(10);
    let (before, begun) = (proc::reaped(), Instant::now());
    let mut peak_mb = 0.0_f64;
    let status = loop {
        // A process that has ended has no peak to ask for any more.
        peak_mb = peak_mb.max(proc::peak_mb(child.id()));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(LOOK_EVERY);
    };
    let seconds = begun.elapsed().as_secs_f64();
    // Rows that cannot be read are a result, not a failure.
    if !(status.success() || status.code() == Some(3)) {
        let mut said = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            std::io::Read::read_to_string(&mut stderr, &mut said)?;
        }
        bail!("{status}: {}", said.trim());
    }
    Ok(Cost { cpu_seconds: proc::reaped().since(before), seconds, peak_mb })
}
