//! The database that the program runs on: a given one, or the embedded one with its supervisor.

use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use plumb_base::Clock;
use plumb_store::embedded::{Embedded, EmbeddedConfig};
use plumb_store::{Migrated, Store, StoreConfig};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::keys;

/// The name of the database in the embedded Postgres.
pub(crate) const DATABASE: &str = "plumb";

/// An open database, and the server that it runs in when that is ours.
pub struct Database {
    /// The store.
    pub store: Store,
    /// The embedded server.
    pub embedded: Option<Arc<Embedded>>,
    /// What the migrations did.
    pub migrated: Migrated,
}

/// Opens the database. The embedded one comes first and takes the data directory: two processes never make a master
/// key each.
pub async fn open(config: &Config, clock: Clock) -> anyhow::Result<Database> {
    let (admin, embedded) = if let Some(url) = &config.database_url {
        let dir = config.data_dir()?;
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir);
        made.with_context(|| format!("{} cannot be made", dir.display()))?;
        (url.parse::<PgConnectOptions>().context("the database URL cannot be read")?, None)
    } else {
        let max_connections = u16::try_from(config.database_connections).unwrap_or(100).saturating_add(30);
        let embedded = EmbeddedConfig { data_dir: config.data_dir()?, durable: true, max_connections };
        let embedded = Embedded::start(embedded).await?;
        create_database(&embedded).await?;
        (embedded.admin_options_for(DATABASE), Some(Arc::new(embedded)))
    };
    let key_file = config.master_key_file()?;
    if !key_file.exists() && Store::is_installed(&admin).await? {
        bail!(
            "the master key {} is missing, and this database was made with one: restore it from your copy",
            key_file.display()
        );
    }
    let keys = keys::load_or_create(&key_file)?;
    let store = StoreConfig { admin, connections_max: config.database_connections };
    let (store, migrated) = Store::open(store, keys, clock).await.context("the database cannot be prepared")?;
    Ok(Database { store, embedded, migrated })
}

async fn create_database(embedded: &Embedded) -> anyhow::Result<()> {
    let mut admin = embedded.admin_options_for("postgres").connect().await?;
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(DATABASE)
        .fetch_one(&mut admin)
        .await?;
    if !exists {
        sqlx::query("create database plumb").execute(&mut admin).await?;
    }
    admin.close().await?;
    Ok(())
}

/// Starts the embedded server again whenever it ends before `stop`. Requests fail with "try again" meanwhile.
pub async fn supervise(embedded: Arc<Embedded>, stop: CancellationToken) {
    let mut wait = Duration::from_millis(200);
    loop {
        tokio::select! { () = stop.cancelled() => return, () = embedded.exited() => {} }
        tracing::error!("the database has ended; starting it again");
        match embedded.restart().await {
            Ok(()) => {
                tracing::info!("the database runs again");
                wait = Duration::from_millis(200);
            }
            Err(error) => {
                tracing::error!(%error, "the database cannot be started");
                tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(wait) => {} }
                wait = (wait * 2).min(Duration::from_secs(30));
            }
        }
    }
}

impl Database {
    /// Closes the pools and stops the embedded server.
    pub async fn close(self) -> anyhow::Result<()> {
        self.store.close().await;
        if let Some(embedded) = self.embedded.and_then(Arc::into_inner) {
            embedded.stop().await?;
        }
        Ok(())
    }
}
