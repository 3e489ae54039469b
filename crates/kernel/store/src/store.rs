//! The database as the rest of the program holds it.

#![expect(clippy::disallowed_types, reason = "an organisation prints as a UUID")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use plumb_base::{Clock, OrgId};
use plumb_vault::{Keys, Purpose};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, PgPool, Postgres, Row as _, SqlSafeStr,
    Transaction,
};
use tokio::sync::Notify;

use crate::actor::Actor;
use crate::error::StoreError;
use crate::limit::{self, RateDecision};
use crate::migrate::{self, MIGRATIONS, Migrated};
use crate::operator::{OperatorHeard, OperatorLeave, OperatorQuestion, OperatorState};
use crate::tx::{AuthTx, OrgTx, SystemTask, SystemTx};
use crate::{gate, operator, roles};

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// A login that may create roles and owns the database. Used at start only: for roles and migrations.
    pub admin: PgConnectOptions,
    /// Most connections of the pool that serves requests and jobs.
    pub connections_max: u32,
}

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    app: PgPool,
    auth: PgPool,
    system: PgPool,
    clock: Clock,
    keys: Keys,
    workers: Notify,
}

impl Store {
    /// Prepares the database (roles, migrations, catalogue gate) and opens the three pools.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] when a migration or the gate refuses: the program must not serve then.
    pub async fn open(config: StoreConfig, keys: Keys, clock: Clock) -> Result<(Self, Migrated), StoreError> {
        let mut admin = config.admin.connect().await?;
        check_key(&mut admin, &keys).await?;
        roles::ensure(&mut admin, &keys).await?;
        let migrated = migrate::migrate(&mut admin, MIGRATIONS).await?;
        claim_for(&mut admin, &keys).await?;
        admin.close().await?;
        let store = Self::connect(config, keys, clock).await?;
        let defects = store.catalogue_defects().await?;
        if !defects.is_empty() {
            let list: Vec<String> = defects.iter().map(ToString::to_string).collect();
            return Err(StoreError::Unfit(format!(
                "the database's catalogue has {} defect(s), so tenants are not safely apart: {}. `plumb doctor --database` lists them.",
                defects.len(),
                list.join("; ")
            )));
        }
        Ok((store, migrated))
    }

    /// Whether a database was prepared before, by this or another plumb.
    pub async fn is_installed(admin: &PgConnectOptions) -> Result<bool, StoreError> {
        let mut admin = admin.connect().await?;
        let installed = installed(&mut admin).await?;
        admin.close().await?;
        Ok(installed)
    }

    /// A store with no database behind it, for what only needs to know the shape of the program: every transaction
    /// fails.
    #[must_use]
    pub fn unconnected() -> Self {
        let nowhere = PgConnectOptions::new_without_pgpass().socket("/nonexistent");
        let pool = || PgPoolOptions::new().acquire_timeout(Duration::from_millis(1)).connect_lazy_with(nowhere.clone());
        let (app, auth, system) = (pool(), pool(), pool());
        let (clock, keys) = (Clock::System, Keys::generate());
        Self { inner: Arc::new(Inner { app, auth, system, clock, keys, workers: Notify::new() }) }
    }

    /// Opens the three pools on a database that is prepared already.
    async fn connect(config: StoreConfig, keys: Keys, clock: Clock) -> Result<Self, StoreError> {
        let options = |role: &str| config.admin.clone().username(role).password(&keys.role_password(role));
        let app = pool(options(roles::APP), config.connections_max).await?;
        let auth = pool(options(roles::AUTH), 4).await?;
        let system = pool(options(roles::SYSTEM), 6).await?;
        Ok(Self { inner: Arc::new(Inner { app, auth, system, clock, keys, workers: Notify::new() }) })
    }

    /// The program's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The program's keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// Begins a transaction that sees `org`'s rows, in one round trip.
    pub async fn org(&self, org: OrgId, actor: Actor) -> Result<OrgTx, StoreError> {
        // `org` prints as a UUID, whatever it holds: nothing in it can end the literal.
        let begin = AssertSqlSafe(format!("begin; select set_config('plumb.org_id', '{org}', true)"));
        let tx = begun(&self.inner.app, begin).await?;
        Ok(OrgTx::new(tx, self.clone(), org, actor))
    }

    /// Begins a transaction that crosses organisations, for one named task.
    pub async fn system(&self, task: SystemTask) -> Result<SystemTx, StoreError> {
        let tx = begun(&self.inner.system, "begin").await?;
        Ok(SystemTx::new(tx, task, Actor::SYSTEM, self.clock().now()))
    }

    /// Every organisation, for a task that goes from one to the next, each under its own row-level security.
    pub async fn organisations(&self, task: SystemTask) -> Result<Vec<OrgId>, StoreError> {
        let mut tx = self.system(task).await?;
        let orgs = sqlx::query_scalar!("select org_id from org").fetch_all(tx.conn()).await?;
        tx.done_reading().await?;
        Ok(orgs.into_iter().map(OrgId).collect())
    }

    /// Begins a transaction on accounts, sessions and keys.
    pub async fn auth(&self) -> Result<AuthTx, StoreError> {
        Ok(AuthTx::new(begun(&self.inner.auth, "begin").await?, self.clock().now()))
    }

    /// Asks for one event under `key`: on average one each `emit`, at most `burst` at once, over all nodes.
    /// The key is kept as a keyed hash.
    pub async fn rate_limit(&self, key: &str, emit: Duration, burst: u32) -> Result<RateDecision, StoreError> {
        limit::decide(&self.inner.app, &self.rate_key(key), emit, burst).await
    }

    fn rate_key(&self, key: &str) -> String {
        let mac = self.keys().mac(Purpose::RateLimit, b"key", key.as_bytes());
        plumb_base::hex::encode(&mac[..16])
    }

    /// Asks for leave to connect to a mail server, over all nodes, in one round trip.
    pub async fn operator_leave(&self, question: &OperatorQuestion<'_>) -> Result<OperatorLeave, StoreError> {
        let about_domain = self.rate_key(&format!("smtp:domain:{}", question.domain));
        let at_operator = self.rate_key(&format!("smtp:operator:{}:{}", question.operator, question.source));
        operator::leave(&self.inner.app, question, (&about_domain, &at_operator)).await
    }

    /// Notes, for all nodes, how an operator of mail servers took a question from the address `source` of ours.
    pub async fn operator_heard(&self, operator: &str, source: &str, heard: OperatorHeard) -> Result<(), StoreError> {
        operator::heard(&self.inner.app, (operator, source), heard).await
    }

    /// The operators of mail servers that are left alone, slowed down, or were asked today.
    pub async fn operators(&self) -> Result<Vec<OperatorState>, StoreError> {
        operator::states(&self.inner.app).await
    }

    /// Forgets rates that have been full again for a day, and operators that nothing was heard of for two.
    pub async fn sweep_rates(&self) -> Result<(), StoreError> {
        let mut tx = self.system(SystemTask::Sweep).await?;
        sqlx::query("delete from rate_limit where tat < now() - interval '1 day'").execute(tx.conn()).await?;
        sqlx::query(
            "delete from mail_operator where changed_at < now() - interval '2 days' and coalesce(paused_until < now(), true)",
        )
        .execute(tx.conn())
        .await?;
        tx.commit_unaudited().await
    }

    /// Whether the database answers, for readiness.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("select 1").execute(&self.inner.app).await?;
        Ok(())
    }

    /// What is wrong in the database's catalogue: each is a way for one tenant to reach another.
    pub async fn catalogue_defects(&self) -> Result<Vec<gate::Defect>, StoreError> {
        let mut conn = self.inner.app.acquire().await?;
        gate::defects(&mut conn).await
    }

    /// The database's version, for people.
    pub async fn server_version(&self) -> Result<String, StoreError> {
        Ok(sqlx::query("show server_version").fetch_one(&self.inner.app).await?.get(0))
    }

    /// Closes the pools, waiting for what is under way.
    pub async fn close(&self) {
        tokio::join!(self.inner.app.close(), self.inner.auth.close(), self.inner.system.close());
    }

    pub(crate) fn wake_workers(&self) {
        self.inner.workers.notify_one();
    }

    pub(crate) fn workers_woken(&self) -> &Notify {
        &self.inner.workers
    }
}

/// Begins a transaction in a task of its own, which ends even when the caller is dropped meanwhile, as a request is whose
/// client went away: a beginning that is cut short would leave its connection in the pool inside a transaction that
/// nobody knows of.
async fn begun(
    pool: &PgPool,
    begin: impl SqlSafeStr + Send + 'static,
) -> Result<Transaction<'static, Postgres>, StoreError> {
    let pool = pool.clone();
    let task = tokio::spawn(async move {
        let asked = Instant::now();
        let begun = pool.begin_with(begin).await;
        metrics::histogram!("plumb_database_begin_seconds").record(asked.elapsed());
        begun
    });
    Ok(task.await.map_err(|_| sqlx::Error::WorkerCrashed)??)
}

async fn installed(admin: &mut PgConnection) -> Result<bool, StoreError> {
    let made = sqlx::query("select to_regclass('public.installation') is not null").fetch_one(admin).await?;
    Ok(made.get(0))
}

/// What the master key makes of a constant.
fn key_check(keys: &Keys) -> [u8; 32] {
    keys.mac(Purpose::DatabaseRoles, b"installation", b"plumb")
}

/// Refuses a master key that is not the one the database was made with, before anything is changed with it.
async fn check_key(admin: &mut PgConnection, keys: &Keys) -> Result<(), StoreError> {
    if !installed(admin).await? {
        return Ok(());
    }
    let known: Option<Vec<u8>> =
        sqlx::query("select key_check from installation").fetch_optional(admin).await?.map(|row| row.get(0));
    match known {
        Some(known) if known != key_check(keys) => Err(StoreError::Unfit(
            "the master key is not the one that this database was made with: no opt-out would match and nothing sealed would open. Put the right key file in place."
                .to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Ties a new database to its master key.
async fn claim_for(admin: &mut PgConnection, keys: &Keys) -> Result<(), StoreError> {
    sqlx::query("insert into installation (key_check) values ($1) on conflict do nothing")
        .bind(&key_check(keys)[..])
        .execute(&mut *admin)
        .await?;
    check_key(admin, keys).await
}

#[expect(clippy::disallowed_methods, reason = "the one place that opens the database")]
async fn pool(options: PgConnectOptions, connections_max: u32) -> Result<PgPool, StoreError> {
    let options = options.application_name("plumb").options([
        ("statement_timeout", "60s"),
        ("idle_in_transaction_session_timeout", "60s"),
        ("lock_timeout", "20s"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(options)
        .await?;
    Ok(pool)
}
