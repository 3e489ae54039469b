//! PostgreSQL as a part of plumb: found, made, started, watched and stopped, with nothing to set up.
//!
//! The server listens on a Unix socket alone, never runs as root, and writes with `fsync` outside tests. Its data
//! directory has one owner at a time. It outlives a plumb that is killed, and is adopted by the next one; it is
//! asked to end when its handle is dropped.

mod account;
mod binaries;
mod cluster;
mod error;
mod layout;
mod lock;
mod orphans;
mod process;
mod supervise;
#[cfg(test)]
mod tests;
pub mod throwaway;

use std::{
    env,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use sqlx::postgres::PgConnectOptions;

use self::{account::Account, cluster::Site, layout::Layout, lock::Lock, supervise::Server};
pub use self::{
    binaries::{Binaries, find_binaries},
    error::EmbeddedError,
};

/// Where an embedded server keeps its data, and how it runs.
#[derive(Clone, Debug)]
pub struct EmbeddedConfig {
    /// Plumb's own directory, see [`default_data_dir`]; made when missing. The cluster is in `postgres/<major>`.
    pub data_dir: PathBuf,
    /// Whether a commit is on disk before it is acknowledged. False for throwaway clusters only: a power loss then
    /// breaks the whole database.
    pub durable: bool,
    /// Connections that the server takes, its own administrator's included.
    pub max_connections: u16,
}

/// A server that runs, and the lock on its data directory.
#[derive(Debug)]
pub struct Embedded {
    server: Mutex<Arc<Server>>,
    /// Held while the server is being replaced, so that two callers who both saw it end start one.
    replacing: tokio::sync::Mutex<()>,
    site: Site,
    /// The last field: the lock goes after the server.
    _lock: Lock,
}

impl Embedded {
    /// Starts the server on `config.data_dir`, or adopts the one that a killed plumb left running there. The first
    /// start makes the cluster. Returns when the server takes connections.
    ///
    /// # Errors
    /// [`EmbeddedError::InUse`] when another process has the directory; otherwise what is missing or in the way.
    pub async fn start(config: EmbeddedConfig) -> Result<Self, EmbeddedError> {
        if cfg!(not(target_os = "linux")) {
            return Err(EmbeddedError::UnsupportedSystem);
        }
        let (site, lock) = blocking(move || prepare(&config)).await?;
        site.clear_leftovers().await?;
        if !site.dir().is_dir() {
            let site = site.clone();
            blocking(move || site.init()).await?;
        }
        let server = Mutex::new(site.bring_up().await?);
        Ok(Self { server, replacing: tokio::sync::Mutex::new(()), site, _lock: lock })
    }

    /// Superuser login to the database `plumb`, which the caller makes when it is missing.
    pub fn admin_options(&self) -> PgConnectOptions {
        self.admin_options_for("plumb")
    }

    /// Superuser login to a database by name; `postgres` is always there. For migrations and maintenance, never
    /// for the application's pool: no row-level security binds a superuser.
    pub fn admin_options_for(&self, database: &str) -> PgConnectOptions {
        cluster::admin_options(&self.site.layout.socket_dir, &self.site.password, database)
    }

    /// The major version, and the whole one as the server says it (`15.18`).
    pub fn version(&self) -> (u16, String) {
        (self.site.binaries.major, self.site.binaries.version.clone())
    }

    /// The directory of the server's socket; closed to everyone but the server's user and root.
    pub fn socket_dir(&self) -> &Path {
        &self.site.layout.socket_dir
    }

    /// The process id of the server's main process, as of its last start.
    pub fn pid(&self) -> u32 {
        self.server().0.pid() as u32
    }

    /// Returns when the server's main process has ended, for whatever reason.
    pub async fn exited(&self) {
        self.server().0.exited().await;
    }

    /// Starts the server again after it ended; ends it first when it still runs. Of callers at the same time, those
    /// who come second find the new server and leave it alone.
    ///
    /// # Errors
    /// As [`start`](Self::start), without those of the lock.
    pub async fn restart(&self) -> Result<(), EmbeddedError> {
        let seen = self.server();
        let _replacing = self.replacing.lock().await;
        let current = self.server();
        if !Arc::ptr_eq(&seen, &current) {
            return Ok(());
        }
        self.site.end(&current.0).await?;
        let server = self.site.bring_up().await?;
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = server;
        Ok(())
    }

    /// Removes all but the newest of the server's log files. Starting does this too; a server that runs for months
    /// wants it now and then.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn trim_logs(&self) -> Result<(), EmbeddedError> {
        self.site.trim_logs()
    }

    /// Ends the server in order, then lets go of the directory: sessions are ended and everything is written; when
    /// that takes over 30 s it is ended at once, and killed after 6 s more.
    ///
    /// # Errors
    /// [`EmbeddedError::WillNotEnd`] when the kernel holds a process.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        let server = self.server();
        self.site.end(&server.0).await
    }

    fn server(&self) -> Arc<Server> {
        Arc::clone(&self.server.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where plumb keeps its data unless told otherwise: `PLUMB_DATA_DIR`; for root `/var/lib/plumb`, since the server's
/// user cannot enter root's home; for anyone else `plumb` in `XDG_DATA_HOME`, which is `~/.local/share` when unset
/// (XDG Base Directory Specification: relative paths in it are ignored).
///
/// # Errors
/// [`EmbeddedError::NoDataDir`] when none of these is set to an absolute path.
pub fn default_data_dir() -> Result<PathBuf, EmbeddedError> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if let Some(given) = env::var_os("PLUMB_DATA_DIR").filter(|given| !given.is_empty()) {
        return std::path::absolute(given).map_err(|_| EmbeddedError::NoDataDir);
    }
    if rustix::process::geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/plumb"));
    }
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("plumb"))
        .ok_or(EmbeddedError::NoDataDir)
}

/// Superuser login to a database of a server that another process of this machine runs on `data_dir`: for what only
/// the operator may do beside a running plumb.
///
/// # Errors
/// [`EmbeddedError::NotRunning`] when no server listens there.
pub fn running_admin_options(data_dir: &Path, database: &str) -> Result<PgConnectOptions, EmbeddedError> {
    let data_dir = data_dir.canonicalize().map_err(|_| EmbeddedError::NotRunning { dir: data_dir.to_owned() })?;
    let layout = Layout::of(data_dir);
    if !layout.socket_dir.join(layout::SOCKET_NAME).exists() {
        return Err(EmbeddedError::NotRunning { dir: layout.data_dir });
    }
    let password = layout.password(true)?;
    Ok(cluster::admin_options(&layout.socket_dir, &password, database))
}

/// Ends whatever runs on `config.data_dir`, and removes the directory with everything in it.
///
/// # Errors
/// [`EmbeddedError::InUse`] when another process has the directory; what could not be removed.
pub async fn discard(config: EmbeddedConfig) -> Result<(), EmbeddedError> {
    let dir = config.data_dir.clone();
    if !dir.exists() {
        return Ok(());
    }
    match Embedded::start(config).await {
        Ok(running) => running.stop().await?,
        Err(in_use @ EmbeddedError::InUse { .. }) => return Err(in_use),
        // Data that cannot be served can still be thrown away.
        Err(_) => {}
    }
    blocking(move || std::fs::remove_dir_all(&dir).map_err(EmbeddedError::io("remove", &dir))).await
}

/// Everything before the first process: the lock comes first, so that nobody else changes what is looked at.
fn prepare(config: &EmbeddedConfig) -> Result<(Site, Lock), EmbeddedError> {
    let layout = Layout::make(&config.data_dir)?;
    let lock = Lock::take(&layout.data_dir)?;
    let existing = layout.existing()?;
    let binaries = binaries::choose(existing.as_ref().map(|cluster| (cluster.dir.as_path(), cluster.major)))?;
    let account = Account::for_server(existing.as_ref().map(|cluster| cluster.owner_uid))?;
    layout.prepare_for(&account, &binaries.program("postgres"))?;
    if let Some(existing) = &existing {
        existing.check(&account)?;
    }
    let password = layout.password(existing.is_some())?;
    let (durable, max_connections) = (config.durable, config.max_connections);
    Ok((Site { layout, account, binaries, password, durable, max_connections }, lock))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EmbeddedError> + Send + 'static,
) -> Result<T, EmbeddedError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| EmbeddedError::Interrupted)?
}
