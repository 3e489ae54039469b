//! From an import to verdicts, on a real database and real sockets.

use std::time::Duration;

use chrono::TimeDelta;
use plumb_base::{Clock, Email, ImportId, OrgId};
use plumb_egress::{Destination, EgressConfig, Manners, Recorder};
use plumb_lead::{Landed, NewLead, ToCompare, ToScreen, hand_over_import, upsert};
use plumb_store::job::{WorkerConfig, Workers, drain};
use plumb_store::testing::Db;
use plumb_store::{Actor, SystemTask};
use plumb_testworld::{Behaviour, Dns, Mailbox, Site, World, WorldConfig};
use sqlx::Row as _;

use super::*;
use crate::domain::retry::RetrySchedule;

pub(crate) struct Scene {
    pub(crate) db: Db,
    pub(crate) org: OrgId,
    pub(crate) world: World,
    /// The clock of the mail servers.
    pub(crate) clock: Clock,
    pub(crate) config: VerifyConfig,
    /// How often mail servers are asked; none is as often as one likes.
    pub(crate) manners: Option<Manners>,
    /// Providers of the test, beside the destinations that every installation has.
    pub(crate) destinations: Vec<Destination>,
}

impl Scene {
    pub(crate) async fn new(sites: Vec<Site>) -> Self {
        let db = Db::new().await;
        let org = db.org("ours").await;
        let clock = Clock::frozen("2026-11-20T12:00:00Z".parse().unwrap());
        let world = World::start(WorldConfig { sites, clock: clock.clone(), ..WorldConfig::default() }).await.unwrap();
        Self { db, org, world, clock, config: VerifyConfig::default(), manners: None, destinations: Vec::new() }
    }

    /// The jobs of a process that has just started.
    pub(crate) fn registry(&self) -> Registry {
        let config = EgressConfig {
            allow_private: true,
            resolver: Some(self.world.dns_addr()),
            smtp_port: self.world.smtp_port(),
            destinations: self.destinations.clone(),
            smtp_manners: self.manners.clone(),
            ..EgressConfig::new("probe.example", "postmaster@probe.example")
        };
        jobs(Egress::new(config, Recorder::database(self.db.store().clone())).unwrap(), self.config.clone()).unwrap()
    }

    /// Leads with these addresses, cleaned and handed over. A second lead of one mailbox has a key of its own.
    pub(crate) async fn import(&self, addresses: &[&str]) -> Vec<LeadId> {
        let tokens = self.db.store().keys().suppression();
        let rows = addresses.iter().enumerate().map(|(at, address)| NewLead {
            dedupe_key: format!("e:{address}#{at}"),
            email: Some((*address).to_owned()),
            email_domain: Email::parse(address).ok().map(|email| email.domain().as_str().to_owned()),
            row_no: i64::try_from(at).unwrap() + 1,
            ..NewLead::default()
        });
        let import = ImportId::fresh();
        let mut tx = self.db.store().org(self.org, Actor::SYSTEM).await.unwrap();
        let landed = upsert(&mut tx, import, rows.collect(), &tokens).await.unwrap();
        hand_over_import(&mut tx, import).await.unwrap();
        tx.commit(Entry::of("test.imported")).await.unwrap();
        // Screening and comparing are others' work, which nothing here waits for.
        sqlx::query("delete from job where kind = any ($1)")
            .bind([ToScreen::NAME, ToCompare::NAME])
            .execute(&mut self.db.admin_conn().await)
            .await
            .unwrap();
        landed.into_iter().map(|Landed { lead, .. }| lead).collect()
    }

    pub(crate) async fn work(&self) {
        let (_, failed) = drain(self.db.store(), &self.registry()).await.unwrap();
        assert!(failed.is_empty(), "{failed:?}");
    }

    /// Verdict, reason and stage of a lead, as its organisation sees them.
    pub(crate) async fn lead(&self, lead: LeadId) -> (String, String, String) {
        let mut tx = self.db.store().org(self.org, Actor::SYSTEM).await.unwrap();
        let row = sqlx::query("select verdict, verdict_reason, stage from lead where id = $1")
            .bind(lead.0)
            .fetch_one(tx.conn())
            .await
            .unwrap();
        let text = |column: &str| row.get::<Option<String>, _>(column).unwrap_or_default();
        (text("verdict"), text("verdict_reason"), text("stage"))
    }

    /// Attempt and reason of each answer about a lead, oldest first.
    pub(crate) async fn answers(&self, lead: LeadId) -> Vec<(i16, String)> {
        let mut tx = self.db.store().org(self.org, Actor::SYSTEM).await.unwrap();
        let mut stored = query::history(&mut tx, lead, 50).await.unwrap();
        stored.reverse();
        stored.into_iter().map(|one| (one.attempt, one.reason)).collect()
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut self.db.admin_conn().await).await.unwrap()
    }
}

pub(crate) fn found(verdict: &str, reason: &str) -> (String, String, String) {
    (verdict.to_owned(), reason.to_owned(), "verify".to_owned())
}

pub(crate) fn site(domain: &str) -> Site {
    Site::new(domain).mailbox("ada", Mailbox::Exists).mailbox("info", Mailbox::Exists)
}

#[tokio::test]
async fn an_import_becomes_verdicts() {
    let scene = Scene::new(vec![
        site("firm.example"),
        site("all.example").behaves(Behaviour::CatchAll),
        site("gone.example").dns(Dns::NxDomain),
    ])
    .await;
    let leads = scene.import(&["ada@firm.example", "left@firm.example", "ada@all.example", "ada@gone.example"]).await;
    scene.work().await;
    assert_eq!(scene.lead(leads[0]).await, found("verified", "mailbox_confirmed"));
    assert_eq!(scene.lead(leads[1]).await, found("undeliverable", "mailbox_unknown"));
    assert_eq!(scene.lead(leads[2]).await, found("unverified", "catch_all"));
    assert_eq!(scene.lead(leads[3]).await, found("undeliverable", "domain_missing"));
    assert_eq!(scene.count("select count(*) from job").await, 0, "nothing is left in the queue");
    assert_eq!(scene.count("select count(*) from audit_pending where action = 'verify.checked'").await, 4);
    assert_eq!(
        scene.count("select count(*) from audit_pending where payload::text like '%@%'").await,
        0,
        "no address in the log"
    );
    assert!(
        scene.count("select count(*) from disclosure where subject_kind = 'lead' and 'email' = any (classes)").await
            >= 3
    );
    assert_eq!(scene.world.log().data_asked(), 0);
}

#[tokio::test]
async fn greylisting_survives_a_restart() {
    let greylists = Behaviour::Greylists { after: Duration::from_mins(4), says_so: true };
    let scene = Scene::new(vec![site("grey.example").behaves(greylists)]).await;
    let leads = scene.import(&["ada@grey.example"]).await;
    scene.work().await;
    assert_eq!(scene.lead(leads[0]).await, found("unverified", "greylisted"));
    assert_eq!(
        scene.count("select count(*) from job where state = 'delayed' and run_at > now() + interval '4 minutes'").await,
        1
    );
    // Each time a new process, when the wait is over.
    for _ in 0..2 {
        scene.clock.advance(TimeDelta::minutes(5));
        sqlx::query("update job set run_at = now()").execute(&mut scene.db.admin_conn().await).await.unwrap();
        scene.work().await;
    }
    assert_eq!(scene.lead(leads[0]).await, found("verified", "mailbox_confirmed"));
    let reasons = scene.answers(leads[0]).await;
    let reasons: Vec<_> = reasons.iter().map(|(attempt, reason)| (*attempt, reason.as_str())).collect();
    assert_eq!(reasons, [(1, "greylisted"), (2, "mailbox_confirmed")]);
    let asked: std::collections::BTreeSet<_> = scene.world.log().rcpts().map(str::to_owned).collect();
    assert_eq!(asked.len(), 2, "one control address in all attempts: {asked:?}");
}

#[tokio::test]
async fn retries_come_to_an_end() {
    let mut scene = Scene::new(vec![site("never.example").behaves(Behaviour::TempFail)]).await;
    let at_once = vec![Duration::ZERO; 2];
    scene.config.retries = RetrySchedule { later: at_once, ..RetrySchedule::default() };
    let leads = scene.import(&["ada@never.example"]).await;
    scene.work().await;
    assert_eq!(scene.answers(leads[0]).await.len(), 3, "once, and once for each wait");
    assert_eq!(scene.lead(leads[0]).await, found("unverified", "temp_fail"));
    assert_eq!(scene.count("select count(*) from job").await, 0);
    assert_eq!(scene.count("select count(*) from lead where next_check_at is not null").await, 0);
}

#[tokio::test]
async fn a_day_that_is_full_costs_no_attempt() {
    let mut scene = Scene::new(vec![site("firm.example")]).await;
    scene.manners = Some(Manners { operator_day_max: 1, ..Manners::strict() });
    let leads = scene.import(&["ada@firm.example", "info@firm.example"]).await;
    scene.work().await;
    let put_off = async |lead| scene.answers(lead).await.last().is_some_and(|(_, reason)| reason == "rate_limited");
    let (waits, asked) = if put_off(leads[0]).await { (leads[0], leads[1]) } else { (leads[1], leads[0]) };
    assert_eq!(scene.lead(asked).await, found("verified", "mailbox_confirmed"));
    let mut admin = scene.db.admin_conn().await;
    for _ in 0..5 {
        sqlx::query("update job set run_at = now()").execute(&mut admin).await.unwrap();
        scene.work().await;
    }
    assert!(scene.answers(waits).await.len() > 1);
    assert!(scene.answers(waits).await.iter().all(|(attempt, _)| *attempt == 1), "nobody was asked");
    assert_eq!(scene.world.log().host("firm.example").connections, 1);
    scene.db.as_owner("update mail_operator set asked_on = asked_on - 1").await;
    sqlx::query("update job set run_at = now()").execute(&mut admin).await.unwrap();
    scene.work().await;
    assert_eq!(scene.lead(waits).await, found("verified", "mailbox_confirmed"), "the next day");
}

#[tokio::test]
async fn whoever_opted_out_is_not_asked_about() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    let leads = scene.import(&["ada+news@firm.example"]).await;
    let token = scene.db.store().keys().suppression().of(&Email::parse("ada@firm.example").unwrap()).0;
    let mut tx = scene.db.store().system(SystemTask::Suppress).await.unwrap();
    sqlx::query(
        "insert into suppression (token, kind, key_version, reason, at) values ($1, 'email', 1, 'opt_out', now())",
    )
    .bind(&token[..])
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit(Entry::of("test.opted_out")).await.unwrap();
    scene.work().await;
    assert_eq!(scene.lead(leads[0]).await, found("unverified", "suppressed"));
    let log = scene.world.log();
    assert!(log.dns.is_empty() && log.hosts.values().all(|host| host.connections == 0));
    assert_eq!(scene.count("select count(*) from disclosure").await, 0);
}

#[tokio::test]
async fn one_mailbox_of_two_leads_is_asked_once() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    let leads = scene.import(&["info@firm.example", "info@firm.example"]).await;
    assert_ne!(leads[0], leads[1]);
    scene.work().await;
    for lead in leads {
        assert_eq!(scene.lead(lead).await, found("verified", "mailbox_confirmed"));
        assert_eq!(scene.answers(lead).await.len(), 1);
    }
    assert_eq!(scene.world.log().host("firm.example").connections, 1);
}

#[tokio::test]
async fn a_lead_that_was_erased_leaves_nothing() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    let leads = scene.import(&["ada@firm.example"]).await;
    let mut tx = scene.db.store().org(scene.org, Actor::SYSTEM).await.unwrap();
    let queued = queue(&mut tx, &leads).await.unwrap();
    sqlx::query("delete from lead where id = $1").bind(leads[0].0).execute(tx.conn()).await.unwrap();
    tx.commit(Entry::of("test.erased")).await.unwrap();
    assert_eq!(queued, 1);
    scene.work().await;
    assert_eq!(scene.count("select count(*) from verification").await, 0);
    assert_eq!(scene.count("select count(*) from job").await, 0);
    assert!(scene.world.log().dns.is_empty());
}

/// The job that waits for the erased lead's mailbox is the only one there may be: the new lead must not be lost by it.
#[tokio::test]
async fn a_lead_that_comes_back_while_its_mailbox_is_asked_is_not_forgotten() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    let first = scene.import(&["ada@firm.example"]).await[0];
    let plan_only =
        Registry::new().handle(plan).handle(async |_: CheckMailbox, _| Ok(Done::Later(Duration::from_hours(1))));
    drain(scene.db.store(), &plan_only).await.unwrap();
    let mut tx = scene.db.store().org(scene.org, Actor::SYSTEM).await.unwrap();
    sqlx::query("delete from lead where id = $1").bind(first.0).execute(tx.conn()).await.unwrap();
    tx.commit(Entry::of("test.erased")).await.unwrap();
    let second = scene.import(&["ada@firm.example"]).await[0];
    assert_ne!(first, second);
    scene.work().await;
    sqlx::query("update job set run_at = now()").execute(&mut scene.db.admin_conn().await).await.unwrap();
    scene.work().await;
    assert_eq!(scene.lead(second).await, found("verified", "mailbox_confirmed"));
    assert_eq!(scene.count("select count(*) from job").await, 0);
}

/// Two connections: the answer is being recorded, and a new lead with the same mailbox is queued meanwhile.
#[tokio::test]
async fn a_lead_that_comes_while_the_answer_is_recorded_is_asked_about_afterwards() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    let lead = scene.import(&["ada@firm.example"]).await[0];
    let recording = Arc::new(tokio::sync::Notify::new());
    let queued = Arc::new(tokio::sync::Notify::new());
    let (is_recording, is_queued) = (recording.clone(), queued.clone());
    let record = move |_: CheckMailbox, cx: JobContext| {
        let (recording, queued) = (recording.clone(), queued.clone());
        async move {
            let mut tx = cx.org_tx().await?;
            cx.hold(&mut tx).await?;
            recording.notify_one();
            // The other side stands still at the job's row now, or has passed by already.
            let _ = tokio::time::timeout(Duration::from_millis(300), queued.notified()).await;
            Ok(cx.finish(tx, Entry::of("test.recorded")).await?)
        }
    };
    let registry = Registry::new().handle(plan).handle(record);
    let other = async {
        is_recording.notified().await;
        let mut tx = scene.db.store().org(scene.org, Actor::SYSTEM).await.unwrap();
        let count = queue(&mut tx, &[lead]).await.unwrap();
        is_queued.notify_one();
        tx.done_reading().await.unwrap();
        count
    };
    let (drained, count) = tokio::join!(drain(scene.db.store(), &registry), other);
    assert!(drained.unwrap().1.is_empty());
    assert_eq!(count, 1, "the job that was being completed is no reason not to queue another");
}

#[tokio::test]
async fn the_answer_about_somebody_who_opted_out_meanwhile_is_not_kept() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    let lead = scene.import(&["ada@firm.example"]).await[0];
    let mut outcome: Option<Outcome> = None;
    let registry = scene.registry();
    // The first run ends in the moment before its answer is recorded.
    let egress = EgressConfig {
        allow_private: true,
        resolver: Some(scene.world.dns_addr()),
        smtp_port: scene.world.smtp_port(),
        ..EgressConfig::new("probe.example", "postmaster@probe.example")
    };
    let egress = Egress::new(egress, Recorder::memory()).unwrap();
    outcome.replace(
        crate::verify_one(&egress, "ada@firm.example", crate::Policy::Strict, Lists::default()).await.unwrap(),
    );
    let outcome = Arc::new(outcome.unwrap());
    assert_eq!(outcome.verdict.code(), "verified");
    let early = Registry::new().handle(plan).handle(move |job: CheckMailbox, cx: JobContext| {
        let outcome = outcome.clone();
        async move {
            let mut tx = cx.store().system(SystemTask::Suppress).await?;
            let token = cx.store().keys().suppression().of(&Email::parse("ada@firm.example").unwrap()).0;
            sqlx::query("insert into suppression (token, kind, key_version, reason, at) values ($1, 'email', 1, 'opt_out', now())")
                .bind(&token[..])
                .execute(tx.conn())
                .await?;
            tx.commit(Entry::of("test.opted_out")).await?;
            let done = record(job, "ada@firm.example", Outcome::clone(&outcome), Policy::Strict, &cx).await?;
            assert!(matches!(done, Done::Later(_)), "{done:?}");
            Ok(Done::Later(Duration::from_hours(1)))
        }
    });
    drain(scene.db.store(), &early).await.unwrap();
    assert_eq!(scene.count("select count(*) from verification").await, 0);
    sqlx::query("update job set run_at = now()").execute(&mut scene.db.admin_conn().await).await.unwrap();
    let (_, failed) = drain(scene.db.store(), &registry).await.unwrap();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(scene.lead(lead).await, found("unverified", "suppressed"));
}

#[tokio::test]
async fn a_long_import_is_queued_in_pages() {
    let scene = Scene::new(vec![]).await;
    let addresses: Vec<String> = (0..=PAGE_LEADS).map(|n| format!("a{n}@firm.example")).collect();
    scene.import(&addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
    // This process knows how to plan and not how to ask: the questions are put aside.
    let plan_only = Registry::new().handle(plan);
    let (ran, put_aside) = drain(scene.db.store(), &plan_only).await.unwrap();
    assert_eq!(put_aside.len(), addresses.len());
    assert_eq!(ran, addresses.len() + 2, "two pages");
    assert_eq!(
        scene.count("select count(distinct payload->>'control_local') from job").await,
        i64::from(PAGE_LEADS) + 1
    );
}

#[tokio::test]
async fn another_organisation_sees_no_answer() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    let leads = scene.import(&["ada@firm.example"]).await;
    scene.work().await;
    let theirs = scene.db.org("theirs").await;
    let mut tx = scene.db.store().org(theirs, Actor::SYSTEM).await.unwrap();
    assert!(query::history(&mut tx, leads[0], 50).await.unwrap().is_empty());
    assert_eq!(query::opted_out(&mut tx, leads[0]).await.unwrap(), None, "not even that the lead is there");
    tx.done_reading().await.unwrap();
    assert_eq!(scene.answers(leads[0]).await.len(), 1);
}

/// The table itself holds rules 1 and 2: no code can write a hard verdict for a soft reason.
#[tokio::test]
async fn the_database_refuses_a_hard_verdict_for_a_soft_reason() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    let leads = scene.import(&["ada@firm.example"]).await;
    scene.work().await;
    for (verdict, reason) in [("undeliverable", "policy"), ("undeliverable", "timeout"), ("verified", "catch_all")] {
        let mut tx = scene.db.store().org(scene.org, Actor::SYSTEM).await.unwrap();
        let written = sqlx::query(
            "insert into verification (org_id, id, lead_id, verdict, reason, catch_all, flags, evidence, policy, checked_at, expires_at, attempt)
             values ($1, $2, $3, $4, $5, 'unknown', '{}', '[]', 'strict', now(), now(), 1)",
        )
        .bind(scene.org.0)
        .bind(plumb_base::VerificationId::fresh().0)
        .bind(leads[0].0)
        .bind(verdict)
        .bind(reason)
        .execute(tx.conn())
        .await;
        let error = written.unwrap_err();
        assert!(
            error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_check_violation),
            "{verdict}/{reason}: {error}"
        );
    }
}

/// Few connections go to one mail host at once; those who wait for their turn there must not keep everybody else waiting.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_at_one_mail_host_does_not_hold_up_the_others() {
    let slow = Behaviour::Tarpits { delay: Duration::from_secs(20) };
    let scene = Scene::new(vec![site("slow.example").behaves(slow), site("quick.example")]).await;
    let mut addresses: Vec<String> = (0..8).map(|n| format!("a{n}@slow.example")).collect();
    addresses.push("ada@quick.example".to_owned());
    let leads = scene.import(&addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let config = WorkerConfig { workers: 6, ..WorkerConfig::default() };
    let workers = tokio::spawn(Workers::new(scene.db.store().clone(), scene.registry(), config).run(stop.clone()));
    let verdict = async {
        while scene.lead(leads[8]).await != found("verified", "mailbox_confirmed") {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(12), verdict).await;
    stop.cancel();
    workers.await.unwrap();
    assert!(in_time.is_ok(), "the quick one waits behind the slow ones");
}
