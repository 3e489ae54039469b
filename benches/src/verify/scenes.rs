//! How often each is right on the held-out scenes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use plumb_base::OrgId;
use plumb_egress::{CallContext, Egress, EgressConfig, Recorder};
use plumb_testworld::heldout;
use plumb_testworld::scene::{Scene, Truth};
use plumb_verify::{Deadlines, Lists, Request, VerifyConfig, check, fresh_control_local};
use serde_json::Value;
use tokio::process::Command;
use tokio::task::JoinSet;

use super::world::{Ports, Running};
use crate::figure::{say, title};
use crate::workbench::Scratch;

/// How long each step may take: longer than the slowest honest reply of the scenes.
const STEP: Duration = Duration::from_millis(1200);
/// How long the peer may take for an address: as long as all steps of ours together.
const PEER_WAIT_MS: u64 = 10_000;
/// How long the peer may take for all of them together.
const PEER_ALL: Duration = Duration::from_secs(90);
/// How often the peer tries; its own advice against greylisting.
const PEER_TRIES: [u32; 2] = [1, 2];

/// How an answer compares with the truth.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Right,
    Missed,
    Wrong,
}

#[derive(Default)]
struct Tally {
    marks: BTreeMap<Mark, usize>,
    wrong: Vec<String>,
    /// Scenes that never got an answer.
    silent: usize,
}

impl Tally {
    fn add(&mut self, scene: &Scene, said: &str, mark: Mark) {
        *self.marks.entry(mark).or_default() += 1;
        if mark == Mark::Wrong {
            self.wrong.push(format!("{} ({said})", scene.name));
        }
    }

    fn show(&self, name: &str) {
        let count = |mark| self.marks.get(&mark).copied().unwrap_or_default();
        say(format_args!(
            "  {name:<42} {:>8} {:>18} {:>22}",
            count(Mark::Right),
            count(Mark::Wrong),
            count(Mark::Missed)
        ));
        if self.silent > 0 {
            say(format_args!("    and {} without an answer after {PEER_ALL:?}", self.silent));
        }
    }
}

pub(super) async fn compare(peer: Option<&Path>) -> anyhow::Result<()> {
    let scenes = heldout::scenes()?;
    let languages: std::collections::BTreeSet<&str> = scenes.iter().map(|scene| scene.language.as_str()).collect();
    title(format_args!("{} scripted servers in {} languages, one question each", scenes.len(), languages.len()));
    say(format_args!("  {:<42} {:>8} {:>18} {:>22}", "", "right", "confidently wrong", "not known, knowable"));
    let ours = ours(&scenes, peer.is_some()).await?;
    ours.show("plumb");
    for name in &ours.wrong {
        say(format_args!("    ours is wrong about {name}"));
    }
    let Some(peer) = peer else { return Ok(()) };
    let mut last = Vec::new();
    for tries in PEER_TRIES {
        let theirs = theirs(&scenes, peer, tries).await?;
        let name = format!("check-if-email-exists 0.11.11, {tries} {}", if tries == 1 { "try" } else { "tries" });
        theirs.show(&name);
        last = theirs.wrong;
    }
    say(format_args!("  the peer is wrong about {}", last.join(", ")));
    Ok(())
}

async fn ours(scenes: &[Scene], own_network: bool) -> anyhow::Result<Tally> {
    let world = Running::of_scenes(own_network).await?;
    let egress = egress(world.ports)?;
    let deadlines = Deadlines { banner: STEP, ehlo: STEP, mail: STEP, rcpt: STEP, ..Deadlines::default() };
    let config = Arc::new(VerifyConfig { deadlines, ..VerifyConfig::default() });
    let mut asked = JoinSet::new();
    for scene in scenes.iter().cloned() {
        let (egress, config) = (egress.clone(), Arc::clone(&config));
        asked.spawn(async move {
            let control_local = fresh_control_local();
            let request = Request {
                address: &scene.address,
                lists: Lists::default(),
                suppressed: Some(false),
                attempt: 1,
                control_local: &control_local,
            };
            let ctx = CallContext::new(OrgId::PLATFORM, "measure");
            let outcome = check(&egress, &config, &ctx, &request).await;
            (scene, outcome)
        });
    }
    let mut tally = Tally::default();
    while let Some(answer) = asked.join_next().await {
        let (scene, outcome) = answer?;
        let outcome = outcome?;
        let verdict = outcome.verdict.code();
        let mark = if scene.truth.iter().any(|truth| truth.verdict == verdict) {
            Mark::Right
        } else if verdict == "unverified" {
            Mark::Missed
        } else {
            Mark::Wrong
        };
        tally.add(&scene, verdict, mark);
    }
    world.stop().await?;
    Ok(tally)
}

fn egress(ports: Ports) -> anyhow::Result<Egress> {
    let config = EgressConfig {
        allow_private: true,
        resolver: Some(ports.dns),
        smtp_port: ports.smtp_port,
        smtp_connections_max: 1000,
        dns_wait: Duration::from_secs(1),
        ..EgressConfig::new("probe.example", "postmaster@probe.example")
    };
    Ok(Egress::new(config, Recorder::memory())?)
}

async fn theirs(scenes: &[Scene], program: &Path, tries: u32) -> anyhow::Result<Tally> {
    let world = Running::of_scenes(true).await?;
    let scratch = Scratch::new("verify-peer")?;
    let list = scratch.path().join("list.txt");
    let addresses: Vec<&str> = scenes.iter().map(|scene| scene.address.as_str()).collect();
    std::fs::write(&list, addresses.join("\n"))?;
    let answers = scratch.path().join("answers.jsonl");
    let mut child = Command::new(program)
        .arg(&list)
        .arg(world.ports.smtp_port.to_string())
        .arg(scenes.len().to_string())
        .arg(PEER_WAIT_MS.to_string())
        .arg(tries.to_string())
        // Replies without an end keep a thread of its each busy for minutes, past its own timeout; the others go on.
        .env("TOKIO_WORKER_THREADS", "32")
        .stdout(std::fs::File::create(&answers)?)
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    if let Ok(ended) = tokio::time::timeout(PEER_ALL, child.wait()).await {
        let ended = ended?;
        anyhow::ensure!(ended.success(), "the peer ended with {ended}");
    }
    child.kill().await?;
    world.stop().await?;
    let text = std::fs::read_to_string(&answers)?;
    let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let mut tally = Tally::default();
    for scene in scenes {
        let answer = lines.iter().find(|line| line["address"] == scene.address.as_str());
        match answer.and_then(|answer| answer["reachable"].as_str()) {
            Some(said) => tally.add(scene, said, mark_of_peer(&scene.truth, said)),
            None => tally.silent += 1,
        }
    }
    Ok(tally)
}

/// The peer's words in terms of the truth. "Risky" is its word for a catch-all and a full mailbox, and no assurance; we
/// call it wrong nowhere.
fn mark_of_peer(truth: &[Truth], said: &str) -> Mark {
    let holds = |verdict: &str| truth.iter().any(|truth| truth.verdict == verdict);
    let catch_all = |truth: &Truth| {
        truth.reasons.iter().any(|reason| matches!(reason.as_str(), "catch_all" | "rcpt_not_informative"))
    };
    match said {
        "safe" if holds("verified") => Mark::Right,
        "invalid" if holds("undeliverable") => Mark::Right,
        "risky" if holds("risky") || truth.iter().any(catch_all) => Mark::Right,
        "safe" | "invalid" => Mark::Wrong,
        "unknown" if holds("unverified") => Mark::Right,
        _ => Mark::Missed,
    }
}
