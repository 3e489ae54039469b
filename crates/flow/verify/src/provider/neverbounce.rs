//! NeverBounce, API v4.2. Errors come with HTTP 200 and a `status`; flags that nobody has seen yet do no harm.

use std::time::Duration;

use plumb_base::Email;
use plumb_egress::{CallContext, Egress, HttpAnswer, HttpError, HttpRequest, Outgoing};
use serde::Deserialize;

use super::{Read, Site, Trouble, json, words};
use crate::domain::reason::Reason;
use crate::domain::verdict::Flag;

/// How long it may look for itself, in seconds.
const LOOKS_SECS: i64 = 20;

/// Answers of a list on one page.
const RESULTS_PER_PAGE: i64 = 1000;

/// The members of every answer.
#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    status: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Checked {
    #[serde(default)]
    result: String,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    suggested_correction: String,
}

pub(super) async fn single(
    egress: &Egress,
    site: &Site,
    key: &str,
    ctx: &CallContext,
    email: &Email,
) -> Result<HttpAnswer, HttpError> {
    let url = format!("{}/v4.2/single/check", site.base);
    let request = HttpRequest::get(&url)
        .query("email", Outgoing::Email(email))
        .query("address_info", Outgoing::Number(0))
        .query("credits_info", Outgoing::Number(0))
        .query("timeout", Outgoing::Number(LOOKS_SECS))
        .secret("key", key)
        .answer_bytes_max(64 * 1024)
        .within(Duration::from_secs(30))
        .within(site.answer_within);
    egress.http(ctx, site.destination, request).await
}

/// Hands a list over; the answer has the number under which it is worked on. Over HTTP 413 it is too long.
pub(crate) async fn create_job(
    egress: &Egress,
    site: &Site,
    key: &str,
    ctx: &CallContext,
    emails: &[Email],
) -> Result<HttpAnswer, HttpError> {
    let url = format!("{}/v4.2/jobs/create", site.base);
    let members = vec![
        ("input_location", Outgoing::Fixed("supplied")),
        ("filename", Outgoing::Fixed("addresses")),
        ("auto_parse", Outgoing::Switch(true)),
        ("auto_start", Outgoing::Switch(true)),
        ("run_sample", Outgoing::Switch(false)),
        ("input", Outgoing::EmailRows(emails)),
    ];
    let request = HttpRequest::post_json(&url, members).secret("key", key).within(Duration::from_mins(1));
    egress.http(ctx, site.destination, request).await
}

/// How a list stands.
pub(crate) async fn job_status(
    egress: &Egress,
    site: &Site,
    key: &str,
    ctx: &CallContext,
    job: i64,
) -> Result<HttpAnswer, HttpError> {
    let url = format!("{}/v4.2/jobs/status", site.base);
    let request = HttpRequest::get(&url).query("job_id", Outgoing::Number(job)).secret("key", key);
    egress.http(ctx, site.destination, request).await
}

/// A page of a list's answers, counted from 1.
pub(crate) async fn job_results(
    egress: &Egress,
    site: &Site,
    key: &str,
    ctx: &CallContext,
    job: i64,
    page: i64,
) -> Result<HttpAnswer, HttpError> {
    let url = format!("{}/v4.2/jobs/results", site.base);
    let request = HttpRequest::get(&url)
        .query("job_id", Outgoing::Number(job))
        .query("page", Outgoing::Number(page))
        .query("items_per_page", Outgoing::Number(RESULTS_PER_PAGE))
        .secret("key", key);
    egress.http(ctx, site.destination, request).await
}

/// The number of a list that was handed over.
pub(crate) fn read_created(answer: &HttpAnswer) -> Result<i64, Trouble> {
    #[derive(Deserialize)]
    struct Created {
        job_id: i64,
    }
    succeeded(answer)?;
    Ok(json::<Created>(answer)?.job_id)
}

/// Whether a list is worked off.
pub(crate) fn read_status(answer: &HttpAnswer) -> Result<JobStatus, Trouble> {
    #[derive(Deserialize)]
    struct Job {
        #[serde(default)]
        job_status: String,
    }
    succeeded(answer)?;
    let job: Job = json(answer)?;
    Ok(match job.job_status.as_str() {
        "complete" => JobStatus::Complete,
        "failed" => JobStatus::Failed,
        _ => JobStatus::AtWork,
    })
}

/// How a list stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobStatus {
    AtWork,
    Complete,
    Failed,
}

/// The answers of a page with their addresses, and how many pages there are.
pub(crate) fn read_results(answer: &HttpAnswer) -> Result<(Vec<(String, Read)>, i64), Trouble> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        total_pages: i64,
        #[serde(default)]
        results: Vec<Row>,
    }
    #[derive(Deserialize)]
    struct Row {
        data: Data,
        verification: Checked,
    }
    // Rows were handed over without names of columns, so theirs may be a list or an object.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Data {
        Named { email: String },
        Cells(Vec<String>),
    }
    succeeded(answer)?;
    let page: Page = json(answer)?;
    let rows = page.results.into_iter().filter_map(|row| {
        let email = match row.data {
            Data::Named { email } => email,
            Data::Cells(cells) => cells.into_iter().next()?,
        };
        Some((email, read(&row.verification)))
    });
    Ok((rows.collect(), page.total_pages))
}

/// Reads the answer about one address.
pub(super) fn read_single(answer: &HttpAnswer) -> Result<Read, Trouble> {
    succeeded(answer)?;
    Ok(read(&json::<Checked>(answer)?))
}

/// Whether the call succeeded: HTTP says 200 either way.
fn succeeded(answer: &HttpAnswer) -> Result<(), Trouble> {
    let Status { status, message } = json(answer)?;
    let why = || words(&[&status, &message]);
    match status.as_str() {
        "success" => Ok(()),
        "auth_failure" => Err(Trouble::Off(format!("the key was refused: {}", why()))),
        "bad_referrer" => Err(Trouble::Off(format!("the key may not be used from here: {}", why()))),
        "throttle_triggered" => {
            Err(Trouble::Later { why: why(), after: Some(Duration::from_mins(1)), everybody: true })
        }
        "general_failure" if message.to_lowercase().contains("credit") => {
            Err(Trouble::Off(format!("the account has no credits left: {}", why())))
        }
        _ => Err(Trouble::later(why())),
    }
}

fn read(answer: &Checked) -> Read {
    let has = |flag: &str| answer.flags.iter().any(|given| given == flag);
    let reason = match answer.result.as_str() {
        _ if has("spamtrap_network") => Reason::SpamTrap,
        "valid" if has("accepts_all") => Reason::CatchAll,
        "valid" => Reason::ProviderValid,
        "invalid" => Reason::ProviderInvalid,
        "disposable" => Reason::Disposable,
        "catchall" => Reason::CatchAll,
        _ => Reason::ProviderUnknown,
    };
    let noticed =
        [("role_account", Flag::Role), ("free_email_host", Flag::Free), ("disposable_email", Flag::Disposable)];
    // A correction is a value: that there is one is said, and not which.
    let typo = if answer.suggested_correction.is_empty() { "" } else { "suggests another spelling" };
    Read {
        reason,
        said: words(&[&answer.result, &answer.flags.join(", "), typo]),
        flags: noticed.into_iter().filter(|(name, _)| has(name)).map(|(_, flag)| flag).collect(),
    }
}
