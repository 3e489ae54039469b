//! A database server for tests: one per process, in memory where there is some, gone with the process.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use std::os::unix::process::CommandExt;

use tokio::sync::OnceCell;

use super::{
    Embedded, EmbeddedConfig, EmbeddedError,
    layout::{self, Layout},
};

/// A cluster, its log and some test databases; a container's `/dev/shm` has 64 MB unless told otherwise.
const SPACE_BYTES_MIN: u64 = 2 << 30;

/// Waits for the end of its input, which comes with the end of the process that holds the other end, however that
/// ends. Then ends the server at once (its backends are ended by it) and removes the two directories given. The
/// server removes its file as the last thing; its process may stay as a zombie for whoever should reap it.
const WATCHDOG: &str = r#"
read -r _
for file in "$1"/postgres/*/postmaster.pid; do
    pid=
    [ -r "$file" ] && read -r pid < "$file"
    case $pid in ''|*[!0-9]*) continue ;; esac
    grep -qF -- "$1" "/proc/$pid/cmdline" || continue
    kill -s QUIT "$pid"
    tries=0
    while [ -e "$file" ] && [ "$tries" -lt 70 ]; do sleep 0.1; tries=$((tries + 1)); done
    [ -e "$file" ] && kill -s KILL "$pid"
done
tries=0
until rm -rf -- "$1" "$2" || [ "$tries" -ge 20 ]; do sleep 0.1; tries=$((tries + 1)); done
"#;

/// The process's throwaway server.
#[derive(Debug)]
pub struct Throwaway {
    server: Embedded,
    /// Holds the other end of the watchdog's input.
    _watchdog: Child,
}

impl Throwaway {
    /// The running server.
    pub fn server(&self) -> &Embedded {
        &self.server
    }
}

/// The throwaway server of this process, started by the first caller: without `fsync`, with its data in memory.
/// It and its data are gone when the process ends in whatever way, kill -9 included.
///
/// # Panics
/// When it cannot be started: a test that needs a database must not pass without one.
pub async fn cluster() -> &'static Throwaway {
    static CLUSTER: OnceCell<Throwaway> = OnceCell::const_new();
    match CLUSTER.get_or_try_init(start).await {
        Ok(throwaway) => throwaway,
        Err(error) => panic!("no database for tests: {error}"),
    }
}

async fn start() -> Result<Throwaway, EmbeddedError> {
    let name = format!("plumb-test-{}-{}", std::process::id(), layout::hex(&plumb_base::random::bytes::<4>()));
    let parent = parent();
    let parent = parent.canonicalize().map_err(EmbeddedError::io("enter", &parent))?;
    let dir = parent.join(name);
    // Before the first file: a test run may be killed at any moment.
    let watchdog = watch_over(&dir)?;
    let server = Embedded::start(EmbeddedConfig { data_dir: dir, durable: false, max_connections: 200 }).await?;
    Ok(Throwaway { server, _watchdog: watchdog })
}

fn parent() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let roomy = rustix::fs::statvfs(memory).is_ok_and(|stat| stat.f_bavail * stat.f_frsize >= SPACE_BYTES_MIN);
    let writable = rustix::fs::access(memory, rustix::fs::Access::WRITE_OK).is_ok();
    if roomy && writable && fs::metadata(memory).is_ok() { memory.to_owned() } else { env::temp_dir() }
}

fn watch_over(dir: &Path) -> Result<Child, EmbeddedError> {
    let sockets = Layout::of(dir.to_owned()).socket_dir;
    Command::new("/bin/sh")
        .arg("-c")
        .arg(WATCHDOG)
        .arg("plumb-test-watchdog")
        .args([dir, &sockets])
        .stdin(Stdio::piped())
        // Nothing of the test runner's may stay open in it: runners wait for the end of their pipes.
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        .process_group(0)
        .spawn()
        .map_err(EmbeddedError::io("run", "/bin/sh"))
}
