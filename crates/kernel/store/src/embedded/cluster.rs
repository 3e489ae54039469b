//! The database cluster itself: making it, the settings it runs under, and what its files say.

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use super::{
    EmbeddedError,
    account::Account,
    binaries::Binaries,
    layout::{self, Layout, SOCKET_NAME},
};

/// The superuser that `initdb` makes; for migrations and this supervisor, never for the pool.
pub(super) const ADMIN: &str = "plumb_admin";
/// Half-made clusters carry this before their random name.
pub(super) const ASIDE_PREFIX: &str = "initdb-";
/// Log files kept, of 10 MB each at most.
const LOGS_MAX: usize = 10;

/// Defaults that an operator may change in `postgresql.conf` or with `alter system`.
const DEFAULTS: &str = "
# Plumbline's defaults, for a small machine. On a machine of its own, give the server a quarter of the memory.
shared_buffers = 256MB
max_wal_size = 2GB
jit = off
";

/// What the server is run with.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) layout: Layout,
    pub(super) account: Account,
    pub(super) binaries: Binaries,
    pub(super) password: String,
    pub(super) durable: bool,
    pub(super) max_connections: u16,
}

impl Site {
    /// The cluster's directory.
    pub(super) fn dir(&self) -> PathBuf {
        self.layout.cluster(self.binaries.major)
    }

    /// Half-made clusters of starts that were cut short.
    pub(super) fn leftovers(&self) -> Result<Vec<PathBuf>, EmbeddedError> {
        let dir = &self.layout.postgres;
        let entries = fs::read_dir(dir).map_err(EmbeddedError::io("read", dir))?;
        Ok(entries
            .flatten()
            .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with(ASIDE_PREFIX)))
            .map(|entry| entry.path())
            .collect())
    }

    /// Makes the cluster: aside, and renamed when it is whole and on disk, so that there is never half of one.
    pub(super) fn init(&self) -> Result<(), EmbeddedError> {
        let random = layout::hex(&plumb_base::random::bytes::<8>());
        let aside = self.layout.postgres.join(format!("{ASIDE_PREFIX}{random}"));
        layout::own_dir(&aside, &self.account)?;
        let made = self.init_in(&aside);
        // What is left of a failure here is removed at the next start.
        let _ = fs::remove_dir_all(&aside);
        made
    }

    fn init_in(&self, aside: &Path) -> Result<(), EmbeddedError> {
        let made = aside.join("cluster");
        let password = aside.join("password");
        // A file of the server's user: it could not open our pipe through /dev/stdin.
        layout::write_new(&password, self.password.as_bytes(), Some(&self.account))
            .map_err(EmbeddedError::io("write", &password))?;
        let program = self.binaries.program("initdb");
        let mut command = self.account.command(&program);
        command
            .arg("-D")
            .arg(&made)
            .arg("--pwfile")
            .arg(&password)
            .args(["--username", ADMIN, "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"])
            .args(["--no-instructions"]);
        if self.binaries.major >= 17 {
            // The server's own tables: sorting does not change under the indexes with the system's C library.
            command.args(["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
        } else {
            command.arg("--locale=C.UTF-8");
        }
        if !self.durable {
            command.arg("--no-sync");
        }
        let output = command.output().map_err(EmbeddedError::io("run", &program))?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(EmbeddedError::Initdb { dir: self.dir(), output: last_lines(&text, 5) });
        }
        let conf = made.join("postgresql.conf");
        fs::OpenOptions::new()
            .append(true)
            .open(&conf)
            .and_then(|mut file| file.write_all(DEFAULTS.as_bytes()).and_then(|()| file.sync_all()))
            .map_err(EmbeddedError::io("write", &conf))?;
        layout::rename_durably(&made, &self.dir())?;
        layout::sync_dir(&self.layout.data_dir)
    }

    /// The server's arguments: what an operator must not change, since privacy or this supervisor depends on it.
    pub(super) fn arguments(&self) -> Vec<String> {
        let Layout { logs, socket_dir, server_name, .. } = &self.layout;
        let on = if self.durable { "on" } else { "off" };
        let settings = [
            // No network: the socket's directory is closed to everyone but its user and root.
            "listen_addresses=".to_owned(),
            "port=5432".to_owned(),
            format!("unix_socket_directories=\"{}\"", socket_dir.display().to_string().replace('"', "\"\"")),
            "unix_socket_permissions=0700".to_owned(),
            "password_encryption=scram-sha-256".to_owned(),
            format!("cluster_name={server_name}"),
            "update_process_title=on".to_owned(),
            format!("max_connections={}", self.max_connections),
            format!("fsync={on}"),
            format!("full_page_writes={on}"),
            format!("synchronous_commit={on}"),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
            // The log is bounded by size here and by number in `trim_logs`.
            "log_destination=stderr".to_owned(),
            "logging_collector=on".to_owned(),
            format!("log_directory={}", logs.display()),
            "log_filename=postgres-%Y%m%dT%H%M%S.log".to_owned(),
            "log_file_mode=0600".to_owned(),
            "log_rotation_size=10MB".to_owned(),
            "log_rotation_age=0".to_owned(),
            "log_line_prefix=%m [%p] ".to_owned(),
            // No values of rows in the log. An error's own text quotes them ("invalid input syntax for type date:
            // …"), its detail names them ("Key (email)=(…) already exists"), and the caller gets both anyway; a
            // backend's crash reports its statement as a detail.
            "log_min_messages=log".to_owned(),
            "log_error_verbosity=terse".to_owned(),
            "log_min_error_statement=panic".to_owned(),
            "log_statement=none".to_owned(),
            "log_min_duration_statement=-1".to_owned(),
            "log_min_duration_sample=-1".to_owned(),
            "log_transaction_sample_rate=0".to_owned(),
            "log_parameter_max_length=0".to_owned(),
            "log_parameter_max_length_on_error=0".to_owned(),
        ];
        let mut arguments = vec!["-D".to_owned(), self.dir().display().to_string()];
        for setting in settings {
            arguments.push("-c".to_owned());
            arguments.push(setting);
        }
        arguments
    }

    /// Whether the server that runs was started by this very program with these very arguments.
    pub(super) fn runs_as_we_would(&self, pid: i32) -> bool {
        let expected = format!(" \"{}\"", self.arguments().join("\" \""));
        let written = fs::read_to_string(self.dir().join("postmaster.opts")).unwrap_or_default();
        // After an upgrade of the package the link ends in " (deleted)"; where it may not be read, the file decides.
        let program = fs::read_link(format!("/proc/{pid}/exe")).ok();
        let ours = self.binaries.program("postgres").canonicalize().ok();
        written.trim_end().ends_with(&expected) && (program.is_none() || program == ours)
    }

    /// Removes the files by which a dead server would keep a new one from starting: the server's own test is
    /// whether any process has the number, be it a zombie or a stranger.
    pub(super) fn remove_stale(&self) -> Result<(), EmbeddedError> {
        layout::remove_file(&self.dir().join("postmaster.pid"))?;
        layout::remove_file(&self.layout.socket_dir.join(SOCKET_NAME))?;
        layout::remove_file(&self.layout.socket_dir.join(format!("{SOCKET_NAME}.lock")))
    }

    /// Removes all but the newest of the server's log files.
    pub(super) fn trim_logs(&self) -> Result<(), EmbeddedError> {
        for old in self.logs().into_iter().rev().skip(LOGS_MAX) {
            layout::remove_file(&old)?;
        }
        Ok(())
    }

    /// The last lines of what the server said when it started, and of its log.
    pub(super) fn last_words(&self) -> String {
        let read = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        let start = read(&self.layout.start_log);
        let mut words = last_lines(&start, 5);
        if start.contains("logging collector")
            && let Some(newest) = self.logs().last()
        {
            words = last_lines(&read(newest), 5);
        }
        if words.is_empty() { "it said nothing".to_owned() } else { words }
    }

    /// The log files, the oldest first: their names are times.
    fn logs(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.layout.logs).into_iter().flatten().flatten();
        let mut logs: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        logs.sort();
        logs
    }
}

/// What `postmaster.pid` says of the server that wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: i32,
    /// `starting`, `ready`, `standby` or `stopping`; empty before it has been written.
    pub(super) status: String,
}

impl PidFile {
    pub(super) fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(cluster.join("postmaster.pid")).ok()?)
    }

    /// The first line is the process, the eighth the state that `pg_ctl` waits for.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        let status = lines.nth(6).unwrap_or_default().trim().to_owned();
        Some(Self { pid, status })
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("; ")
}

/// A superuser's login over the socket.
pub(super) fn admin_options(socket_dir: &Path, password: &str, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_dir)
        .port(5432)
        .ssl_mode(PgSslMode::Disable)
        .username(ADMIN)
        .password(password)
        .database(database)
}
