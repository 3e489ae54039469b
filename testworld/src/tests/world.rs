use tokio::net::TcpStream;

use super::{Client, DOMAIN, behaving, site, world};
use crate::demo::{self, Truth, demo_opt_outs};
use crate::{Behaviour, Dns, Mailbox, Rule, World, WorldConfig, WorldError};

#[tokio::test]
async fn a_server_that_is_stopped_refuses_and_comes_back() {
    let world = behaving(Behaviour::Accepts).await;
    let address = world.smtp_addr(DOMAIN).expect("an address");
    let mut client = Client::ready(&world).await;
    world.stop(DOMAIN).await.expect("a site");
    assert!(client.is_closed().await);
    assert!(TcpStream::connect(address).await.is_err());
    world.restart(DOMAIN).await.expect("it starts");
    Client::ready(&world).await.rcpt("ada", "250").await;
    assert_eq!(world.log().host(DOMAIN).connections, 2);
}

#[tokio::test]
async fn a_dead_host_has_an_address_where_nobody_listens() {
    let world = world(vec![site().dns(Dns::Dead)]).await;
    assert!(TcpStream::connect(world.smtp_addr(DOMAIN).expect("an address")).await.is_err());
    assert!(matches!(world.restart(DOMAIN).await, Err(WorldError::NoServer(_))));
}

#[tokio::test]
async fn shutdown_frees_the_ports() {
    let first = behaving(Behaviour::Accepts).await;
    let (dns_port, smtp_port) = (first.dns_addr().port(), first.smtp_port());
    let mut client = Client::to(&first).await;
    first.shutdown().await;
    assert!(client.is_closed().await);
    let config = WorldConfig { sites: vec![site()], dns_port, smtp_port, ..WorldConfig::default() };
    let second = World::start(config).await.expect("the same ports again");
    assert_eq!(second.smtp_port(), smtp_port);
    Client::to(&second).await;
}

#[tokio::test]
async fn dropping_a_world_cuts_its_connections() {
    let world = behaving(Behaviour::Accepts).await;
    let mut client = Client::to(&world).await;
    drop(world);
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_mailbox_can_change_and_an_unknown_site_is_an_error() {
    let world = behaving(Behaviour::Accepts).await;
    let mut client = Client::ready(&world).await;
    client.rcpt("ada", "250").await;
    world.set_mailbox(DOMAIN, "ada", Mailbox::Disabled).expect("a site");
    client.rcpt("ada", "550 5.2.1").await;
    assert!(matches!(world.set("absent.example", Behaviour::Accepts), Err(WorldError::NoSuchSite(_))));
}

#[tokio::test]
async fn the_log_counts_connections_at_one_time() {
    let world = behaving(Behaviour::Accepts).await;
    let (first, second) = (Client::to(&world).await, Client::to(&world).await);
    drop((first, second));
    let log = world.log_until(|log| log.host(DOMAIN).open == 0).await.host(DOMAIN);
    assert_eq!((log.connections, log.peak_open), (2, 2));
    Client::to(&world).await;
    assert_eq!(world.log().host(DOMAIN).peak_open, 2);
}

/// Says what a server answers to the one address as the first recipient of a connection.
async fn first_answer(world: &World, address: &str) -> String {
    let domain = address.rsplit_once('@').expect("an address").1;
    let mut client = Client::connect(world.smtp_addr(domain).expect("a server")).await;
    client.reply().await;
    client.says("EHLO probe.test", "250").await;
    client.says("MAIL FROM:<probe@probe.test>", "250").await;
    client.send(&format!("RCPT TO:<{address}>")).await
}

#[tokio::test]
async fn the_demo_runs_and_its_truth_is_what_its_servers_say() {
    let world = World::demo().await.expect("a world");
    let mut asked = 0;
    for row in demo::list::rows().iter().filter(|row| row.kind == demo::Kind::Contact).step_by(9) {
        let address = row.email();
        let domain = address.rsplit_once('@').expect("an address").1;
        let Some(site) = demo::site(domain)
            .filter(|site| site.dns == Dns::Mx && site.behaviour == Behaviour::Accepts && !site.voice.helo_only)
        else {
            continue;
        };
        let answer = first_answer(&world, &address).await;
        match demo::truth(&address) {
            Truth::Deliverable => assert!(answer.starts_with("250"), "{address}: {answer}"),
            Truth::Undeliverable => assert!(answer.starts_with("550"), "{address}: {answer}"),
            other => panic!("{address} is {other:?} at {site:?}"),
        }
        asked += 1;
    }
    assert!(asked > 50, "{asked}");
    assert!(first_answer(&world, "percy.opalgate@lanternworks.example").await.starts_with("552"));
}

#[test]
fn truth_follows_from_the_site() {
    let cases = [
        ("percy.opalgate@lanternworks.example", Truth::Full),
        ("ivy.emberstone@lanternworks.example", Truth::Undeliverable),
        ("kqzjxwvbnmtrplsd@lanternworks.example", Truth::Undeliverable),
        ("info@lanternworks.example", Truth::Deliverable),
        ("info@opalmere.example", Truth::NotKnowable),
        ("info@sealed.example", Truth::Deliverable),
        ("info@igelbach.example", Truth::Deliverable),
        ("info@harbourguard.example", Truth::NotKnowable),
        ("info@gatehouse.example", Truth::NotKnowable),
        ("kqzjxwvbnmtrplsd@gatehouse.example", Truth::Undeliverable),
        ("info@ivorycroft.example", Truth::NotKnowable),
        ("kqzjxwvbnmtrplsd@ivorycroft.example", Truth::Undeliverable),
        ("info@nomail.example", Truth::Undeliverable),
        ("info@brokenzone.example", Truth::NotKnowable),
        ("anybody@nowhere.test", Truth::Undeliverable),
    ];
    for (address, expected) in cases {
        assert_eq!(demo::truth(address), expected, "{address}");
    }
}

#[test]
fn some_have_left_everywhere_that_has_staff() {
    for domain in ["lanternworks.example", "silberwald.example", "gmail.com"] {
        let site = demo::site(domain).expect("a site");
        let Rule::Staff { pattern, left_of_hundred } = site.mailboxes.rule else { panic!("{domain} has no staff") };
        let begins = ["ash", "bramble", "copper", "dusk", "ember", "fable", "glimmer", "ivory", "juniper", "kettle"];
        let ends = ["brook", "croft", "feather", "ford", "gate", "hurst", "mere", "more", "stone", "ward"];
        let unknown = begins
            .iter()
            .flat_map(|begin| ends.iter().map(move |end| format!("{begin}{end}")))
            .filter(|last| site.state_of(&pattern.local("ada", last)) == Mailbox::Unknown)
            .count();
        assert!((1..=3 * usize::from(left_of_hundred)).contains(&unknown), "{domain}: {unknown} of 100");
    }
}

#[test]
fn every_behaviour_and_every_dns_of_the_script_is_in_the_demo() {
    let sites = demo::sites();
    let behaviours: std::collections::BTreeSet<_> = sites.iter().map(|site| format!("{:?}", site.behaviour)).collect();
    let dns: std::collections::BTreeSet<_> =
        sites.iter().map(|site| format!("{:?}", site.dns).split('(').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(dns.len(), 17, "{dns:?}");
    assert!(behaviours.len() >= 24, "{behaviours:?}");
    let mut domains: Vec<_> = sites.iter().map(|site| &site.domain).collect();
    domains.dedup();
    assert_eq!(domains.len(), sites.len());
    for opt_out in demo_opt_outs() {
        assert!(demo::site(opt_out.rsplit_once('@').expect("an address").1).is_some(), "{opt_out}");
    }
}
