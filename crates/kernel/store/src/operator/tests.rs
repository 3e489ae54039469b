use super::*;
use crate::testing::Db;

const HOUR: Duration = Duration::from_hours(1);

fn question<'a>(operator: &'a str, domain: &'a str) -> OperatorQuestion<'a> {
    OperatorQuestion {
        operator,
        source: "",
        operator_every: HOUR,
        operator_burst: 3,
        day_max: 100,
        domain,
        domain_every: HOUR,
        domain_burst: 2,
    }
}

async fn ask(db: &Db, operator: &str, domain: &str) -> OperatorLeave {
    db.store().operator_leave(&question(operator, domain)).await.unwrap()
}

const fn granted(leave: OperatorLeave) -> bool {
    matches!(leave, OperatorLeave::Granted { .. })
}

fn wait(leave: OperatorLeave) -> Duration {
    match leave {
        OperatorLeave::Refused { retry_after } => retry_after,
        other => panic!("{other:?}"),
    }
}

/// About so long: the clock of the database runs on.
fn is_about(wait: Duration, expected: Duration) -> bool {
    wait <= expected && wait + Duration::from_mins(2) > expected
}

#[tokio::test]
async fn the_domain_and_the_operator_each_have_a_rate() {
    let db = Db::new().await;
    assert!(
        granted(ask(&db, "mail.example", "a.example").await) && granted(ask(&db, "mail.example", "a.example").await)
    );
    assert!(is_about(wait(ask(&db, "mail.example", "a.example").await), HOUR), "two questions about the domain");
    assert!(granted(ask(&db, "mail.example", "b.example").await), "the refused one took nothing of the operator");
    assert!(is_about(wait(ask(&db, "mail.example", "c.example").await), HOUR), "three connections to the operator");
    assert!(granted(ask(&db, "other.example", "b.example").await));
    let states = db.store().operators().await.unwrap();
    let asked: Vec<_> = states.iter().map(|state| (state.operator.as_str(), state.asked_today)).collect();
    assert_eq!(asked, [("mail.example", 3), ("other.example", 1)]);
}

#[tokio::test]
async fn a_goodbye_is_heard_by_all_and_the_longer_pause_counts() {
    let db = Db::new().await;
    let hear = |heard| db.store().operator_heard("mail.example", "", heard);
    assert!(granted(ask(&db, "mail.example", "a.example").await));
    hear(OperatorHeard::Goodbye { pause: HOUR }).await.unwrap();
    hear(OperatorHeard::Goodbye { pause: Duration::from_mins(1) }).await.unwrap();
    let OperatorLeave::Paused { pause: OperatorPause::Goodbye, retry_after } =
        ask(&db, "mail.example", "b.example").await
    else {
        panic!("it is left alone")
    };
    assert!(is_about(retry_after, HOUR), "a shorter pause does not end a longer one: {retry_after:?}");
    assert!(granted(ask(&db, "other.example", "b.example").await), "nobody else is left alone");
    let at = OperatorQuestion { source: "192.0.2.7", ..question("mail.example", "b.example") };
    assert!(granted(db.store().operator_leave(&at).await.unwrap()), "nor from another address");
    hear(OperatorHeard::Answer).await.unwrap();
    assert!(!granted(ask(&db, "mail.example", "b.example").await), "an answer that was under way does not end it");
    db.as_owner(
        "update mail_operator set paused_until = clock_timestamp(), halvings = 0 where paused_until is not null",
    )
    .await;
    assert!(granted(ask(&db, "mail.example", "c.example").await), "then it is over");
}

#[tokio::test]
async fn refusals_in_a_row_open_the_breaker() {
    let db = Db::new().await;
    let hear = |heard| db.store().operator_heard("mail.example", "", heard);
    let blocked = OperatorHeard::Blocked { in_a_row: 3, pause: HOUR };
    for heard in [blocked, blocked, OperatorHeard::Answer, blocked, OperatorHeard::Slower, blocked] {
        hear(heard).await.unwrap();
        assert!(db.store().operators().await.unwrap()[0].paused.is_none());
    }
    assert_eq!(ask(&db, "mail.example", "a.example").await, OperatorLeave::Granted { has_blocks: true });
    hear(blocked).await.unwrap();
    let state = db.store().operators().await.unwrap().remove(0);
    assert_eq!(state.paused.map(|(_, why)| why), Some(OperatorPause::Blocked));
    assert_eq!((state.blocks, state.halvings), (0, HALVINGS_MAX));
    let at_once = OperatorHeard::Blocked { in_a_row: 1, pause: HOUR };
    db.store().operator_heard("strict.example", "", at_once).await.unwrap();
    assert!(matches!(ask(&db, "strict.example", "a.example").await, OperatorLeave::Paused { .. }), "a row of one");
}

#[tokio::test]
async fn a_halved_rate_comes_back_by_the_hour() {
    let db = Db::new().await;
    for _ in 0..2 {
        db.store().operator_heard("mail.example", "", OperatorHeard::Slower).await.unwrap();
    }
    assert_eq!(db.store().operators().await.unwrap()[0].halvings, 2);
    assert!(granted(ask(&db, "mail.example", "a.example").await));
    assert!(is_about(wait(ask(&db, "mail.example", "b.example").await), 4 * HOUR), "one in four hours");
    let earlier = "update mail_operator set halved_at = halved_at - interval '1 hour'";
    db.as_owner(earlier).await;
    assert_eq!(db.store().operators().await.unwrap()[0].halvings, 1);
    db.as_owner(earlier).await;
    assert_eq!(db.store().operators().await.unwrap()[0].halvings, 0);
    db.store().operator_heard("mail.example", "", OperatorHeard::Slower).await.unwrap();
    assert_eq!(db.store().operators().await.unwrap()[0].halvings, 1, "counted from what is left");
}

#[tokio::test]
async fn a_day_has_an_end() {
    let db = Db::new().await;
    let few = |domain| OperatorQuestion { day_max: 2, ..question("mail.example", domain) };
    for domain in ["a.example", "b.example"] {
        assert!(granted(db.store().operator_leave(&few(domain)).await.unwrap()));
    }
    let OperatorLeave::Paused { pause: OperatorPause::Day, retry_after } =
        db.store().operator_leave(&few("c.example")).await.unwrap()
    else {
        panic!("two a day")
    };
    assert!(retry_after <= Duration::from_hours(24));
    db.as_owner("update mail_operator set asked_on = asked_on - 1").await;
    assert!(granted(db.store().operator_leave(&few("d.example")).await.unwrap()), "the next day counts anew");
    assert_eq!(db.store().operators().await.unwrap()[0].asked_today, 1);
}

#[tokio::test]
async fn many_at_once_get_what_there_is() {
    let db = Db::new().await;
    let domains: Vec<String> = (0..20).map(|n| format!("d{n}.example")).collect();
    let asks = domains.iter().map(|domain| ask(&db, "mail.example", domain));
    let leaves = futures::future::join_all(asks).await;
    assert_eq!(leaves.into_iter().filter(|leave| granted(*leave)).count(), 3);
    assert_eq!(db.store().operators().await.unwrap()[0].asked_today, 3);
}

#[tokio::test]
async fn what_is_over_is_forgotten() {
    let db = Db::new().await;
    assert!(granted(ask(&db, "mail.example", "a.example").await));
    let blocked = OperatorHeard::Blocked { in_a_row: 1, pause: 100 * HOUR };
    db.store().operator_heard("strict.example", "", blocked).await.unwrap();
    db.as_owner("update mail_operator set changed_at = changed_at - interval '3 days'").await;
    db.store().sweep_rates().await.unwrap();
    let left: Vec<_> = db.store().operators().await.unwrap().into_iter().map(|state| state.operator).collect();
    assert_eq!(left, ["strict.example"]);
}
