//! What the state machine adds to the bare probe: the same servers and as many questions at once, asked by `check`
//! alone and by the jobs of a server with its database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use plumb_base::{Email, ImportId, OrgId};
use plumb_egress::{CallContext, Egress, EgressConfig, Recorder};
use plumb_lead::{Handed, NewLead, ToVerify, upsert};
use plumb_store::job::{When, WorkerConfig, Workers, enqueue};
use plumb_store::{Actor, audit};
use plumb_testworld::farm::KNOWN;
use plumb_verify::{Lists, Request, VerifyConfig, check, fresh_control_local};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::list::Size;
use super::world::Running;
use crate::figure::{figure, title};
use crate::proc;
use crate::workbench::Bench;

/// How often it is looked at whether all verdicts are there.
const LOOK: Duration = Duration::from_millis(20);
/// The longest that the jobs may take.
const ALL: Duration = Duration::from_mins(5);
/// Leads that are made in one transaction.
const PAGE: usize = 1000;

/// Seconds, and processor seconds of this process and of the database.
struct Took {
    seconds: f64,
    own: f64,
    database: f64,
}

pub(super) async fn compare(size: &Size) -> anyhow::Result<()> {
    title(format_args!(
        "the jobs of a server beside the bare probe: {} addresses over {} domains, {} under way at once",
        size.addresses, size.domains, size.concurrency
    ));
    let addresses: Vec<String> = size.list().lines().map(str::to_owned).collect();
    let bare = bare(size, &addresses).await?;
    let jobs = jobs(size, &addresses).await?;
    let count = addresses.len() as f64;
    for (name, took) in [("bare probe", &bare), ("jobs", &jobs)] {
        figure(format_args!("{name}: addresses a second"), format_args!("{:.0}", count / took.seconds), "");
        figure(format_args!("{name}: processor time, own"), format_args!("{:.0} µs each", took.own / count * 1e6), "");
    }
    figure("jobs: processor time, Postgres", format_args!("{:.0} µs each", jobs.database / count * 1e6), "");
    let more = (jobs.seconds / bare.seconds - 1.0) * 100.0;
    figure("jobs: longer than the bare probe by", format_args!("{more:.1} %"), "≤ 10 %");
    Ok(())
}

fn egress(size: &Size, world: &Running, recorder: Recorder) -> anyhow::Result<Egress> {
    let config = EgressConfig {
        allow_private: true,
        resolver: Some(world.ports.dns),
        smtp_port: world.ports.smtp_port,
        smtp_connections_max: size.concurrency,
        smtp_connections_per_host_max: size.concurrency,
        ..EgressConfig::new("probe.example", "postmaster@probe.example")
    };
    Ok(Egress::new(config, recorder)?)
}

async fn bare(size: &Size, addresses: &[String]) -> anyhow::Result<Took> {
    let world = Running::of_domains(false, size).await?;
    let egress = egress(size, &world, Recorder::memory())?;
    let config = Arc::new(VerifyConfig::default());
    let (began, cpu) = (Instant::now(), proc::of(std::process::id()));
    let mut asking = JoinSet::new();
    let mut right = 0;
    for address in addresses {
        if asking.len() >= size.concurrency
            && let Some(answered) = asking.join_next().await
        {
            right += usize::from(answered?);
        }
        let (egress, config, address) = (egress.clone(), Arc::clone(&config), address.clone());
        asking.spawn(async move {
            let control_local = fresh_control_local();
            let request = Request {
                address: &address,
                lists: Lists::default(),
                suppressed: Some(false),
                attempt: 1,
                control_local: &control_local,
            };
            let ctx = CallContext::new(OrgId::PLATFORM, "a measurement");
            let wanted = if address.starts_with(KNOWN) { "verified" } else { "undeliverable" };
            check(&egress, &config, &ctx, &request).await.is_ok_and(|outcome| outcome.verdict.code() == wanted)
        });
    }
    while let Some(answered) = asking.join_next().await {
        right += usize::from(answered?);
    }
    let took =
        Took { seconds: began.elapsed().as_secs_f64(), own: proc::of(std::process::id()).since(cpu), database: 0.0 };
    world.stop().await?;
    ensure!(right == addresses.len(), "{right} of {} right", addresses.len());
    Ok(took)
}

async fn jobs(size: &Size, addresses: &[String]) -> anyhow::Result<Took> {
    let world = Running::of_domains(false, size).await?;
    let bench = Bench::new("verify").await?;
    let (store, org) = (bench.store(), bench.org("Measured").await?);
    let egress = egress(size, &world, Recorder::database(store.clone()))?;
    let import = ImportId::fresh();
    for (at, page) in addresses.chunks(PAGE).enumerate() {
        let rows = page.iter().enumerate().map(|(n, address)| NewLead {
            dedupe_key: format!("e:{address}"),
            email: Some(address.clone()),
            email_domain: Email::parse(address).ok().map(|email| email.domain().as_str().to_owned()),
            row_no: (at * PAGE + n + 1) as i64,
            ..NewLead::default()
        });
        let mut tx = store.org(org, Actor::SYSTEM).await?;
        upsert(&mut tx, import, rows.collect(), &store.keys().suppression()).await?;
        tx.commit(audit::Entry::of("import.started").on("import", import.0)).await?;
    }
    let registry = plumb_verify::jobs(egress, VerifyConfig::default())?;
    let stop = CancellationToken::new();
    let workers = WorkerConfig { workers: size.concurrency, ..WorkerConfig::default() };
    let workers = tokio::spawn(Workers::new(store.clone(), registry, workers).run(stop.clone()));

    let (began, cpu) = (Instant::now(), (proc::of(std::process::id()), proc::of_server(bench.postmaster())));
    let mut tx = store.org(org, Actor::SYSTEM).await?;
    enqueue(&mut tx, &ToVerify { what: Handed::Import(import), after_row: 0 }, When::Now).await?;
    tx.commit(audit::Entry::of("import.started").on("import", import.0)).await?;
    let mut admin = bench.admin().await?;
    loop {
        let open: bool =
            sqlx::query_scalar("select exists (select from lead where verdict is null)").fetch_one(&mut admin).await?;
        if !open {
            break;
        }
        ensure!(began.elapsed() < ALL, "not all verdicts came within {ALL:?}");
        tokio::time::sleep(LOOK).await;
    }
    let took = Took {
        seconds: began.elapsed().as_secs_f64(),
        own: proc::of(std::process::id()).since(cpu.0),
        database: proc::of_server(bench.postmaster()).since(cpu.1),
    };
    stop.cancel();
    workers.await?;
    let right: i64 = sqlx::query_scalar(
        "select count(*) from lead where verdict = case when starts_with(email, $1) then 'verified' else 'undeliverable' end",
    )
    .bind(KNOWN)
    .fetch_one(&mut admin)
    .await?;
    drop(admin);
    bench.close().await?;
    world.stop().await?;
    ensure!(right == addresses.len() as i64, "{right} of {} right", addresses.len());
    Ok(took)
}
