//! The process that reads a stranger's file, closed in.

use std::process::ExitCode;

use clap::Args;
use plumb_jail::{EXIT_NOT_CLOSED, Limits};

use super::say;
use crate::cleaning::cleaning;

/// Most memory of a file worker, in bytes: a batch of the heaviest rows, several times over.
const MEMORY_BYTES_MAX: u64 = 1 << 30;
/// Most processor time of a file worker, in seconds: twenty times what the largest list takes.
const CPU_S_MAX: u64 = 3_600;

/// Reads one list, asked over standard input; the server starts it.
#[derive(Debug, Args)]
pub(super) struct FileWorker {
    /// Does not close the process in
    #[arg(long)]
    unsafe_no_sandbox: bool,
}

/// Runs before the program has a second thread, and before it reads anything.
pub(super) fn run(command: &FileWorker) -> ExitCode {
    let closed = if command.unsafe_no_sandbox {
        None
    } else {
        match plumb_jail::close(Limits { memory_bytes_max: MEMORY_BYTES_MAX, cpu_s_max: CPU_S_MAX }) {
            Ok(closed) => Some(closed),
            Err(error) => {
                say(error);
                return ExitCode::from(EXIT_NOT_CLOSED);
            }
        }
    };
    match plumb_source::serve(&cleaning(), closed, std::io::stdin(), std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
