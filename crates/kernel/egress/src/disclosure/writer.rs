//! Writes records to the database, many to a commit: a commit each would cap the whole installation at a few
//! hundred calls a second.

use std::collections::HashSet;
use std::time::Duration;

use plumb_store::{Store, StoreError, SystemTask};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::{Disclosure, Waiting};

/// Most records of one commit.
const BATCH_RECORDS_MAX: usize = 512;
/// Longest time that the first record of a commit waits for company.
const BATCH_WAIT: Duration = Duration::from_millis(5);

/// Runs until the last sender is gone and everything that waited is answered.
pub(super) async fn run(store: Store, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH_RECORDS_MAX);
    while waiting.recv_many(&mut batch, BATCH_RECORDS_MAX).await > 0 {
        let until = Instant::now() + BATCH_WAIT;
        while batch.len() < BATCH_RECORDS_MAX {
            let room = BATCH_RECORDS_MAX - batch.len();
            match timeout_at(until, waiting.recv_many(&mut batch, room)).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
        write(&store, std::mem::take(&mut batch)).await;
    }
}

/// Writes a batch and answers everybody who waits for it.
async fn write(store: &Store, batch: Vec<Waiting>) {
    // Whoever gave up waiting has sent nothing, so there is nothing to record.
    let mut batch: Vec<Waiting> = batch.into_iter().filter(|record| !record.done.is_closed()).collect();
    let mut result = insert(store, &batch).await;
    if matches!(result, Err(StoreError::Constraint { .. })) {
        // An organisation that is no more must not stop the others' calls.
        let known = match known_orgs(store, &batch).await {
            Ok(known) => known,
            Err(error) => return answer(batch, &Err(error)),
        };
        let (kept, unknown) = batch.into_iter().partition(|record| known.contains(&record.disclosure.org.0));
        answer(unknown, &Err(StoreError::Unfit("the organisation does not exist".to_owned())));
        batch = kept;
        result = insert(store, &batch).await;
    }
    answer(batch, &result);
}

fn answer(batch: Vec<Waiting>, result: &Result<(), StoreError>) {
    if let Err(error) = result {
        tracing::error!(%error, records = batch.len(), "disclosures were not recorded; their calls are refused");
    } else {
        metrics::counter!("plumb_disclosures_recorded_total").increment(batch.len() as u64);
    }
    for record in batch {
        let answer = result.as_ref().map_err(ToString::to_string).copied();
        // A caller that gave up meanwhile sends nothing: the record then says more than happened, never less.
        let _ = record.done.send(answer);
    }
}

async fn insert(store: &Store, batch: &[Waiting]) -> Result<(), StoreError> {
    if batch.is_empty() {
        return Ok(());
    }
    let rows = || batch.iter().map(|record| &record.disclosure);
    let orgs: Vec<Uuid> = rows().map(|row| row.org.0).collect();
    let ids: Vec<Uuid> = rows().map(|row| row.id.0).collect();
    let ats: Vec<_> = rows().map(|row| row.at).collect();
    let destinations: Vec<String> = rows().map(|row| row.destination.to_owned()).collect();
    let hosts: Vec<String> = rows().map(|row| row.host.clone()).collect();
    let regions: Vec<String> = rows().map(|row| row.region.as_str().to_owned()).collect();
    // `unnest` flattens arrays of arrays, so the classes of a row travel as one text.
    let classes: Vec<String> = rows().map(class_list).collect();
    let kinds: Vec<String> = rows().map(|row| row.subject.map_or("none", |subject| subject.kind).to_owned()).collect();
    let subjects: Vec<Option<Uuid>> = rows().map(|row| row.subject.map(|subject| subject.id)).collect();
    let purposes: Vec<String> = rows().map(|row| row.purpose.to_owned()).collect();
    let directions: Vec<Option<Uuid>> = rows().map(|row| row.direction).collect();

    let mut tx = store.system(SystemTask::RecordDisclosures).await?;
    sqlx::query!(
        "insert into disclosure (org_id, id, at, destination, host, region, classes, subject_kind, subject_id, purpose, direction_id)
         select org_id, id, at, destination, host, region, string_to_array(classes, ','), subject_kind, subject_id, purpose, direction_id
         from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::text[], $11::uuid[])
           as row (org_id, id, at, destination, host, region, classes, subject_kind, subject_id, purpose, direction_id)",
        &orgs,
        &ids,
        &ats,
        &destinations,
        &hosts,
        &regions,
        &classes,
        &kinds,
        &subjects as &[Option<Uuid>],
        &purposes,
        &directions as &[Option<Uuid>],
    )
    .execute(tx.conn())
    .await?;
    tx.commit_unaudited().await
}

fn class_list(row: &Disclosure) -> String {
    row.classes.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(",")
}

async fn known_orgs(store: &Store, batch: &[Waiting]) -> Result<HashSet<Uuid>, StoreError> {
    let asked: Vec<Uuid> = batch.iter().map(|record| record.disclosure.org.0).collect();
    let mut tx = store.system(SystemTask::RecordDisclosures).await?;
    let known =
        sqlx::query_scalar!("select org_id from org where org_id = any($1)", &asked).fetch_all(tx.conn()).await?;
    tx.done_reading().await?;
    Ok(known.into_iter().collect())
}
