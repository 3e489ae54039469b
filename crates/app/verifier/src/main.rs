//! `plumb-verify`: checks what the audit log of a Plumbline installation has given out. It reads files, prints what it
//! found and ends; it opens no connection and knows nothing of the server.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use plumb_verifier::{Answer, Check};

/// Checks bundles, receipts and checkpoints of a Plumbline audit log, offline.
///
/// Exit codes: 0 good, 1 a file cannot be read, 2 asked wrongly, 3 a fault was found.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Answer in JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    check: Check,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.check.run() {
        Ok(answer) => {
            // A reader who closed the pipe has seen enough.
            let _ = writeln!(std::io::stdout(), "{}", text(&answer, arguments.json));
            if answer.is_good() { ExitCode::SUCCESS } else { ExitCode::from(3) }
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "plumb-verify: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn text(answer: &Answer, json: bool) -> String {
    if json { answer.to_json().to_string() } else { answer.to_string() }
}
