//! A database with one organisation, its folder of lists, and the router over them.

use axum::body::Body;
use http::{StatusCode, header};
use plumb_base::{Clock, Email, ImportId, LeadId, OrgId};
use plumb_lead::NewLead;
use plumb_store::access::Role;
use plumb_store::job::{self, JobError, Registry};
use plumb_store::testing::Db;
use plumb_store::{Actor, OrgTx, audit};
use plumb_web::testing::{Answer, request, send};
use serde_json::{Value, json};

use crate::bits::Folder;
use crate::{Screen, Shelves};

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) org: OrgId,
    pub(crate) shelves: Shelves,
    router: axum::Router,
    _folder: Folder,
}

impl World {
    /// At noon of the fifth of October 2026.
    pub(crate) async fn new() -> Self {
        let clock = Clock::frozen("2026-10-05T12:00:00Z".parse().expect("a moment"));
        let db = Db::with_clock(clock.clone()).await;
        let org = db.org("Example").await;
        let folder = Folder::new();
        let shelves = Shelves::at(&folder.0);
        let screen = Screen::new(db.store().clone(), shelves.clone()).upload_bytes_max(1024 * 1024);
        let router = plumb_web::testing::router(crate::routes(&screen), Role::Admin);
        Self { db, clock, org, shelves, router, _folder: folder }
    }

    pub(crate) async fn tx(&self) -> OrgTx {
        self.db.store().org(self.org, Actor::SYSTEM).await.expect("begins")
    }

    pub(crate) async fn send_as(
        &self,
        org: OrgId,
        method: &str,
        path: &str,
        kind: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let request = request(org, method, path).header(header::CONTENT_TYPE, kind);
        send(&self.router, request.body(body.into()).expect("a request")).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send_as(self.org, "GET", path, "text/plain", Body::empty()).await
    }

    pub(crate) async fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send_as(self.org, method, path, "application/json", body.to_string()).await
    }

    pub(crate) async fn form(&self, path: &str, body: &str) -> Answer {
        self.send_as(self.org, "POST", path, "application/x-www-form-urlencoded", body.to_owned()).await
    }

    /// Uploads `file` with further fields.
    pub(crate) async fn upload(&self, path: &str, fields: &[(&str, &str)], file: &str) -> Answer {
        let field = |(name, value): &(&str, &str)| {
            format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body = fields.iter().map(field).collect::<Vec<_>>().concat();
        body += "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.txt\"\r\n\r\n";
        body += file;
        body += "\r\n--B--\r\n";
        self.send_as(self.org, "POST", path, "multipart/form-data; boundary=B", body).await
    }

    pub(crate) async fn subscribe(&self, registry: &str) {
        let path = format!("/api/v1/dnc/registries/{registry}/subscription");
        let answer = self.json("PUT", &path, &json!({ "holder": "Example Ltd", "account": "12345" })).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }

    /// Loads a whole list of the federal registry that speaks about every area code.
    pub(crate) async fn federal(&self, day: &str, list: &str) -> Value {
        self.subscribe("federal").await;
        let fields = [("registry", "federal"), ("version_date", day), ("covers_all", "true")];
        self.loaded(&fields, list).await
    }

    /// Uploads, runs what is queued, and answers the load.
    pub(crate) async fn loaded(&self, fields: &[(&str, &str)], list: &str) -> Value {
        let answer = self.upload("/api/v1/dnc/loads", fields, list).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        self.work().await;
        let id = answer.json()["id"].as_str().expect("an id").to_owned();
        self.get(&format!("/api/v1/dnc/loads/{id}")).await.json()
    }

    /// Queues a screening, runs it, and answers it.
    pub(crate) async fn screened(&self) -> Value {
        let answer = self.json("POST", "/api/v1/dnc/screenings", &json!({})).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        self.work().await;
        let id = answer.json()["id"].as_str().expect("an id").to_owned();
        self.get(&format!("/api/v1/dnc/screenings/{id}")).await.json()
    }

    /// Runs every job that is ready; none may fail.
    pub(crate) async fn work(&self) {
        let failed = self.run(&crate::jobs(&self.shelves)).await;
        assert!(failed.is_empty(), "{failed:?}");
    }

    /// Jobs of a kind that wait for their moment.
    pub(crate) async fn waiting(&self, kind: &'static str) -> i64 {
        let mut tx = self.tx().await;
        let (_, later) = job::pending(&mut tx, &[kind]).await.expect("counts");
        tx.done_reading().await.expect("ends");
        later
    }

    /// Every job that waits for a moment has its turn.
    pub(crate) async fn time_passes(&self) {
        let mut tx = self.tx().await;
        let waiting = sqlx::query("update job set run_at = now(), state = 'ready' where state = 'delayed'");
        waiting.execute(tx.conn()).await.expect("time passes");
        tx.commit(audit::Entry::of("test.time_passed")).await.expect("commits");
        self.work().await;
    }

    pub(crate) async fn run(&self, registry: &Registry) -> Vec<JobError> {
        job::drain(self.db.store(), registry).await.expect("the queue works").1
    }

    /// A lead for each number, of one import.
    pub(crate) async fn brought(&self, numbers: &[&str]) -> ImportId {
        let import = ImportId::fresh();
        self.leads_of(import, numbers).await;
        import
    }

    /// A lead for each number.
    pub(crate) async fn leads(&self, numbers: &[&str]) -> Vec<LeadId> {
        self.leads_of(ImportId::fresh(), numbers).await
    }

    async fn leads_of(&self, import: ImportId, numbers: &[&str]) -> Vec<LeadId> {
        let row = |(n, number): (i64, &&str)| {
            let email = Email::parse(&format!("p{n}@{}.example", number.trim_start_matches('+'))).expect("an address");
            NewLead {
                dedupe_key: format!("e:{}", email.key()),
                email: Some(email.expose()),
                email_key: Some(email.key()),
                phone_e164: Some((*number).to_owned()),
                row_no: n,
                raw: "{}".to_owned(),
                ..NewLead::default()
            }
        };
        let rows = (1..).zip(numbers).map(row).collect();
        let mut tx = self.tx().await;
        let tokens = self.db.store().keys().suppression();
        let landed = plumb_lead::upsert(&mut tx, import, rows, &tokens).await.expect("leads land");
        tx.commit(audit::Entry::of("test.landed")).await.expect("commits");
        landed.into_iter().map(|landed| landed.lead).collect()
    }

    /// What stands on the leads, by number.
    pub(crate) async fn answers(&self) -> Vec<(String, Option<String>)> {
        let mut tx = self.tx().await;
        let rows = sqlx::query_as("select phone_e164, dnc from lead order by phone_e164").fetch_all(tx.conn()).await;
        tx.done_reading().await.expect("ends");
        rows.expect("leads are read")
    }
}
