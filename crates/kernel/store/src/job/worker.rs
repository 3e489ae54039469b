//! The workers of one process.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use plumb_base::{JobId, OrgId};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::claim::{self, Ask, Claimed, Verdict};
use super::context::{Done, JobContext, JobError};
use super::cron;
use super::registry::Registry;
use crate::error::StoreError;
use crate::store::Store;

/// How a process works the queue.
#[derive(Clone, Copy, Debug)]
pub struct WorkerConfig {
    /// Jobs of one organisation that run at once on this node. A quarter as many more, and at least one, run beside them
    /// for other organisations: whoever is alone is not held back, and whoever comes later finds room.
    pub workers: usize,
    /// How long a claim holds without a sign of life.
    pub lease: Duration,
    /// How often an idle process looks for work that another node queued.
    pub poll: Duration,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self { workers: 32, lease: Duration::from_secs(30), poll: Duration::from_millis(250) }
    }
}

impl WorkerConfig {
    /// Jobs that run at once, of all organisations together.
    fn slots(&self) -> usize {
        self.workers + self.workers.div_ceil(4).max(1)
    }
}

/// Claims hold at most as much as the workers finish in this time, so that a newcomer is never far from its turn.
const PREFETCH: Duration = Duration::from_millis(40);
const CLAIM_MAX: usize = 512;
/// The longest between two claims that wait for half of what is held to end, so that claims come in batches. Jobs may
/// turn out longer than those before them.
const BATCH_WAIT: Duration = Duration::from_millis(160);
/// Organisations whose turns are kept while none of their jobs runs.
const IDLE_TURNS_MAX: usize = 1024;
/// How long a job of a kind that this process does not know waits for one that does.
const NOT_HERE_WAIT: Duration = Duration::from_secs(15);

/// A process's workers.
pub struct Workers {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    registry: Registry,
    config: WorkerConfig,
    held: Mutex<HashMap<JobId, (OrgId, Uuid, CancellationToken)>>,
    slots: Arc<Semaphore>,
    /// How many more jobs of an organisation may run.
    turns: Mutex<HashMap<OrgId, Arc<Semaphore>>>,
    /// Microseconds that a job took lately, smoothed.
    pace_us: Mutex<f64>,
    freed: Notify,
}

impl Workers {
    /// Workers on `store` for the kinds in `registry`.
    #[must_use]
    pub fn new(store: Store, registry: Registry, config: WorkerConfig) -> Self {
        let slots = Arc::new(Semaphore::new(config.slots()));
        let shared = Shared {
            store,
            registry,
            config,
            held: Mutex::default(),
            slots,
            turns: Mutex::default(),
            pace_us: Mutex::new(100_000.0),
            freed: Notify::new(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Works until `stop` fires, then lets running jobs end for at most 10 seconds. What has not ended then is
    /// given back when its lease runs out.
    pub async fn run(self, stop: CancellationToken) {
        let shared = self.shared;
        let (done, done_rx) = mpsc::channel(4096);
        let completer = tokio::spawn(complete_in_batches(Arc::clone(&shared), done_rx));
        let tender = tokio::spawn(tend(Arc::clone(&shared), stop.clone()));
        let mut running = JoinSet::new();
        let mut after = Uuid::nil();
        let mut claimed_at = Instant::now();
        while !stop.is_cancelled() {
            while running.try_join_next().is_some() {}
            let free = shared.room(claimed_at.elapsed());
            let claimed = if free == 0 {
                Ok(Vec::new())
            } else {
                claimed_at = Instant::now();
                shared.claim(free, after).await
            };
            match claimed {
                Ok(jobs) if jobs.is_empty() => {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = shared.store.workers_woken().notified(), if free > 0 => {}
                        () = shared.freed.notified() => {}
                        () = tokio::time::sleep(shared.config.poll) => {}
                    }
                }
                Ok(jobs) => {
                    after = jobs.iter().map(|job| job.org.0).max().unwrap_or(after);
                    for job in jobs {
                        let (shared, done, stop) = (Arc::clone(&shared), done.clone(), stop.clone());
                        let token = shared.hold(&job, &stop);
                        running.spawn(async move { shared.work(job, token, done).await });
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "no jobs can be claimed");
                    tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(Duration::from_secs(1)) => {} }
                }
            }
        }
        let _ =
            tokio::time::timeout(Duration::from_secs(10), async { while running.join_next().await.is_some() {} }).await;
        running.abort_all();
        drop(done);
        let _ = tokio::time::timeout(Duration::from_secs(5), completer).await;
        tender.abort();
    }
}

impl Shared {
    /// How many jobs are held beyond those that run: what the workers finish in [`PREFETCH`].
    fn ahead(&self) -> usize {
        let pace = *self.pace_us.lock().unwrap_or_else(PoisonError::into_inner);
        let ahead = (PREFETCH.as_micros() as f64 / pace.max(1.0)) * self.config.workers as f64;
        (ahead as usize).min(CLAIM_MAX)
    }

    /// How many more jobs may be held.
    fn room(&self, since_claim: Duration) -> usize {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).len();
        let ahead = self.ahead();
        let target = self.config.slots() + ahead;
        // Below half of the target, so that claims come in batches.
        if held * 2 <= target || ahead < 8 || since_claim >= BATCH_WAIT { target.saturating_sub(held) } else { 0 }
    }

    async fn claim(&self, free: usize, after: Uuid) -> Result<Vec<Claimed>, StoreError> {
        let mut held: HashMap<OrgId, i64> = HashMap::new();
        for (org, ..) in self.held.lock().unwrap_or_else(PoisonError::into_inner).values() {
            *held.entry(*org).or_default() += 1;
        }
        // Of what is held ahead, others always find room for a quarter too.
        let cap = (self.config.workers + self.ahead() * 3 / 4).max(1) as i64;
        claim::claim(&self.store, Ask { jobs: free as i64, cap, held: &held, lease: self.config.lease, after }).await
    }

    /// Waits until the organisation may have one more run, and then for a free worker: whoever waits for its own turn
    /// keeps no worker from the others.
    async fn turn(&self, org: OrgId) -> Option<[OwnedSemaphorePermit; 2]> {
        let turns = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            if turns.len() >= IDLE_TURNS_MAX {
                // Runs and waits hold their semaphore; what only the map holds is idle.
                turns.retain(|_, turns| Arc::strong_count(turns) > 1);
            }
            let workers = self.config.workers.max(1);
            Arc::clone(turns.entry(org).or_insert_with(|| Arc::new(Semaphore::new(workers))))
        };
        let turn = turns.acquire_owned().await.ok()?;
        let slot = Arc::clone(&self.slots).acquire_owned().await.ok()?;
        Some([turn, slot])
    }

    fn hold(&self, job: &Claimed, stop: &CancellationToken) -> CancellationToken {
        let token = stop.child_token();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(job.id, (job.org, job.fence, token.clone()));
        token
    }

    async fn work(&self, job: Claimed, cancelled: CancellationToken, done: mpsc::Sender<(OrgId, JobId, Uuid)>) {
        let claimed = Instant::now();
        let Some(_turn) = self.turn(job.org).await else { return };
        metrics::histogram!("plumb_job_wait_seconds", "kind" => job.kind.clone()).record(claimed.elapsed());
        if cancelled.is_cancelled() {
            // Stopping, or taken away before it began: its lease gives it back.
            self.let_go(job.id);
            let _ =
                claim::settle(&self.store, &job, Verdict::Again { after: Duration::ZERO, reason: None, counts: false })
                    .await;
            return;
        }
        let began = Instant::now();
        let outcome = run_one(&self.store, &self.registry, &job, &cancelled).await;
        {
            let mut pace = self.pace_us.lock().unwrap_or_else(PoisonError::into_inner);
            *pace = *pace * 0.95 + began.elapsed().as_micros() as f64 * 0.05;
        }
        metrics::histogram!("plumb_job_duration_seconds", "kind" => job.kind.clone()).record(began.elapsed());
        metrics::counter!("plumb_jobs_total", "kind" => job.kind.clone(), "result" => label(&outcome)).increment(1);
        let settled = match outcome {
            Ok(Done::Committed) => Ok(()),
            Ok(Done::Nothing) => {
                // Held until it is removed: else claims run ahead of the removals, and cost several times as much.
                if done.send((job.org, job.id, job.fence)).await.is_err() {
                    self.let_go(job.id);
                }
                return;
            }
            Ok(Done::Later(after)) => {
                claim::settle(&self.store, &job, Verdict::Again { after, reason: None, counts: false }).await
            }
            // It was told to stop, and did: no fault of its own.
            Err(JobError::Retry(reason)) if cancelled.is_cancelled() => {
                claim::settle(
                    &self.store,
                    &job,
                    Verdict::Again { after: Duration::ZERO, reason: Some(reason), counts: false },
                )
                .await
            }
            Err(error) => settle_failure(&self.store, &job, error).await,
        };
        if let Err(error) = settled {
            tracing::warn!(job = %job.id, kind = job.kind, %error, "a job could not be settled; its lease will give it back");
        }
        self.let_go(job.id);
    }

    fn let_go(&self, id: JobId) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        self.freed.notify_one();
    }
}

fn label(outcome: &Result<Done, JobError>) -> &'static str {
    match outcome {
        Ok(Done::Committed | Done::Nothing) => "done",
        Ok(Done::Later(_)) => "later",
        Err(JobError::Retry(_)) => "retry",
        Err(JobError::Fail(_)) => "failed",
        Err(JobError::LostLease) => "lost",
        Err(JobError::NotHere(_)) => "not_here",
    }
}

async fn run_one(
    store: &Store,
    registry: &Registry,
    job: &Claimed,
    cancelled: &CancellationToken,
) -> Result<Done, JobError> {
    let Some(handler) = registry.get(&job.kind) else {
        return Err(JobError::NotHere(job.kind.clone()));
    };
    let cx = JobContext { store: store.clone(), claimed: job.clone(), cancelled: cancelled.clone() };
    match AssertUnwindSafe(handler(job.payload.clone(), cx)).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(_panic) => Err(JobError::Retry(format!("{} panicked", job.kind))),
    }
}

async fn settle_failure(store: &Store, job: &Claimed, error: JobError) -> Result<(), StoreError> {
    let verdict = match error {
        JobError::LostLease => return Ok(()),
        error @ JobError::NotHere(_) => Verdict::NotHere { after: NOT_HERE_WAIT, reason: error.to_string() },
        JobError::Fail(reason) => Verdict::Dead { reason },
        JobError::Retry(reason) if job.attempt >= job.attempts_max => Verdict::Dead { reason },
        JobError::Retry(reason) => {
            Verdict::Again { after: backoff(job.attempt.unsigned_abs()), reason: Some(reason), counts: true }
        }
    };
    if let Verdict::Dead { reason } = &verdict {
        tracing::warn!(job = %job.id, kind = job.kind, reason, "a job was put aside");
    }
    claim::settle(store, job, verdict).await
}

/// 1 s, 4 s, 16 s … at most an hour, each give or take a quarter.
fn backoff(attempt: u16) -> Duration {
    let base_ms = 1000_u64.saturating_mul(4_u64.saturating_pow(u32::from(attempt.saturating_sub(1)))).min(3_600_000);
    Duration::from_millis(base_ms - base_ms / 4 + plumb_base::random::below(base_ms / 2 + 1))
}

/// Jobs without an effect are removed many at a time.
async fn complete_in_batches(shared: Arc<Shared>, mut done: mpsc::Receiver<(OrgId, JobId, Uuid)>) {
    let mut batch = Vec::with_capacity(512);
    while done.recv_many(&mut batch, 512).await > 0 {
        if batch.len() < 64 {
            // A breath, so that a busy queue is completed in batches.
            tokio::time::sleep(Duration::from_millis(2)).await;
            while batch.len() < 512 {
                match done.try_recv() {
                    Ok(one) => batch.push(one),
                    Err(_) => break,
                }
            }
        }
        if let Err(error) = claim::complete(&shared.store, &batch).await {
            tracing::warn!(%error, jobs = batch.len(), "finished jobs could not be removed; they will run again");
        }
        for (_, id, _) in batch.drain(..) {
            shared.let_go(id);
        }
    }
}

/// Renews leases, wakes delayed jobs, takes back lost ones, fires schedules.
async fn tend(shared: Arc<Shared>, stop: CancellationToken) {
    let beat = (shared.config.lease / 3).min(Duration::from_millis(500)).max(Duration::from_millis(20));
    // By the clock and not by beats: under load the work between two beats takes longer than a beat.
    let mut renewed = Instant::now();
    while !stop.is_cancelled() {
        if let Err(error) = claim::tend(&shared.store).await {
            tracing::debug!(%error, "the queue could not be tended");
        }
        if let Err(error) = cron::fire(&shared.store, &shared.registry.crons).await {
            tracing::debug!(%error, "schedules could not be fired");
        }
        if renewed.elapsed() >= shared.config.lease / 3 {
            renewed = Instant::now();
            renew(&shared).await;
        }
        tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(beat) => {} }
    }
}

async fn renew(shared: &Shared) {
    let held: Vec<_> = {
        let held = shared.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().map(|(id, (org, fence, _))| (*org, *id, *fence)).collect()
    };
    if held.is_empty() {
        return;
    }
    match claim::renew(&shared.store, &held, shared.config.lease).await {
        Ok(lost) => {
            let held = shared.held.lock().unwrap_or_else(PoisonError::into_inner);
            for id in lost {
                if let Some((_, _, token)) = held.get(&id) {
                    token.cancel();
                }
            }
        }
        Err(error) => tracing::warn!(%error, "leases could not be renewed"),
    }
}

/// Runs what is ready, one job after another, until nothing is: for tests and command-line runs. Answers how
/// many jobs ran and what went wrong in those that failed.
pub async fn drain(store: &Store, registry: &Registry) -> Result<(usize, Vec<JobError>), StoreError> {
    let (mut ran, mut failed) = (0, Vec::new());
    loop {
        claim::tend(store).await?;
        let (held, lease) = (HashMap::new(), Duration::from_mins(1));
        let ask = Ask { jobs: 64, cap: 1_000_000, held: &held, lease, after: Uuid::nil() };
        let jobs = claim::claim(store, ask).await?;
        if jobs.is_empty() {
            return Ok((ran, failed));
        }
        for job in jobs {
            ran += 1;
            match run_one(store, registry, &job, &CancellationToken::new()).await {
                Ok(Done::Committed) => {}
                Ok(Done::Nothing) => claim::complete(store, &[(job.org, job.id, job.fence)]).await?,
                Ok(Done::Later(after)) => {
                    claim::settle(
                        store,
                        &job,
                        Verdict::Again { after: after.max(Duration::from_millis(1)), reason: None, counts: false },
                    )
                    .await?;
                }
                Err(error) => {
                    claim::settle(store, &job, Verdict::Dead { reason: error.to_string() }).await?;
                    failed.push(error);
                }
            }
        }
    }
}
