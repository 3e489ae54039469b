use plumb_egress::AuditItem;

use super::*;

fn item(ok: Option<bool>) -> AuditItem {
    AuditItem {
        name: "ptr",
        subject: "192.0.2.1".to_owned(),
        ok,
        found: "no name".to_owned(),
        remedy: "give it one".to_owned(),
    }
}

fn at(hours: i64) -> Timestamp {
    "2026-11-20T12:00:00Z".parse::<Timestamp>().unwrap() + TimeDelta::hours(hours)
}

#[test]
fn only_what_is_wrong_stops_it() {
    let report = |ok| AuditReport { at: at(0), items: vec![item(Some(true)), item(ok)] };
    assert_eq!(wrong(&report(Some(true))), None);
    assert_eq!(wrong(&report(None)), None, "what could not be looked at is not wrong");
    assert_eq!(wrong(&report(Some(false))).unwrap(), "ptr of 192.0.2.1: no name. give it one");
}

#[test]
fn an_audit_holds_a_day_and_in_doubt_an_hour() {
    let last = |wrong: Option<&str>, in_doubt| Last { at: at(0), wrong: wrong.map(str::to_owned), in_doubt };
    assert!(last(None, false).holds(at(23)) && !last(None, false).holds(at(24)));
    assert!(!last(None, true).holds(at(1)));
    assert!(!last(Some("ptr"), false).holds(at(1)), "what was mended is seen soon");
}
