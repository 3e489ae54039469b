//! What the log costs a commit, and how fast it is written and proved.

mod offline;

use std::time::{Duration, Instant};

use plumb_base::{ImportId, OrgId};
use plumb_ledger::{BATCH_EVENTS_MAX, Ledger, Sequenced};
use plumb_store::{Actor, Store, audit};
use sqlx::PgPool;

use crate::figure::{figure, median, title};
use crate::proc;
use crate::workbench::{Bench, begin};

const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(1_500);

pub(crate) async fn run() -> anyhow::Result<()> {
    let bench = Bench::new("audit").await?;
    let org = bench.org("Audited").await?;
    let pool = bench.pool(24).await?;
    title("audit: a commit of one row with its entry, against the same without; durable");
    for writers in [8, 16] {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            for turn in [round % 2 == 0, round % 2 != 0] {
                if turn {
                    with.push(rate(writers, || audited(bench.store(), org)).await?);
                } else {
                    without.push(rate(writers, || plain(&pool, org)).await?);
                }
            }
        }
        let (with, without) = (median(&with), median(&without));
        figure(
            format_args!("{writers} writers: with / without"),
            format_args!("{:.2} ({with:.0} / {without:.0} per s)", with / without),
            "≥ 0.9",
        );
    }
    sequence(&bench).await?;
    pool.close().await;
    bench.close().await?;
    offline::tree()?;
    offline::verifier()
}

/// Commits a second, with so many writers at a time.
async fn rate<F, Fut>(writers: usize, one: F) -> anyhow::Result<f64>
where
    F: Fn() -> Fut + Sync,
    Fut: Future<Output = anyhow::Result<()>> + Send,
{
    let began = Instant::now();
    let write = async || {
        let mut done = 0_u32;
        while began.elapsed() < ROUND {
            one().await?;
            done += 1;
        }
        anyhow::Ok(done)
    };
    let done = futures::future::try_join_all((0..writers).map(|_| write())).await?;
    Ok(f64::from(done.iter().sum::<u32>()) / began.elapsed().as_secs_f64())
}

const INSERT: &str =
    "insert into import (org_id, id, file_name, state, created_at) values ($1, $2, 'list.csv', 'draft', now())";

async fn audited(store: &Store, org: OrgId) -> anyhow::Result<()> {
    let mut tx = store.org(org, Actor::SYSTEM).await?;
    let id = ImportId::fresh();
    sqlx::query(INSERT).bind(org.0).bind(id.0).execute(tx.conn()).await?;
    Ok(tx.commit(audit::Entry::of("import.upload_begun").on("import", id.0).with("bytes", 1)).await?)
}

/// The same without the entry; begun in a task of its own too, as every transaction of the store is.
async fn plain(pool: &PgPool, org: OrgId) -> anyhow::Result<()> {
    let pool = pool.clone();
    let mut tx = tokio::spawn(async move { begin(&pool, org).await }).await??;
    sqlx::query(INSERT).bind(org.0).bind(ImportId::fresh().0).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Works off what the writers left in the outbox.
async fn sequence(bench: &Bench) -> anyhow::Result<()> {
    let ledger = Ledger::new(bench.store().clone(), "bench.example/log".parse()?);
    let (mut rates, mut sequenced) = (Vec::new(), 0);
    let cpu = proc::of_server(bench.postmaster());
    loop {
        let began = Instant::now();
        let Sequenced::Appended { events, .. } = ledger.sequence_once().await? else { break };
        sequenced += events;
        if events == BATCH_EVENTS_MAX {
            rates.push(events as f64 / began.elapsed().as_secs_f64());
        }
    }
    let cpu = proc::of_server(bench.postmaster()).since(cpu);
    figure(
        format_args!("outbox to signed log, events/s, over {sequenced} events"),
        format_args!("{:.0}", median(&rates)),
        "",
    );
    figure("  processor time of Postgres for 1,000 events", format_args!("{:.1} ms", cpu * 1e6 / sequenced as f64), "");
    Ok(())
}
