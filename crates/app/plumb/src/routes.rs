//! Every route of the program, and those that belong to the wiring itself: the audit log, what it knows of personal
//! fields, background work that was put aside.

use plumb_base::JobId;
use plumb_ledger::{AuditFilter, AuditPage, ExportQuery, Ledger, LedgerError};
use plumb_store::access::Action;
use plumb_store::{PersonalField, Store, audit, job};
use plumb_web::{
    Access, Caller, Doc, Handler as _, IntoResponse, Json, Path, Problem, Query, Redirect, Response, Route, SignedIn,
    State,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The routes of this crate.
#[must_use]
pub fn routes(store: &Store, ledger: &Ledger) -> Vec<Route> {
    vec![
        Route::get("/", Access::SignedIn, home.with_state(())).page(),
        Route::get("/api/v1/audit", Access::Org(Action::AuditRead), list_audit.with_state(store.clone()))
            .doc(Doc::new("The organisation's audit log, newest first").tag("audit").query::<AuditFilter>().responds::<AuditPage>(200)),
        Route::get("/api/v1/audit/export", Access::Org(Action::AuditRead), export_audit.with_state((store.clone(), ledger.clone()))).doc(
            Doc::new("The audit log with its proofs")
                .description("A bundle that `plumb audit verify` checks offline: signatures, each entry's place in the log, no gap, and that it continues a log you knew.")
                .tag("audit")
                .query::<ExportParameters>()
                .responds_with(200, "application/json"),
        ),
        Route::get("/api/v1/audit/receipt", Access::Org(Action::AuditRead), audit_receipt.with_state((store.clone(), ledger.clone()))).doc(
            Doc::new("A receipt for one entry of the audit log")
                .description("The entry with its proof as a C2SP tlog-proof, which `plumb-verify receipt` checks offline with the log's key.")
                .tag("audit")
                .query::<ReceiptParameters>()
                .responds_with(200, "text/plain; charset=utf-8"),
        ),
        Route::get("/api/v1/personal-fields", Access::Org(Action::AuditRead), personal_fields.with_state(store.clone())).doc(
            Doc::new("Every column that holds personal data, with purpose and retention").tag("privacy").responds::<Vec<PersonalField>>(200),
        ),
        Route::get("/api/v1/jobs/dead", Access::Org(Action::JobsManage), dead_jobs.with_state(store.clone()))
            .doc(Doc::new("Background work that was put aside").tag("jobs").responds::<Vec<job::DeadJob>>(200)),
        Route::post("/api/v1/jobs/{job}/retry", Access::Org(Action::JobsManage), retry_job.with_state(store.clone()))
            .doc(Doc::new("Try work again that was put aside").tag("jobs").path::<JobPath>().responds_empty(204)),
    ]
}

async fn home(_: SignedIn) -> Redirect {
    Redirect::to("/leads")
}

async fn list_audit(
    State(store): State<Store>,
    caller: Caller,
    Query(filter): Query<AuditFilter>,
) -> Result<Json<AuditPage>, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let page = plumb_ledger::list(&mut tx, &filter).await.map_err(problem)?;
    tx.commit(audit::Entry::of("audit.listed").with("entries", page.items.len())).await?;
    Ok(Json(page))
}

/// Which part of the log.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct ExportParameters {
    /// Number of the first entry; 0 for the beginning.
    from_seq: u64,
    /// The size of a checkpoint that you kept, to prove that the log continues it.
    since: Option<u64>,
}

async fn export_audit(
    State((store, ledger)): State<(Store, Ledger)>,
    caller: Caller,
    Query(wanted): Query<ExportParameters>,
) -> Result<Response, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let query = ExportQuery { from_seq: wanted.from_seq, since: wanted.since, ..ExportQuery::default() };
    let exported = ledger.export(&mut tx, query).await.map_err(problem)?;
    tx.commit(audit::Entry::of("audit.exported").with("entries", exported.bundle.entries.len())).await?;
    let next = exported.next_seq.map(|next| next.to_string()).unwrap_or_default();
    Ok(([("x-next-seq", next)], Json(exported.bundle)).into_response())
}

/// Which entry.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReceiptParameters {
    /// Its number within the organisation's log.
    seq: u64,
}

async fn audit_receipt(
    State((store, ledger)): State<(Store, Ledger)>,
    caller: Caller,
    Query(wanted): Query<ReceiptParameters>,
) -> Result<Response, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let Some(receipt) = ledger.receipt(&mut tx, wanted.seq).await.map_err(problem)? else {
        return Err(Problem::not_found());
    };
    tx.commit(audit::Entry::of("audit.receipt_issued").with("seq", wanted.seq)).await?;
    let name = format!("attachment; filename=\"audit-{}.tlog-proof\"", wanted.seq);
    let headers = [("content-type", "text/plain; charset=utf-8".to_owned()), ("content-disposition", name)];
    Ok((headers, receipt.to_string()).into_response())
}

fn problem(error: LedgerError) -> Problem {
    match error {
        LedgerError::Empty => Problem::conflict(
            "The log has no checkpoint yet. Its first one is signed within a second of the first event; try again.",
        ),
        LedgerError::FromTheFuture { since, size } => Problem::invalid(format!(
            "The log has {size} entries, so it cannot continue a checkpoint of {since}. Check `since`."
        )),
        LedgerError::Store(error) => error.into(),
        other => {
            tracing::error!(error = %other, "the audit log cannot be read");
            Problem::internal()
        }
    }
}

async fn personal_fields(State(store): State<Store>, caller: Caller) -> Result<Json<Vec<PersonalField>>, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let fields = tx.personal_fields().await?;
    tx.done_reading().await?;
    Ok(Json(fields))
}

async fn dead_jobs(State(store): State<Store>, caller: Caller) -> Result<Json<Vec<job::DeadJob>>, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let dead = job::dead(&mut tx).await?;
    tx.done_reading().await?;
    Ok(Json(dead))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct JobPath {
    /// The job.
    job: JobId,
}

async fn retry_job(
    State(store): State<Store>,
    caller: Caller,
    Path(path): Path<JobPath>,
) -> Result<http::StatusCode, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    if !job::retry(&mut tx, path.job).await? {
        return Err(Problem::not_found());
    }
    tx.commit(audit::Entry::of("job.retried").on("job", path.job.0)).await?;
    Ok(http::StatusCode::NO_CONTENT)
}
