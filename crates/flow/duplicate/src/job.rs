//! Background work: comparing leads, and merging the sure ones.
//!
//! A page of leads is one transaction: their keys, what was found, the counts and an audit entry. Whoever is killed goes
//! on after the last page that was committed.

use std::time::Duration;

use plumb_base::LeadId;
use plumb_lead::{Comparable, Handed, MergeError, Scope, ToCompare};
use plumb_store::job::{self, Done, Job, JobContext, JobError, Registry, When};
use plumb_store::{OrgTx, StoreError, audit};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::compare::{Blinds, Keyed, compare};
use crate::{decide, query, scan, settings};

/// Leads that wait to be compared with the rest. Safe to run twice: who did not change is not compared again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Scan {
    /// The scan.
    pub scan: Uuid,
}

impl Job for Scan {
    const NAME: &'static str = "duplicate.scan";
    // Each restart of the server in the middle takes one.
    const ATTEMPTS_MAX: u16 = 20;
}

/// Pairs to be merged without a look at each.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct MergeSure {
    /// From this confidence on, in per cent.
    pub confidence_min: u8,
}

impl Job for MergeSure {
    const NAME: &'static str = "duplicate.merge_sure";
    const ATTEMPTS_MAX: u16 = 20;
}

/// Leads of one transaction.
const PAGE_LEADS: u32 = 2_000;
/// Leads with one key, beyond which only the newest are compared. What is left out is counted.
const BLOCK_LEADS_MAX: i64 = 200;
/// Merges of one transaction.
const PAGE_MERGES: i64 = 100;

/// What a page came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) leads: i64,
    pub(crate) same: i64,
    pub(crate) possible: i64,
    pub(crate) blocks_thinned: i64,
}

/// The background work of this crate.
#[must_use]
pub fn jobs() -> Registry {
    Registry::new()
        .handle::<ToCompare, _, _>(begin)
        .handle::<Scan, _, _>(|job, cx| run(PAGE_LEADS, job, cx))
        .handle::<MergeSure, _, _>(merge_sure)
}

/// A lead is compared at once; an import becomes a scan that people can see.
async fn begin(job: ToCompare, cx: JobContext) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    match job.what {
        Handed::Import(import) => {
            let scan = scan::add(&mut tx, Some(import)).await?;
            job::enqueue(&mut tx, &Scan { scan }, When::Now).await?;
            let entry =
                audit::Entry::of("duplicate.scan_queued").on("duplicate_scan", scan).with("import", import.to_string());
            Ok(cx.finish(tx, entry).await?)
        }
        Handed::Lead(lead) => {
            query::hold(&mut tx).await?;
            let leads = plumb_lead::comparable_by_id(&mut tx, &[lead.0]).await?;
            if leads.is_empty() {
                return Ok(Done::Nothing); // erased or merged while it waited
            }
            let population = plumb_lead::count_comparable(&mut tx, Scope::All).await?;
            let tally = page(&mut tx, &cx, leads, population).await?;
            if tally.same > 0 {
                merge_if_wanted(&mut tx).await?;
            }
            let entry = audit::Entry::of("duplicate.compared").on("lead", lead.0);
            Ok(cx.finish(tx, counted(entry, tally)).await?)
        }
    }
}

fn counted(entry: audit::Entry, tally: Tally) -> audit::Entry {
    entry
        .with("leads", tally.leads)
        .with("same", tally.same)
        .with("possible", tally.possible)
        .with("blocks_thinned", tally.blocks_thinned)
}

pub(crate) async fn run(page_leads: u32, job: Scan, cx: JobContext) -> Result<Done, JobError> {
    match work(page_leads, job.scan, &cx).await {
        Err(JobError::Retry(reason)) if cx.attempt() >= Scan::ATTEMPTS_MAX => {
            tracing::error!(scan = %job.scan, reason, "a search for duplicates was given up");
            let mut tx = cx.org_tx().await?;
            scan::fail(&mut tx, job.scan).await?;
            let entry = audit::Entry::of("duplicate.scan_failed").on("duplicate_scan", job.scan).refused();
            Ok(cx.finish(tx, entry).await?)
        }
        other => other,
    }
}

async fn work(page_leads: u32, id: Uuid, cx: &JobContext) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    let Some(held) = scan::hold(&mut tx, id).await?.filter(|held| !held.is_final) else { return Ok(Done::Nothing) };
    let scope = held.import.map_or(Scope::All, Scope::Import);
    let leads_total = plumb_lead::count_comparable(&mut tx, scope).await?;
    let population = plumb_lead::count_comparable(&mut tx, Scope::All).await?;
    scan::begin(&mut tx, id, leads_total).await?;
    let entry = audit::Entry::of("duplicate.scan_running").on("duplicate_scan", id).with("leads", leads_total);
    cx.checkpoint(tx, entry).await?;

    let mut after = held.after;
    loop {
        if cx.cancelled().is_cancelled() {
            return Ok(Done::Later(Duration::ZERO)); // the server stops: another takes it up
        }
        let mut tx = cx.org_tx().await?;
        query::hold(&mut tx).await?;
        let leads = plumb_lead::comparable(&mut tx, scope, after, page_leads).await?;
        let is_last = leads.len() < page_leads as usize;
        after = leads.last().map(|lead| LeadId(lead.id)).or(after);
        let tally = page(&mut tx, cx, leads, population).await?;
        scan::advance(&mut tx, id, tally, after, is_last).await?;
        if !is_last {
            let entry = counted(audit::Entry::of("duplicate.scanned_page").on("duplicate_scan", id), tally);
            cx.checkpoint(tx, entry).await?;
            continue;
        }
        merge_if_wanted(&mut tx).await?;
        let entry = counted(audit::Entry::of("duplicate.scanned").on("duplicate_scan", id), tally);
        return Ok(cx.finish(tx, entry).await?);
    }
}

/// Queues the merging of the sure pairs where the organisation wants that without a look at each.
async fn merge_if_wanted(tx: &mut OrgTx) -> Result<(), StoreError> {
    if let Some(confidence_min) = settings::settings(tx).await?.merge_at {
        job::enqueue(tx, &MergeSure { confidence_min }, When::Now).await?;
    }
    Ok(())
}

/// Compares those of `leads` that changed since they were last compared with every lead that shares a key.
async fn page(tx: &mut OrgTx, cx: &JobContext, leads: Vec<Comparable>, population: i64) -> Result<Tally, JobError> {
    let mut tally = Tally { leads: leads.len() as i64, ..Tally::default() };
    let blinds = Blinds::of(cx.store().keys(), cx.org());
    let keyed = aside(move || leads.into_iter().map(|lead| blinds.keyed(lead)).collect::<Vec<_>>()).await?;
    let ids: Vec<Uuid> = keyed.iter().map(|keyed| keyed.lead.id).collect();
    let known = query::compared(tx, &ids).await?;
    let changed: Vec<Keyed> =
        keyed.into_iter().filter(|keyed| known.get(&keyed.lead.id) != Some(&keyed.content)).collect();
    if changed.is_empty() {
        return Ok(tally);
    }
    query::store_keys(tx, &changed).await?;
    let mut keys: Vec<i64> = changed.iter().flat_map(|keyed| keyed.keys.iter().copied()).collect();
    keys.sort_unstable();
    keys.dedup();
    let (mut sharing, blocks_thinned) = query::sharing(tx, &keys, BLOCK_LEADS_MAX).await?;
    tally.blocks_thinned = blocks_thinned;
    let ids: Vec<Uuid> = changed.iter().map(|keyed| keyed.lead.id).collect();
    sharing.retain(|lead| ids.binary_search(lead).is_err());
    let others = plumb_lead::comparable_by_id(tx, &sharing).await?;
    let population = u64::try_from(population).unwrap_or(0);
    let mut found = aside(move || {
        let new: Vec<&Comparable> = changed.iter().map(|keyed| &keyed.lead).collect();
        compare(&new, &others, population)
    })
    .await?;
    let mut named: Vec<Uuid> = found.iter().flat_map(|found| [found.a, found.b]).collect();
    named.sort_unstable();
    named.dedup();
    let there = plumb_lead::keep(tx, &named).await?;
    found.retain(|found| [found.a, found.b].iter().all(|lead| there.binary_search(lead).is_ok()));
    query::write_links(tx, &ids, &found).await?;
    tally.same = found.iter().filter(|found| found.is_same).count() as i64;
    tally.possible = found.len() as i64 - tally.same;
    Ok(tally)
}

/// Runs what takes processor time off the threads that wait on sockets.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, JobError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| JobError::Retry(format!("comparing broke off: {error}")))
}

async fn merge_sure(job: MergeSure, cx: JobContext) -> Result<Done, JobError> {
    loop {
        if cx.cancelled().is_cancelled() {
            return Ok(Done::Later(Duration::ZERO));
        }
        let mut tx = cx.org_tx().await?;
        query::hold(&mut tx).await?;
        let links = query::sure(&mut tx, i16::from(job.confidence_min), PAGE_MERGES).await?;
        let is_short = (links.len() as i64) < PAGE_MERGES;
        let (mut merged, mut merges) = (0_i64, Vec::new());
        for link in links {
            match decide::merge_held(&mut tx, link.id, [link.a, link.b]).await {
                Ok(Some(done)) => {
                    merged += 1;
                    merges.push(done.merge.to_string());
                }
                // A merge before it in this page took one of the two.
                Ok(None) => {}
                Err(error) => return Err(JobError::from(error)),
            }
        }
        let entry = audit::Entry::of("duplicate.merged_sure")
            .with("confidence_min", job.confidence_min)
            .with("merged", merged)
            .with("merges", merges);
        if is_short || merged == 0 {
            return Ok(cx.finish(tx, entry).await?);
        }
        cx.checkpoint(tx, entry).await?;
    }
}

/// What a merge that a job makes may fail of.
pub(crate) fn store_error(error: MergeError) -> Option<StoreError> {
    match error {
        MergeError::Gone => None,
        MergeError::Store(error) => Some(error),
    }
}

#[cfg(test)]
mod tests;
