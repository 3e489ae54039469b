//! A database, the real router, members and keys, for the tests of this crate.

use axum::body::Body;
use bytes::Bytes;
use http::{Request, StatusCode, header};
use plumb_base::{ApiKeyId, Clock, Email, ImportId, LeadId, OrgId, UserId};
use plumb_lead::{NewLead, Screened, VerdictSummary};
use plumb_store::access::{Role, Scope};
use plumb_store::job::{self, JobError, Registry};
use plumb_store::testing::{Db, killed_after};
use plumb_store::{Actor, OrgTx, audit};
use plumb_web::testing::{Answer, request_by, respond, send};
use serde_json::{Value, json};

use crate::job::{WriteExport, run};

/// Leads of a page here: few, so that short lists have several.
const PAGE_LEADS: u32 = 4;

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) org: OrgId,
    pub(crate) user: UserId,
    router: axum::Router,
}

impl World {
    /// An organisation with its owner, at noon of the fifth of October 2026.
    pub(crate) async fn new() -> Self {
        let clock = Clock::frozen("2026-10-05T12:00:00Z".parse().expect("a moment"));
        let db = Db::with_clock(clock.clone()).await;
        let owner = plumb_identity::create_org_with_owner(db.store(), "Example", "owner@example.com", "", None).await;
        let (org, user) = owner.expect("an organisation is made");
        let router = plumb_web::testing::router(crate::routes(db.store()), Role::Member);
        Self { db, clock, org, user, router }
    }

    pub(crate) async fn tx(&self) -> OrgTx {
        self.db.store().org(self.org, Actor::SYSTEM).await.expect("begins")
    }

    pub(crate) async fn response(&self, path: &str) -> axum::response::Response {
        respond(&self.router, signed((self.org, self.user), "GET", path, "text/plain", String::new())).await
    }

    async fn send(&self, who: (OrgId, UserId), method: &str, path: &str, kind: &str, body: String) -> Answer {
        send(&self.router, signed(who, method, path, kind, body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_as((self.org, self.user), path).await
    }

    pub(crate) async fn get_as(&self, who: (OrgId, UserId), path: &str) -> Answer {
        self.send(who, "GET", path, "text/plain", String::new()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send((self.org, self.user), "POST", path, "application/json", body.to_string()).await
    }

    pub(crate) async fn form(&self, path: &str, body: &str) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        self.send((self.org, self.user), "POST", path, kind, body.to_owned()).await
    }

    /// Asks for an export, and answers where it is.
    pub(crate) async fn asked(&self, wanted: &Value) -> String {
        let answer = self.post("/api/v1/exports", wanted).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
        format!("/api/v1/exports/{}", answer.json()["id"].as_str().expect("an id"))
    }

    /// Asks for an export, has it made, and answers it with its file.
    pub(crate) async fn exported(&self, wanted: &Value) -> (Value, Bytes) {
        let path = self.asked(wanted).await;
        let failed = self.work(usize::MAX).await;
        assert!(failed.is_empty(), "{failed:?}");
        let content = self.get(&format!("{path}/content")).await;
        assert_eq!(content.status, StatusCode::OK, "{}", content.text);
        (self.get(&path).await.json(), content.body)
    }

    /// The rows of a CSV file, header to cell.
    pub(crate) async fn rows(&self, wanted: &Value) -> Vec<std::collections::BTreeMap<String, String>> {
        let (_, file) = self.exported(wanted).await;
        csv::Reader::from_reader(&file[..]).deserialize().map(|row| row.expect("a row")).collect()
    }

    /// Runs every job; an export goes on for `polls` polls at most each time.
    pub(crate) async fn work(&self, polls: usize) -> Vec<JobError> {
        let registry = Registry::new().handle::<WriteExport, _, _>(move |job, cx| async move {
            let work = killed_after(polls, run(PAGE_LEADS, job, cx)).await;
            work.unwrap_or_else(|| Err(JobError::Fail("killed".to_owned())))
        });
        job::drain(self.db.store(), &registry).await.expect("the queue works").1
    }

    /// Puts what was killed back into the queue.
    pub(crate) async fn revive(&self) {
        let mut tx = self.tx().await;
        for dead in job::dead(&mut tx).await.expect("lists") {
            job::retry(&mut tx, dead.id).await.expect("retries");
        }
        tx.commit(audit::Entry::of("job.retried")).await.expect("commits");
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.tx().await;
        let count = sqlx::query_scalar(sql).fetch_one(tx.conn()).await.expect(sql);
        tx.done_reading().await.expect("ends");
        count
    }

    /// Leads of one import that is known, made an hour before now.
    pub(crate) async fn land(&self, rows: Vec<NewLead>) -> (ImportId, Vec<LeadId>) {
        let import = ImportId::fresh();
        let mut tx = self.tx().await;
        let at = tx.now() - chrono::TimeDelta::hours(1);
        sqlx::query("insert into import (org_id, id, file_name, state, created_at) values ($1, $2, '', 'done', $3)")
            .bind(self.org.0)
            .bind(import.0)
            .bind(at)
            .execute(tx.conn())
            .await
            .expect("an import");
        let tokens = self.db.store().keys().suppression();
        let landed = plumb_lead::upsert(&mut tx, import, rows, &tokens).await.expect("leads land");
        tx.commit(audit::Entry::of("test.landed")).await.expect("commits");
        (import, landed.into_iter().map(|landed| landed.lead).collect())
    }

    /// Leads that may be used.
    pub(crate) async fn verified(&self, leads: &[(LeadId, String)]) {
        let mut tx = self.tx().await;
        let expires_at = tx.now() + chrono::TimeDelta::days(30);
        for (lead, email) in leads {
            let summary =
                VerdictSummary { verdict: "verified", reason: "mailbox_confirmed", expires_at, next_check_at: None };
            assert!(plumb_lead::record_verdict(&mut tx, *lead, email, &summary).await.expect("a verdict"));
        }
        tx.commit(audit::Entry::of("test.verified")).await.expect("commits");
    }

    /// `count` people who may be used, each with a title that a spreadsheet would run.
    pub(crate) async fn people(&self, count: i64) -> Vec<LeadId> {
        let emails: Vec<String> = (1..=count).map(|n| format!("p{n}@shop.example")).collect();
        let title = |n: i64| NewLead { title: Some(format!("=1+{n}")), ..row(n, &emails[n as usize - 1]) };
        let (_, leads) = self.land((1..=count).map(title).collect()).await;
        self.verified(&leads.iter().copied().zip(emails.clone()).collect::<Vec<_>>()).await;
        leads
    }

    /// What screening said about numbers.
    pub(crate) async fn screened(&self, screening: uuid::Uuid, results: &[(LeadId, &str, &'static str)]) {
        let mut tx = self.tx().await;
        let result = |(lead, number, dnc): &(LeadId, &str, &'static str)| Screened {
            lead: *lead,
            number: (*number).to_owned(),
            dnc,
            lists: if *dnc == "listed" { vec!["federal".to_owned()] } else { Vec::new() },
            version: Some("2026-10-01".parse().expect("a date")),
            valid_until: Some("2026-11-02T00:00:00Z".parse().expect("a moment")),
        };
        let results: Vec<Screened> = results.iter().map(result).collect();
        plumb_lead::record_screening(&mut tx, screening, &results).await.expect("screened");
        tx.commit(audit::Entry::of("test.screened")).await.expect("commits");
    }

    pub(crate) async fn opt_out(&self, email: &str) {
        let (token, _) = self.db.store().keys().suppression().of(&Email::parse(email).expect("an address"));
        sqlx::query(
            "insert into suppression (token, kind, key_version, reason, at) values ($1, 'email', 1, 'opt_out', $2)",
        )
        .bind(&token[..])
        .bind(self.clock.now())
        .execute(&mut self.db.admin_conn().await)
        .await
        .expect("an opt-out");
    }

    /// Moves the end of every export into the past.
    pub(crate) async fn ended_ago(&self, interval: &str) {
        let moved = sqlx::query("update export set finished_at = finished_at - $1::text::interval").bind(interval);
        moved.execute(&mut self.db.admin_conn().await).await.expect("the past");
    }

    /// A key that may export.
    pub(crate) async fn key(&self) -> ApiKeyId {
        plumb_identity::create_api_key(self.db.store(), self.org, self.user, "reports", &[Scope::LeadsExport])
            .await
            .expect("a key is made");
        let mut tx = self.tx().await;
        let key = sqlx::query_scalar("select id from api_key").fetch_one(tx.conn()).await.expect("the key");
        tx.done_reading().await.expect("ends");
        ApiKeyId(key)
    }

    /// Asks for an export with a key.
    pub(crate) async fn asked_by(&self, key: ApiKeyId, wanted: &Value) -> String {
        let request = Request::post("/api/v1/exports")
            .header(header::COOKIE, format!("{}/{}", self.org, self.user))
            .header(header::AUTHORIZATION, key.to_string())
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(wanted.to_string()));
        let answer = send(&self.router, request.expect("a request")).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
        format!("/api/v1/exports/{}", answer.json()["id"].as_str().expect("an id"))
    }

    /// Revokes a key.
    pub(crate) async fn revoke(&self, key: ApiKeyId) {
        let mut tx = self.tx().await;
        let revoked =
            sqlx::query("update api_key set revoked_at = $2 where id = $1").bind(key.0).bind(self.clock.now());
        assert_eq!(revoked.execute(tx.conn()).await.expect("is revoked").rows_affected(), 1);
        tx.commit(audit::Entry::of("test.revoked")).await.expect("commits");
    }

    /// Nobody belongs to an organisation any more.
    pub(crate) async fn everybody_leaves(&self) {
        let gone = sqlx::query("delete from membership").execute(&mut self.db.admin_conn().await).await;
        gone.expect("they leave");
    }
}

fn signed(who: (OrgId, UserId), method: &str, path: &str, kind: &str, body: String) -> Request<Body> {
    let request = request_by(who.0, who.1, method, path).header(header::CONTENT_TYPE, kind);
    request.body(Body::from(body)).expect("a request")
}

/// One row of a list.
pub(crate) fn row(row_no: i64, email: &str) -> NewLead {
    let parsed = Email::parse(email).expect("an address");
    NewLead {
        dedupe_key: format!("e:{}", parsed.key()),
        email: Some(parsed.expose()),
        email_key: Some(parsed.key()),
        email_domain: Some(parsed.domain().to_string()),
        row_no,
        raw: json!({ "E-Mail": email }).to_string(),
        ..NewLead::default()
    }
}
