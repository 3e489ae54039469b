use chrono::{NaiveTime, TimeZone as _};

use super::*;

fn at(zone: Tz, text: &str) -> Timestamp {
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    zone.from_local_datetime(&local).unwrap().to_utc()
}

const EAST: Tz = Tz::America__New_York;
const CENTRAL: Tz = Tz::America__Chicago;

fn calling(number: &str, region: Option<&str>, moment: Timestamp) -> Calling {
    RuleBook::shipped().calling(Number::of_e164(number).unwrap(), region, moment).unwrap()
}

fn may(number: &str, region: Option<&str>, moment: Timestamp) -> bool {
    calling(number, region, moment).may_call
}

const NEW_YORK: &str = "+12125550123";
const TAMPA: &str = "+18135550123";
const RHODE_ISLAND: &str = "+14015550123";
const PHILADELPHIA: &str = "+12155550123";
const LOUISIANA: &str = "+15045550123";

#[test]
fn the_federal_hours_end_at_the_minute() {
    for (time, allowed) in [("07:59", false), ("08:00", true), ("20:59", true), ("21:00", false)] {
        assert_eq!(may(NEW_YORK, None, at(EAST, &format!("2026-11-18 {time}"))), allowed, "{time}");
    }
}

#[test]
fn the_stricter_of_area_code_and_address_wins() {
    let evening = at(EAST, "2026-11-18 20:30");
    assert!(may(NEW_YORK, None, evening));
    assert!(!may(TAMPA, None, evening), "Florida ends at eight");
    assert!(!may(NEW_YORK, Some("FL"), evening), "who lives there too");
    assert!(!may(TAMPA, Some("NY"), evening), "whoever has the number is presumed to be there");
    assert_eq!(calling(NEW_YORK, Some("Florida"), evening).regions, ["NY", "FL"]);
    // An address further west: both zones have to allow it.
    let morning = at(EAST, "2026-11-18 08:30");
    assert!(may(NEW_YORK, None, morning) && !may(NEW_YORK, Some("CA"), morning));
}

#[test]
fn an_area_code_in_two_zones_is_asked_in_both() {
    let pensacola_or_tallahassee = "+18505550123";
    assert!(!may(pensacola_or_tallahassee, None, at(EAST, "2026-11-18 08:30")), "7:30 in the west of it");
    assert!(may(pensacola_or_tallahassee, None, at(CENTRAL, "2026-11-18 08:00")));
    assert!(!may(pensacola_or_tallahassee, None, at(CENTRAL, "2026-11-18 19:30")), "20:30 in the east of it");
}

#[test]
fn days_off_and_holidays_are_kept() {
    assert!(!may(LOUISIANA, None, at(CENTRAL, "2026-11-22 12:00")), "a Sunday");
    assert!(may(LOUISIANA, None, at(CENTRAL, "2026-11-23 12:00")));
    assert!(!may(LOUISIANA, None, at(CENTRAL, "2026-11-26 12:00")), "Thanksgiving");
    assert!(may(NEW_YORK, None, at(EAST, "2026-11-26 12:00")), "New York has no such rule");
    assert!(may(PHILADELPHIA, None, at(EAST, "2026-11-21 11:59")), "Saturday morning");
    assert!(!may(PHILADELPHIA, None, at(EAST, "2026-11-21 12:00")), "Saturday afternoon");
    assert!(may(PHILADELPHIA, None, at(EAST, "2026-11-22 12:00")), "Sunday");
    assert!(
        may(RHODE_ISLAND, None, at(EAST, "2026-11-20 17:59")) && !may(RHODE_ISLAND, None, at(EAST, "2026-11-21 17:00"))
    );
}

#[test]
fn it_says_until_when_and_when_next() {
    let noon = calling(NEW_YORK, None, at(EAST, "2026-11-18 12:07"));
    assert_eq!((noon.until, noon.next), (Some(at(EAST, "2026-11-18 21:00")), None));
    let night = calling(NEW_YORK, None, at(EAST, "2026-11-18 23:01"));
    assert_eq!((night.until, night.next), (None, Some(at(EAST, "2026-11-19 08:00"))));
    let saturday = calling(RHODE_ISLAND, None, at(EAST, "2026-11-21 17:30"));
    assert_eq!(saturday.next, Some(at(EAST, "2026-11-23 09:00")), "over the Sunday");
    let eve = calling(LOUISIANA, None, at(CENTRAL, "2026-11-25 20:00"));
    assert_eq!(eve.next, Some(at(CENTRAL, "2026-11-27 08:00")), "over the holiday");
    // The night in which the clocks go back has an hour more.
    let change = calling(NEW_YORK, None, at(EAST, "2026-10-31 22:00"));
    assert_eq!(change.next.unwrap() - at(EAST, "2026-10-31 22:00"), TimeDelta::hours(11));
}

#[test]
fn every_rule_comes_with_its_source_and_age() {
    let shown = calling(TAMPA, None, at(EAST, "2026-11-18 12:00"));
    let says = |text: &str| shown.rules.iter().find(|rule| rule.says == text).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(
        (says("Calls from 08:00 to 21:00").jurisdiction, says("Calls from 08:00 to 20:00").jurisdiction),
        ("US", "FL")
    );
    assert!(says("At most 3 calls in 24 hours").source.contains("501.616"));
    assert!(says("Calls from 08:00 to 20:00").stale && !says("Calls from 08:00 to 21:00").stale);
    assert!(shown.rules.iter().all(|rule| !rule.source.is_empty()));
}

#[test]
fn a_rule_is_stale_on_the_366th_day() {
    let rule = &RuleBook::shipped().rules()[0];
    assert!(!rule.is_stale(rule.checked_at + TimeDelta::days(365)));
    assert!(rule.is_stale(rule.checked_at + TimeDelta::days(366)));
}

#[test]
fn rules_hold_from_and_to_their_days() {
    let text = r#"
        holiday = []
        [[rule]]
        jurisdiction = "US"
        kind = "hours"
        value = { from = "10:00", to = "11:00" }
        valid_from = "2026-06-01"
        valid_to = "2026-06-30"
        source = "a test"
        checked_at = "2026-01-01"
        mark = "V"
    "#;
    let book = RuleBook::parse(text).unwrap();
    let ask = |day: &str| {
        book.calling(Number::of_e164(NEW_YORK).unwrap(), None, at(EAST, &format!("{day} 12:00"))).unwrap().may_call
    };
    assert_eq!(
        [ask("2026-05-31"), ask("2026-06-01"), ask("2026-06-30"), ask("2026-07-01")],
        [true, false, false, true]
    );
    for (good, bad) in [("10:00", "10:07"), ("\"US\"", "\"XX\""), ("hours", "hour"), ("mark = \"V\"", "mark = \"Z\"")] {
        assert!(RuleBook::parse(&text.replace(good, bad)).is_err(), "{bad}");
    }
}

#[test]
fn holidays_fall_where_they_fall() {
    let book = RuleBook::shipped();
    for (day, name) in [
        ("2026-01-01", Some("New Year's Day")),
        ("2026-01-19", Some("Birthday of Martin Luther King, Jr.")),
        ("2026-05-25", Some("Memorial Day")),
        ("2026-07-03", Some("Independence Day")),
        ("2026-07-04", Some("Independence Day")),
        ("2026-11-26", Some("Thanksgiving Day")),
        ("2026-11-27", None),
        ("2027-12-24", Some("Christmas Day")),
        ("2027-12-31", Some("New Year's Day")),
        ("2023-01-02", Some("New Year's Day")),
    ] {
        assert_eq!(book.holiday(day.parse().unwrap()), name, "{day}");
    }
}

#[test]
fn what_is_not_in_the_united_states_has_no_rules_here() {
    let moment = at(EAST, "2026-11-18 12:00");
    assert!(RuleBook::shipped().calling(Number::of_e164("+14165550123").unwrap(), None, moment).is_none());
    let toll_free = calling("+18005550123", None, moment);
    assert!(!toll_free.may_call && toll_free.zones.len() > 8, "it may be anywhere");
    assert!(!calling("+18005550123", Some("NY"), moment).zones.is_empty());
}

#[test]
fn every_state_of_the_plan_reads_and_hours_are_within_the_federal_ones() {
    let book = RuleBook::shipped();
    assert!(book.rules().len() > 40 && book.fingerprint().len() == 64);
    for rule in book.rules() {
        if let Kind::Hours(hours) = &rule.kind {
            let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
            assert!(time(8) <= hours.from && hours.from < hours.to && hours.to <= time(21), "{rule:?}");
        }
    }
}
