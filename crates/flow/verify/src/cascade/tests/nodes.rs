//! Several processes of one installation, each with a way out of its own, and one database.

use plumb_egress::Manners;
use plumb_store::testing::Db;

use super::*;

/// A process that has just started, under the manners for other people's servers, less hurried.
fn node(world: &World, db: &Db) -> Egress {
    let manners = Manners { goodbye_pause: Duration::from_hours(1), ..Manners::strict() };
    let config = EgressConfig { smtp_manners: Some(manners), ..egress(world).config().clone() };
    Egress::new(config, Recorder::database(db.store().clone())).unwrap()
}

async fn ask_by(node: &Egress, org: OrgId, address: &str) -> Outcome {
    let control_local = fresh_control_local();
    let request = Request {
        address,
        lists: Lists::default(),
        suppressed: Some(false),
        attempt: 1,
        control_local: &control_local,
    };
    check(node, &config(Policy::Strict), &CallContext::new(org, PURPOSE), &request).await.unwrap()
}

#[tokio::test]
async fn whom_one_node_was_sent_away_by_the_others_leave_alone() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let world = world(vec![
        site("busy.example").behaves(Behaviour::RateLimits { rcpts: 0 }),
        site("shared.example").dns(Dns::MxOf("busy.example".to_owned())),
        site("calm.example"),
    ])
    .await;
    let (one, other) = (node(&world, &db), node(&world, &db));

    let sent_away = ask_by(&one, org, "ada@busy.example").await;
    assert_eq!(sent_away.reason, Reason::RateLimited);
    let connections = world.log().host("busy.example").connections;
    assert!(connections > 0);

    for address in ["grace@busy.example", "ada@shared.example"] {
        let left_alone = ask_by(&other, org, address).await;
        assert_eq!((left_alone.verdict, left_alone.reason), (Verdict::Unverified, Reason::RateLimited), "{address}");
        let note =
            left_alone.evidence.iter().find_map(|record| record.note.clone().filter(|note| note.contains("alone")));
        assert!(note.is_some(), "it says why: {:?}", left_alone.evidence);
        assert!(left_alone.was_put_off() && !sent_away.was_put_off());
        let wait = left_alone.retry_at.unwrap() - left_alone.checked_at;
        assert!(wait.num_minutes() >= 59, "not before the pause is over: {wait}");
    }
    assert_eq!(world.log().host("busy.example").connections, connections, "nobody connected");
    assert_eq!(ask_by(&other, org, "ada@calm.example").await.verdict, Verdict::Verified, "others are asked");

    world.set("busy.example", Behaviour::Accepts).unwrap();
    db.as_owner("update mail_operator set paused_until = clock_timestamp() where operator = 'busy.example'").await;
    assert_eq!(ask_by(&node(&world, &db), org, "ada@busy.example").await.verdict, Verdict::Verified, "when it is over");
}

#[tokio::test]
async fn three_refusals_of_our_address_count_wherever_they_were_heard() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let world = world(vec![site("strict.example").behaves(Behaviour::Blocks { at: At::Banner })]).await;
    let nodes = [node(&world, &db), node(&world, &db), node(&world, &db), node(&world, &db)];
    for (node, connects) in nodes.iter().zip([1, 2, 3, 3]) {
        assert_eq!(ask_by(node, org, "ada@strict.example").await.reason, Reason::IpBlocked);
        assert_eq!(world.log().host("strict.example").connections, connects);
    }
    let state = db.store().operators().await.unwrap().remove(0);
    assert_eq!((state.operator.as_str(), state.halvings, state.asked_today), ("strict.example", 3, 3));
}
