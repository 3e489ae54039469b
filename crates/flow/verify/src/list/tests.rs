use plumb_egress::{EgressConfig, Recorder};
use plumb_testworld::{Behaviour, Dns, Mailbox, Site, World, WorldConfig};

use super::*;
use crate::domain::reason::Reason;

async fn world(sites: Vec<Site>) -> World {
    World::start(WorldConfig { sites, ..WorldConfig::default() }).await.unwrap()
}

fn site(domain: &str) -> Site {
    Site::new(domain).mailbox("ada", Mailbox::Exists)
}

fn run(concurrency: usize) -> ListRun {
    ListRun {
        concurrency,
        per_domain: concurrency,
        wait_greylist: Duration::ZERO,
        pause: Duration::from_millis(200),
        pause_max: Duration::from_secs(1),
    }
}

async fn verified(world: &World, run: &ListRun, list: &[&str]) -> Vec<(String, Reason)> {
    let config = EgressConfig {
        allow_private: true,
        resolver: Some(world.dns_addr()),
        smtp_port: world.smtp_port(),
        smtp_connections_per_host_max: run.per_domain,
        ..EgressConfig::new("probe.example", "postmaster@probe.example")
    };
    let egress = Egress::new(config, Recorder::memory()).unwrap();
    let addresses = || list.iter().map(|address| (*address).to_owned());
    let mut answers = Vec::new();
    verify_list(
        &egress,
        &VerifyConfig::default(),
        run,
        Repeats::count(addresses()),
        addresses(),
        |_| Lists::default(),
        |address, outcome| {
            assert_eq!(outcome.retry_at, None);
            answers.push((address.to_owned(), outcome.reason));
            ControlFlow::Continue(())
        },
    )
    .await
    .unwrap();
    answers
}

#[tokio::test]
async fn answers_stand_in_the_order_of_the_list() {
    let world = world(vec![
        site("slow.example").behaves(Behaviour::Tarpits { delay: Duration::from_millis(100) }),
        site("firm.example"),
        site("gone.example").dns(Dns::NxDomain),
    ])
    .await;
    let list = [
        "ada@slow.example",
        "ada@firm.example",
        "nonsense",
        "bob@firm.example",
        "x@gone.example",
        "",
        "Ada@Firm.Example",
    ];
    let answers = verified(&world, &run(8), &list).await;
    assert_eq!(answers.iter().map(|(address, _)| address.as_str()).collect::<Vec<_>>(), list);
    let reasons: Vec<_> = answers.into_iter().map(|(_, reason)| reason).collect();
    let (found, unknown) = (Reason::MailboxConfirmed, Reason::MailboxUnknown);
    assert_eq!(reasons[..6], [found, found, Reason::Syntax, unknown, Reason::DomainMissing, Reason::Syntax]);
}

#[tokio::test]
async fn an_address_that_comes_again_is_not_asked_again() {
    let world = world(vec![site("firm.example")]).await;
    let list = ["ada@firm.example", "ada@FIRM.example", "bob@firm.example", " ada@firm.example"];
    let answers = verified(&world, &run(1), &list).await;
    assert_eq!(answers.len(), 4);
    assert_eq!(answers[0].1, answers[3].1);
    let asked = world.log().host("firm.example").rcpts.iter().filter(|address| address.starts_with("ada@")).count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_greylisting_server_is_asked_until_the_wait_is_over() {
    let greylists = |ms| Behaviour::Greylists { after: Duration::from_millis(ms), says_so: true };
    let world =
        world(vec![site("soon.example").behaves(greylists(600)), site("never.example").behaves(greylists(3_600_000))])
            .await;
    let list = ["ada@never.example", "ada@soon.example"];
    let patient = ListRun { wait_greylist: Duration::from_secs(2), ..run(4) };
    let answers = verified(&world, &patient, &list).await;
    assert_eq!(answers[0].1, Reason::Greylisted);
    assert_eq!(answers[1].1, Reason::MailboxConfirmed, "with the same sender, recipient and control");
}

#[test]
fn no_lane_keeps_the_others_waiting() {
    let mut lanes = Lanes::new(2);
    for n in 0..5 {
        lanes.add("many".to_owned(), n);
    }
    lanes.add("one".to_owned(), 100);
    let now = Instant::now();
    let taken: Vec<i32> = std::iter::from_fn(|| lanes.next(now)).collect();
    assert_eq!(taken, [0, 100, 1], "two of the busy lane, and nobody else's turn is taken");
    lanes.give_back("many");
    assert_eq!(lanes.next(now), Some(2));
    lanes.add_later("one".to_owned(), now + Duration::from_secs(1), 7);
    assert_eq!(lanes.next(now), None);
    assert_eq!(lanes.next(now + Duration::from_secs(1)), Some(7));
}

/// A list with many addresses of one domain is answered as each would be, whether its server is honest or counts; the
/// honest one is asked over one connection.
#[tokio::test]
async fn many_of_one_domain_go_together_where_that_changes_nothing() {
    let sours = Behaviour::Sours { rcpts: 3, reply: "550 5.1.1 No such user here" };
    let counts = Behaviour::ByCount { replies: &["250 2.1.5 OK", "550 5.1.1 No such user here"], cycles: false };
    let world = world(vec![
        site("honest.example"),
        site("sours.example").behaves(sours),
        site("counts.example").behaves(counts),
        site("few.example"),
    ])
    .await;
    let at = |domain: &str, count: usize| -> Vec<String> {
        (0..count).map(|n| if n % 2 == 0 { format!("ada+{n}@{domain}") } else { format!("bob{n}@{domain}") }).collect()
    };
    let list = [at("honest.example", 20), at("sours.example", 20), at("counts.example", 20), at("few.example", 7)];
    let list: Vec<_> = list.iter().flatten().map(String::as_str).collect();
    let answers = verified(&world, &run(8), &list).await;
    for (address, reason) in answers {
        let expected = match &address {
            address if address.starts_with("ada") || address.ends_with("@counts.example") => Reason::MailboxConfirmed,
            _ => Reason::MailboxUnknown,
        };
        assert_eq!(reason, expected, "{address}");
    }
    let connections = |domain: &str| world.log().host(domain).connections;
    assert_eq!((connections("honest.example"), connections("few.example")), (1, 7));
    assert_eq!(connections("sours.example"), 21, "once together, then each by itself");
}
