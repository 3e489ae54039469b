use std::sync::Arc;

use plumb_base::OrgId;
use plumb_privacy::suppress;
use plumb_store::Actor;
use plumb_store::access::Role;
use plumb_testworld::{Behaviour, Dns, Mailbox, Site};
use plumb_web::{Caller, Csrf, Problem};
use serde_json::Value;

use super::http::{Asked, Requests, answers, ask, stop};
use super::read::State;
use super::*;
use crate::job::tests::{Scene, found, site};

pub(crate) fn caller(org: OrgId) -> Caller {
    Caller {
        org,
        org_name: Arc::from("ours"),
        user: None,
        role: Role::Admin,
        scopes: vec![],
        actor: Actor::SYSTEM,
        csrf: Csrf::new("x"),
    }
}

fn requests(scene: &Scene) -> Requests {
    Requests { store: scene.db.store().clone(), lists: Arc::new(|_| Lists::default()) }
}

async fn asked(scene: &Scene, emails: &[&str]) -> read::Run {
    let emails = emails.iter().map(|email| (*email).to_owned()).collect();
    ask(&requests(scene), &caller(scene.org), Asked::of(emails), None).await.unwrap().0
}

async fn answered(scene: &Scene, run: VerificationRunId) -> (State, Vec<(String, String)>) {
    let (run, items) = answers(&requests(scene), &caller(scene.org), run, 0, 200).await.unwrap();
    let code = |item: &read::Item| item.answer.as_ref().map_or("", |answer| answer.reason.code()).to_owned();
    (run.state, items.iter().map(|item| (item.email.clone(), code(item))).collect())
}

fn reasons(answers: &[(String, String)]) -> Vec<&str> {
    answers.iter().map(|(_, reason)| reason.as_str()).collect()
}

fn times_asked(scene: &Scene, address: &str) -> usize {
    scene.world.log().rcpts().filter(|rcpt| *rcpt == address).count()
}

#[tokio::test]
async fn a_request_is_answered_in_its_order() {
    let scene = Scene::new(vec![site("firm.example"), site("gone.example").dns(Dns::NxDomain)]).await;
    let list = ["ada@firm.example", "nonsense", "left@firm.example", "x@gone.example", "ada@firm.example"];
    let run = asked(&scene, &list).await;
    assert_eq!((run.state, run.counts.addresses, run.counts.answered), (State::Running, 5, 0));
    scene.work().await;
    let (state, found) = answered(&scene, run.id).await;
    assert_eq!(state, State::Done);
    assert_eq!(found.iter().map(|(email, _)| email.as_str()).collect::<Vec<_>>(), list);
    assert_eq!(
        reasons(&found),
        ["mailbox_confirmed", "syntax", "mailbox_unknown", "domain_missing", "mailbox_confirmed"]
    );
    assert_eq!(times_asked(&scene, "ada@firm.example"), 1, "one question for one mailbox");
    assert_eq!(scene.count("select count(*) from job").await, 0);
    assert_eq!(scene.count("select count(*) from audit_pending where payload::text like '%@%'").await, 0);

    let again = asked(&scene, &list[..1]).await;
    scene.work().await;
    assert_eq!(reasons(&answered(&scene, again.id).await.1), ["mailbox_confirmed"]);
    assert_eq!(times_asked(&scene, "ada@firm.example"), 1, "an answer that holds is not asked for again");
}

#[tokio::test]
async fn a_lead_and_a_request_share_one_question() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    let leads = scene.import(&["ada@firm.example"]).await;
    let run = asked(&scene, &["ada@firm.example"]).await;
    scene.work().await;
    assert_eq!(scene.lead(leads[0]).await, found("verified", "mailbox_confirmed"));
    assert_eq!(reasons(&answered(&scene, run.id).await.1), ["mailbox_confirmed"]);
    assert_eq!(times_asked(&scene, "ada@firm.example"), 1);
}

#[tokio::test]
async fn an_idempotency_key_makes_one_request() {
    let scene = Scene::new(vec![]).await;
    let of = |email: &str| Asked::of(vec![email.to_owned()]);
    let (state, caller) = (requests(&scene), caller(scene.org));
    let (first, made) = ask(&state, &caller, of("ada@firm.example"), Some("k1")).await.unwrap();
    assert!(made);
    let (second, made) = ask(&state, &caller, of("ada@firm.example"), Some("k1")).await.unwrap();
    assert!(!made);
    assert_eq!(first.id, second.id);
    let other = ask(&state, &caller, of("bob@firm.example"), Some("k1")).await.unwrap_err();
    assert_eq!(other.status(), 409);
    assert_eq!(scene.count("select count(*) from verification_run").await, 1);
}

#[tokio::test]
async fn what_no_request_takes_is_refused() {
    let scene = Scene::new(vec![]).await;
    let refused = async |emails: Vec<String>| -> Problem {
        ask(&requests(&scene), &caller(scene.org), Asked::of(emails), None).await.unwrap_err()
    };
    assert_eq!(refused(vec![]).await.status(), 422);
    assert_eq!(refused(vec!["a@b.example".to_owned(); ADDRESSES_MAX + 1]).await.status(), 422);
    assert_eq!(refused(vec!["x".repeat(ADDRESS_OCTETS_MAX + 1)]).await.status(), 422);
}

#[tokio::test]
async fn another_organisation_sees_nothing_of_it() {
    let scene = Scene::new(vec![]).await;
    let run = asked(&scene, &["ada@firm.example"]).await;
    let theirs = caller(scene.db.org("theirs").await);
    assert_eq!(answers(&requests(&scene), &theirs, run.id, 0, 10).await.unwrap_err().status(), 404);
    assert_eq!(stop(&requests(&scene), &theirs, run.id).await.unwrap_err().status(), 404);
}

#[tokio::test]
async fn a_cancelled_request_asks_nobody() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    let run = asked(&scene, &["ada@firm.example"]).await;
    assert_eq!(stop(&requests(&scene), &caller(scene.org), run.id).await.unwrap().state, State::Cancelled);
    scene.work().await;
    assert_eq!(times_asked(&scene, "ada@firm.example"), 0);
    assert_eq!(scene.count("select count(*) from job").await, 0);
}

#[tokio::test]
async fn an_address_that_is_put_off_says_when() {
    let greylists = Behaviour::Greylists { after: std::time::Duration::from_mins(4), says_so: true };
    let scene = Scene::new(vec![Site::new("grey.example").mailbox("ada", Mailbox::Exists).behaves(greylists)]).await;
    let run = asked(&scene, &["ada@grey.example"]).await;
    scene.work().await;
    let (found, items) = answers(&requests(&scene), &caller(scene.org), run.id, 0, 1).await.unwrap();
    assert_eq!((found.state, found.counts.to_be_asked_again), (State::Running, 1));
    let answer = items[0].answer.as_ref().unwrap();
    assert!(answer.retry_at.is_some_and(|at| at > answer.checked_at));
}

#[tokio::test]
async fn whoever_opted_out_is_neither_asked_about_nor_shown() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    let before = asked(&scene, &["left@firm.example"]).await;
    scene.work().await;
    for address in ["ada@firm.example", "left@firm.example"] {
        suppress(scene.db.store(), &Email::parse(address).unwrap(), Actor::SYSTEM).await.unwrap();
    }
    let after = asked(&scene, &["ada@firm.example"]).await;
    scene.work().await;
    assert_eq!(answered(&scene, after.id).await.1, [(String::new(), "suppressed".to_owned())]);
    assert_eq!(times_asked(&scene, "ada@firm.example"), 0);
    let (_, items) = answers(&requests(&scene), &caller(scene.org), before.id, 0, 10).await.unwrap();
    let shown: Value = serde_json::to_value(&items).unwrap();
    assert!(!shown.to_string().contains("left@"), "their server repeated it: {shown}");
}

#[tokio::test]
async fn nothing_is_verified_before_every_tier_is_recorded() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    asked(&scene, &["ada@firm.example"]).await;
    let leads = scene.import(&["ada@firm.example"]).await;
    scene.work().await;
    assert_eq!(scene.lead(leads[0]).await, found("verified", "mailbox_confirmed"));
    let mut conn = scene.db.admin_conn().await;
    for without in [
        "update verification set evidence = evidence - 3 where verdict = 'verified'",
        "update verification_item set evidence = evidence - 3 where verdict = 'verified'",
    ] {
        let refused = sqlx::query(without).execute(&mut conn).await.unwrap_err();
        assert!(refused.to_string().contains("check constraint"), "{refused}");
    }
}
