//! Where measuring happens: a directory that goes away, and a database of its own on a durable cluster.

#![expect(clippy::disallowed_types, reason = "an organisation prints as a UUID: nothing in it can end the literal")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plumb::config::Config;
use plumb::database::{self, Database};
use plumb_base::{Clock, OrgId};
use plumb_store::Store;
use plumb_store::embedded::Embedded;
use plumb_vault::Keys;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgConnection, PgPool, Postgres, Transaction};

/// A directory that goes with its handle.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> anyhow::Result<Self> {
        // Where Postgres' own user may enter, and on a disk: in memory, a commit would cost nothing.
        let random = plumb_base::hex::encode(&plumb_base::random::bytes::<4>());
        let dir = Path::new("/var/tmp").join(format!("plumb-bench-{name}-{random}"));
        std::fs::create_dir(&dir)?;
        Ok(Self(dir))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A store on a cluster of its own, with `fsync` on.
pub(crate) struct Bench {
    database: Database,
    keys: Keys,
    // The last field: the files go after the server.
    _scratch: Scratch,
}

impl Bench {
    pub(crate) async fn new(name: &str) -> anyhow::Result<Self> {
        let scratch = Scratch::new(name)?;
        let config = Config { data_dir: Some(scratch.path().to_owned()), ..Config::default() };
        let database = database::open(&config, Clock::System).await?;
        let keys = plumb::keys::load_or_create(&config.master_key_file()?)?;
        Ok(Self { database, keys, _scratch: scratch })
    }

    pub(crate) fn store(&self) -> &Store {
        &self.database.store
    }

    /// The main process of the database.
    pub(crate) fn postmaster(&self) -> u32 {
        self.database.embedded.as_ref().map_or(0, |embedded| embedded.pid())
    }

    /// An administrator's connection.
    pub(crate) async fn admin(&self) -> anyhow::Result<PgConnection> {
        Ok(self.embedded()?.admin_options().connect().await?)
    }

    fn embedded(&self) -> anyhow::Result<&Arc<Embedded>> {
        self.database.embedded.as_ref().ok_or_else(|| anyhow::anyhow!("the database is not ours"))
    }

    /// A pool like the store's own, in the application's role.
    pub(crate) async fn pool(&self, connections: u32) -> anyhow::Result<PgPool> {
        as_app(self.embedded()?.admin_options(), &self.keys, connections).await
    }

    /// A new organisation.
    pub(crate) async fn org(&self, name: &str) -> anyhow::Result<OrgId> {
        let org = OrgId::fresh();
        sqlx::query("insert into org (org_id, name, created_at) values ($1, $2, now())")
            .bind(org.0)
            .bind(name)
            .execute(&mut self.admin().await?)
            .await?;
        Ok(org)
    }

    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.database.close().await
    }
}

/// A pool in the application's role, whose password follows from the master key.
#[expect(clippy::disallowed_methods, reason = "the peer of the store's own pool")]
pub(crate) async fn as_app(admin: PgConnectOptions, keys: &Keys, connections: u32) -> anyhow::Result<PgPool> {
    let options = admin.username("plumb_app").password(&keys.role_password("plumb_app"));
    Ok(PgPoolOptions::new().max_connections(connections).connect_with(options).await?)
}

/// Begins a transaction as the store does, whatever the connection's role.
pub(crate) async fn begin(pool: &PgPool, org: OrgId) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    pool.begin_with(AssertSqlSafe(format!("begin; select set_config('plumb.org_id', '{org}', true)"))).await
}
