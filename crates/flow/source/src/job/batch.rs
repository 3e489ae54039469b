//! One batch into the database: screened, merged, counted, committed.

use std::collections::BTreeMap;

use plumb_base::{Email, ImportId};
use plumb_lead::NewLead;
use plumb_store::job::{Done, JobContext, JobError};
use plumb_store::{OrgTx, StoreError, audit};
use plumb_vault::Tokens;
use serde_json::json;

use crate::model::{Progress, State};
use crate::query::{self, Rejects};
use crate::reason::SUPPRESSED;
use crate::worker::{Batch, ReadRow};

/// The counts of an import so far. Only the worker that holds its job changes them.
#[derive(Clone, Debug)]
pub(super) struct Totals {
    progress: Progress,
    flags: BTreeMap<String, i64>,
    rejects: BTreeMap<String, i64>,
}

impl Totals {
    pub(super) fn of(row: &query::Row) -> Self {
        let counts = |value: &serde_json::Value| serde_json::from_value(value.clone()).unwrap_or_default();
        Self { progress: row.progress(), flags: counts(&row.flag_counts), rejects: counts(&row.reject_counts) }
    }
}

/// Where batches land.
pub(super) struct Landing<'a> {
    import: ImportId,
    cx: &'a JobContext,
    tokens: Tokens,
    totals: Totals,
}

impl<'a> Landing<'a> {
    pub(super) fn new(import: ImportId, cx: &'a JobContext, totals: Totals) -> Self {
        Self { import, cx, tokens: cx.store().keys().suppression(), totals }
    }

    /// Commits one batch. Answers how the job ended, when it did with this batch.
    pub(super) async fn land(&mut self, batch: Batch) -> Result<Option<Done>, JobError> {
        let (import, cx) = (self.import, self.cx);
        let Batch { rows, bytes_read, last } = batch;
        let mut tx = cx.org_tx().await?;
        let state = query::hold(&mut tx, import).await?.map(|row| row.state());
        if state != Some(State::Running) {
            return Ok(Some(Done::Nothing)); // cancelled: what was committed before stays
        }
        let count = rows.len() as i64;
        let mut next = self.totals.clone();
        next.progress.bytes_read = bytes_read;
        next.progress.rows_read += count;
        self.keep(&mut tx, rows, &mut next).await?;
        query::advance(&mut tx, import, next.progress, json!(next.flags), json!(next.rejects)).await?;
        if !last {
            let entry = audit::Entry::of("import.batch").on("import", import.0).with("rows", count);
            cx.checkpoint(tx, entry).await?;
            self.totals = next;
            return Ok(None);
        }
        query::end(&mut tx, import, State::Done, None).await?;
        plumb_lead::hand_over_import(&mut tx, import).await?;
        let Progress { rows_read, rows_new, rows_merged, rows_rejected, rows_suppressed, .. } = next.progress;
        let entry = audit::Entry::of("import.done")
            .on("import", import.0)
            .with("rows_read", rows_read)
            .with("rows_new", rows_new)
            .with("rows_merged", rows_merged)
            .with("rows_rejected", rows_rejected)
            .with("rows_suppressed", rows_suppressed);
        Ok(Some(cx.finish(tx, entry).await?))
    }

    async fn keep(&self, tx: &mut OrgTx, rows: Vec<ReadRow>, totals: &mut Totals) -> Result<(), StoreError> {
        let mut rejects = Rejects::default();
        let mut leads: Vec<NewLead> = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                ReadRow::Lead(lead) => leads.push(*lead),
                ReadRow::Reject { row_no, reason, detail, raw } => {
                    totals.progress.rows_rejected += 1;
                    rejects.push(row_no, &reason, detail, Some(raw));
                    *totals.rejects.entry(reason).or_default() += 1;
                }
            }
        }
        let leads = self.screen(tx, leads, &mut rejects, totals).await?;
        for flag in leads.iter().flat_map(|lead| &lead.flags) {
            *totals.flags.entry(flag.clone()).or_default() += 1;
        }
        if !leads.is_empty() {
            for landed in plumb_lead::upsert(tx, self.import, leads, &self.tokens).await? {
                if landed.merged {
                    totals.progress.rows_merged += 1;
                } else {
                    totals.progress.rows_new += 1;
                }
            }
        }
        query::keep_rejects(tx, self.import, &rejects).await
    }

    /// Leaves out whose address is suppressed. Nothing of such a row is kept but its number.
    async fn screen(
        &self,
        tx: &mut OrgTx,
        leads: Vec<NewLead>,
        rejects: &mut Rejects,
        totals: &mut Totals,
    ) -> Result<Vec<NewLead>, StoreError> {
        let emails: Vec<Option<Email>> =
            leads.iter().map(|lead| lead.email.as_deref().and_then(|email| Email::parse(email).ok())).collect();
        let suppressed = plumb_lead::suppressed(tx, &emails, &self.tokens).await?;
        let mut kept = Vec::with_capacity(leads.len());
        for (lead, suppressed) in leads.into_iter().zip(suppressed) {
            if suppressed {
                totals.progress.rows_suppressed += 1;
                rejects.push(lead.row_no, SUPPRESSED, String::new(), None);
            } else {
                kept.push(lead);
            }
        }
        Ok(kept)
    }
}
