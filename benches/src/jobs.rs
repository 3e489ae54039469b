//! The queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use plumb_base::{ImportId, OrgId};
use plumb_store::job::{Done, Job, Registry, WorkerConfig, Workers, enqueue_many};
use plumb_store::{Actor, Store, audit};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::figure::{figure, median, title};
use crate::proc;
use crate::workbench::Bench;

const WORKERS: usize = 8;
const ROUNDS: usize = 5;
const NO_OPS: usize = 20_000;
const EFFECTS: usize = 6_000;
const LARGE: usize = 3_000;
const SMALL: usize = 20;

#[derive(Serialize, Deserialize)]
struct Nothing {}
impl Job for Nothing {
    const NAME: &'static str = "bench.nothing";
}

#[derive(Serialize, Deserialize)]
struct Effect {}
impl Job for Effect {
    const NAME: &'static str = "bench.effect";
}

/// Counts jobs of one organisation as they end.
#[derive(Default)]
struct Ended {
    of: std::sync::Mutex<Option<OrgId>>,
    left: AtomicUsize,
    none_left: Notify,
}

impl Ended {
    fn expect(&self, org: OrgId, jobs: usize) {
        *self.of.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(org);
        self.left.store(jobs, Ordering::SeqCst);
    }

    fn one(&self, org: OrgId) {
        let counted = *self.of.lock().unwrap_or_else(std::sync::PoisonError::into_inner) == Some(org);
        if counted && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.none_left.notify_one();
        }
    }
}

pub(crate) async fn run() -> anyhow::Result<()> {
    let bench = Bench::new("jobs").await?;
    let (large, small) = (bench.org("Large").await?, bench.org("Small").await?);
    let ended = Arc::new(Ended::default());
    let stop = CancellationToken::new();
    let config = WorkerConfig { workers: WORKERS, ..WorkerConfig::default() };
    let workers = Workers::new(bench.store().clone(), registry(&ended), config).run(stop.clone());
    let workers = tokio::spawn(workers);

    title(format_args!("jobs: {WORKERS} workers, durable; median of {ROUNDS}"));
    let mut rates = Vec::new();
    let cpu = proc::of_server(bench.postmaster());
    for _ in 0..ROUNDS {
        let took = work::<Nothing>(&bench, &ended, large, NO_OPS, || Nothing {}).await?;
        rates.push(NO_OPS as f64 / took.as_secs_f64());
    }
    figure("jobs without an effect, per s", format_args!("{:.0}", median(&rates)), "≥ 5,000");
    cpu_of(&bench, cpu, ROUNDS * NO_OPS);

    rates.clear();
    let cpu = proc::of_server(bench.postmaster());
    for _ in 0..ROUNDS {
        let took = work::<Effect>(&bench, &ended, large, EFFECTS, || Effect {}).await?;
        rates.push(EFFECTS as f64 / took.as_secs_f64());
    }
    figure("jobs with one row and an audit entry, per s", format_args!("{:.0}", median(&rates)), "≥ 2,000");
    cpu_of(&bench, cpu, ROUNDS * EFFECTS);

    let mut waits = Vec::new();
    for _ in 0..ROUNDS {
        ended.expect(small, SMALL);
        queue::<Effect>(bench.store(), large, LARGE, || Effect {}).await?;
        let began = Instant::now();
        queue::<Effect>(bench.store(), small, SMALL, || Effect {}).await?;
        until_none_left(&ended).await?;
        waits.push(began.elapsed().as_secs_f64());
        until_empty(&bench).await?;
    }
    figure(
        format_args!("{SMALL} jobs behind {LARGE} of another organisation"),
        format_args!("{:.2} s", median(&waits)),
        "≤ 1 s",
    );
    stop.cancel();
    workers.await?;
    bench.close().await
}

fn cpu_of(bench: &Bench, before: proc::Used, jobs: usize) {
    let cpu = proc::of_server(bench.postmaster()).since(before);
    figure("  processor time of Postgres for 1,000 jobs", format_args!("{:.0} ms", cpu * 1e6 / jobs as f64), "");
}

fn registry(ended: &Arc<Ended>) -> Registry {
    let (nothing, effect) = (Arc::clone(ended), Arc::clone(ended));
    Registry::new()
        .handle::<Nothing, _, _>(move |_, cx| {
            nothing.one(cx.org());
            async { Ok(Done::Nothing) }
        })
        .handle::<Effect, _, _>(move |_, cx| {
            let ended = Arc::clone(&effect);
            async move {
                let mut tx = cx.org_tx().await?;
                let id = ImportId::fresh();
                sqlx::query("insert into import (org_id, id, file_name, state, created_at) values ($1, $2, 'list.csv', 'draft', now())")
                    .bind(cx.org().0)
                    .bind(id.0)
                    .execute(tx.conn())
                    .await?;
                let done = cx.finish(tx, audit::Entry::of("import.upload_begun").on("import", id.0)).await?;
                ended.one(cx.org());
                Ok(done)
            }
        })
}

/// From the commit that queues jobs to the end of the last.
async fn work<J: Job>(
    bench: &Bench,
    ended: &Ended,
    org: OrgId,
    jobs: usize,
    one: impl Fn() -> J,
) -> anyhow::Result<Duration> {
    ended.expect(org, jobs);
    queue(bench.store(), org, jobs, one).await?;
    let began = Instant::now();
    until_none_left(ended).await?;
    until_empty(bench).await?;
    Ok(began.elapsed())
}

async fn queue<J: Job>(store: &Store, org: OrgId, jobs: usize, one: impl Fn() -> J) -> anyhow::Result<()> {
    let mut tx = store.org(org, Actor::SYSTEM).await?;
    let jobs: Vec<J> = (0..jobs).map(|_| one()).collect();
    enqueue_many(&mut tx, &jobs).await?;
    Ok(tx.commit(audit::Entry::of("import.started")).await?)
}

async fn until_none_left(ended: &Ended) -> anyhow::Result<()> {
    let ended = tokio::time::timeout(Duration::from_mins(2), ended.none_left.notified()).await;
    if ended.is_err() {
        bail!("the queue was not worked off in two minutes");
    }
    Ok(())
}

/// Jobs without an effect are removed a moment after they ran.
async fn until_empty(bench: &Bench) -> anyhow::Result<()> {
    let mut admin = bench.admin().await?;
    loop {
        let left: bool = sqlx::query_scalar("select exists (select from job)").fetch_one(&mut admin).await?;
        if !left {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
