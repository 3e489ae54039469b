//! A domain that takes everything is asked about an invented address once a week.

use plumb_base::Clock;

use super::*;

/// How many invented addresses the server was asked about.
fn invented(world: &World) -> usize {
    let known = ["ada", "grace", "nobody"];
    let rcpts = world.log().host("all.example").rcpts;
    rcpts.iter().filter(|rcpt| known.iter().all(|local| !rcpt.contains(&format!("{local}@")))).count()
}

#[tokio::test]
async fn what_is_known_of_a_domain_saves_the_invented_address() {
    let world = world(vec![site("all.example").behaves(Behaviour::CatchAll)]).await;
    let clock = Clock::frozen("2026-11-20T12:00:00Z".parse().unwrap());
    let out = EgressConfig { clock: clock.clone(), ..egress(&world).config().clone() };
    let out = Egress::new(out, Recorder::memory()).unwrap();
    let config = config(Policy::Strict);
    let (ours, theirs) = (OrgId::fresh(), OrgId::fresh());
    let ask = async |org: OrgId, address: &str| {
        let control = fresh_control_local();
        let request =
            Request { address, lists: Lists::default(), suppressed: Some(false), attempt: 1, control_local: &control };
        check(&out, &config, &CallContext::new(org, PURPOSE), &request).await.unwrap()
    };
    let note = |outcome: &Outcome| {
        outcome.evidence.iter().find_map(|record| record.note.clone().filter(|_| record.mx_host.is_some()))
    };

    let first = ask(ours, "ada@all.example").await;
    assert_eq!((first.reason, first.catch_all, invented(&world)), (Reason::CatchAll, Tri::Yes, 1));
    assert_eq!(note(&first), None);
    clock.advance(chrono::TimeDelta::days(6));
    let later = ask(ours, "grace@all.example").await;
    assert_eq!((later.verdict, later.reason, later.catch_all), (Verdict::Unverified, Reason::CatchAll, Tri::Yes));
    assert_eq!(invented(&world), 1, "none was asked about");
    assert!(note(&later).unwrap().contains("took one on 2026-11-20 12:00 UTC"), "and that is said");
    assert!(later.evidence.iter().all(|record| record.control_reply.is_none()), "nothing is made up");
    ask(theirs, "grace@all.example").await;
    assert_eq!(invented(&world), 2, "what one organisation learnt is not told to another");
    clock.advance(chrono::TimeDelta::days(1));
    ask(ours, "grace@all.example").await;
    assert_eq!(invented(&world), 3, "after a week it is asked anew");

    world.set("all.example", Behaviour::Accepts).unwrap();
    assert_eq!(ask(ours, "nobody@all.example").await.reason, Reason::MailboxUnknown, "a refusal counts as ever");
    let verified = ask(ours, "ada@all.example").await;
    assert_eq!((verified.verdict, verified.catch_all), (Verdict::Verified, Tri::No), "and ends what was known");
    assert_eq!(invented(&world), 4);
}
