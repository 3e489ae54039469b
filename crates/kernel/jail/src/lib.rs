//! A process that reads a stranger's file gives up everything else first: no file can be opened, no program started,
//! no socket made. What it was handed, it keeps (claim 127).
//!
//! Landlock alone does not take UDP away, and seccomp alone knows no paths, so both are used, and then each escape is
//! tried: a process that is not closed in after [`close`] is told so and must end. Descriptors that it was started with by
//! accident stay open and are of no use: only the first three may be read or written.

#[cfg(target_os = "linux")]
mod linux;

use serde::{Deserialize, Serialize};

/// Exit code of a worker that could not be closed in (`EX_CONFIG` of sysexits.h): the machine lacks something.
pub const EXIT_NOT_CLOSED: u8 = 78;

/// What a closed process may use, beside the descriptors that it holds.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most memory that it may address, in bytes.
    pub memory_bytes_max: u64,
    /// Most processor time that it may use, in seconds.
    pub cpu_s_max: u64,
}

/// The evidence that a process is closed in: what was tried after closing, and failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Release of the running kernel.
    pub kernel: String,
    /// Each escape that was tried and refused, in closed words.
    pub refused: Vec<String>,
}

/// Why a process is not closed in. Whoever gets one must not read the file.
#[derive(Debug, thiserror::Error)]
pub enum JailError {
    /// The kernel, or the container that the program runs in, lacks what is needed.
    #[error(
        "this system cannot close a file worker in: {0}. It needs Linux 5.19 or newer with Landlock among its security \
         modules (`cat /sys/kernel/security/lsm`) and seccomp, both allowed by the container's profile"
    )]
    Unsupported(String),
    /// It was closed in, and an escape worked all the same.
    #[error("a file worker was closed in, and yet could {0}")]
    Open(String),
}

/// Closes this process in, for good, and tries every escape.
///
/// Call it before the process has a second thread, and before it reads anything from outside: both layers hold for the
/// thread that asks and for those that it makes later. Afterwards only standard input, output and error can be used.
#[cfg(target_os = "linux")]
pub fn close(limits: Limits) -> Result<Closed, JailError> {
    linux::close(limits)
}

/// No other system has both layers.
#[cfg(not(target_os = "linux"))]
pub fn close(_limits: Limits) -> Result<Closed, JailError> {
    Err(JailError::Unsupported(format!("{} has neither Landlock nor seccomp", std::env::consts::OS)))
}
