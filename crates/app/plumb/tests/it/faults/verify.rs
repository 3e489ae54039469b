//! Killed while mail servers are being asked: no answer that was given is lost, and nobody is asked twice but those who
//! were being asked at that moment.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use plumb_testworld::{Log, World, WorldConfig, farm};

use super::installation::{Installation, random_below, rounds};
use super::{LEASES, word};
use crate::flow::eventually;

/// Addresses at one domain.
const PEOPLE: usize = 20;
/// Domains of the short form, and of the long one, which [`LONG`] kills make.
const DOMAINS: usize = 15;
const DOMAINS_LONG: usize = 250;
const LONG: usize = 10;
/// How long the scripted servers wait before each reply: long enough for a kill to fall in the middle.
const DELAY: Duration = Duration::from_millis(15);
/// The longest that all answers may take, for each hundred of addresses.
const EACH_HUNDRED: Duration = Duration::from_secs(30);

fn address(domain_number: usize, person: usize) -> String {
    let name = if person.is_multiple_of(2) { farm::KNOWN } else { "former" };
    format!("{name}{person}@{}", farm::domain(domain_number))
}

/// How often each of the list's own addresses was asked about, the invented ones left out.
fn asked(log: &Log) -> BTreeMap<String, usize> {
    let mut asked = BTreeMap::new();
    for rcpt in log.rcpts().filter(|rcpt| rcpt.starts_with(farm::KNOWN) || rcpt.starts_with("former")) {
        *asked.entry(rcpt.to_lowercase()).or_default() += 1;
    }
    asked
}

/// The addresses that have their verdict.
async fn answered(plumb: &Installation) -> BTreeSet<String> {
    let sql = "select l.email from lead l where exists (select from verification v where v.lead_id = l.id)";
    let emails: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut plumb.database().await).await.expect("leads");
    emails.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_verifying() {
    let rounds = rounds();
    let domains = if rounds >= LONG { DOMAINS_LONG } else { DOMAINS };
    let addresses = domains * PEOPLE;
    let config = WorldConfig { scripts: farm::scripts(domains, DELAY), ..WorldConfig::default() };
    let world = World::start(config).await.expect("an internet");
    let mut plumb = Installation::new("verify", &world, true).await;
    let mut list = String::from("Name,Email,Company\n");
    for person in 0..PEOPLE {
        for firm in 0..domains {
            let (first, last) = (word(person * 31 + 7), word(firm * PEOPLE + person + 900));
            writeln!(list, "{first} {last},{},Firm {firm}", address(firm, person)).expect("text");
        }
    }
    plumb.import(&list).await;

    let within = EACH_HUNDRED * u32::try_from(addresses / 100).expect("few addresses") + LEASES;
    let mut in_flight: BTreeMap<String, usize> = BTreeMap::new();
    let mut cut_at = Vec::new();
    for round in 0..rounds {
        // Spread over the run, so that each kill falls on work that is under way.
        let wanted = (addresses * round / rounds + 1) as i64 + random_below((addresses / rounds / 2) as u64) as i64;
        eventually("verdicts come in", within, async || {
            (plumb.count("select count(*) from verification").await >= wanted).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_micros(random_below(50_000))).await;
        plumb.kill().await;
        let answered = answered(&plumb).await;
        cut_at.push(answered.len());
        for rcpt in asked(&world.log()).into_keys().filter(|rcpt| !answered.contains(rcpt)) {
            *in_flight.entry(rcpt).or_default() += 1;
        }
        plumb.start().await;
    }
    eventually("every address has a verdict", within, async || {
        let open = "select count(*) from lead where verdict is null";
        let there = plumb.count("select count(*) from lead").await;
        (there == addresses as i64 && plumb.count(open).await == 0).then_some(())
    })
    .await;

    let rows = plumb.count("select count(*) from verification").await;
    assert_eq!(rows, addresses as i64, "what was committed is not asked again, and nothing is left out");
    let twice = "select count(*) from (select lead_id from verification group by lead_id having count(*) > 1) x";
    assert_eq!(plumb.count(twice).await, 0, "one verdict each");
    let wrong = "select count(*) from lead where verdict <> case when email like 'ada%' then 'verified' else 'undeliverable' end";
    assert_eq!(plumb.count(wrong).await, 0, "and every verdict is right");
    assert_eq!(plumb.count("select count(*) from job where kind like 'verify.%' and state <> 'delayed'").await, 0);
    let (entries, _) = plumb.proved_log(None).await;
    let logged = plumb.count("select count(*) from audit_entry where action = 'verify.checked'").await;
    assert_eq!(logged, addresses as i64, "each verdict is in the log once");

    let log = world.log();
    let asked = asked(&log);
    assert_eq!(asked.len(), addresses, "everybody was asked about");
    let too_often: Vec<_> =
        asked.iter().filter(|(rcpt, times)| **times > 1 + in_flight.get(*rcpt).copied().unwrap_or_default()).collect();
    assert!(too_often.is_empty(), "asked again without having been in flight at a kill: {too_often:?}");
    assert_eq!(log.data_asked(), 0);
    let again: usize = asked.values().map(|times| times - 1).sum();
    eprintln!(
        "faults: {rounds} kills in the middle of verifying (after {cut_at:?} of {addresses} verdicts), {rows} verdicts; {again} questions asked again, all of addresses that were in flight; log of {entries} entries proved"
    );
    plumb.stop().await;
    world.shutdown().await;
}
