//! ZeroBounce v2: errors are an `error` text, with HTTP 200 or 400 as it comes.

use serde_json::{Value, json};

use super::http::{Answer, Asked};
use super::{KEY, Known, Mood, State};

pub(super) fn answer(asked: &Asked, state: &State, mood: Mood) -> Answer {
    let error = |status: u16, text: &str| Answer::json(status, &json!({ "error": text }));
    match mood {
        Mood::KeyRevoked => return error(200, "Invalid API key or your account ran out of credits"),
        Mood::OutOfCredits => return error(200, "Your account ran out of credits"),
        Mood::Throttled => return error(429, "Too many requests").with_header("Retry-After: 60"),
        Mood::Unavailable => return error(503, "The service is down for maintenance"),
        Mood::TooLarge => return error(413, "Too large"),
        _ => {}
    }
    if asked.get("api_key").as_deref() != Some(KEY) {
        return error(400, "Invalid API key or your account ran out of credits");
    }
    if asked.path.ends_with("/getcredits") {
        return Answer::json(200, &json!({ "Credits": "2375323" }));
    }
    let Some(email) = asked.get("email") else { return error(400, "Missing parameter: email") };
    let (status, sub_status) = match state.lock().known(&email) {
        Known::Valid | Known::ReadyAfter(_) | Known::OptedOut => ("valid", ""),
        Known::AcceptsAll => ("catch-all", ""),
        Known::Invalid => ("invalid", "mailbox_not_found"),
        Known::Full => ("invalid", "mailbox_quota_exceeded"),
        Known::Typo => ("invalid", "possible_typo"),
        Known::Disposable => ("do_not_mail", "disposable"),
        Known::SpamTrap => ("spamtrap", ""),
        Known::Role => ("do_not_mail", "role_based"),
        Known::Webmail => ("unknown", "mail_server_did_not_respond"),
        Known::Unknown => ("unknown", "timeout_exceeded"),
    };
    let mut body = json!({
        "address": email, "status": status, "sub_status": sub_status, "free_email": false, "did_you_mean": null,
        "account": email.split('@').next(), "domain": email.rsplit('@').next(), "domain_age_days": "9692",
        "smtp_provider": "example", "mx_found": "true", "mx_record": "mx.example.com", "firstname": null,
        "lastname": null, "gender": null, "country": null, "region": null, "city": null, "zipcode": null,
        "processed_at": "2026-11-20 12:00:00.000"
    });
    if mood == Mood::Talkative {
        body["sub_status"] = Value::from(if sub_status.is_empty() { "status_of_tomorrow" } else { sub_status });
        body["member_of_tomorrow"] = json!({ "is": [1, 2, 3] });
    }
    Answer::json(200, &body)
}
