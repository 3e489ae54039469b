use chrono::{NaiveDate, TimeDelta, TimeZone, Utc};
use plumb_base::Timestamp;

use super::{DNS_RESOLVER, Destination, HostRule, MAILBOX_HOSTS, NOTICE_DAYS, Region, Register, Standing};
use crate::error::EgressError;
use crate::outgoing::FieldClass;

fn notified_on() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
}

fn noon_after(days: i64) -> Timestamp {
    Utc.from_utc_datetime(&notified_on().and_hms_opt(12, 0, 0).unwrap()) + TimeDelta::days(days)
}

fn vendor() -> Destination {
    Destination {
        name: "finder",
        purpose: "Find addresses",
        region: Region::Eu,
        classes: &[FieldClass::Email, FieldClass::Domain],
        hosts: HostRule::Exactly(&["api.example.com"]),
        standing: Standing::Subprocessor { agreement: "dpa-7", notified_on: notified_on() },
        discloses: true,
    }
}

fn register(row: Destination) -> Register {
    Register::new(&[row], &[Region::Eu]).unwrap()
}

#[test]
fn only_what_is_registered_is_permitted() {
    let register = register(vendor());
    let now = noon_after(NOTICE_DAYS);
    assert!(register.permit(DNS_RESOLVER, "192.0.2.53", &[FieldClass::Domain], now).is_ok());
    assert!(register.permit(MAILBOX_HOSTS, "mx.example.com", &[FieldClass::Email], now).is_ok());
    assert!(register.permit("finder", "api.example.com", &[FieldClass::Email], now).is_ok());

    let refused = register.permit("elsewhere", "api.example.com", &[], now).unwrap_err();
    assert!(matches!(refused, EgressError::NotRegistered { .. }), "{refused}");
    let refused = register.permit(DNS_RESOLVER, "192.0.2.53", &[FieldClass::Email], now).unwrap_err();
    assert!(matches!(refused, EgressError::ClassRefused { class: FieldClass::Email, .. }), "{refused}");
    let refused = register.permit("finder", "api.example.com.evil.example", &[FieldClass::Email], now).unwrap_err();
    assert!(matches!(refused, EgressError::HostRefused { .. }), "{refused}");
}

#[test]
fn a_subprocessor_waits_for_its_notice_and_needs_an_agreement() {
    let waiting = register(vendor());
    let early = waiting.permit("finder", "api.example.com", &[], noon_after(NOTICE_DAYS - 1)).unwrap_err();
    assert!(matches!(early, EgressError::NotYetEnabled { .. }), "{early}");
    assert!(waiting.permit("finder", "api.example.com", &[], noon_after(NOTICE_DAYS)).is_ok());

    let standing = Standing::Subprocessor { agreement: "", notified_on: notified_on() };
    let unsigned = register(Destination { standing, ..vendor() });
    let refused = unsigned.permit("finder", "api.example.com", &[], noon_after(365)).unwrap_err();
    assert!(matches!(refused, EgressError::NoAgreement { .. }), "{refused}");
}

#[test]
fn a_region_that_is_not_allowed_is_refused() {
    let register = register(Destination { region: Region::Us, ..vendor() });
    let refused = register.permit("finder", "api.example.com", &[], noon_after(365)).unwrap_err();
    assert!(matches!(refused, EgressError::RegionRefused { region: Region::Us, .. }), "{refused}");
}

#[test]
fn a_name_stands_once() {
    assert!(matches!(Register::new(&[vendor(), vendor()], &[Region::Eu]), Err(EgressError::Config(_))));
}
