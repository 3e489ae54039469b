//! Leads through the lists, a page at a time.

use std::collections::BTreeMap;
use std::time::Duration;

use plumb_base::Timestamp;
use plumb_lead::{Phone, Screened, ToScreen, ToScreenEdited};
use plumb_store::audit;
use plumb_store::job::{self, Done, Job as _, JobContext, JobError, When};
use serde_json::json;
use uuid::Uuid;

use super::{ScreenLeads, ToScreenAgain};
use crate::Shelves;
use crate::bits::{BitsError, Library};
use crate::company::{self, COMPANY};
use crate::domain::rules::RuleBook;
use crate::domain::standing::Dnc;
use crate::model::{EditionUsed, LoadState};
use crate::number;
use crate::query::{self, Scope};

/// Begins the screening of an import that has ended, if any of its leads has a number.
pub(super) async fn begin(job: ToScreen, cx: JobContext) -> Result<Done, JobError> {
    queue(Scope { import: Some(job.import), only_unanswered: false }, "import", cx).await
}

/// Begins the screening of numbers that were edited.
pub(super) async fn begin_edited(_: ToScreenEdited, cx: JobContext) -> Result<Done, JobError> {
    queue(Scope { import: None, only_unanswered: true }, "edit", cx).await
}

/// Begins the screening of all leads with a list that was loaded.
pub(super) async fn begin_again(_: ToScreenAgain, cx: JobContext) -> Result<Done, JobError> {
    queue(Scope { import: None, only_unanswered: false }, "list", cx).await
}

async fn queue(scope: Scope, why: &'static str, cx: JobContext) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    if plumb_lead::phones(&mut tx, scope.import, scope.only_unanswered, None, 1).await?.is_empty() {
        return Ok(Done::Nothing);
    }
    let screening = query::add_screening(&mut tx, scope, None).await?;
    job::enqueue(&mut tx, &ScreenLeads { screening }, When::Now).await?;
    let entry = audit::Entry::of("dnc.screening_queued")
        .on("dnc_screening", screening)
        .with("why", why)
        .with("import", scope.import.map(|import| import.to_string()));
    Ok(cx.finish(tx, entry).await?)
}

pub(super) async fn run(shelves: Shelves, page_leads: u32, job: ScreenLeads, cx: JobContext) -> Result<Done, JobError> {
    match screen(&shelves, page_leads, job.screening, &cx).await {
        Err(JobError::Retry(reason)) if cx.attempt() >= ScreenLeads::ATTEMPTS_MAX => {
            tracing::error!(screening = %job.screening, reason, "a screening was given up");
            let mut tx = cx.org_tx().await?;
            query::fail_screening(&mut tx, job.screening, "The lists could not be read. Load them again.").await?;
            let entry = audit::Entry::of("dnc.screening_failed").on("dnc_screening", job.screening).refused();
            Ok(cx.finish(tx, entry).await?)
        }
        other => other,
    }
}

async fn screen(shelves: &Shelves, page_leads: u32, id: Uuid, cx: &JobContext) -> Result<Done, JobError> {
    let mut tx = cx.org_tx().await?;
    let Some(row) = query::hold_screening(&mut tx, id).await? else { return Ok(Done::Nothing) };
    let library = number::library(&mut tx, shelves).await.map_err(|error| JobError::Retry(error.to_string()))?;
    let editions = editions(&library);
    let rules = RuleBook::shipped().fingerprint();
    let before = row.clone().view();
    if before.state.is_final() {
        return Ok(Done::Nothing);
    }
    // Versions that were loaded while it was interrupted: a screening is of one version of each list.
    let goes_on = before.state == LoadState::Running && before.editions == editions;
    let (mut after, mut leads, mut counts) = (row.after(), row.leads_done, before.counts);
    if !goes_on {
        (after, leads, counts) = (None, 0, BTreeMap::new());
        query::begin_screening(&mut tx, id, &editions, rules).await?;
    }
    let entry = audit::Entry::of("dnc.screening_running").on("dnc_screening", id).with("lists", editions.len());
    cx.checkpoint(tx, entry).await?;

    loop {
        if cx.cancelled().is_cancelled() {
            return Ok(Done::Later(Duration::ZERO));
        }
        let mut tx = cx.org_tx().await?;
        // Until the commit nobody is put on the company's list, so that nobody is cleared who was.
        company::hold(&mut tx).await?;
        let phones = plumb_lead::phones(&mut tx, before.import, before.only_unanswered, after, page_leads).await?;
        let numbers: Vec<&str> = phones.iter().map(|phone| phone.number.as_str()).collect();
        let own = company::listed(&mut tx, cx.store().keys(), &numbers).await?;
        let is_last = phones.len() < page_leads as usize;
        after = phones.last().map(|phone| phone.lead).or(after);
        leads += phones.len() as i64;
        let (library, now) = (library.clone(), tx.now());
        let page = tokio::task::spawn_blocking(move || ask(&library, phones, &own, now)).await;
        let page = page.map_err(|error| JobError::Retry(format!("screening broke off: {error}")))?;
        let page = page.map_err(|error| JobError::Retry(error.to_string()))?;
        for result in &page {
            *counts.entry(result.dnc.to_owned()).or_default() += 1;
        }
        plumb_lead::record_screening(&mut tx, id, &page).await?;
        query::advance_screening(&mut tx, id, &json!(counts), leads, after, is_last).await?;
        if !is_last {
            cx.checkpoint(tx, audit::Entry::of("dnc.screened_page").on("dnc_screening", id).with("leads", page.len()))
                .await?;
            continue;
        }
        let entry = audit::Entry::of("dnc.screened")
            .on("dnc_screening", id)
            .with("leads", leads)
            .with("counts", json!(counts))
            .with("lists", json!(editions))
            .with("rules_sha256", rules);
        return Ok(cx.finish(tx, entry).await?);
    }
}

fn editions(library: &Library) -> Vec<EditionUsed> {
    let used = |edition: &crate::bits::Edition| {
        let manifest = edition.manifest();
        EditionUsed {
            registry: manifest.registry,
            version_date: manifest.version_date,
            obtained_on: manifest.obtained_on,
            numbers: manifest.numbers,
            manifest_sha256: manifest.fingerprint(),
        }
    };
    library.editions().map(used).collect()
}

fn ask(library: &Library, phones: Vec<Phone>, own: &[bool], now: Timestamp) -> Result<Vec<Screened>, BitsError> {
    let mut page = Vec::with_capacity(phones.len());
    for (phone, is_own) in phones.into_iter().zip(own) {
        let is_elsewhere = phone.country.as_deref().is_some_and(|country| country != "US");
        let region = phone.region.as_deref().filter(|_| !is_elsewhere);
        let outcome = library.screen(&phone.number, region, now)?;
        let mut lists: Vec<String> = outcome.listed_by.iter().map(ToString::to_string).collect();
        let mut dnc = outcome.dnc;
        if *is_own {
            lists.push(COMPANY.to_owned());
            dnc = Dnc::Listed;
        }
        page.push(Screened {
            lead: phone.lead,
            number: phone.number,
            dnc: dnc.as_str(),
            lists,
            version: outcome.version_date,
            valid_until: outcome.valid_until,
        });
    }
    Ok(page)
}
