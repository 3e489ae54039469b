use super::*;

fn rates() -> Rates {
    let manners = Manners {
        operator_every: Duration::from_secs(2),
        operator_burst: 2,
        domain_every: Duration::from_secs(10),
        domain_burst: 4,
        ..Manners::strict()
    };
    Rates::new(Some(manners), None, Duration::from_secs(1))
}

#[test]
fn operators_by_their_registrable_domain() {
    assert_eq!(Rates::operator("ASPMX.l.Google.com."), "google.com");
    assert_eq!(Rates::operator("mx.firm.example"), "firm.example");
}

#[test]
fn a_burst_then_the_rate() {
    let (rates, now) = (rates(), Instant::now());
    let every = Duration::from_secs(2);
    let take = |key: &str, after_ms: u64| rates.take_here(key, every, 2, now + Duration::from_millis(after_ms));
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
    let full = rates.leave("google.com", "", "a.example").await;
    assert!(matches!(full, Err(EgressError::Busy(_))), "over the wait");
    rates.leave("google.com", "192.0.2.7", "a.example").await.unwrap();
    let full = rates.leave("other.example", "", "a.example").await;
    assert!(matches!(full, Err(EgressError::Busy(_))), "four questions about the domain");
    rates.leave("other.example", "", "b.example").await.unwrap();
}

#[test]
fn three_refusals_in_a_row_open_the_breaker() {
    let (rates, now) = (rates(), Instant::now());
    let pause = |source: &str, at| rates.pause("google.com", source, at);
    let heard = |heard| rates.heard("google.com", "", heard, now);
    heard(Heard::Blocked);
    heard(Heard::Blocked);
    heard(Heard::Answer);
    heard(Heard::Blocked);
    heard(Heard::Blocked);
    assert_eq!(pause("", now), None, "an answer between starts the count anew");
    heard(Heard::Blocked);
    assert_eq!(pause("", now), Some(Pause::Blocked));
    assert_eq!(pause("192.0.2.7", now), None, "of one source address");
    heard(Heard::Goodbye);
    assert_eq!(pause("", now), Some(Pause::Blocked), "a goodbye does not shorten it");
    assert_eq!(pause("", now + Duration::from_hours(24)), None);
}

#[test]
fn a_goodbye_is_followed_by_a_pause() {
    let (rates, now) = (rates(), Instant::now());
    rates.heard("google.com", "", Heard::Goodbye, now);
    assert_eq!(rates.pause("google.com", "", now), Some(Pause::Goodbye));
    assert_eq!(rates.pause("google.com", "", now + Duration::from_mins(1)), None);
}

#[tokio::test]
async fn servers_of_ones_own_have_no_rate() {
    let rates = Rates::new(None, None, Duration::from_secs(1));
    for _ in 0..1000 {
        rates.leave("firm.example", "", "firm.example").await.unwrap();
    }
    for _ in 0..10 {
        rates.heard("firm.example", "", Heard::Blocked, Instant::now());
    }
    assert_eq!(rates.pause("firm.example", "", Instant::now()), None);
}

#[tokio::test]
async fn a_rate_is_shared_by_all_nodes() {
    let db = plumb_store::testing::Db::new().await;
    let node = || Rates::new(Some(rates().manners.unwrap()), Some(db.store().clone()), Duration::from_millis(100));
    let (one, other) = (node(), node());
    one.leave("google.com", "", "a.example").await.unwrap();
    other.leave("google.com", "", "b.example").await.unwrap();
    assert!(matches!(one.leave("google.com", "", "c.example").await, Err(EgressError::Busy(_))));
    assert!(matches!(other.leave("google.com", "", "d.example").await, Err(EgressError::Busy(_))));
}
