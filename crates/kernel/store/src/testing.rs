//! A migrated database of its own for each test, on one throwaway Postgres for the process.

#![expect(clippy::disallowed_types, clippy::expect_used, reason = "a test that cannot get its database can only stop")]

use std::task::Poll;

use plumb_base::{Clock, OrgId};
use plumb_vault::Keys;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use tokio::sync::OnceCell;

use crate::embedded::throwaway;
use crate::{MIGRATIONS, Store, StoreConfig, gate, migrate, roles};

/// One test's database. The application's own roles are used, as in production.
pub struct Db {
    store: Store,
    admin: PgConnectOptions,
}

struct Template {
    keys: Keys,
}

/// One template a process: migrated once, then copied for each test.
static TEMPLATE: OnceCell<Template> = OnceCell::const_new();
const TEMPLATE_NAME: &str = "plumb_template";

impl Db {
    /// A fresh database with the real clock.
    pub async fn new() -> Self {
        Self::with_clock(Clock::System).await
    }

    /// A fresh database with the given clock.
    pub async fn with_clock(clock: Clock) -> Self {
        let cluster = throwaway::cluster().await;
        let template = TEMPLATE.get_or_init(|| make_template(cluster)).await;
        let name = format!("test_{}", OrgId::fresh().0.simple());
        let mut admin =
            cluster.server().admin_options_for("postgres").connect().await.expect("the throwaway cluster answers");
        // Copying a template takes a lock on it, so tests queue here instead of failing.
        run(&mut admin, "select pg_advisory_lock(7)").await;
        run(&mut admin, &format!("create database {name} template {TEMPLATE_NAME}")).await;
        run(&mut admin, "select pg_advisory_unlock(7)").await;
        admin.close().await.expect("closes");
        let admin = cluster.server().admin_options_for(&name);
        let config = StoreConfig { admin: admin.clone(), connections_max: 8 };
        let (store, _) = Store::open(config, template.keys.clone(), clock).await.expect("a copied database opens");
        Self { store, admin }
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The administrator's login: for what no program role may do. Tests that look at rows use the store.
    #[must_use]
    pub fn admin(&self) -> &PgConnectOptions {
        &self.admin
    }

    /// The administrator's login as a URL, for tools.
    #[must_use]
    pub fn admin_url(&self) -> String {
        self.admin.to_url_lossy().to_string()
    }

    /// An administrator's connection.
    pub async fn admin_conn(&self) -> PgConnection {
        self.admin.connect().await.expect("the throwaway cluster answers")
    }

    /// A new organisation.
    pub async fn org(&self, name: &str) -> OrgId {
        let id = OrgId::fresh();
        let mut tx = self.store.auth().await.expect("begins");
        sqlx::query("insert into org (org_id, name, created_at) values ($1, $2, now())")
            .bind(id.0)
            .bind(name)
            .execute(tx.conn())
            .await
            .expect("an organisation is made");
        tx.commit_unaudited().await.expect("commits");
        id
    }

    /// Runs statements as the owner of the schema and keeps them.
    pub async fn as_owner(&self, sql: &str) {
        let mut conn = self.admin_conn().await;
        run(&mut conn, &format!("set role {}; {sql}", roles::OWNER)).await;
    }

    /// The gate's findings with `sql` run as the schema's owner, then rolled back.
    pub async fn defects_with(&self, sql: &str) -> Vec<gate::Defect> {
        self.defects_after(&format!("set local role {}; {sql}", roles::OWNER)).await
    }

    /// The gate's findings with `sql` run as administrator, then rolled back.
    pub async fn defects_as_admin(&self, sql: &str) -> Vec<gate::Defect> {
        self.defects_after(sql).await
    }

    async fn defects_after(&self, sql: &str) -> Vec<gate::Defect> {
        let mut conn = self.admin_conn().await;
        let mut tx = conn.begin().await.expect("begins");
        run(&mut tx, sql).await;
        let found = gate::defects(&mut tx).await.expect("the gate runs");
        tx.rollback().await.expect("rolls back");
        found
    }
}

async fn make_template(cluster: &throwaway::Throwaway) -> Template {
    let keys = Keys::generate();
    let mut admin =
        cluster.server().admin_options_for("postgres").connect().await.expect("the throwaway cluster answers");
    run(&mut admin, &format!("create database {TEMPLATE_NAME}")).await;
    admin.close().await.expect("closes");
    let mut template = cluster.server().admin_options_for(TEMPLATE_NAME).connect().await.expect("connects");
    roles::ensure(&mut template, &keys).await.expect("the roles are made");
    migrate::migrate(&mut template, MIGRATIONS).await.expect("the migrations apply");
    template.close().await.expect("closes");
    Template { keys }
}

async fn run(conn: &mut PgConnection, sql: &str) {
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(conn).await {
        panic!("{sql}: {error}");
    }
}

/// Work that is thrown away after some polls, as by a process that is killed: none if it had not ended by then.
pub async fn killed_after<T>(polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = std::pin::pin!(work);
    let mut left = polls;
    std::future::poll_fn(|cx| {
        if let Poll::Ready(done) = work.as_mut().poll(cx) {
            return Poll::Ready(Some(done));
        }
        left = left.saturating_sub(1);
        if left == 0 { Poll::Ready(None) } else { Poll::Pending }
    })
    .await
}
