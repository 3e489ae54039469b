use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plumb_base::OrgId;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::claim::{self, Ask};
use super::{
    Cron, Done, Job, JobError, Registry, When, WorkerConfig, Workers, cancel, dead, drain, enqueue, enqueue_many,
    enqueue_once, pending, retry,
};
use crate::testing::Db;
use crate::{Actor, audit};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Count {
    n: usize,
}

impl Job for Count {
    const NAME: &'static str = "test.count";
    const ATTEMPTS_MAX: u16 = 3;
}

async fn queue(db: &Db, org: OrgId, n: usize, when: When) {
    let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
    for n in 0..n {
        enqueue(&mut tx, &Count { n }, when).await.unwrap();
    }
    tx.commit(audit::Entry::of("test.queued")).await.unwrap();
}

/// Counts runs; commits an effect: one import row a job.
fn effects() -> (Registry, Arc<AtomicUsize>) {
    let ran = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&ran);
    let registry = Registry::new().handle::<Count, _, _>(move |job, cx| {
        let ran = Arc::clone(&counter);
        async move {
            ran.fetch_add(1, Ordering::SeqCst);
            let mut tx = cx.org_tx().await?;
            sqlx::query(
                "insert into import (org_id, id, file_name, state, created_at) values ($1, $2, $3, 'draft', now())",
            )
            .bind(cx.org().0)
            .bind(OrgId::fresh().0)
            .bind(job.n.to_string())
            .execute(tx.conn())
            .await?;
            Ok(cx.finish(tx, audit::Entry::of("test.counted")).await?)
        }
    });
    (registry, ran)
}

async fn scalar(db: &Db, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut db.admin_conn().await).await.unwrap()
}

/// Works until `done` holds, at most ten seconds.
async fn work_until<F: AsyncFn() -> bool>(db: &Db, registry: Registry, config: WorkerConfig, done: F) {
    let stop = CancellationToken::new();
    let workers = tokio::spawn(Workers::new(db.store().clone(), registry, config).run(stop.clone()));
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while !done().await && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    workers.await.unwrap();
    assert!(done().await, "not done in ten seconds");
}

#[tokio::test]
async fn what_rolls_back_was_never_queued() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
    enqueue(&mut tx, &Count { n: 1 }, When::Now).await.unwrap();
    drop(tx);
    assert_eq!(scalar(&db, "select count(*) from job").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_job_has_its_effect_once() {
    let db = Db::new().await;
    let (ours, theirs) = (db.org("ours").await, db.org("theirs").await);
    queue(&db, ours, 150, When::Now).await;
    queue(&db, theirs, 50, When::Now).await;
    let (registry, ran) = effects();
    work_until(&db, registry, WorkerConfig { workers: 8, ..WorkerConfig::default() }, async || {
        scalar(&db, "select count(*) from job").await == 0
    })
    .await;
    assert_eq!(ran.load(Ordering::SeqCst), 200);
    assert_eq!(scalar(&db, "select count(*) from import").await, 200);
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_commits_nothing() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    queue(&db, org, 1, When::Now).await;
    // While the job runs, somebody else is given it.
    let admin = db.admin().clone();
    let registry = Registry::new().handle::<Count, _, _>(move |_, cx| {
        let admin = admin.clone();
        async move {
            use sqlx::ConnectOptions as _;
            let mut other = admin.connect().await?;
            sqlx::query("update job set fence = gen_random_uuid()").execute(&mut other).await?;
            let mut tx = cx.org_tx().await?;
            sqlx::query("update org set name = 'changed'").execute(tx.conn()).await?;
            Ok(cx.finish(tx, audit::Entry::of("test.late")).await?)
        }
    });
    let (_, failed) = drain(db.store(), &registry).await.unwrap();
    assert!(matches!(failed[..], [JobError::LostLease]));
    assert_eq!(scalar(&db, "select count(*) from org where name = 'changed'").await, 0);
    assert_eq!(scalar(&db, "select count(*) from audit_pending where action = 'test.late'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_lease_is_given_to_another_and_costs_no_attempt() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    queue(&db, org, 1, When::Now).await;
    // A worker that was killed: its claim is there, nobody renews it.
    sqlx::query("update job set state = 'running', attempt = 1, fence = gen_random_uuid(), lease_until = now() - interval '1 second'")
        .execute(&mut db.admin_conn().await)
        .await
        .unwrap();
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&attempts);
    let registry = Registry::new().handle::<Count, _, _>(move |_, cx| {
        seen.lock().unwrap().push(cx.attempt());
        async { Ok(Done::Nothing) }
    });
    work_until(&db, registry, WorkerConfig::default(), async || scalar(&db, "select count(*) from job").await == 0)
        .await;
    assert_eq!(*attempts.lock().unwrap(), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_kills_its_worker_every_time_is_put_aside() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    queue(&db, org, 1, When::Now).await;
    sqlx::query("update job set state = 'running', attempt = 1, vanished = 19, fence = gen_random_uuid(), lease_until = now() - interval '1 second'")
        .execute(&mut db.admin_conn().await)
        .await
        .unwrap();
    let (registry, ran) = effects();
    work_until(&db, registry, WorkerConfig::default(), async || {
        scalar(&db, "select count(*) from job where state = 'dead'").await == 1
    })
    .await;
    assert_eq!(ran.load(Ordering::SeqCst), 0);
    let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
    let aside = dead(&mut tx).await.unwrap();
    assert_eq!(aside[0].reason.as_deref(), Some("the worker that held it vanished, for the 20. time"));
    assert!(retry(&mut tx, aside[0].id).await.unwrap());
    tx.commit(audit::Entry::of("job.retried")).await.unwrap();
    assert_eq!(scalar(&db, "select count(*) from job where state = 'ready' and attempt = 0").await, 1);
}

#[tokio::test]
async fn failures_are_retried_later_or_put_aside_at_once() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    queue(&db, org, 2, When::Now).await;
    let stop = CancellationToken::new();
    let registry = Registry::new().handle::<Count, _, _>(|job, _| async move {
        if job.n == 0 { Err(JobError::Retry("not yet".to_owned())) } else { Err(JobError::Fail("never".to_owned())) }
    });
    let workers = tokio::spawn(Workers::new(db.store().clone(), registry, WorkerConfig::default()).run(stop.clone()));
    let settled = "select count(*) from job where (state = 'delayed' and last_error = 'not yet' and attempt = 1 and run_at > now() - interval '1 second') or (state = 'dead' and last_error = 'never')";
    for _ in 0..500 {
        if scalar(&db, settled).await == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(scalar(&db, settled).await, 2);
    stop.cancel();
    workers.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_job_waits_for_its_time_by_the_databases_clock() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    queue(&db, org, 1, When::After(Duration::from_hours(72))).await;
    let (registry, ran) = effects();
    let (done, _) = drain(db.store(), &registry).await.unwrap();
    assert_eq!((done, ran.load(Ordering::SeqCst)), (0, 0));
    sqlx::query("update job set run_at = now() - interval '1 second'")
        .execute(&mut db.admin_conn().await)
        .await
        .unwrap();
    let (done, _) = drain(db.store(), &registry).await.unwrap();
    assert_eq!(done, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_organisation_does_not_wait_behind_a_large_one() {
    let db = Db::new().await;
    let (large, small) = (db.org("large").await, db.org("small").await);
    let mut tx = db.store().org(large, Actor::SYSTEM).await.unwrap();
    enqueue_many(&mut tx, &vec![Count { n: 0 }; 1500]).await.unwrap();
    tx.commit(audit::Entry::of("test.queued")).await.unwrap();
    queue(&db, small, 20, When::Now).await;
    // How many of the large one's jobs ran before the small one's last: the order, not the time.
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&order);
    let registry = Registry::new().handle::<Count, _, _>(move |_, cx| {
        seen.lock().unwrap().push(cx.org());
        async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(Done::Nothing)
        }
    });
    work_until(&db, registry, WorkerConfig { workers: 8, ..WorkerConfig::default() }, async || {
        order.lock().unwrap().iter().filter(|org| **org == small).count() == 20
    })
    .await;
    let order = order.lock().unwrap();
    let last = order.iter().rposition(|org| *org == small).unwrap();
    assert!(last < 700, "the small organisation's last job was number {last}");
}

#[tokio::test]
async fn one_key_is_queued_once_and_cancelling_removes_it() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
    let first = enqueue_once(&mut tx, &Count { n: 1 }, When::Now, "key").await.unwrap();
    assert!(first.is_some());
    assert!(enqueue_once(&mut tx, &Count { n: 2 }, When::Now, "key").await.unwrap().is_none());
    assert_eq!(pending(&mut tx, &[Count::NAME]).await.unwrap(), (1, 0));
    assert!(cancel(&mut tx, first.unwrap()).await.unwrap());
    assert!(!cancel(&mut tx, first.unwrap()).await.unwrap());
    tx.commit(audit::Entry::of("job.cancelled")).await.unwrap();
    assert_eq!(scalar(&db, "select count(*) from job").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_is_told_that_it_was_cancelled() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    queue(&db, org, 1, When::Now).await;
    let told = Arc::new(AtomicUsize::new(0));
    let telling = Arc::clone(&told);
    let registry = Registry::new().handle::<Count, _, _>(move |_, cx| {
        let told = Arc::clone(&telling);
        async move {
            let mut tx = cx.org_tx().await?;
            cancel(&mut tx, cx.job_id()).await?;
            tx.commit(audit::Entry::of("job.cancelled")).await?;
            cx.cancelled().cancelled().await;
            told.fetch_add(1, Ordering::SeqCst);
            Ok(Done::Nothing)
        }
    });
    let config = WorkerConfig { lease: Duration::from_millis(300), ..WorkerConfig::default() };
    work_until(&db, registry, config, async || told.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_fires_once_a_beat_over_two_nodes() {
    let db = Db::new().await;
    let fired = Arc::new(AtomicUsize::new(0));
    let node = |fired: Arc<AtomicUsize>| {
        Registry::new()
            .every(Cron::new("test.beat", Duration::from_hours(1), &Count { n: 0 }).unwrap())
            .handle::<Count, _, _>(move |_, cx| {
                assert_eq!(cx.org(), OrgId::PLATFORM);
                fired.fetch_add(1, Ordering::SeqCst);
                async { Ok(Done::Nothing) }
            })
    };
    let stop = CancellationToken::new();
    let other = tokio::spawn(
        Workers::new(db.store().clone(), node(Arc::clone(&fired)), WorkerConfig::default()).run(stop.clone()),
    );
    let config = WorkerConfig::default();
    work_until(&db, node(Arc::clone(&fired)), config, async || {
        fired.load(Ordering::SeqCst) >= 1 && scalar(&db, "select count(*) from job").await == 0
    })
    .await;
    stop.cancel();
    other.await.unwrap();
    assert_eq!(fired.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn work_in_parts_goes_on_where_it_stopped() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    queue(&db, org, 1, When::Now).await;
    let runs: Arc<Mutex<HashMap<usize, usize>>> = Arc::default();
    let seen = Arc::clone(&runs);
    let registry = Registry::new().handle::<Count, _, _>(move |job, cx| {
        *seen.lock().unwrap().entry(job.n).or_default() += 1;
        async move {
            let tx = cx.org_tx().await?;
            if job.n < 3 {
                return Ok(cx.again(tx, &Count { n: job.n + 1 }, When::Now, audit::Entry::of("test.part")).await?);
            }
            let tx2 = cx.org_tx().await?;
            cx.checkpoint(tx, audit::Entry::of("test.checkpoint")).await?;
            Ok::<_, JobError>(cx.finish(tx2, audit::Entry::of("test.end")).await?)
        }
    });
    let (ran, failed) = drain(db.store(), &registry).await.unwrap();
    assert_eq!((ran, failed.len()), (4, 0));
    assert_eq!(*runs.lock().unwrap(), HashMap::from([(0, 1), (1, 1), (2, 1), (3, 1)]));
}

/// Waits until cancelled, and gives up.
fn waits() -> (Registry, Arc<AtomicUsize>) {
    let began = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&began);
    let registry = Registry::new().handle::<Count, _, _>(move |_, cx| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move {
            cx.cancelled().cancelled().await;
            Err(JobError::Retry("stopped".to_owned()))
        }
    });
    (registry, began)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_costs_no_attempt() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    queue(&db, org, 1, When::Now).await;
    for _ in 0..=Count::ATTEMPTS_MAX {
        let (registry, began) = waits();
        work_until(&db, registry, WorkerConfig::default(), async || began.load(Ordering::SeqCst) == 1).await;
    }
    assert_eq!(scalar(&db, "select count(*) from job where state = 'ready' and attempt = 0").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_that_was_cancelled_does_not_come_back() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    queue(&db, org, 1, When::Now).await;
    let (registry, began) = waits();
    let stop = CancellationToken::new();
    let config = WorkerConfig { lease: Duration::from_millis(300), ..WorkerConfig::default() };
    let workers = tokio::spawn(Workers::new(db.store().clone(), registry, config).run(stop.clone()));
    let mut cancelled = false;
    for _ in 0..500 {
        if began.load(Ordering::SeqCst) == 1 && !cancelled {
            let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
            let id = sqlx::query_scalar("select id from job").fetch_one(tx.conn()).await.unwrap();
            cancelled = cancel(&mut tx, plumb_base::JobId(id)).await.unwrap();
            tx.commit(audit::Entry::of("job.cancelled")).await.unwrap();
        }
        if cancelled && scalar(&db, "select count(*) from job").await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    workers.await.unwrap();
    assert_eq!(scalar(&db, "select count(*) from job").await, 0);
    assert_eq!(began.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_node_does_not_use_up_the_attempts_of_a_newer_kind() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    queue(&db, org, 1, When::Now).await;
    work_until(&db, Registry::new(), WorkerConfig::default(), async || {
        scalar(&db, "select count(*) from job where state = 'delayed' and attempt = 0 and last_error is not null").await
            == 1
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_no_node_knows_for_a_day_is_put_aside_with_words() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    queue(&db, org, 2, When::Now).await;
    let waits = "select count(*) from job where state = 'delayed' and unknown_since > now() - interval '1 minute'";
    work_until(&db, Registry::new(), WorkerConfig::default(), async || scalar(&db, waits).await == 2).await;
    let of_kind = |put_aside, unknown| super::Standing { kind: Count::NAME.to_owned(), put_aside, unknown };
    assert_eq!(super::standing(db.store()).await.unwrap(), [of_kind(0, 2)]);

    sqlx::query(
        "update job set run_at = now(), unknown_since = case when (payload ->> 'n')::int = 0 then timestamptz '2026-01-02 03:04Z' else now() - interval '23 hours' end",
    )
    .execute(&mut db.admin_conn().await)
    .await
    .unwrap();
    let one_dead = "select count(*) from job where state = 'dead'";
    work_until(&db, Registry::new(), WorkerConfig::default(), async || scalar(&db, one_dead).await == 1).await;
    assert_eq!(super::standing(db.store()).await.unwrap(), [of_kind(1, 1)]);
    let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
    let aside = dead(&mut tx).await.unwrap();
    let reason = "no server has known jobs of this kind since 2026-01-02 03:04 UTC";
    assert_eq!((aside[0].attempts, aside[0].reason.as_deref()), (0, Some(reason)));
    assert!(retry(&mut tx, aside[0].id).await.unwrap());
    tx.commit(audit::Entry::of("job.retried")).await.unwrap();

    // A node that knows the kind runs both.
    sqlx::query("update job set run_at = now()").execute(&mut db.admin_conn().await).await.unwrap();
    let (registry, ran) = effects();
    work_until(&db, registry, WorkerConfig::default(), async || ran.load(Ordering::SeqCst) == 2).await;
    assert!(super::standing(db.store()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_job_put_aside_gives_way_to_the_one_that_took_its_key() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
    let aside = enqueue_once(&mut tx, &Count { n: 1 }, When::Now, "key").await.unwrap().unwrap();
    sqlx::query("update job set state = 'dead'").execute(tx.conn()).await.unwrap();
    let newer = enqueue_once(&mut tx, &Count { n: 2 }, When::Now, "key").await.unwrap().unwrap();
    assert!(retry(&mut tx, aside).await.unwrap());
    assert_eq!(pending(&mut tx, &[Count::NAME]).await.unwrap(), (1, 0));
    assert!(dead(&mut tx).await.unwrap().is_empty());
    assert!(!retry(&mut tx, newer).await.unwrap(), "it was not put aside");
}

#[tokio::test]
async fn an_organisation_at_its_cap_does_not_stand_in_the_way_of_the_next() {
    let db = Db::new().await;
    let (first, second) = (db.org("first").await, db.org("second").await);
    queue(&db, first, 2, When::Now).await;
    queue(&db, second, 1, When::Now).await;
    let mut held = HashMap::new();
    for claimed in [Some(first), Some(second), None] {
        let ask = Ask { jobs: 1, cap: 1, held: &held, lease: Duration::from_mins(1), after: uuid::Uuid::nil() };
        let orgs: Vec<OrgId> = claim::claim(db.store(), ask).await.unwrap().iter().map(|job| job.org).collect();
        assert_eq!(orgs, Vec::from_iter(claimed), "each holds at most one");
        held.extend(orgs.into_iter().map(|org| (org, 1)));
    }
}

/// Jobs that run until they are let go, with how many of each organisation run.
fn held_up(running: &Arc<Mutex<HashMap<OrgId, usize>>>, go: &CancellationToken) -> Registry {
    let (running, go) = (Arc::clone(running), go.clone());
    Registry::new().handle::<Count, _, _>(move |_, cx| {
        *running.lock().unwrap().entry(cx.org()).or_default() += 1;
        let go = go.clone();
        async move {
            go.cancelled().await;
            Ok(Done::Nothing)
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn one_organisation_has_all_workers_and_another_still_finds_room() {
    let db = Db::new().await;
    let (large, small) = (db.org("large").await, db.org("small").await);
    queue(&db, large, 40, When::Now).await;
    let (running, go) = (Arc::default(), CancellationToken::new());
    let registry = held_up(&running, &go);
    let of = |org: OrgId| running.lock().unwrap().get(&org).copied().unwrap_or_default();
    let newcomer = std::sync::atomic::AtomicBool::new(false);
    work_until(&db, registry, WorkerConfig { workers: 8, ..WorkerConfig::default() }, async || {
        if of(large) == 8 && !newcomer.swap(true, Ordering::SeqCst) {
            // Nothing of the large one's ends meanwhile.
            queue(&db, small, 5, When::Now).await;
        }
        if of(small) == 2 && !go.is_cancelled() {
            assert_eq!(of(large), 8);
            go.cancel();
        }
        go.is_cancelled() && scalar(&db, "select count(*) from job").await == 0
    })
    .await;
    assert_eq!((of(large), of(small)), (40, 5));
}

#[tokio::test]
async fn what_a_killed_process_held_is_free_at_once_for_whoever_is_alone() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    queue(&db, org, 1, When::Now).await;
    sqlx::query("update job set state = 'running', attempt = 1, fence = gen_random_uuid(), lease_until = now() + interval '30 seconds'")
        .execute(&mut db.admin_conn().await)
        .await
        .unwrap();
    super::release_all(db.store()).await.unwrap();
    assert_eq!(scalar(&db, "select count(*) from job where state = 'ready' and attempt = 0 and vanished = 1").await, 1);
}
