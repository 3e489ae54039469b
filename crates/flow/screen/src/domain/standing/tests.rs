use super::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn the_thirty_first_day_counts_and_the_next_does_not() {
    let until = valid_until(date("2026-10-01"), date("2026-10-01"));
    let end_of_day = |text: &str| date(text).and_hms_opt(23, 59, 59).unwrap().and_utc();
    assert!(end_of_day("2026-11-01") < until, "31 days after");
    assert!(date("2026-11-02").and_time(NaiveTime::MIN).and_utc() >= until, "32 days after");
}

#[test]
fn the_earlier_date_counts() {
    let both = valid_until(date("2026-10-01"), date("2026-10-05"));
    assert_eq!(both, valid_until(date("2026-10-05"), date("2026-10-01")));
    assert_eq!(both, valid_until(date("2026-10-01"), date("2026-10-01")));
}

#[test]
fn words_are_the_same_everywhere() {
    for dnc in Dnc::ALL {
        assert_eq!(serde_json::to_value(dnc).unwrap(), dnc.as_str());
    }
}
