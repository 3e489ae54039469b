use super::*;

#[test]
fn known_for_a_week_to_whom_it_was_said() {
    let known = CatchAlls::default();
    let (ours, theirs) = (OrgId::fresh(), OrgId::fresh());
    let (all, other) = (Domain::parse("all.example").unwrap(), Domain::parse("other.example").unwrap());
    let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    known.found(ours, &all, "MX.all.example.", now);
    let since = |org, domain, host, days| known.since(org, domain, host, now + TimeDelta::days(days));
    assert_eq!(since(ours, &all, "mx.all.example", 6), Some(now));
    assert_eq!(since(ours, &all, "mx.all.example", 7), None);
    assert_eq!(since(theirs, &all, "mx.all.example", 0), None);
    assert_eq!(since(ours, &other, "mx.all.example", 0), None);
    assert_eq!(since(ours, &all, "backup.all.example", 0), None, "another host may know its mailboxes");
    known.clone().refuted(ours, &all, "mx.all.example");
    assert_eq!(since(ours, &all, "mx.all.example", 0), None);
}
