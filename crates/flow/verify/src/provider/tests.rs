use super::*;

mod sockets;

fn answer(status: u16, body: &str) -> HttpAnswer {
    HttpAnswer { status, retry_after_secs: None, body: body.as_bytes().to_vec() }
}

fn reason(read: Result<Read, Trouble>) -> Reason {
    read.unwrap().reason
}

fn is_later(read: &Result<Read, Trouble>) -> bool {
    matches!(read, Err(Trouble::Later { .. }))
}

fn is_off(read: &Result<Read, Trouble>) -> bool {
    matches!(read, Err(Trouble::Off(_)))
}

#[test]
fn neverbounce_says() {
    let says = |result: &str, flags: &str| {
        let body = format!(
            r#"{{"status":"success","result":"{result}","flags":[{flags}],"suggested_correction":"","address_info":{{}},"execution_time":399}}"#
        );
        neverbounce::read_single(&answer(200, &body))
    };
    let rows = [
        ("valid", r#""has_dns","has_dns_mx""#, Reason::ProviderValid),
        ("valid", r#""has_dns","accepts_all""#, Reason::CatchAll),
        ("valid", r#""acedemic_host","never_seen_before""#, Reason::ProviderValid),
        ("valid", r#""spamtrap_network""#, Reason::SpamTrap),
        ("invalid", "", Reason::ProviderInvalid),
        ("disposable", "", Reason::Disposable),
        ("catchall", "", Reason::CatchAll),
        ("unknown", r#""temporary_dns_error""#, Reason::ProviderUnknown),
        ("a new word", "", Reason::ProviderUnknown),
    ];
    for (result, flags, expected) in rows {
        assert_eq!(reason(says(result, flags)), expected, "{result} {flags}");
    }
    let read = says("valid", r#""role_account","historical_response""#).unwrap();
    assert_eq!(read.flags, [Flag::Role]);
    assert_eq!(read.said, "valid role_account, historical_response", "old data is said to be old");
}

#[test]
fn neverbounce_reports_errors_with_http_200() {
    let says = |status: &str, message: &str| {
        let body = format!(r#"{{"status":"{status}","message":"{message}","execution_time":5}}"#);
        neverbounce::read_single(&answer(200, &body))
    };
    assert!(is_off(&says("auth_failure", "Invalid API key")));
    assert!(is_off(&says("bad_referrer", "")));
    assert!(is_off(&says("general_failure", "Insufficient credits for this request")));
    assert!(is_later(&says("general_failure", "Missing required parameter 'key'")));
    assert!(is_later(&says("temp_unavail", "")));
    let throttled = says("throttle_triggered", "").unwrap_err();
    assert!(matches!(throttled, Trouble::Later { after: Some(_), .. }));
    assert!(is_later(&neverbounce::read_single(&answer(200, "<html>Bad gateway</html>"))));
    assert!(is_later(&neverbounce::read_single(&answer(200, "{}"))));
}

#[test]
fn zerobounce_says() {
    let says = |status: &str, sub: &str| {
        let body = format!(
            r#"{{"address":"ada@firm.example","status":"{status}","sub_status":"{sub}","free_email":true,"did_you_mean":null,"account":"ada","domain":"firm.example","domain_age_days":"9692","smtp_provider":"","mx_found":"true","mx_record":"mx.firm.example","firstname":"","lastname":null,"gender":null,"country":null,"region":null,"city":null,"zipcode":null,"processed_at":"2026-11-20 12:00:00.000"}}"#
        );
        zerobounce::read(&answer(200, &body))
    };
    let rows = [
        ("valid", "", Reason::ProviderValid),
        ("valid", "alias_address", Reason::ProviderValid),
        ("valid", "accept_all", Reason::CatchAll),
        ("valid", "role_based_accept_all", Reason::CatchAll),
        ("catch-all", "", Reason::CatchAll),
        ("invalid", "mailbox_not_found", Reason::ProviderInvalid),
        ("invalid", "mailbox_quota_exceeded", Reason::MailboxFull),
        ("invalid", "possible_typo", Reason::ProviderUnknown),
        ("spamtrap", "", Reason::SpamTrap),
        ("abuse", "", Reason::SpamTrap),
        ("do_not_mail", "possible_trap", Reason::SpamTrap),
        ("do_not_mail", "toxic", Reason::SpamTrap),
        ("do_not_mail", "disposable", Reason::Disposable),
        ("do_not_mail", "role_based", Reason::ProviderDoNotMail),
        ("unknown", "greylisted", Reason::ProviderUnknown),
        ("newly invented", "", Reason::ProviderUnknown),
    ];
    for (status, sub, expected) in rows {
        assert_eq!(reason(says(status, sub)), expected, "{status} {sub}");
    }
    assert_eq!(says("do_not_mail", "role_based").unwrap().flags, [Flag::Role, Flag::Free]);
    assert!(is_off(&zerobounce::read(&answer(
        200,
        r#"{"error":"Invalid API key or your account ran out of credits"}"#
    ))));
    assert!(is_later(&zerobounce::read(&answer(200, r#"{"error":"The service is busy"}"#))));
    assert!(is_later(&zerobounce::read(&answer(200, "{}"))));
    assert!(is_later(&zerobounce::read(&answer(200, "not JSON"))));
}

#[test]
fn hunter_says() {
    let says = |status: &str, more: &str| {
        let body = format!(
            r#"{{"data":{{"status":"{status}","result":"deliverable","score":97,"email":"ada@firm.example","regexp":true,"gibberish":false,"mx_records":true,"smtp_server":true,"smtp_check":true,{more}"sources":[]}},"meta":{{"params":{{}}}}}}"#
        );
        hunter::read(&answer(200, &body))
    };
    let rows = [
        ("valid", "", Reason::ProviderValid),
        ("valid", r#""accept_all":true,"#, Reason::CatchAll),
        ("valid", r#""block":true,"#, Reason::ProviderUnknown),
        ("invalid", "", Reason::ProviderInvalid),
        ("accept_all", "", Reason::CatchAll),
        ("webmail", r#""webmail":true,"#, Reason::ProviderUnknown),
        ("disposable", "", Reason::Disposable),
        ("unknown", "", Reason::ProviderUnknown),
    ];
    for (status, more, expected) in rows {
        assert_eq!(reason(says(status, more)), expected, "{status} {more}");
    }
    let errors = r#"{"errors":[{"id":"wrong_params","code":400,"details":"The email is missing"}]}"#;
    assert_eq!(reason(hunter::read(&answer(400, errors))), Reason::ProviderUnknown);
    assert_eq!(hunter::read(&answer(451, "{}")), Err(Trouble::OptedOut));
    let running = hunter::read(&answer(202, "{}")).unwrap_err();
    assert!(matches!(running, Trouble::Later { after: Some(_), .. }), "the same call again: {running:?}");
    assert!(is_later(&hunter::read(&answer(200, "<html>"))));
}

#[test]
fn http_says_it_too() {
    let sorted = |status, retry_after_secs| {
        answered(Ok(HttpAnswer { status, retry_after_secs, body: Vec::new() })).unwrap().unwrap_err()
    };
    assert!(matches!(sorted(401, None), Trouble::Off(_)));
    assert!(matches!(sorted(403, None), Trouble::Off(_)));
    assert!(matches!(sorted(402, None), Trouble::Off(_)));
    assert_eq!(sorted(413, None), Trouble::TooMany);
    let Trouble::Later { after, everybody: true, .. } = sorted(429, Some(30)) else { panic!("not now") };
    assert_eq!(after, Some(Duration::from_secs(30)));
    assert!(matches!(sorted(503, None), Trouble::Later { .. }));
    let timeout = HttpError::Timeout { host: "api.example".into() };
    assert!(matches!(answered(Err(timeout)).unwrap(), Err(Trouble::Later { .. })));
    let region = EgressError::RegionRefused { destination: "neverbounce", region: plumb_egress::Region::Us };
    assert!(matches!(answered(Err(region.into())).unwrap(), Err(Trouble::Off(_))));
    assert!(
        answered(Err(EgressError::NotRecorded("full".into()).into())).is_err(),
        "nothing left, so nothing was said"
    );
}

#[test]
fn what_they_write_goes_no_further_than_it_must() {
    let long = "x".repeat(1000);
    assert_eq!(words(&[&long]).len(), 200);
    assert_eq!(words(&["<b>ada@firm.example</b>"]), "badafirm.exampleb", "no markup, no address");
}

#[test]
fn waits_grow_and_end() {
    let waits: Vec<u64> = (1..=5).map(|tries| account::back_off(tries, None).unwrap().as_secs()).collect();
    assert!(waits.is_sorted(), "{waits:?}");
    assert_eq!(account::back_off(6, None), None);
    assert_eq!(account::back_off(0, None), None);
    assert!(account::back_off(1, Some(Duration::from_secs(90))).unwrap() >= Duration::from_secs(90), "as it said");
}
