//! The cascade against scripted name servers and mail servers, over real sockets.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::Duration;

use plumb_egress::{EgressConfig, Recorder};
use plumb_testworld::{
    Behaviour, Dns, Language, Mailbox, Nonsense, Phase as At, Site, Voice, World, WorldConfig, demo,
};

use super::*;
use crate::domain::dialogue::Deadlines;
use crate::domain::verdict::Tri;

mod catch_all;
mod families;
mod nodes;

fn egress(world: &World) -> Egress {
    let config = EgressConfig {
        allow_private: true,
        resolver: Some(world.dns_addr()),
        smtp_port: world.smtp_port(),
        dns_wait: Duration::from_millis(400),
        // A busy machine is no reason to end without an answer.
        smtp_wait: Duration::from_mins(1),
        ..EgressConfig::new("probe.example", "postmaster@probe.example")
    };
    Egress::new(config, Recorder::memory()).unwrap()
}

/// Short waits: a test of silence should not take minutes.
fn config(policy: Policy) -> VerifyConfig {
    let short = Duration::from_millis(700);
    let deadlines = Deadlines { banner: short, ehlo: short, mail: short, rcpt: short, ..Deadlines::default() };
    VerifyConfig { policy, deadlines, ..VerifyConfig::default() }
}

async fn world(sites: Vec<Site>) -> World {
    World::start(WorldConfig { sites, ..WorldConfig::default() }).await.unwrap()
}

async fn ask_with(world: &World, policy: Policy, address: &str, lists: Lists) -> Outcome {
    let control_local = fresh_control_local();
    let request = Request { address, lists, suppressed: Some(false), attempt: 1, control_local: &control_local };
    let ctx = CallContext::new(OrgId::fresh(), PURPOSE);
    check(&egress(world), &config(policy), &ctx, &request).await.unwrap()
}

async fn ask(world: &World, address: &str) -> Outcome {
    ask_with(world, Policy::Strict, address, Lists::default()).await
}

fn site(domain: &str) -> Site {
    Site::new(domain).mailbox("ada", Mailbox::Exists).mailbox("full", Mailbox::Full).mailbox("gone", Mailbox::Disabled)
}

/// One domain of the world, who is asked about, and what must come out.
struct Scene {
    site: Site,
    local: &'static str,
    expected: (&'static str, &'static str, Tri),
}

fn scene(site: Site, local: &'static str, verdict: &'static str, reason: &'static str, catch_all: Tri) -> Scene {
    Scene { site, local, expected: (verdict, reason, catch_all) }
}

fn scenes() -> Vec<Scene> {
    use Tri::{No, Unknown, Yes};
    let plain = |language| site(&format!("{language:?}.example").to_lowercase()).speaks(Voice::plain(language));
    let acts = |name: &str, behaviour| site(&format!("{name}.example")).behaves(behaviour);
    let says = |name: &str, voice| site(&format!("{name}.example")).speaks(voice);
    let lies = |name: &str, dns| site(&format!("{name}.example")).dns(dns);
    let operated = |name: &str, host: &str, behaviour| acts(name, behaviour).dns(Dns::MxNamed(host.to_owned()));
    let usual = Voice::default();
    vec![
        // Honest servers.
        scene(site("honest.example"), "ada", "verified", "mailbox_confirmed", No),
        scene(site("honest2.example"), "nobody", "undeliverable", "mailbox_unknown", Unknown),
        scene(site("honest3.example"), "gone", "undeliverable", "mailbox_disabled", Unknown),
        scene(site("honest4.example"), "full", "risky", "mailbox_full", Unknown),
        scene(
            says("lines", Voice { many_lines: true, ..usual }),
            "nobody",
            "undeliverable",
            "mailbox_unknown",
            Unknown,
        ),
        scene(says("tls", Voice { starttls: true, ..usual }), "ada", "verified", "mailbox_confirmed", No),
        scene(says("helo", Voice { helo_only: true, ..usual }), "ada", "verified", "mailbox_confirmed", No),
        scene(
            says("latin1", Voice { latin1: true, ..Voice::plain(Language::German) }),
            "nobody",
            "undeliverable",
            "mailbox_unknown",
            Unknown,
        ),
        scene(plain(Language::English), "nobody", "undeliverable", "mailbox_unknown", Unknown),
        scene(plain(Language::German), "nobody", "undeliverable", "mailbox_unknown", Unknown),
        scene(plain(Language::French), "nobody", "undeliverable", "mailbox_unknown", Unknown),
        scene(plain(Language::Spanish), "nobody", "undeliverable", "mailbox_unknown", Unknown),
        scene(plain(Language::Italian), "nobody", "undeliverable", "mailbox_unknown", Unknown),
        scene(plain(Language::Portuguese), "nobody", "undeliverable", "mailbox_unknown", Unknown),
        // Servers whose answers do not tell.
        scene(acts("all", Behaviour::CatchAll), "ada", "unverified", "catch_all", Yes),
        scene(acts("none", Behaviour::RefusesAll), "ada", "undeliverable", "mailbox_unknown", Unknown),
        scene(
            acts("grey", Behaviour::Greylists { after: Duration::from_mins(1), says_so: true }),
            "ada",
            "unverified",
            "greylisted",
            Unknown,
        ),
        scene(
            acts("shy", Behaviour::Greylists { after: Duration::from_mins(1), says_so: false }),
            "ada",
            "unverified",
            "temp_fail",
            Unknown,
        ),
        scene(
            acts("slow", Behaviour::Tarpits { delay: Duration::from_millis(100) }),
            "ada",
            "verified",
            "mailbox_confirmed",
            No,
        ),
        scene(acts("temp", Behaviour::TempFail), "ada", "unverified", "temp_fail", Unknown),
        scene(acts("disk", Behaviour::OutOfStorage), "ada", "unverified", "server_storage", Unknown),
        scene(acts("rate", Behaviour::RateLimits { rcpts: 0 }), "ada", "unverified", "rate_limited", Unknown),
        scene(acts("rate1", Behaviour::RateLimits { rcpts: 1 }), "ada", "unverified", "probe_inconclusive", Unknown),
        scene(acts("one", Behaviour::OneRecipient), "ada", "unverified", "probe_inconclusive", Unknown),
        scene(acts("one2", Behaviour::OneRecipient), "nobody", "undeliverable", "mailbox_unknown", Unknown),
        scene(acts("maybe", Behaviour::WillNotSay), "ada", "unverified", "unclassified_reply", Unknown),
        scene(acts("unclear", Behaviour::Unclear), "ada", "unverified", "unclassified_reply", Unknown),
        // Refusals that speak about us.
        scene(acts("listed", Behaviour::Blocks { at: At::Banner }), "ada", "unverified", "ip_blocked", Unknown),
        scene(acts("listed2", Behaviour::Blocks { at: At::Mail }), "ada", "unverified", "ip_blocked", Unknown),
        scene(acts("listed3", Behaviour::Blocks { at: At::Rcpt }), "ada", "unverified", "ip_blocked", Unknown),
        scene(
            acts("listed4", Behaviour::Blocks { at: At::SecondRcpt }),
            "ada",
            "unverified",
            "probe_inconclusive",
            Unknown,
        ),
        scene(acts("mask", Behaviour::BlocksAsUnknown), "ada", "unverified", "ip_blocked", Unknown),
        scene(acts("sender", Behaviour::RefusesSender), "ada", "unverified", "sender_rejected", Unknown),
        scene(
            acts("musttls", Behaviour::RequiresTls).speaks(Voice { starttls: true, ..usual }),
            "ada",
            "verified",
            "mailbox_confirmed",
            No,
        ),
        scene(acts("notls", Behaviour::RequiresTls), "ada", "unverified", "tls_required", Unknown),
        // Connections that break.
        scene(acts("drop0", Behaviour::Drops { at: At::Banner }), "ada", "unverified", "dropped", Unknown),
        scene(acts("drop1", Behaviour::Drops { at: At::Rcpt }), "ada", "unverified", "dropped", Unknown),
        scene(
            acts("drop2", Behaviour::Drops { at: At::SecondRcpt }),
            "ada",
            "unverified",
            "probe_inconclusive",
            Unknown,
        ),
        scene(
            acts("drop3", Behaviour::Drops { at: At::SecondRcpt }),
            "nobody",
            "undeliverable",
            "mailbox_unknown",
            Unknown,
        ),
        scene(acts("mute0", Behaviour::Silent { at: At::Banner }), "ada", "unverified", "timeout", Unknown),
        scene(acts("mute1", Behaviour::Silent { at: At::Rcpt }), "ada", "unverified", "timeout", Unknown),
        scene(
            acts("mute2", Behaviour::Silent { at: At::SecondRcpt }),
            "ada",
            "unverified",
            "probe_inconclusive",
            Unknown,
        ),
        scene(acts("ssh", Behaviour::Nonsense(Nonsense::NotSmtp)), "ada", "unverified", "protocol_error", Unknown),
        scene(acts("long", Behaviour::Nonsense(Nonsense::LongLine)), "ada", "unverified", "protocol_error", Unknown),
        scene(
            acts("endless", Behaviour::Nonsense(Nonsense::EndlessReply)),
            "ada",
            "unverified",
            "protocol_error",
            Unknown,
        ),
        scene(
            acts("codes", Behaviour::Nonsense(Nonsense::CodesDisagree)),
            "ada",
            "unverified",
            "protocol_error",
            Unknown,
        ),
        // What the DNS says.
        scene(lies("nx", Dns::NxDomain), "ada", "undeliverable", "domain_missing", Unknown),
        scene(lies("null", Dns::NullMx), "ada", "undeliverable", "null_mx", Unknown),
        scene(lies("nullreal", Dns::NullMxBesideReal), "ada", "verified", "mailbox_confirmed", No),
        scene(lies("nohost", Dns::NoMailHost), "ada", "undeliverable", "no_mail_host", Unknown),
        scene(lies("implicit", Dns::ImplicitMx), "ada", "verified", "mailbox_confirmed", No),
        scene(lies("truncated", Dns::Truncated), "ada", "verified", "mailbox_confirmed", No),
        scene(lies("backup", Dns::DeadThenLive), "ada", "verified", "mailbox_confirmed", No),
        scene(lies("dead", Dns::Dead), "ada", "unverified", "connect_failed", Unknown),
        scene(lies("unresolvable", Dns::MxUnresolvable), "ada", "unverified", "mx_unusable", Unknown),
        scene(lies("literal", Dns::MxLiteral), "ada", "unverified", "mx_unusable", Unknown),
        scene(
            lies("linklocal", Dns::MxAt(Ipv4Addr::new(169, 254, 169, 254))),
            "ada",
            "unverified",
            "mx_unusable",
            Unknown,
        ),
        scene(lies("servfail", Dns::ServFail), "ada", "unverified", "dns_error", Unknown),
        scene(lies("refused", Dns::Refused), "ada", "unverified", "dns_error", Unknown),
        scene(lies("silent", Dns::Silent), "ada", "unverified", "dns_error", Unknown),
        // Operators.
        scene(operated("g1", "aspmx.l.google.com", Behaviour::Accepts), "ada", "verified", "mailbox_confirmed", No),
        scene(operated("g2", "alt1.aspmx.l.google.com", Behaviour::CatchAll), "ada", "unverified", "catch_all", Yes),
        scene(
            operated("m1", "m1-example.mail.protection.outlook.com", Behaviour::Accepts),
            "ada",
            "verified",
            "mailbox_confirmed",
            No,
        ),
        scene(
            operated("m2", "m2-example.mail.protection.outlook.com", Behaviour::CatchAll),
            "ada",
            "unverified",
            "rcpt_not_informative",
            Unknown,
        ),
        scene(
            operated("y1", "mta5.am0.yahoodns.net", Behaviour::Accepts),
            "ada",
            "unverified",
            "rcpt_not_informative",
            Unknown,
        ),
        scene(
            operated("y2", "mta6.am0.yahoodns.net", Behaviour::Accepts),
            "nobody",
            "undeliverable",
            "mailbox_unknown",
            Unknown,
        ),
        scene(
            operated("p1", "mx0.gslb.pphosted.com", Behaviour::Accepts),
            "ada",
            "unverified",
            "rcpt_not_informative",
            Unknown,
        ),
    ]
}

#[tokio::test]
async fn every_scene_ends_as_it_should() {
    let scenes = scenes();
    let world = world(scenes.iter().map(|scene| scene.site.clone()).collect()).await;
    let mut asked = tokio::task::JoinSet::new();
    let world = std::sync::Arc::new(world);
    for Scene { site, local, expected } in scenes {
        let world = std::sync::Arc::clone(&world);
        asked.spawn(async move {
            let outcome = ask(&world, &format!("{local}@{}", site.domain)).await;
            assert_eq!(outcome.flags.contains(&Flag::ImplicitMx), site.dns == Dns::ImplicitMx);
            let found = (outcome.verdict.code(), outcome.reason.code(), outcome.catch_all);
            (found != expected)
                .then(|| format!("{local}@{}: {found:?}, not {expected:?}: {:#?}", site.domain, outcome.evidence))
        });
    }
    let wrong: Vec<String> = asked.join_all().await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(world.log().data_asked(), 0, "no message is ever begun");
}

#[tokio::test]
async fn lenient_differs_on_catch_all_only() {
    let world = world(vec![site("all.example").behaves(Behaviour::CatchAll), site("sure.example")]).await;
    let of = |outcome: Outcome| (outcome.verdict.code(), outcome.reason.code());
    let lenient = |address| ask_with(&world, Policy::Lenient, address, Lists::default());
    assert_eq!(of(lenient("ada@all.example").await), ("risky", "catch_all"));
    assert_eq!(of(lenient("ada@sure.example").await), ("verified", "mailbox_confirmed"));
}

#[tokio::test]
async fn a_deliverable_disposable_address_is_risky() {
    let world = world(vec![site("minutes.example")]).await;
    let lists = Lists { disposable: true, ..Lists::default() };
    let outcome = ask_with(&world, Policy::Strict, "ada@minutes.example", lists).await;
    assert_eq!((outcome.verdict, outcome.reason), (Verdict::Risky, Reason::Disposable));
    assert!(outcome.flags.contains(&Flag::Disposable));
    let outcome = ask_with(&world, Policy::Strict, "nobody@minutes.example", lists).await;
    assert_eq!(outcome.reason, Reason::MailboxUnknown);
}

#[tokio::test]
async fn nobody_is_asked_when_a_local_tier_decides() {
    let world = world(vec![site("quiet.example")]).await;
    for (address, reason, flag) in [
        ("ada", Reason::Syntax, None),
        ("a..b@quiet.example", Reason::Syntax, None),
        ("\"ada b\"@quiet.example", Reason::NotListable, Some(Flag::QuotedLocal)),
        ("ada@[192.0.2.1]", Reason::NotListable, Some(Flag::AddressLiteral)),
        ("ada@localhost", Reason::NotListable, Some(Flag::TldOnly)),
    ] {
        let outcome = ask(&world, address).await;
        assert_eq!(outcome.reason, reason, "{address}");
        assert_eq!(outcome.flags.first().copied(), flag, "{address}");
        let ran = outcome.evidence.iter().filter(|record| record.result != TierResult::SkippedDecided).count();
        assert_eq!((ran, outcome.evidence.len()), (1, 5), "every tier has a recorded result");
    }
    let control_local = fresh_control_local();
    let request = Request {
        address: "ada@quiet.example",
        lists: Lists::default(),
        suppressed: Some(true),
        attempt: 1,
        control_local: &control_local,
    };
    let ctx = CallContext::new(OrgId::fresh(), PURPOSE);
    let outcome = check(&egress(&world), &config(Policy::Strict), &ctx, &request).await.unwrap();
    assert_eq!((outcome.verdict, outcome.reason, outcome.retry_at), (Verdict::Unverified, Reason::Suppressed, None));
    let log = world.log();
    assert!(log.dns.is_empty() && log.rcpts().next().is_none(), "an opt-out is kept by not asking");
}

#[tokio::test]
async fn private_addresses_are_not_connected_to() {
    let world = world(vec![site("inside.example")]).await;
    let config = egress(&world).config().clone();
    // These tests live on loopback, so the guard is asked with a carrier's shared address, which is never allowed.
    world.set_dns("inside.example", Dns::MxAt(Ipv4Addr::new(100, 64, 0, 1))).await.unwrap();
    let outcome = verify_one(
        &Egress::new(config, Recorder::memory()).unwrap(),
        "ada@inside.example",
        Policy::Strict,
        Lists::default(),
    )
    .await
    .unwrap();
    assert_eq!(outcome.reason, Reason::MxUnusable);
    assert_eq!(world.log().host("inside.example").connections, 0);
}

/// Many addresses over one connection end as each would by itself, or are left to be asked by themselves, whatever the
/// server does; above all when it counts.
#[tokio::test]
async fn a_group_is_answered_as_each_by_itself() {
    const YES: &str = "250 2.1.5 OK";
    const NO: &str = "550 5.1.1 No such user here";
    const LATER: &str = "450 4.2.0 Try again later";
    const TOO_MANY: &str = "452 4.5.3 Too many recipients";
    const TOO_MANY_FOR_GOOD: &str = "550 5.5.3 Too many recipients";
    const TOO_MANY_IN_WORDS: &str = "550 Too many recipients";
    let by_count = |replies, cycles| Behaviour::ByCount { replies, cycles };
    let sours = |rcpts, reply| Behaviour::Sours { rcpts, reply };
    let mut behaviours = vec![
        Behaviour::Accepts,
        Behaviour::CatchAll,
        Behaviour::RefusesAll,
        Behaviour::OneRecipient,
        Behaviour::RateLimits { rcpts: 2 },
        Behaviour::TempFail,
        Behaviour::BlocksAsUnknown,
        Behaviour::Drops { at: At::SecondRcpt },
        Behaviour::Drops { at: At::Mail },
        Behaviour::RequiresTls,
        Behaviour::RefusesSender,
        Behaviour::Unclear,
        Behaviour::Nonsense(Nonsense::CodesDisagree),
        by_count(&[YES, NO], false),
        by_count(&[YES, NO], true),
        by_count(&[NO, YES], false),
        by_count(&[NO, YES], true),
        by_count(&[YES, YES, NO], true),
        by_count(&[YES, NO, NO], true),
        by_count(&[YES, YES, NO], false),
        by_count(&[NO, NO, YES], false),
        by_count(&[LATER, NO], false),
        by_count(&[NO, LATER], false),
        by_count(&[YES, LATER], false),
        by_count(&[YES, TOO_MANY], false),
        by_count(&[YES, YES, YES, YES, NO], false),
        Behaviour::Greylists { after: Duration::from_hours(1), says_so: false },
    ];
    for rcpts in 2..=12 {
        behaviours
            .extend([NO, LATER, TOO_MANY, TOO_MANY_FOR_GOOD, TOO_MANY_IN_WORDS, YES].map(|reply| sours(rcpts, reply)));
    }
    let sites: Vec<_> = behaviours
        .iter()
        .enumerate()
        .map(|(n, behaviour)| site(&format!("group{n}.example")).behaves(behaviour.clone()))
        .collect();
    let (single, grouped) = (world(sites.clone()).await, world(sites).await);
    let ctx = CallContext::new(OrgId::PLATFORM, PURPOSE);
    let (config, one, all) = (config(Policy::Strict), egress(&single), egress(&grouped));
    let orders: [&[&str]; 3] = [
        &["ada", "nobody", "gone", "full", "nobody2", "ada+1", "nobody3", "ada+2"],
        &["nobody", "ada", "ada+1", "ada+2", "ada+3", "ada+4", "ada+5", "ada+6", "ada+7"],
        &["ada", "ada+1", "ada+2", "nobody", "ada+3", "ada+4", "ada+5", "ada+6"],
    ];
    let mut stood = 0;
    for (n, behaviour) in behaviours.iter().enumerate() {
        for locals in orders {
            let control_local = fresh_control_local();
            let addresses: Vec<_> = locals.iter().map(|local| format!("{local}@group{n}.example")).collect();
            let request = |address| Request {
                address,
                lists: Lists::default(),
                suppressed: Some(false),
                attempt: 1,
                control_local: &control_local,
            };
            let requests: Vec<_> = addresses.iter().map(|address| request(address)).collect();
            let together = check_group(&all, &config, &ctx, &requests).await.unwrap();
            for (request, outcome) in requests.iter().zip(together) {
                let Some(outcome) = outcome else { continue };
                stood += 1;
                let alone = check(&one, &config, &ctx, request).await.unwrap();
                assert_eq!(alone.reason, outcome.reason, "{} of {behaviour:?}", request.address);
            }
        }
    }
    assert!(stood >= 3 * 8, "groups of an honest server stand: {stood}");
    assert_eq!(grouped.log().host("group0.example").connections, 3, "eight addresses over one connection");
}

#[tokio::test]
async fn greylisting_is_waited_out_with_the_same_control() {
    let clock = plumb_base::Clock::frozen("2026-11-20T12:00:00Z".parse().unwrap());
    let sites =
        vec![site("grey.example").behaves(Behaviour::Greylists { after: Duration::from_mins(4), says_so: true })];
    let world = World::start(WorldConfig { sites, clock: clock.clone(), ..WorldConfig::default() }).await.unwrap();
    let egress =
        Egress::new(EgressConfig { clock: clock.clone(), ..egress(&world).config().clone() }, Recorder::memory())
            .unwrap();
    let control_local = fresh_control_local();
    let ctx = CallContext::new(OrgId::fresh(), PURPOSE);
    let mut told = Vec::new();
    for attempt in 1..=3 {
        let request = Request {
            address: "ada@grey.example",
            lists: Lists::default(),
            suppressed: Some(false),
            attempt,
            control_local: &control_local,
        };
        let outcome = check(&egress, &config(Policy::Strict), &ctx, &request).await.unwrap();
        told.push(outcome.reason.code());
        let Some(retry_at) = outcome.retry_at else { break };
        assert_eq!(outcome.expires_at, retry_at);
        clock.advance(retry_at - clock.now());
    }
    // The first attempt has asked about both, so that both have waited when they are asked again.
    assert_eq!(told, ["greylisted", "mailbox_confirmed"]);
    let asked: BTreeSet<_> = world.log().rcpts().map(str::to_owned).collect();
    assert_eq!(asked.len(), 2, "one target and one control in all attempts");
}

#[tokio::test]
async fn the_evidence_tells_what_was_said() {
    let world = world(vec![site("told.example").speaks(Voice { starttls: true, ..Voice::default() })]).await;
    let outcome = ask(&world, "Ada+list@told.example").await;
    assert!(outcome.flags.contains(&Flag::Alias) && outcome.flags.contains(&Flag::UnknownTld));
    let tiers: Vec<_> = outcome.evidence.iter().map(|record| record.tier).collect();
    assert_eq!(tiers, [Tier::Syntax, Tier::Suppression, Tier::Dns, Tier::Provider, Tier::Smtp]);
    assert_eq!(outcome.evidence[3].result, TierResult::SkippedDisabled);
    let smtp = &outcome.evidence[4];
    assert_eq!(smtp.mx_host.as_deref(), Some("mx.told.example"));
    assert_eq!(smtp.reply.as_ref().unwrap().smtp_code, 250);
    let control = smtp.control_reply.as_ref().unwrap();
    assert_eq!((control.smtp_code, control.enhanced_code.as_deref()), (550, Some("5.1.1")));
    assert!(smtp.note.as_deref().unwrap().contains("certificate"), "{:?}", smtp.note);
    let log = world.log().host("told.example");
    assert_eq!(log.tls, 1);
    assert!(
        log.rcpts.iter().any(|address| address.to_lowercase().contains("ada+list@told.example")),
        "the address as it stands"
    );
    let json = serde_json::to_value(&outcome).unwrap();
    assert_eq!(
        (&json["verdict"], &json["evidence"][4]["control_reply"]["reply_class"]),
        (&"verified".into(), &"address_unknown".into())
    );
    assert_eq!(serde_json::from_value::<Outcome>(json).unwrap(), outcome);
}

#[tokio::test]
async fn international_addresses_need_the_extension() {
    let can =
        site("kann.example").speaks(Voice { smtputf8: true, ..Voice::default() }).mailbox("jörg", Mailbox::Exists);
    let world = world(vec![can, site("kannnicht.example")]).await;
    let outcome = ask(&world, "jörg@kann.example").await;
    assert_eq!(outcome.reason, Reason::MailboxConfirmed, "{:#?}", outcome.evidence);
    let outcome = ask(&world, "jörg@kannnicht.example").await;
    assert_eq!((outcome.verdict, outcome.reason), (Verdict::Unverified, Reason::ProtocolError));
    assert!(outcome.flags.contains(&Flag::Eai));
}

#[tokio::test]
async fn without_a_way_to_mail_servers_nothing_is_claimed() {
    let world = world(vec![site("closed.example")]).await;
    let config = VerifyConfig { ask_mail_servers: false, ..config(Policy::Strict) };
    let control_local = fresh_control_local();
    let request = Request {
        address: "ada@closed.example",
        lists: Lists::default(),
        suppressed: Some(false),
        attempt: 1,
        control_local: &control_local,
    };
    let outcome = check(&egress(&world), &config, &CallContext::new(OrgId::fresh(), PURPOSE), &request).await.unwrap();
    assert_eq!((outcome.verdict, outcome.reason), (Verdict::Unverified, Reason::TierDisabled));
}

#[test]
fn control_addresses_are_long_and_fresh() {
    let (one, other) = (fresh_control_local(), fresh_control_local());
    assert!(one.len() >= 16 && one != other);
    assert!(one.bytes().all(|b| b.is_ascii_alphanumeric()));
}

/// One address of ours on a blocklist must not make a list invalid.
#[tokio::test]
async fn a_blocked_run_ends_with_no_undeliverable() {
    let blocks = [Behaviour::Blocks { at: At::Banner }, Behaviour::Blocks { at: At::Rcpt }, Behaviour::BlocksAsUnknown];
    let sites = (0..9).map(|n| site(&format!("b{n}.example")).behaves(blocks[n % 3].clone())).collect();
    let world = world(sites).await;
    for n in 0..9 {
        for local in ["ada", "nobody"] {
            let outcome = ask(&world, &format!("{local}@b{n}.example")).await;
            assert_eq!(outcome.reason, Reason::IpBlocked, "{local}@b{n}");
        }
    }
}

/// The demo's world was scripted by others than these rules, with the truth of every address. Whoever knows better
/// than that is guessing, and a guess is worse than no answer.
#[tokio::test]
async fn nothing_in_the_demo_world_is_confidently_wrong() {
    const PER_DOMAIN: usize = 5;
    let world = World::demo().await.unwrap();
    let egress = egress(&world);
    let mut by_domain: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for email in demo::list::rows().iter().filter_map(|row| Email::parse(&row.email()).ok()) {
        let chosen = by_domain.entry(email.domain().as_str().to_owned()).or_default();
        if chosen.len() < PER_DOMAIN {
            chosen.insert(email.expose().to_lowercase());
        }
    }
    assert!(by_domain.len() >= 40, "only {} domains", by_domain.len());
    let mut asked = tokio::task::JoinSet::new();
    for address in by_domain.into_values().flatten() {
        let egress = egress.clone();
        asked.spawn(async move {
            let control_local = fresh_control_local();
            let request = Request {
                address: &address,
                lists: Lists::default(),
                suppressed: Some(false),
                attempt: 1,
                control_local: &control_local,
            };
            let ctx = CallContext::new(OrgId::fresh(), PURPOSE);
            let outcome = check(&egress, &config(Policy::Strict), &ctx, &request).await.unwrap();
            (address, outcome)
        });
    }
    let (mut wrong, mut missed, mut known) = (Vec::new(), Vec::new(), 0);
    for (address, outcome) in asked.join_all().await {
        let told = format!("{address}: {}", outcome.reason.code());
        match (demo::truth(&address), outcome.verdict) {
            (demo::Truth::Deliverable, Verdict::Verified)
            | (demo::Truth::Undeliverable, Verdict::Undeliverable)
            | (demo::Truth::Full, Verdict::Risky)
            | (demo::Truth::NotKnowable, Verdict::Unverified) => known += 1,
            // What is asked again is not missed yet.
            (_, Verdict::Unverified) if outcome.retry_at.is_some() => {}
            (_, Verdict::Unverified) => missed.push(told),
            (truth, _) => wrong.push(format!("{told}, in truth {truth:?}")),
        }
    }
    assert!(wrong.is_empty(), "confidently wrong: {wrong:#?}");
    assert!(missed.is_empty(), "knowable and missed: {missed:#?}");
    assert!(known > 100, "only {known} answers");
    assert_eq!(world.log().data_asked(), 0);
}
