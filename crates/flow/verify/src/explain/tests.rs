use plumb_base::Timestamp;

use super::*;
use crate::domain::classify::Phase;

fn at() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn outcome(reason: Reason, evidence: Vec<Evidence>) -> Outcome {
    Outcome {
        verdict: reason.verdict(Policy::Strict),
        reason,
        explanation: reason.explain().to_owned(),
        catch_all: Tri::Unknown,
        flags: Vec::new(),
        evidence,
        policy: Policy::Strict,
        checked_at: at(),
        expires_at: crate::domain::verdict::expires_at(reason.verdict(Policy::Strict), reason, at(), None),
        retry_at: None,
    }
}

fn refused(class: Class, text: &str) -> Evidence {
    let mut record = Evidence::of(Tier::Smtp, TierResult::Answered, class.reason(), at());
    record.mx_host = Some("mx.firm.example".to_owned());
    record.reply = Some(ReplyRecord {
        phase: Phase::Rcpt,
        smtp_code: 554,
        enhanced_code: Some("5.7.1".to_owned()),
        reply_class: class,
        dictionary_hits: Vec::new(),
        reply_text: text.to_owned(),
    });
    record
}

#[test]
fn a_refusal_of_us_is_said_to_be_one() {
    let outcome = outcome(Reason::IpBlocked, vec![refused(Class::IpBlocked, "Client host [192.0.2.1] blocked")]);
    let words = explain(&outcome);
    assert_eq!(words.steps[0].check, "mail server mx.firm.example");
    assert_eq!(words.steps[0].said, "554 5.7.1 to RCPT TO: their server refused us, not the address: we do not know");
    assert_eq!(words.steps[0].quoted.as_deref(), Some("Client host [192.0.2.1] blocked"));
    assert!(words.holds.starts_with("Nothing was established."), "{}", words.holds);
}

#[test]
fn both_policies_stand_beside_each_other() {
    let verdicts =
        |reason| explain(&outcome(reason, vec![])).policies.iter().map(|one| one.verdict).collect::<Vec<_>>();
    assert_eq!(verdicts(Reason::CatchAll), [Verdict::Unverified, Verdict::Risky]);
    for reason in Reason::ALL.iter().filter(|reason| **reason != Reason::CatchAll) {
        assert_eq!(verdicts(*reason), [reason.verdict(Policy::Strict); 2], "{reason:?}");
    }
}

#[test]
fn what_a_server_says_is_cut_and_obeyed_by_nobody() {
    let long = format!("a\u{1b}[31m{}", "é".repeat(600));
    let words = explain(&outcome(Reason::Policy, vec![refused(Class::Policy, &long)]));
    let quoted = words.steps[0].quoted.as_deref().unwrap();
    assert!(quoted.chars().count() <= QUOTED_CHARS_MAX + 2 && quoted.ends_with('…'), "{quoted}");
    assert!(!quoted.contains('\u{1b}'));
}

#[test]
fn a_planned_question_is_announced() {
    let mut greylisted = outcome(Reason::Greylisted, vec![]);
    greylisted.retry_at = Some(at() + chrono::TimeDelta::minutes(5));
    assert!(explain(&greylisted).what_would_change_it.contains("2026-11-20 12:05 UTC"));
    assert_eq!(explain(&outcome(Reason::Syntax, vec![])).holds, "It does not run out.");
}
