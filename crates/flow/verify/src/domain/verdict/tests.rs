use super::*;

fn at() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

#[test]
fn the_list_of_reasons_is_closed_and_named_alike_everywhere() {
    // 36 of the design, and `suppressed`.
    assert_eq!(Reason::ALL.len(), 37);
    for reason in Reason::ALL {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.code(), "the code is what JSON carries");
        assert!(reason.explain().ends_with('.'), "{}", reason.code());
    }
    let mut codes: Vec<_> = Reason::ALL.iter().map(|r| r.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 37);
}

/// The database's CHECK allows exactly these.
#[test]
fn reasons_of_a_hard_verdict() {
    let with = |verdict| {
        Reason::ALL.iter().filter(|r| r.verdict(Policy::Strict) == verdict).map(|r| r.code()).collect::<Vec<_>>()
    };
    assert_eq!(with(Verdict::Verified), ["mailbox_confirmed", "provider_valid"]);
    assert_eq!(
        with(Verdict::Undeliverable),
        [
            "syntax",
            "domain_missing",
            "null_mx",
            "no_mail_host",
            "mailbox_unknown",
            "mailbox_disabled",
            "provider_invalid"
        ]
    );
}

#[test]
fn lenient_changes_one_thing() {
    for reason in Reason::ALL {
        let (strict, lenient) = (reason.verdict(Policy::Strict), reason.verdict(Policy::Lenient));
        if *reason == Reason::CatchAll {
            assert_eq!((strict, lenient), (Verdict::Unverified, Verdict::Risky));
        } else {
            assert_eq!(strict, lenient, "{}", reason.code());
        }
    }
}

#[test]
fn expiry() {
    let days = |verdict, reason| (expires_at(verdict, reason, at(), None) - at()).num_days();
    assert_eq!(days(Verdict::Verified, Reason::MailboxConfirmed), 30);
    assert_eq!(days(Verdict::Undeliverable, Reason::MailboxUnknown), 90);
    assert_eq!(days(Verdict::Undeliverable, Reason::NullMx), 7);
    assert!(days(Verdict::Undeliverable, Reason::Syntax) > 365 * 1000);
    assert_eq!(days(Verdict::Risky, Reason::MailboxFull), 30);
    assert_eq!(days(Verdict::Unverified, Reason::CatchAll), 7);
    let retry = at() + TimeDelta::minutes(5);
    assert_eq!(expires_at(Verdict::Unverified, Reason::Greylisted, at(), Some(retry)), retry);
}

#[test]
fn only_an_unexpired_verified_allows_sending() {
    let mut outcome = Outcome {
        verdict: Verdict::Verified,
        reason: Reason::MailboxConfirmed,
        explanation: String::new(),
        catch_all: Tri::No,
        flags: vec![],
        evidence: vec![],
        policy: Policy::Strict,
        checked_at: at(),
        expires_at: at() + TimeDelta::days(30),
        retry_at: None,
    };
    assert!(outcome.allows_sending(at()));
    assert!(!outcome.allows_sending(at() + TimeDelta::days(30)));
    outcome.verdict = Verdict::Risky;
    assert!(!outcome.allows_sending(at()));
}
