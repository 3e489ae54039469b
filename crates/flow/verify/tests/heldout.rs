//! The gate: scenes that the rules were not written from, asked over real sockets through the public face.
//!
//! A confident answer that is not true fails the test, always. What is knowable and was not known is counted and bounded.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use plumb_base::OrgId;
use plumb_egress::{CallContext, Egress, EgressConfig, Recorder};
use plumb_testworld::scene::{Scene, Truth};
use plumb_testworld::{World, WorldConfig, heldout};
use plumb_verify::{Deadlines, Lists, Outcome, Request, VerifyConfig, check, fresh_control_local};
use tokio::sync::Semaphore;

/// Longer than the slowest honest reply of the scenes, and short enough for the silent ones.
const STEP: Duration = Duration::from_secs(3);
/// Most answers that may be less than could be known, of more than three hundred.
const MISSES_MAX: usize = 5;
/// Scenes under way at once: the name server and the machine are not what is tested.
const AT_ONCE: usize = 64;

fn egress(world: &World) -> Egress {
    let config = EgressConfig {
        allow_private: true,
        resolver: Some(world.dns_addr()),
        smtp_port: world.smtp_port(),
        smtp_connections_max: 1000,
        dns_wait: Duration::from_secs(2),
        ..EgressConfig::new("probe.example", "postmaster@probe.example")
    };
    Egress::new(config, Recorder::memory()).expect("an egress")
}

fn config() -> VerifyConfig {
    let deadlines = Deadlines { banner: STEP, ehlo: STEP, mail: STEP, rcpt: STEP, ..Deadlines::default() };
    VerifyConfig { deadlines, ..VerifyConfig::default() }
}

/// How an answer compares with the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Right,
    /// The verdict is right, its reason another one.
    OtherReason,
    /// Not known, though it could be.
    Missed,
    /// Said with confidence, and not true.
    Wrong,
}

fn mark(truth: &[Truth], outcome: &Outcome) -> Mark {
    let (verdict, reason) = (outcome.verdict.code(), outcome.reason.code());
    if truth.iter().any(|truth| truth.allows(verdict, reason)) {
        Mark::Right
    } else if truth.iter().any(|truth| truth.verdict == verdict) {
        Mark::OtherReason
    } else if verdict == "unverified" {
        Mark::Missed
    } else {
        Mark::Wrong
    }
}

async fn ask(egress: &Egress, scene: &Scene, attempt: u16, control_local: &str) -> Outcome {
    let request =
        Request { address: &scene.address, lists: Lists::default(), suppressed: Some(false), attempt, control_local };
    let ctx = CallContext::new(OrgId::fresh(), "test");
    check(egress, &config(), &ctx, &request).await.expect("egress goes out")
}

fn line(name: &str, at: &str, truth: &[Truth], mark: Mark, outcome: &Outcome) -> String {
    let mut text =
        format!("{mark:?}: {name} ({at}): {}/{}, not {truth:?}", outcome.verdict.code(), outcome.reason.code());
    for record in &outcome.evidence {
        for reply in [&record.reply, &record.control_reply].into_iter().flatten() {
            let said = reply.reply_text.replace('\n', " ⏎ ");
            let _ = write!(text, "\n      {:?} {} {:?} {said}", reply.phase, reply.smtp_code, reply.reply_class);
        }
        if let Some(note) = &record.note {
            let _ = write!(text, "\n      {:?}: {note}", record.tier);
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_confidently_wrong_on_scenes_that_nobody_tuned_on() {
    let scenes = heldout::scenes().expect("scenes");
    assert!(scenes.len() >= 100, "{} scenes", scenes.len());
    let scripts = scenes.iter().map(|scene| scene.script.clone()).collect();
    let world = World::start(WorldConfig { scripts, ..WorldConfig::default() }).await.expect("a world");
    let egress = Arc::new(egress(&world));
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut asked = tokio::task::JoinSet::new();
    for scene in scenes {
        let (egress, places) = (Arc::clone(&egress), Arc::clone(&places));
        asked.spawn(async move {
            let _place = places.acquire().await.expect("nobody closes it");
            let control_local = fresh_control_local();
            let outcome = ask(&egress, &scene, 1, &control_local).await;
            let first = mark(&scene.truth, &outcome);
            let mut marks = vec![(first, line(&scene.name, "first", &scene.truth, first, &outcome))];
            if let Some(later) = &scene.later {
                let outcome = ask(&egress, &scene, 2, &control_local).await;
                let second = mark(later, &outcome);
                marks.push((second, line(&scene.name, "later", later, second, &outcome)));
            }
            marks
        });
    }
    let mut marks: Vec<_> = asked.join_all().await.into_iter().flatten().collect();
    marks.sort_by(|one, other| one.1.cmp(&other.1));
    let count = |wanted: Mark| marks.iter().filter(|(mark, _)| *mark == wanted).count();
    let (wrong, missed, other) = (count(Mark::Wrong), count(Mark::Missed), count(Mark::OtherReason));
    let report: Vec<&str> =
        marks.iter().filter(|(mark, _)| *mark != Mark::Right).map(|(_, line)| line.as_str()).collect();
    let report = format!(
        "{} answers: {} right, {wrong} confidently wrong, {missed} missed, {other} with another reason\n{}",
        marks.len(),
        count(Mark::Right),
        report.join("\n")
    );
    println!("{report}");
    assert_eq!(wrong, 0, "{report}");
    assert!(missed + other <= MISSES_MAX, "{report}");
    assert_eq!(world.log().data_asked(), 0, "no message is ever begun");
}
