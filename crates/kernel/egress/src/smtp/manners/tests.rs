use super::*;

fn manners() -> Manners {
    Manners {
        operator_every: Duration::from_secs(2),
        operator_burst: 2,
        domain_every: Duration::from_secs(10),
        domain_burst: 4,
        ..Manners::strict()
    }
}

fn rates() -> Rates {
    Rates::new(Some(manners()), None, Duration::from_secs(1))
}

fn question(manners: &Manners) -> OperatorQuestion<'static> {
    OperatorQuestion {
        operator: "mail.example",
        source: "",
        operator_every: manners.operator_every,
        operator_burst: manners.operator_burst,
        day_max: manners.operator_day_max,
        domain: "firm.example",
        domain_every: Duration::ZERO,
        domain_burst: 1,
    }
}

const fn granted(leave: OperatorLeave) -> bool {
    matches!(leave, OperatorLeave::Granted { .. })
}

fn is_busy<T>(result: &Result<T, SmtpError>) -> bool {
    matches!(result, Err(SmtpError::Egress(EgressError::Busy(_))))
}

#[test]
fn operators_by_their_registrable_domain() {
    assert_eq!(Rates::operator("ASPMX.l.Google.com."), "google.com");
    assert_eq!(Rates::operator("mx.firm.example"), "firm.example");
}

#[test]
fn a_burst_then_the_rate() {
    let (mut here, now) = (Here::default(), Instant::now());
    let every = Duration::from_secs(2);
    let mut take = |key: &str, after_ms: u64| here.take(key, every, 2, now + Duration::from_millis(after_ms));
    assert_eq!([take("a", 0), take("a", 0)], [Ok(()), Ok(())]);
    assert_eq!(take("a", 0), Err(every));
    assert_eq!(take("a", 1500), Err(Duration::from_millis(500)), "a refusal takes nothing");
    assert_eq!(take("b", 0), Ok(()));
    assert_eq!([take("a", 2000), take("a", 2000)], [Ok(()), Err(every)]);
    assert_eq!([take("a", 60_000), take("a", 60_000), take("a", 60_000)], [Ok(()), Ok(()), Err(every)]);
}

#[tokio::test]
async fn operators_and_domains_have_rates_of_their_own() {
    let rates = rates();
    for _ in 0..2 {
        rates.leave("google.com", "", "a.example").await.unwrap();
    }
    assert!(is_busy(&rates.leave("google.com", "", "a.example").await), "over the wait");
    rates.leave("google.com", "192.0.2.7", "a.example").await.unwrap();
    assert!(is_busy(&rates.leave("other.example", "", "a.example").await), "four questions about the domain");
    rates.leave("other.example", "", "b.example").await.unwrap();
}

#[test]
fn three_refusals_in_a_row_open_the_breaker() {
    let (mut here, now, manners) = (Here::default(), Instant::now(), manners());
    let blocked = Heard::Blocked.under(&manners);
    for heard in [blocked, blocked, Heard::Answer.under(&manners), blocked, blocked] {
        here.heard("mail.example", "", heard, now);
    }
    let asked = here.leave(&question(&manners), now);
    assert_eq!(asked, OperatorLeave::Granted { has_blocks: true }, "an answer between starts the count anew");
    here.heard("mail.example", "", blocked, now);
    let paused = |pause, retry_after| OperatorLeave::Paused { pause, retry_after };
    let day = Duration::from_hours(24);
    assert_eq!(here.leave(&question(&manners), now), paused(Pause::Blocked, day));
    let elsewhere = OperatorQuestion { source: "192.0.2.7", ..question(&manners) };
    assert!(granted(here.leave(&elsewhere, now)), "of one source address");
    here.heard("mail.example", "", Heard::Goodbye.under(&manners), now);
    assert_eq!(here.leave(&question(&manners), now), paused(Pause::Blocked, day), "a goodbye does not shorten it");
    assert!(granted(here.leave(&question(&manners), now + day)));
}

#[test]
fn a_halved_rate_comes_back_by_the_hour() {
    let (mut here, now, manners) = (Here::default(), Instant::now(), manners());
    for _ in 0..10 {
        here.heard("mail.example", "", OperatorHeard::Slower, now);
    }
    let mut between = |after: Duration| {
        let later = now + after;
        assert!(granted(here.leave(&question(&manners), later)));
        while granted(here.leave(&question(&manners), later)) {}
        let OperatorLeave::Refused { retry_after } = here.leave(&question(&manners), later) else { panic!("refused") };
        retry_after.as_secs()
    };
    assert_eq!(between(Duration::ZERO), 32, "a sixteenth, and no less");
    assert_eq!(between(Duration::from_hours(1)), 16);
    assert_eq!(between(Duration::from_hours(2)), 8);
    assert_eq!(between(Duration::from_hours(4)), 2, "as before");
}

#[test]
fn a_day_has_an_end() {
    let (mut here, now) = (Here::default(), Instant::now());
    let manners = Manners { operator_day_max: 2, operator_every: Duration::ZERO, ..manners() };
    for _ in 0..2 {
        assert!(granted(here.leave(&question(&manners), now)));
    }
    let hour = now + Duration::from_hours(1);
    let day_is_over = OperatorLeave::Paused { pause: Pause::Day, retry_after: Duration::from_hours(23) };
    assert_eq!(here.leave(&question(&manners), hour), day_is_over);
    assert!(granted(here.leave(&question(&manners), now + Duration::from_hours(24))));
}

#[tokio::test]
async fn a_goodbye_is_followed_by_a_pause() {
    let rates = rates();
    rates.heard("google.com", "", Heard::Goodbye).await;
    let paused = rates.leave("google.com", "", "a.example").await;
    assert!(matches!(paused, Err(SmtpError::Paused { pause: Pause::Goodbye, .. })));
    let now = Instant::now();
    assert!(rates.pause("google.com", "", now).is_err(), "known without asking");
    assert!(rates.pause("google.com", "", now + PAUSE_BELIEVED).is_ok(), "asked for again soon");
    let (mut here, manners) = (Here::default(), manners());
    here.heard("mail.example", "", Heard::Goodbye.under(&manners), now);
    assert!(!granted(here.leave(&question(&manners), now)));
    assert!(granted(here.leave(&question(&manners), now + manners.goodbye_pause)));
}

#[tokio::test]
async fn servers_of_ones_own_have_no_rate() {
    let rates = Rates::new(None, None, Duration::from_secs(1));
    for _ in 0..10 {
        rates.heard("firm.example", "", Heard::Blocked).await;
    }
    for _ in 0..1000 {
        rates.leave("firm.example", "", "firm.example").await.unwrap();
    }
}

#[tokio::test]
async fn manners_are_shared_by_all_nodes() {
    let db = plumb_store::testing::Db::new().await;
    let node = || Rates::new(Some(manners()), Some(db.store().clone()), Duration::from_millis(100));
    let (one, other) = (node(), node());
    one.leave("google.com", "", "a.example").await.unwrap();
    other.leave("google.com", "", "b.example").await.unwrap();
    assert!(is_busy(&one.leave("google.com", "", "c.example").await));
    assert!(is_busy(&other.leave("google.com", "", "d.example").await));
    for node in [&one, &other, &one] {
        node.heard("other.example", "", Heard::Blocked).await;
    }
    let paused = other.leave("other.example", "", "e.example").await;
    assert!(matches!(paused, Err(SmtpError::Paused { pause: Pause::Blocked, .. })), "two here and one there");
}
