use std::time::Duration;

use axum::response::IntoResponse as _;
use http::StatusCode;
use plumb_store::StoreError;
use serde_json::json;

use super::Problem;

#[test]
fn has_the_members_of_the_standard_and_its_own() {
    let problem = Problem::new(StatusCode::CONFLICT, "already-started", "Already started")
        .detail("The import has started. Cancel it first.")
        .extend("state", "running")
        .extend("status", 200)
        .extend("request_id", "made up");
    let expected = json!({
        "type": "urn:plumb:problem:already-started",
        "title": "Already started",
        "status": 409,
        "detail": "The import has started. Cancel it first.",
        "state": "running",
        "request_id": "0190",
    });
    assert_eq!(problem.to_json(Some("0190")), expected);
}

#[test]
fn says_nothing_of_what_the_database_said() {
    let source = || sqlx::Error::Protocol("Key (email)=(ada@example.com) already exists".into());
    let errors = [
        StoreError::Constraint { constraint: "app_user_email_norm_key".into(), source: source() },
        StoreError::Unavailable(source()),
        StoreError::Database(source()),
        StoreError::Unfit("role plumb_app".into()),
    ];
    for error in errors {
        let temporary = error.is_temporary();
        let problem = Problem::from(error);
        let text = problem.to_json(None).to_string();
        assert!(!["ada@", "app_user", "plumb_app", "Key"].iter().any(|word| text.contains(word)), "{text}");
        assert_eq!(problem.status().as_u16(), if temporary { 503 } else { 500 });
    }
}

#[test]
fn waits_are_whole_seconds_and_never_none() {
    let after = |wait| Problem::too_many_requests(wait).into_response().headers()["retry-after"].clone();
    assert_eq!(after(Duration::ZERO), "1");
    assert_eq!(after(Duration::from_millis(1500)), "2");
    assert_eq!(after(Duration::from_secs(3)), "3");
}

#[test]
fn every_problem_says_what_to_do() {
    let problems = [
        Problem::not_found(),
        Problem::unauthenticated(),
        Problem::too_large(1),
        Problem::too_many_requests(Duration::ZERO),
        Problem::internal(),
        Problem::unavailable(Duration::ZERO),
    ];
    for problem in problems {
        assert!(
            problem.detail_text().split(['.', ';']).filter(|part| !part.trim().is_empty()).count() >= 2,
            "{problem}"
        );
    }
}

/// Whoever waits for "too busy" to pass waits in vain when it is the disk.
#[test]
fn a_full_disk_is_named() {
    let problem = Problem::from(StoreError::NoSpace(sqlx::Error::RowNotFound));
    assert_eq!(problem.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(problem.detail_text().contains("disk"));
}
