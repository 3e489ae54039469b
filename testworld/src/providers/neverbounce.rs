//! NeverBounce v4.2: every error of the API comes with HTTP 200.

use serde_json::{Value, json};

use super::http::{Answer, Asked};
use super::{Inner, KEY, Known, Mood, State};

/// Most addresses of one list.
const LIST_MAX: usize = 100_000;
/// How often the state of a list is asked before it is done.
const LOOKS: u32 = 2;

/// A list that was handed in.
#[derive(Debug)]
pub(super) struct Job {
    rows: Vec<Value>,
    looks: u32,
}

/// The address in a row of a list: `["a@b", "Name"]` or `{"email": "a@b"}`.
pub(super) fn email_of(row: &Value) -> Option<String> {
    row.get("email").or_else(|| row.get(0)).and_then(Value::as_str).map(str::to_owned)
}

fn failure(status: &str, message: &str) -> Answer {
    Answer::json(200, &json!({ "status": status, "message": message, "execution_time": 5 }))
}

pub(super) fn answer(asked: &Asked, state: &State, mood: Mood) -> Answer {
    match mood {
        Mood::KeyRevoked => return failure("auth_failure", "Invalid API key"),
        Mood::OutOfCredits => return failure("general_failure", "Insufficient credit balance"),
        Mood::Throttled => return failure("throttle_triggered", "Too many requests in a short amount of time"),
        Mood::Unavailable => return failure("temp_unavail", "The service is temporarily unavailable"),
        _ => {}
    }
    match asked.get("key").as_deref() {
        None => return failure("general_failure", "Missing required parameter 'key'"),
        Some(KEY) => {}
        Some(_) => return failure("auth_failure", "We were unable to authenticate your request"),
    }
    let mut inner = state.lock();
    match asked.path.trim_start_matches("/v4.2/").trim_start_matches("/v4/") {
        "single/check" => match asked.get("email") {
            Some(email) => {
                let mut body = checked(&inner, &email, mood);
                body["status"] = "success".into();
                body["execution_time"] = 399.into();
                Answer::json(200, &body)
            }
            None => failure("general_failure", "Missing required parameter 'email'"),
        },
        "jobs/create" => create(asked, &mut inner, mood),
        "jobs/status" => status(asked, &mut inner),
        "jobs/results" => results(asked, &inner, mood),
        "jobs/start" | "jobs/parse" | "jobs/delete" => {
            Answer::json(200, &json!({ "status": "success", "queue_id": "1", "execution_time": 4 }))
        }
        "account/info" => Answer::json(
            200,
            &json!({ "status": "success", "credits_info": { "paid_credits_used": 1, "free_credits_used": 0, "paid_credits_remaining": 9000, "free_credits_remaining": 0 }, "job_counts": { "completed": 0, "under_review": 0, "queued": 0, "processing": 0 }, "execution_time": 7 }),
        ),
        _ => Answer::json(404, &json!({ "status": "general_failure", "message": "No such resource" })),
    }
}

/// The members that say what was found.
fn checked(inner: &Inner, email: &str, mood: Mood) -> Value {
    let (result, flags): (&str, &[&str]) = match inner.known(email) {
        Known::Valid | Known::ReadyAfter(_) | Known::OptedOut => {
            ("valid", &["has_dns", "has_dns_mx", "smtp_connectable"])
        }
        Known::AcceptsAll => ("catchall", &["has_dns", "has_dns_mx", "accepts_all"]),
        Known::Invalid | Known::Full => ("invalid", &["has_dns", "has_dns_mx"]),
        Known::Typo => ("invalid", &["spelling_mistake"]),
        Known::Disposable => ("disposable", &["has_dns", "disposable_email"]),
        Known::SpamTrap => ("valid", &["has_dns", "spamtrap_network"]),
        Known::Role => ("valid", &["has_dns", "role_account"]),
        Known::Webmail => ("unknown", &["free_email_host"]),
        Known::Unknown => ("unknown", &["has_dns", "connect_fails"]),
    };
    let mut flags: Vec<&str> = flags.to_vec();
    if mood == Mood::Talkative {
        // The first has come in answers of the real service, so misspelt.
        flags.extend(["acedemic_host", "flag_of_tomorrow"]);
    }
    json!({ "result": result, "flags": flags, "suggested_correction": "" })
}

fn create(asked: &Asked, inner: &mut Inner, mood: Mood) -> Answer {
    let rows = asked.body.get("input").and_then(Value::as_array).cloned().unwrap_or_default();
    if rows.is_empty() {
        return failure("general_failure", "The input is empty");
    }
    if mood == Mood::TooLarge || rows.len() > LIST_MAX {
        return Answer::json(413, &json!({ "status": "general_failure", "message": "The request is too large" }));
    }
    inner.jobs.push(Job { rows, looks: 0 });
    Answer::json(200, &json!({ "status": "success", "job_id": inner.jobs.len(), "execution_time": 712 }))
}

fn number(asked: &Asked, name: &str) -> Option<usize> {
    asked.get(name)?.parse().ok()
}

fn status(asked: &Asked, inner: &mut Inner) -> Answer {
    let at = number(asked, "job_id").and_then(|id| id.checked_sub(1));
    let Some(job) = at.and_then(|at| inner.jobs.get_mut(at)) else {
        return failure("general_failure", "No such job");
    };
    job.looks += 1;
    let (records, done) = (job.rows.len(), job.looks > LOOKS);
    let words = ["parsing", "running", "complete"];
    let state = if done { "complete" } else { words.get(job.looks as usize - 1).copied().unwrap_or("running") };
    Answer::json(
        200,
        &json!({
            "status": "success", "id": at.map(|at| at + 1), "filename": "list.csv", "created_at": "2026-11-20 12:00:00",
            "started_at": "2026-11-20 12:00:01", "finished_at": done.then_some("2026-11-20 12:00:09"),
            "failure_reason": null, "total": { "records": records, "billable": records, "processed": if done { records } else { 0 } },
            "bounce_estimate": 0, "percent_complete": if done { 100 } else { 40 }, "job_status": state, "execution_time": 12
        }),
    )
}

fn results(asked: &Asked, inner: &Inner, mood: Mood) -> Answer {
    let Some(job) = number(asked, "job_id").and_then(|id| inner.jobs.get(id.checked_sub(1)?)) else {
        return failure("general_failure", "No such job");
    };
    if job.looks <= LOOKS {
        return failure("general_failure", "Results are not available until the job is complete");
    }
    let per_page = number(asked, "items_per_page").unwrap_or(10).clamp(1, 1000);
    let page = number(asked, "page").unwrap_or(1).max(1);
    let rows = job.rows.iter().skip((page - 1) * per_page).take(per_page).map(|row| {
        let email = email_of(row).unwrap_or_default();
        let data = if row.is_object() { row.clone() } else { json!({ "email": email }) };
        json!({ "data": data, "verification": checked(inner, &email, mood) })
    });
    Answer::json(
        200,
        &json!({
            "status": "success", "total_results": job.rows.len(), "total_pages": job.rows.len().div_ceil(per_page),
            "query": { "job_id": asked.get("job_id"), "page": page, "items_per_page": per_page },
            "results": rows.collect::<Vec<_>>(), "execution_time": 300
        }),
    )
}
