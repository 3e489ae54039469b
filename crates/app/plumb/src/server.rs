//! The server: everything wired, listening, and able to stop.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use futures::FutureExt as _;
use plumb_base::Clock;
use plumb_egress::{Egress, EgressConfig, ProbeIdentity, Recorder};
use plumb_identity::Identity;
use plumb_ledger::Ledger;
use plumb_log::note::KeyName;
use plumb_screen::{Screen, Shelves};
use plumb_source::{Source, Worker, WorkerError};
use plumb_store::Store;
use plumb_store::job::{self, Registry, WorkerConfig, Workers};
use plumb_verify::VerifyConfig;
use plumb_web::{Listener, Network, Register, Route, Services, Settings, Tls, admin};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::cleaning::{cleaning, lists};
use crate::config::Config;
use crate::database::{self, Database};
use crate::{routes, sweep};

/// What a server is made of, before it listens.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The log.
    pub ledger: Ledger,
    /// Every route.
    pub register: Register,
    /// Every kind of background work.
    pub jobs: Registry,
    /// Who is asking.
    pub identity: Arc<dyn plumb_web::Authenticator>,
}

/// Wires the crates on an open store.
pub fn assemble(config: &Config, verify: VerifyConfig, store: &Store) -> anyhow::Result<Parts> {
    let worker = worker(config)?;
    let ledger = ledger(config, store)?;
    let egress = Egress::new(egress_config(config), Recorder::database(store.clone()))?;
    let cleaning = cleaning();
    let shelves = Shelves::at(config.dnc_dir()?);
    let jobs = plumb_source::jobs(&cleaning, &worker)
        .and(plumb_screen::jobs(&shelves))
        .and(plumb_duplicate::jobs())
        .and(plumb_export::jobs())
        .and(plumb_verify::jobs(egress, verify)?)
        .and(plumb_identity::jobs()?)
        .and(sweep::jobs()?);
    let source = Source::new(store.clone(), cleaning, worker).upload_bytes_max(config.upload_bytes_max);
    let screen = Screen::new(store.clone(), shelves);
    let identity = Identity::new(store.clone());
    let register = Register::new(all_routes(store, &ledger, &source, &screen, &identity))?;
    Ok(Parts { store: store.clone(), ledger, register, jobs, identity: Arc::new(identity) })
}

/// How the processes that read lists are started: this program again.
pub fn worker(config: &Config) -> anyhow::Result<Worker> {
    let program = match &config.program {
        Some(program) => program.clone(),
        None => std::env::current_exe().context("the program does not find its own file")?,
    };
    let worker = Worker::program(program);
    Ok(if config.unsafe_no_sandbox { worker.unsafe_not_closed() } else { worker })
}

/// Says at the start what uploads would run into (claim 127).
async fn prove_worker(config: &Config) -> anyhow::Result<()> {
    match worker(config)?.prove().await {
        Ok(Some(closed)) => {
            tracing::info!(kernel = closed.kernel, refused = closed.refused.len(), "file workers are closed in");
        }
        Ok(None) => tracing::warn!(
            "unsafe_no_sandbox is set: lists are read by a process that could reach files and the network (claim 127 does not hold)"
        ),
        Err(WorkerError::Unavailable(why)) => tracing::error!("lists will be refused: {why}"),
        Err(error) => tracing::error!("lists will be refused: {error}"),
    }
    Ok(())
}

/// The log under its configured name.
pub fn ledger(config: &Config, store: &Store) -> anyhow::Result<Ledger> {
    let origin: KeyName =
        config.log_origin.parse().map_err(|error| anyhow!("log_origin {:?}: {error}", config.log_origin))?;
    Ok(Ledger::new(store.clone(), origin))
}

/// The routes of every crate, in the order of the flow.
fn all_routes(store: &Store, ledger: &Ledger, source: &Source, screen: &Screen, identity: &Identity) -> Vec<Route> {
    let mut all = plumb_identity::routes(identity);
    all.extend(plumb_privacy::routes(store));
    all.extend(plumb_source::routes(source));
    all.extend(plumb_lead::routes(store));
    all.extend(plumb_duplicate::routes(store));
    all.extend(plumb_screen::routes(screen));
    all.extend(plumb_export::routes(store));
    all.extend(plumb_verify::routes(store.clone(), Arc::new(lists())));
    all.extend(routes::routes(store, ledger));
    all
}

/// How mail servers and DNS are asked.
#[must_use]
pub fn egress_config(config: &Config) -> EgressConfig {
    EgressConfig {
        allow_private: config.allow_private,
        resolver: config.resolver,
        smtp_port: config.smtp_port,
        smtp_sources: config.smtp_sources.iter().map(Into::into).collect(),
        smtp_proxy: config.smtp_proxy.as_ref().map(Into::into),
        smtp_manners: config.smtp_manners.as_ref().map(Into::into),
        regions_allowed: config.regions_allowed.iter().copied().map(Into::into).collect(),
        ..EgressConfig::new(config.helo.clone(), config.mail_from.clone())
    }
}

/// Who we are towards mail servers, to be audited before they are asked.
#[must_use]
pub fn probe_identity(config: &Config) -> ProbeIdentity {
    ProbeIdentity {
        addresses: config.public_addresses.clone(),
        blocklists: config.blocklists.clone(),
        port_test: config.port_test,
    }
}

/// A running server.
pub struct Server {
    /// The database, for what the program itself does with it.
    pub store: Store,
    /// Where it listens.
    pub address: SocketAddr,
    /// Where the operator's endpoints are.
    pub admin_address: SocketAddr,
    database: Database,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Server {
    /// Opens the database, prepares it, listens and works. Ports are taken first, so that a second server fails
    /// before it touches anything.
    pub async fn start(config: &Config, verify: VerifyConfig, clock: Clock) -> anyhow::Result<Self> {
        config.check_transport()?;
        let listener = listen(config.listen)?;
        let admin_listener = listen(config.admin_listen)?;
        let (address, admin_address) = (listener.local_addr()?, admin_listener.local_addr()?);
        let tls = match (&config.tls_certificate, &config.tls_key) {
            (Some(certificate), Some(key)) => Some(Tls::from_files(certificate, key)?),
            _ => None,
        };
        prove_worker(config).await?;
        let database = database::open(config, clock).await?;
        let store = database.store.clone();
        let parts = assemble(config, verify, &store)?;

        if database.embedded.is_some() {
            // Nobody else can work on this database: whatever an earlier process held when it was killed is free.
            job::release_all(&store).await?;
            plumb_source::give_up_uploads(&store).await?;
        }

        let stop = CancellationToken::new();
        let settings = Settings {
            // Unless told, the name under which the server was asked: this machine has several (localhost, 127.0.0.1).
            public_origin: config.public_url.as_ref().map(|_| config.public_url()),
            hsts: config.hsts && (tls.is_some() || config.public_url().starts_with("https://")),
            trusted_proxies: config
                .trusted_proxies
                .iter()
                .map(|text| text.parse::<Network>())
                .collect::<Result<_, _>>()?,
            ..Settings::default()
        };
        let services = Services::new(parts.identity, Arc::new(store.clone()), settings, stop.clone());
        let router = parts.register.router(&services);
        let admin = admin::router(readiness(&store), admin::Metrics::install().ok());

        let mut tasks = vec![
            spawn_serving(
                Listener { socket: listener, tls, limits: plumb_web::ConnectionLimits::default() },
                router,
                stop.clone(),
            ),
            spawn_serving(
                Listener { socket: admin_listener, tls: None, limits: plumb_web::ConnectionLimits::default() },
                admin,
                stop.clone(),
            ),
        ];
        if let Some(embedded) = &database.embedded {
            tasks.push(tokio::spawn(database::supervise(Arc::clone(embedded), stop.clone())));
        }
        let (ledger, sequencing) = (parts.ledger, stop.clone());
        tasks.push(tokio::spawn(async move { ledger.run(sequencing).await }));
        let workers = WorkerConfig { workers: config.workers, ..WorkerConfig::default() };
        tasks.push(tokio::spawn(Workers::new(store.clone(), parts.jobs, workers).run(stop.clone())));
        Ok(Self { store, address, admin_address, database, stop, tasks })
    }

    /// Fires when the server stops.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Stops: no new requests, those under way end, jobs end or are given back, then the database.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        for task in self.tasks {
            let _ = task.await;
        }
        drop(self.store);
        self.database.close().await
    }
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| format!("{address} cannot be listened on: is another plumb running? Choose another address with --listen and --admin-listen"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn readiness(store: &Store) -> admin::Ready {
    let store = store.clone();
    Arc::new(move || {
        let store = store.clone();
        async move { store.ping().await.map_err(|error| error.to_string()) }.boxed()
    })
}

fn spawn_serving(listener: Listener, router: axum::Router, stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = plumb_web::serve(listener, router, stop.clone()).await {
            tracing::error!(%error, "the server cannot go on");
            stop.cancel();
        }
    })
}

/// The OpenAPI document, as JSON. The routes are the same whatever database is behind them, so none is opened.
#[expect(clippy::unused_async, reason = "the resolver inside wants a runtime")]
pub async fn openapi() -> anyhow::Result<String> {
    let store = Store::unconnected();
    let parts = assemble(&Config::default(), VerifyConfig::default(), &store)?;
    Ok(serde_json::to_string_pretty(parts.register.openapi())?)
}
