//! Hunter v2: proper HTTP statuses, 202 while it still works, 451 for people who do not want to be in the data.

use serde_json::{Value, json};

use super::http::{Answer, Asked};
use super::{KEY, Known, Mood, State};

fn errors(status: u16, id: &str, details: &str) -> Answer {
    Answer::json(status, &json!({ "errors": [{ "id": id, "code": status, "details": details }] }))
}

pub(super) fn answer(asked: &Asked, state: &State, mood: Mood) -> Answer {
    match mood {
        Mood::KeyRevoked => return errors(401, "authentication_failed", "No user found for the API key supplied"),
        Mood::OutOfCredits => return errors(429, "usage_exceeded", "You have exceeded your usage"),
        Mood::Throttled => {
            return errors(429, "too_many_requests", "You have reached the rate limit").with_header("Retry-After: 2");
        }
        Mood::Unavailable => return errors(503, "unavailable", "Try again later"),
        Mood::TooLarge => return errors(413, "too_large", "Too large"),
        _ => {}
    }
    if asked.get("api_key").or_else(|| asked.token.clone()).as_deref() != Some(KEY) {
        return errors(401, "authentication_failed", "No user found for the API key supplied");
    }
    if asked.path.ends_with("/account") {
        return Answer::json(
            200,
            &json!({ "data": { "requests": { "verifications": { "used": 1, "available": 1000 } } } }),
        );
    }
    let Some(email) = asked.get("email") else {
        return errors(400, "wrong_params", "You are missing the email parameter");
    };
    let mut inner = state.lock();
    let (status, score) = match inner.known(&email) {
        Known::OptedOut => {
            return errors(451, "claimed_email", "The owner of this address has asked us to stop processing it");
        }
        Known::ReadyAfter(calls) => {
            let asked = inner.asked.entry(email.to_lowercase()).or_default();
            *asked += 1;
            if *asked <= calls {
                return Answer::json(202, &json!({ "data": { "status": "running", "email": email } }));
            }
            ("valid", 97)
        }
        Known::Valid | Known::Role => ("valid", 98),
        Known::AcceptsAll => ("accept_all", 70),
        Known::Invalid | Known::Full | Known::Typo => ("invalid", 0),
        Known::Disposable => ("disposable", 10),
        Known::Webmail => ("webmail", 50),
        Known::SpamTrap | Known::Unknown => ("unknown", 40),
    };
    let mut data = json!({
        "status": status, "result": if status == "valid" { "deliverable" } else { "risky" }, "score": score,
        "email": email, "regexp": true, "gibberish": false, "disposable": status == "disposable",
        "webmail": status == "webmail", "mx_records": true, "smtp_server": true, "smtp_check": status == "valid",
        "accept_all": status == "accept_all", "block": false, "sources": []
    });
    if mood == Mood::Talkative {
        data["member_of_tomorrow"] = Value::from("yes");
    }
    Answer::json(200, &json!({ "data": data, "meta": { "params": { "email": email } } }))
}
