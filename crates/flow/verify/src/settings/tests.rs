use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use plumb_base::Email;
use plumb_egress::{Destination, FieldClass, HostRule, Region, Standing};
use plumb_store::testing::Db;
use plumb_testworld::providers::{Mood, Providers, Vendor as Theirs};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::job::tests::{Scene, found, site};
use crate::provider::{Site, Sites};
use crate::run::tests::caller;

pub(crate) const STUB: Destination = Destination {
    name: "stub",
    purpose: "A provider of the test",
    region: Region::Eu,
    classes: &[FieldClass::Email],
    hosts: HostRule::Exactly(&["127.0.0.1"]),
    standing: Standing::Customer,
    discloses: true,
};

/// A provider on loopback: what it answers to a target and a body.
pub(crate) async fn serve(mut answer: impl FnMut(&str, &str) -> (u16, String) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
            let (head, body) = loop {
                let count = tcp.read(&mut chunk).await.unwrap_or(0);
                request.extend_from_slice(&chunk[..count]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    assert!(count > 0, "half a request");
                    continue;
                };
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if count == 0 || body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                    break (head.to_owned(), body.to_owned());
                }
            };
            let target = head.split(' ').nth(1).unwrap_or_default();
            let (status, body) = answer(target, &body);
            let answer =
                format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            let _ = tcp.write_all(answer.as_bytes()).await;
        }
    });
    base
}

/// A provider that gives these answers, the last one for ever; and counts the questions.
async fn provider(answers: Vec<(u16, String)>) -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let base = serve(move |_, _| answers[counted.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1)].clone()).await;
    (base, asked)
}

fn neverbounce(result: &str) -> (u16, String) {
    (200, format!(r#"{{"status":"success","result":"{result}","flags":["acedemic_host"],"execution_time":3}}"#))
}

async fn scene(base: &str, vendor: Vendor, credits: i32) -> Scene {
    let mut scene = Scene::new(vec![site("firm.example"), site("other.example")]).await;
    let site = || Site { destination: STUB.name, base: base.to_owned(), answer_within: Duration::from_millis(500) };
    scene.config.providers = Sites { neverbounce: site(), zerobounce: site(), hunter: site() };
    scene.destinations = vec![STUB];
    let body = ProviderBody { provider: vendor, key: "secret-key-1".to_owned(), credits_per_day: Some(credits) };
    choose_provider(scene.db.store(), &caller(scene.org), &body).await.unwrap();
    scene
}

async fn chosen(db: &Db, org: plumb_base::OrgId) -> Provider {
    let mut tx = db.store().org(org, plumb_store::Actor::SYSTEM).await.unwrap();
    settings(&mut tx).await.unwrap().provider.unwrap()
}

async fn all_due(scene: &Scene) {
    let mut conn = scene.db.admin_conn().await;
    sqlx::query("update job set run_at = now()").execute(&mut conn).await.unwrap();
    sqlx::query("update verification_provider set pause_until = null").execute(&mut conn).await.unwrap();
    scene.work().await;
}

#[tokio::test]
async fn a_provider_is_asked_once_and_its_word_is_evidence() {
    let (base, asked) = provider(vec![neverbounce("valid")]).await;
    let scene = scene(&base, Vendor::NeverBounce, 10).await;
    let leads = scene.import(&["ada@firm.example", "left@other.example", "nonsense@"]).await;
    scene.work().await;
    assert_eq!(scene.lead(leads[0]).await, found("verified", "mailbox_confirmed"));
    assert_eq!(scene.lead(leads[1]).await, found("unverified", "conflict"), "its own server says otherwise");
    assert_eq!(asked.load(Ordering::SeqCst), 2, "what is no address costs nothing");
    assert_eq!(scene.count("select count(*) from disclosure where destination = 'stub'").await, 2);
    assert_eq!(chosen(&scene.db, scene.org).await.used_today, 2);
    assert_eq!(
        scene.count("select count(*) from verification where evidence @> '[{\"tier\": \"provider\", \"result\": \"answered\"}]'").await,
        2
    );
    assert_eq!(
        scene
            .count("select count(*) from verification_provider where encode(key_sealed, 'escape') like '%secret-key%'")
            .await,
        0
    );
    assert_eq!(scene.count("select count(*) from audit_pending where payload::text like '%secret-key%'").await, 0);
}

#[tokio::test]
async fn a_refused_key_switches_it_off_at_the_first_word() {
    let auth = r#"{"status":"auth_failure","message":"Invalid API key","execution_time":1}"#;
    let (base, asked) = provider(vec![(200, auth.to_owned())]).await;
    let scene = scene(&base, Vendor::NeverBounce, 10).await;
    let leads = scene.import(&["ada@firm.example"]).await;
    scene.work().await;
    assert_eq!(scene.lead(leads[0]).await, found("verified", "mailbox_confirmed"), "its own server was asked");
    let more = scene.import(&["left@other.example"]).await;
    scene.work().await;
    assert_eq!(scene.lead(more[0]).await, found("undeliverable", "mailbox_unknown"));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let chosen = chosen(&scene.db, scene.org).await;
    assert!(!chosen.is_on && chosen.off_reason.unwrap().contains("the key was refused"));
}

#[tokio::test]
async fn a_key_that_is_revoked_meanwhile_ends_the_questions_and_not_the_answers() {
    let (base, asked) = provider(vec![neverbounce("valid"), (401, String::new())]).await;
    let scene = scene(&base, Vendor::NeverBounce, 10).await;
    let first = scene.import(&["ada@firm.example"]).await;
    scene.work().await;
    let more = scene.import(&["info@firm.example", "ada@other.example", "info@other.example"]).await;
    scene.work().await;
    for lead in first.into_iter().chain(more) {
        assert_eq!(scene.lead(lead).await, found("verified", "mailbox_confirmed"), "by its own server");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2, "one refusal is enough");
    let answered =
        r#"select count(*) from verification where evidence @> '[{"tier": "provider", "result": "answered"}]'"#;
    assert_eq!(scene.count(answered).await, 1, "what was said before the key was revoked is kept");
    assert!(!chosen(&scene.db, scene.org).await.is_on);
}

#[tokio::test]
async fn a_provider_that_is_silent_is_waited_for_and_then_done_without() {
    let providers = Providers::start().await.unwrap();
    providers.is(Theirs::NeverBounce, Mood::Silent);
    let scene = scene(&providers.base(), Vendor::NeverBounce, 100).await;
    let leads = scene.import(&["ada@firm.example"]).await;
    scene.work().await;
    assert_eq!(scene.lead(leads[0]).await.0, "", "silence decides nothing");
    assert_eq!(providers.calls().len(), 1);
    for _ in 0..10 {
        all_due(&scene).await;
    }
    assert_eq!(scene.lead(leads[0]).await, found("verified", "mailbox_confirmed"));
    assert_eq!(providers.calls().len(), 6);
    let said = "select count(*) from verification where evidence::text like '%provider_error%'";
    assert_eq!(scene.count(said).await, 1, "and the evidence says that there was no answer");
}

#[tokio::test]
async fn the_budget_of_a_day_holds() {
    let (base, asked) = provider(vec![neverbounce("valid")]).await;
    let scene = scene(&base, Vendor::NeverBounce, 1).await;
    let leads = scene.import(&["ada@firm.example", "info@firm.example", "ada@other.example"]).await;
    scene.work().await;
    for lead in leads {
        assert_eq!(scene.lead(lead).await, found("verified", "mailbox_confirmed"));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(
        scene.count("select count(*) from verification where evidence::text like '%budget of 1 credits%'").await,
        2
    );
}

#[tokio::test]
async fn trouble_is_waited_out_and_then_said() {
    let page = || (200, "<html>502</html>".to_owned());
    let (base, asked) = provider(vec![page(), (503, String::new()), neverbounce("valid")]).await;
    let healed = scene(&base, Vendor::NeverBounce, 100).await;
    let leads = healed.import(&["ada@firm.example"]).await;
    healed.work().await;
    assert_eq!(healed.lead(leads[0]).await.0, "", "nothing is decided before it has answered or given up");
    all_due(&healed).await;
    all_due(&healed).await;
    assert_eq!(healed.lead(leads[0]).await, found("verified", "mailbox_confirmed"));
    assert_eq!(asked.load(Ordering::SeqCst), 3);

    let (base, asked) = provider(vec![page()]).await;
    let broken = scene(&base, Vendor::NeverBounce, 100).await;
    let leads = broken.import(&["ada@firm.example"]).await;
    broken.work().await;
    for _ in 0..10 {
        all_due(&broken).await;
    }
    assert_eq!(broken.lead(leads[0]).await, found("verified", "mailbox_confirmed"));
    assert_eq!(asked.load(Ordering::SeqCst), 6);
    assert_eq!(broken.count("select count(*) from verification where evidence::text like '%provider_error%'").await, 1);
}

#[tokio::test]
async fn hunter_works_on_and_speaks_for_people() {
    let valid = r#"{"data":{"status":"valid","accept_all":false,"block":false},"meta":{}}"#;
    let still = || (202, "{}".to_owned());
    let (base, asked) = provider(vec![still(), still(), (200, valid.to_owned()), (451, "{}".to_owned())]).await;
    let scene = scene(&base, Vendor::Hunter, 100).await;
    let leads = scene.import(&["ada@firm.example"]).await;
    scene.work().await;
    all_due(&scene).await;
    all_due(&scene).await;
    assert_eq!(scene.lead(leads[0]).await, found("verified", "mailbox_confirmed"));
    assert_eq!(asked.load(Ordering::SeqCst), 3);

    let leads = scene.import(&["ada@other.example"]).await;
    scene.work().await;
    all_due(&scene).await;
    assert_eq!(scene.lead(leads[0]).await.1, "suppressed");
    let rcpts = scene.world.log();
    assert!(!rcpts.rcpts().any(|rcpt| rcpt == "ada@other.example"), "nobody asks about whoever opted out");
    let token = scene.db.store().keys().suppression().of(&Email::parse("ada@other.example").unwrap()).0;
    let known: i64 = sqlx::query_scalar("select count(*) from suppression where token = $1")
        .bind(&token[..])
        .fetch_one(&mut scene.db.admin_conn().await)
        .await
        .unwrap();
    assert_eq!(known, 1);
}

#[tokio::test]
async fn a_provider_is_set_up_seen_and_removed() {
    let scene = Scene::new(vec![]).await;
    let (store, caller) = (scene.db.store(), caller(scene.org));
    let body = |key: &str, credits| ProviderBody {
        provider: Vendor::ZeroBounce,
        key: key.to_owned(),
        credits_per_day: credits,
    };
    assert_eq!(choose_provider(store, &caller, &body("", None)).await.unwrap_err().status(), 422);
    assert_eq!(choose_provider(store, &caller, &body("a b", None)).await.unwrap_err().status(), 422);
    assert_eq!(choose_provider(store, &caller, &body("k", Some(-1))).await.unwrap_err().status(), 422);
    assert_eq!(drop_provider(store, &caller).await.unwrap_err().status(), 404);
    let settings = choose_provider(store, &caller, &body(" secret-key-1 ", None)).await.unwrap();
    let shown = serde_json::to_string(&settings).unwrap();
    assert!(shown.contains("zerobounce") && !shown.contains("secret"), "{shown}");
    drop_provider(store, &caller).await.unwrap();
    assert_eq!(scene.count("select count(*) from verification_provider").await, 0);
}
