//! The binary: reads the command line, runs the command, turns its end into an exit code.

use std::process::ExitCode;

use clap::Parser as _;
use plumb::cli::Cli;

fn main() -> ExitCode {
    plumb::cli::run(Cli::parse())
}
