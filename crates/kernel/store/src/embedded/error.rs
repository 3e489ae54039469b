//! What can go wrong around the embedded server, said so that the reader knows what to do next.

use std::{io, path::PathBuf};

/// Why the embedded server could not be found, prepared, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Orphans are found through `/proc`, which other systems do not have.
    #[error(
        "running PostgreSQL inside plumb is not supported yet on {}: give a database in DATABASE_URL",
        std::env::consts::OS
    )]
    UnsupportedSystem,
    /// No directory with usable server programs.
    #[error(
        "no PostgreSQL 15 or newer was found: apt-get install postgresql (or give its bin directory in PLUMB_PG_BIN, \
         or a database in DATABASE_URL)"
    )]
    NoBinaries,
    /// Programs are there but do not run, or are too old.
    #[error("the PostgreSQL programs in {} cannot be used: {problem}", dir.display())]
    BinariesUnusable {
        /// Their directory.
        dir: PathBuf,
        /// What is wrong, and the way out.
        problem: String,
    },
    /// A data directory can only be read by the major version that wrote it.
    #[error(
        "the data in {} was written by PostgreSQL {data}, and only {found} was found: apt-get install postgresql-{data} \
         (or give the bin directory of PostgreSQL {data} in PLUMB_PG_BIN)", dir.display()
    )]
    OtherMajor {
        /// The cluster's directory.
        dir: PathBuf,
        /// The major version that wrote it.
        data: u16,
        /// The versions at hand, as words.
        found: String,
    },
    /// Another process holds the lock on the data directory.
    #[error("{} is in use by {}: stop it first, or choose another directory in PLUMB_DATA_DIR", dir.display(), holder(*pid))]
    InUse {
        /// The data directory.
        dir: PathBuf,
        /// Its owner's process id, when it has written it.
        pid: Option<u32>,
    },
    /// Nobody serves the directory.
    #[error("no server runs on {}: start it with `plumb up`", dir.display())]
    NotRunning {
        /// The data directory.
        dir: PathBuf,
    },
    /// `initdb` and the server look their user up by name.
    #[error(
        "user id {uid} has no entry in /etc/passwd, and PostgreSQL does not run without one: add the user \
         (in a container: start it with --user of a user that the image knows), or give a database in DATABASE_URL"
    )]
    NoAccount {
        /// The user id without a name.
        uid: u32,
    },
    /// PostgreSQL refuses to run as root, so root must have someone to hand over to.
    #[error(
        "PostgreSQL does not run as root, and there is no user `plumb` or `postgres` to run it as: \
         useradd --system --user-group --no-create-home plumb"
    )]
    NoServerUser,
    /// Neither PLUMB_DATA_DIR, XDG_DATA_HOME nor HOME is set to an absolute path.
    #[error("no place for the data: set PLUMB_DATA_DIR to an absolute path")]
    NoDataDir,
    /// The server's user cannot enter the data directory.
    #[error(
        "user `{user}`, who runs PostgreSQL, cannot enter {}{}: choose another directory in PLUMB_DATA_DIR \
         (for root: /var/lib/plumb), or open it with chmod o+x", dir.display(), closed_at(closed.as_ref())
    )]
    Unreachable {
        /// The directory that the server needs.
        dir: PathBuf,
        /// The first directory on the way that is closed to others, when it is that.
        closed: Option<PathBuf>,
        /// The server's user.
        user: String,
    },
    /// A file or directory with an owner or a mode that must not be.
    #[error("{} {problem}: {remedy}", path.display())]
    Permissions {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// The command that mends it.
        remedy: String,
    },
    /// There is a cluster, but not the password that it was made with.
    #[error(
        "the administrator's password of the database is missing or empty at {}: restore it from the backup of this directory",
        path.display()
    )]
    PasswordMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The operating system refused something about a file.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The operating system refused something about a process.
    #[error("cannot {doing} process {pid}: {source}")]
    Process {
        /// What was tried, as a verb.
        doing: &'static str,
        /// On which process.
        pid: i32,
        /// What the system said.
        source: io::Error,
    },
    /// `initdb` failed; nothing of its half-made cluster is left.
    #[error("initdb could not make a database cluster in {}: {output}", dir.display())]
    Initdb {
        /// Where the cluster was to be.
        dir: PathBuf,
        /// Its last words.
        output: String,
    },
    /// The server ended before it was ready.
    #[error("PostgreSQL did not start on {} (its log is in {}): {log}", dir.display(), logs.display())]
    StartFailed {
        /// The cluster's directory.
        dir: PathBuf,
        /// Where its whole log is.
        logs: PathBuf,
        /// The log's last lines.
        log: String,
    },
    /// The server was still recovering at the end of the bound, and was stopped.
    #[error("PostgreSQL on {} was not ready after {seconds} s (its log is in {}): {log}", dir.display(), logs.display())]
    NotReady {
        /// The cluster's directory.
        dir: PathBuf,
        /// How long it was given.
        seconds: u64,
        /// Where its whole log is.
        logs: PathBuf,
        /// The log's last lines.
        log: String,
    },
    /// A process stays after SIGKILL: the kernel holds it, most often for a disk that does not answer.
    #[error("process {pid} of PostgreSQL does not end, not even killed: look at the disk under {}, then start again", dir.display())]
    WillNotEnd {
        /// Which.
        pid: i32,
        /// The cluster's directory.
        dir: PathBuf,
    },
    /// The task that was doing the work was torn down with its runtime.
    #[error("the start of PostgreSQL was interrupted: start again")]
    Interrupted,
}

impl EmbeddedError {
    /// The exit status for a command that ends with this error, after BSD's `sysexits.h`: 69 something needed is
    /// not available, 73 cannot create, 75 try again later, 78 configuration.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::UnsupportedSystem
            | Self::NoBinaries
            | Self::BinariesUnusable { .. }
            | Self::StartFailed { .. }
            | Self::NotRunning { .. } => 69,
            Self::Io { .. } | Self::Initdb { .. } => 73,
            Self::InUse { .. }
            | Self::NotReady { .. }
            | Self::WillNotEnd { .. }
            | Self::Process { .. }
            | Self::Interrupted => 75,
            Self::OtherMajor { .. }
            | Self::NoAccount { .. }
            | Self::NoServerUser
            | Self::NoDataDir
            | Self::Unreachable { .. }
            | Self::Permissions { .. }
            | Self::PasswordMissing { .. } => 78,
        }
    }

    /// For `map_err`: says what was tried on which file.
    pub(super) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

fn closed_at(closed: Option<&PathBuf>) -> String {
    closed.map_or_else(String::new, |closed| format!(" ({} is closed to others)", closed.display()))
}
