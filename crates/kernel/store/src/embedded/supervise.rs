//! Starting, adopting and ending the server's processes.

use std::{fs, path::Path, process::Stdio, sync::Arc, time::Duration};

use rustix::process::Signal;
use tokio::time::Instant;

use super::{
    EmbeddedError,
    cluster::{PidFile, Site},
    orphans::Mark,
    process::Process,
};

/// Recovery after a crash reads up to `max_wal_size` of log: minutes on a slow disk.
const READY_BOUND: Duration = Duration::from_mins(10);
/// How often the server's state is read; it announces it in a file only, as it does to `pg_ctl`.
const READY_POLL: Duration = Duration::from_millis(10);
/// How the server is asked to end, and how long each may take: fast (ends sessions, writes a checkpoint),
/// immediate (recovers at the next start), and killed.
const STOP_STEPS: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(30)),
    (Signal::QUIT, Duration::from_secs(6)),
    (Signal::KILL, Duration::from_secs(6)),
];

/// A server that answers. Dropped, it is asked to end; a database that nobody looks after must not stay.
#[derive(Debug)]
pub(super) struct Server(pub(super) Process);

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, or ends in its own time; the next start waits for it.
        let _ = self.0.signal(Signal::INT);
    }
}

enum Readiness {
    Ready,
    Ended,
    TimedOut,
}

impl Site {
    fn mark<'a>(&'a self, dir: &'a Path) -> Mark<'a> {
        Mark { dir, account: &self.account, name: &self.layout.server_name }
    }

    /// Removes half-made clusters, with whatever still works on them.
    pub(super) async fn clear_leftovers(&self) -> Result<(), EmbeddedError> {
        for leftover in self.leftovers()? {
            self.mark(&leftover).kill_all().await?;
            fs::remove_dir_all(&leftover).map_err(EmbeddedError::io("remove", &leftover))?;
        }
        Ok(())
    }

    /// A server that is ready on the cluster: the one that already runs, or a new one.
    pub(super) async fn bring_up(&self) -> Result<Arc<Server>, EmbeddedError> {
        self.trim_logs()?;
        if let Some(adopted) = self.adopt().await? {
            return Ok(adopted);
        }
        let dir = self.dir();
        let orphans = self.mark(&dir).kill_all().await?;
        if orphans > 0 {
            tracing::warn!(orphans, "killed processes that outlived a killed database server");
        }
        self.remove_stale()?;
        self.spawn().await
    }

    /// The server of a supervisor that was killed; ended here when it is not as we would have started it.
    async fn adopt(&self) -> Result<Option<Arc<Server>>, EmbeddedError> {
        let dir = self.dir();
        let Some(written) = PidFile::read(&dir) else { return Ok(None) };
        let found = self.mark(&dir).postmaster(written.pid).map_err(|source| EmbeddedError::Process {
            doing: "look at",
            pid: written.pid,
            source,
        })?;
        let Some(server) = found.map(Server) else { return Ok(None) };
        if written.status != "stopping"
            && self.runs_as_we_would(written.pid)
            && matches!(self.wait_ready(&server.0).await, Readiness::Ready)
        {
            tracing::info!(pid = server.0.pid(), "adopted the database server that was running");
            return Ok(Some(Arc::new(server)));
        }
        self.end(&server.0).await?;
        Ok(None)
    }

    async fn spawn(&self) -> Result<Arc<Server>, EmbeddedError> {
        let program = self.binaries.program("postgres");
        let log = &self.layout.start_log;
        let out = fs::File::create(log).map_err(EmbeddedError::io("write", log))?;
        let err = out.try_clone().map_err(EmbeddedError::io("write", log))?;
        let child = self
            .account
            .command(&program)
            .args(self.arguments())
            .stdout(Stdio::from(out))
            .stderr(Stdio::from(err))
            .spawn()
            .map_err(EmbeddedError::io("run", &program))?;
        let pid = child.id() as i32;
        let server = Process::born(child).map_err(|source| EmbeddedError::Process { doing: "watch", pid, source })?;
        let server = Server(server);
        match self.wait_ready(&server.0).await {
            Readiness::Ready => Ok(Arc::new(server)),
            Readiness::Ended => Err(EmbeddedError::StartFailed {
                dir: self.dir(),
                logs: self.layout.logs.clone(),
                log: self.last_words(),
            }),
            Readiness::TimedOut => {
                let log = self.last_words();
                self.end(&server.0).await?;
                let logs = self.layout.logs.clone();
                Err(EmbeddedError::NotReady { dir: self.dir(), seconds: READY_BOUND.as_secs(), logs, log })
            }
        }
    }

    async fn wait_ready(&self, server: &Process) -> Readiness {
        let dir = self.dir();
        let started = Instant::now();
        let mut told = started;
        loop {
            let written = PidFile::read(&dir);
            if written.is_some_and(|file| file.pid == server.pid() && file.status == "ready") {
                return Readiness::Ready;
            }
            if server.exited_within(READY_POLL).await {
                return Readiness::Ended;
            }
            if started.elapsed() > READY_BOUND {
                return Readiness::TimedOut;
            }
            if told.elapsed() > Duration::from_secs(10) {
                told = Instant::now();
                tracing::info!(seconds = started.elapsed().as_secs(), "the database server is still recovering");
            }
        }
    }

    /// Ends the server: asked first, then made to. Returns when nothing of it runs any more.
    pub(super) async fn end(&self, server: &Process) -> Result<(), EmbeddedError> {
        for (signal, bound) in STOP_STEPS {
            server.signal(signal).map_err(|source| EmbeddedError::Process {
                doing: "signal",
                pid: server.pid(),
                source,
            })?;
            if server.exited_within(bound).await {
                let dir = self.dir();
                self.mark(&dir).kill_all().await?;
                return Ok(());
            }
            tracing::warn!(?signal, seconds = bound.as_secs(), "the database server did not end in time");
        }
        Err(EmbeddedError::WillNotEnd { pid: server.pid(), dir: self.dir() })
    }
}
