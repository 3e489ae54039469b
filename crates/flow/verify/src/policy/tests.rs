use plumb_testworld::Behaviour;

use super::*;
use crate::job::tests::{Scene, found, site};
use crate::run::tests::caller;
use crate::settings::choose_policy;

#[test]
fn only_what_follows_changes() {
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    let words = Words { verdict: "unverified", reason: "catch_all", catch_all: "yes", flags: &[], policy: "strict" };
    let strict = Outcome { checked_at: now, expires_at: now, ..outcome(&words).unwrap() };
    let lenient = under(Policy::Lenient, strict.clone());
    assert_eq!((lenient.verdict, lenient.reason, lenient.policy), (Verdict::Risky, Reason::CatchAll, Policy::Lenient));
    assert!(lenient.expires_at > now);
    assert_eq!(under(Policy::Strict, lenient).verdict, strict.verdict);
    for reason in Reason::ALL.iter().filter(|reason| **reason != Reason::CatchAll) {
        let one = Outcome { reason: *reason, verdict: reason.verdict(Policy::Strict), ..strict.clone() };
        assert_eq!(under(Policy::Lenient, one.clone()).verdict, one.verdict, "{reason:?}");
    }
}

#[test]
fn words_of_a_newer_program_are_not_guessed_at() {
    let words = |reason| Words { verdict: "verified", reason, catch_all: "no", flags: &[], policy: "strict" };
    assert!(outcome(&words("mailbox_confirmed")).is_some());
    assert!(outcome(&words("something_new")).is_none());
}

#[tokio::test]
async fn leads_are_judged_anew_and_nobody_is_asked_again() {
    let scene = Scene::new(vec![site("all.example").behaves(Behaviour::CatchAll), site("firm.example")]).await;
    let leads = scene.import(&["ada@all.example", "ada@firm.example"]).await;
    scene.work().await;
    assert_eq!(scene.lead(leads[0]).await, found("unverified", "catch_all"));
    let asked = scene.world.log().rcpts().count();

    choose_policy(scene.db.store(), &caller(scene.org), Policy::Lenient).await.unwrap();
    scene.work().await;
    assert_eq!(scene.lead(leads[0]).await, found("risky", "catch_all"));
    assert_eq!(scene.lead(leads[1]).await, found("verified", "mailbox_confirmed"));
    choose_policy(scene.db.store(), &caller(scene.org), Policy::Strict).await.unwrap();
    scene.work().await;
    assert_eq!(scene.lead(leads[0]).await, found("unverified", "catch_all"));
    assert_eq!(scene.world.log().rcpts().count(), asked);
    assert_eq!(scene.answers(leads[1]).await.len(), 1, "what does not depend on it has no new answer");

    choose_policy(scene.db.store(), &caller(scene.org), Policy::Lenient).await.unwrap();
    let later = scene.import(&["bob@all.example"]).await;
    scene.work().await;
    assert_eq!(scene.lead(later[0]).await, found("risky", "catch_all"), "new answers follow it too");
}
