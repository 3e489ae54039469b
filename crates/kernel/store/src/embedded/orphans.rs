//! What a killed server or supervisor leaves running.
//!
//! A backend that is busy does not notice that its postmaster is gone, and lives on for 30 s and more, attached to
//! the shared memory that keeps a new server from starting. These processes are found through `/proc`, since no
//! file says their ids.

use std::{
    fs, io,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::Signal;

use super::{EmbeddedError, account::Account, process::Process};

/// How long a killed process may take to leave: it leaves at once, unless the kernel waits for a disk.
const KILL_BOUND: Duration = Duration::from_secs(10);
/// A postmaster that is killed may have forked once more after we looked.
const ROUNDS_MAX: u32 = 5;

/// What marks a process as one of a certain server.
#[derive(Clone, Debug)]
pub(super) struct Mark<'a> {
    /// The directory that it works in, or that it was started on.
    pub(super) dir: &'a Path,
    /// Whom it runs as.
    pub(super) account: &'a Account,
    /// The name that this server puts into its processes' titles.
    pub(super) name: &'a str,
}

/// A process as `/proc` shows it.
struct Seen {
    program: String,
    uid: u32,
    cwd: Option<PathBuf>,
    args: Vec<Vec<u8>>,
}

impl Mark<'_> {
    /// The server's main process `pid`, when that is alive and truly of this server.
    pub(super) fn postmaster(&self, pid: i32) -> io::Result<Option<Process>> {
        // The handle first, then the look: what was looked at is then what is held.
        let Some(process) = Process::open(pid)? else { return Ok(None) };
        Ok(look(pid).filter(|seen| self.is_on(seen) && !is_backend(seen)).map(|_| process))
    }

    /// Kills whatever of this server still runs, and waits until it is gone. Returns how many there were.
    pub(super) async fn kill_all(&self) -> Result<usize, EmbeddedError> {
        let mut killed = 0;
        for _ in 0..ROUNDS_MAX {
            let found = self.find().map_err(EmbeddedError::io("list the processes in", "/proc"))?;
            if found.is_empty() {
                return Ok(killed);
            }
            for process in &found {
                process.signal(Signal::KILL).map_err(|source| EmbeddedError::Process {
                    doing: "kill",
                    pid: process.pid(),
                    source,
                })?;
            }
            for process in &found {
                if !process.exited_within(KILL_BOUND).await {
                    return Err(EmbeddedError::WillNotEnd { pid: process.pid(), dir: self.dir.to_owned() });
                }
            }
            killed += found.len();
        }
        Ok(killed)
    }

    pub(super) fn find(&self) -> io::Result<Vec<Process>> {
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
            // A look is cheap, a handle is not; so look, and look again once the handle holds it.
            if look(pid).is_some_and(|seen| self.is_on(&seen))
                && let Some(process) = Process::open(pid)?
                && look(pid).is_some_and(|seen| self.is_on(&seen))
            {
                found.push(process);
            }
        }
        Ok(found)
    }

    fn is_on(&self, seen: &Seen) -> bool {
        let title = format!("postgres: {}: ", self.name);
        ["postgres", "initdb"].contains(&seen.program.as_str())
            && seen.uid == self.account.uid
            && (seen.cwd.as_ref().is_some_and(|cwd| cwd.starts_with(self.dir))
                || seen.args.iter().any(|arg| Path::new(std::ffi::OsStr::from_bytes(arg)).starts_with(self.dir))
                || seen.args.first().is_some_and(|first| first.starts_with(title.as_bytes())))
    }
}

/// Backends write their state over their arguments; the postmaster keeps its own.
fn is_backend(seen: &Seen) -> bool {
    seen.args.first().is_some_and(|first| first.starts_with(b"postgres: "))
}

/// None for a process that is gone, or is only waiting to be reaped.
fn look(pid: i32) -> Option<Seen> {
    let proc = PathBuf::from(format!("/proc/{pid}"));
    let program = fs::read_to_string(proc.join("comm")).ok()?.trim_end().to_owned();
    let uid = fs::metadata(&proc).ok()?.uid();
    let args = fs::read(proc.join("cmdline")).ok()?;
    if args.is_empty() {
        return None; // a zombie, or a thread of the kernel
    }
    // Root in a container without SYS_PTRACE may not read other users' links; the arguments have to do then.
    let cwd = fs::read_link(proc.join("cwd")).ok().map(|cwd| undeleted(&cwd));
    let args = args.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
    Some(Seen { program, uid, cwd, args })
}

/// The kernel marks the links to directories that were removed under their process.
fn undeleted(path: &Path) -> PathBuf {
    let bytes = path.as_os_str().as_bytes();
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes.strip_suffix(b" (deleted)").unwrap_or(bytes)))
}
