//! A database with one organisation, leads in it, and the router over them.

use axum::body::Body;
use http::header;
use plumb_base::{Email, ImportId, LeadId, OrgId};
use plumb_lead::{Landed, NewLead, ToScreen, ToVerify};
use plumb_store::access::Role;
use plumb_store::job::{self, Done, JobError, Registry};
use plumb_store::testing::Db;
use plumb_store::{Actor, OrgTx, audit};
use plumb_web::testing::{Answer, request, send};
use serde_json::{Value, json};

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) org: OrgId,
    router: axum::Router,
}

/// A row of a list: `first last | email | company | phone | linkedin | city`.
pub(crate) fn row(row_no: i64, text: &str) -> NewLead {
    let mut cells = text.split('|').map(|cell| Some(cell.trim().to_owned()).filter(|cell| !cell.is_empty()));
    let mut next = || cells.next().flatten();
    let (name, email, company, phone, linkedin, city) = (next(), next(), next(), next(), next(), next());
    let (first, last) = name.as_deref().and_then(|name| name.split_once(' ')).unzip();
    let email = email.map(|email| Email::parse(&email).expect("an address"));
    NewLead {
        dedupe_key: email.as_ref().map_or_else(|| format!("r:{text}"), |email| format!("e:{}", email.key())),
        email: email.as_ref().map(Email::expose),
        email_key: email.as_ref().map(Email::key),
        email_domain: email.as_ref().map(|email| email.domain().to_string()),
        org_domain: email.as_ref().map(|email| email.domain().to_string()),
        first_name: first.map(str::to_owned),
        last_name: last.map(str::to_owned),
        company,
        phone_e164: phone,
        linkedin,
        city,
        row_no,
        raw: json!({ "row": text }).to_string(),
        ..NewLead::default()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let db = Db::new().await;
        let org = db.org("Example").await;
        let router = plumb_web::testing::router(crate::routes(db.store()), Role::Admin);
        Self { db, org, router }
    }

    pub(crate) async fn tx(&self) -> OrgTx {
        self.tx_of(self.org).await
    }

    pub(crate) async fn tx_of(&self, org: OrgId) -> OrgTx {
        self.db.store().org(org, Actor::SYSTEM).await.expect("begins")
    }

    pub(crate) async fn send_as(&self, org: OrgId, method: &str, path: &str, kind: &str, body: String) -> Answer {
        let request = request(org, method, path).header(header::CONTENT_TYPE, kind);
        send(&self.router, request.body(Body::from(body)).expect("a request")).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send_as(self.org, "GET", path, "text/plain", String::new()).await
    }

    pub(crate) async fn post(&self, path: &str) -> Answer {
        self.json("POST", path, &json!({})).await
    }

    pub(crate) async fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send_as(self.org, method, path, "application/json", body.to_string()).await
    }

    pub(crate) async fn form(&self, path: &str, body: &str) -> Answer {
        self.send_as(self.org, "POST", path, "application/x-www-form-urlencoded", body.to_owned()).await
    }

    /// Rows of one import become leads, and the import is handed over.
    pub(crate) async fn import_rows(&self, org: OrgId, rows: Vec<NewLead>) -> (ImportId, Vec<Landed>) {
        let import = ImportId::fresh();
        let mut tx = self.tx_of(org).await;
        let landed = plumb_lead::upsert(&mut tx, import, rows, &self.db.store().keys().suppression()).await;
        plumb_lead::hand_over_import(&mut tx, import).await.expect("is handed over");
        tx.commit(audit::Entry::of("test.landed")).await.expect("commits");
        (import, landed.expect("leads land"))
    }

    /// The same for rows as text, and everything that follows is done.
    pub(crate) async fn import(&self, rows: &[&str]) -> Vec<LeadId> {
        let rows = (1..).zip(rows).map(|(no, text)| row(no, text)).collect();
        let (_, landed) = self.import_rows(self.org, rows).await;
        self.work().await;
        landed.into_iter().map(|landed| landed.lead).collect()
    }

    /// Every job that is ready, and those that it queues; none may fail.
    pub(crate) async fn work(&self) {
        let failed = self.run(&crate::jobs()).await;
        assert!(failed.is_empty(), "{failed:?}");
    }

    pub(crate) async fn run(&self, jobs: &Registry) -> Vec<JobError> {
        let others = Registry::new()
            .handle::<ToVerify, _, _>(|_, _| async { Ok(Done::Nothing) })
            .handle::<ToScreen, _, _>(|_, _| async { Ok(Done::Nothing) });
        job::drain(self.db.store(), &jobs.clone().and(others)).await.expect("the queue works").1
    }

    /// The queue.
    pub(crate) async fn pairs(&self, state: &str) -> Vec<Value> {
        let page = self.get(&format!("/api/v1/duplicates?state={state}&limit=100")).await.ok();
        page["pairs"].as_array().expect("pairs").clone()
    }

    /// The one pair of the queue that is open.
    pub(crate) async fn only_pair(&self) -> Value {
        let pairs = self.pairs("open").await;
        assert_eq!(pairs.len(), 1, "{pairs:#?}");
        pairs[0].clone()
    }

    /// Merges the one open pair.
    pub(crate) async fn merge_only(&self) -> Value {
        let pair = self.only_pair().await;
        self.post(&format!("/api/v1/duplicates/{}/merge", pair["id"].as_str().expect("an id"))).await.ok()
    }

    /// What the database has about leads and their rows, apart from when a lead last changed.
    pub(crate) async fn whole(&self) -> Vec<Value> {
        let mut conn = self.db.admin_conn().await;
        sqlx::query_scalar(
            "select (to_jsonb(l) - 'updated_at') || jsonb_build_object('sources',
                 (select jsonb_agg(jsonb_build_array(s.import_id, s.row_no) order by s.import_id, s.row_no)
                  from lead_source s where s.lead_id = l.id)) from lead l order by l.id",
        )
        .fetch_all(&mut conn)
        .await
        .expect("leads are read")
    }

    /// Changes rows behind everybody's back; some must change.
    pub(crate) async fn change(&self, sql: &'static str) {
        let changed = sqlx::query(sql).execute(&mut self.db.admin_conn().await).await.expect("is changed");
        assert_ne!(changed.rows_affected(), 0, "{sql}");
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut self.db.admin_conn().await).await.expect("counts")
    }

    pub(crate) async fn opt_out(&self, email: &str) {
        let (token, _) = self.db.store().keys().suppression().of(&Email::parse(email).expect("an address"));
        sqlx::query(
            "insert into suppression (token, kind, key_version, reason, at) values ($1, 'email', 1, 'opt_out', now())",
        )
        .bind(&token[..])
        .execute(&mut self.db.admin_conn().await)
        .await
        .expect("opts out");
    }

    /// The lead as the API of leads shows it.
    pub(crate) async fn lead(&self, id: LeadId) -> Option<plumb_lead::Lead> {
        let mut tx = self.tx().await;
        let lead = plumb_lead::leads(&mut tx, &[id]).await.expect("is read").pop();
        tx.done_reading().await.expect("ends");
        lead
    }
}
