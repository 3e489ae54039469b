//! A database, the real router and a small cleaner, for the tests of this crate.

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use http::{Request, header};
use plumb_base::cells::Row;
use plumb_base::{Clock, Email, ImportId, OrgId};
use plumb_lead::{NewLead, ToCompare, ToScreen, ToVerify};
use plumb_store::access::Role;
use plumb_store::job::{self, Done, JobContext, JobError, Registry};
use plumb_store::testing::{Db, killed_after};
use plumb_store::{Actor, OrgTx};
pub(crate) use plumb_web::testing::{Answer, TOKEN, request};
use serde_json::Value;

use crate::job::{ImportList, run};
use crate::{
    Cleaned, CleanedRow, Cleaning, FieldName, Mapping, PrivateValue, Proposal, Proposed, Source, Warning, Wishes,
    Worker,
};

/// Rows in a batch here: few, so that short lists have several.
pub(crate) const BATCH_ROWS: usize = 10;

const FIELDS: [(&str, &str, &[&str]); 4] = [
    ("email", "E-mail", &["email", "e-mail"]),
    ("full_name", "Name", &["name", "full name"]),
    ("company", "Company", &["company", "firma"]),
    ("city", "City", &["city", "stadt"]),
];

/// Cleans just enough to tell leads apart: addresses in lower case, no address is a reject.
pub(crate) fn cleaning() -> Cleaning {
    Cleaning {
        propose: Arc::new(|names, _| Proposal {
            columns: names.iter().map(|name| propose(name)).collect(),
            preset: names.iter().any(|name| name == "Record ID").then(|| "HubSpot".to_owned()),
        }),
        check: Arc::new(check),
        clean: Arc::new(|mapping, rows, wishes| rows.iter().map(|row| withheld(wishes, clean(mapping, row))).collect()),
        explain: Arc::new(|code| (code == "nothing_to_identify").then_some("The row names nobody.")),
        fields: FIELDS.iter().map(|&(code, label, _)| FieldName { code, label }).collect(),
        rules_version: "test".to_owned(),
    }
}

fn propose(name: &str) -> Proposed {
    let name = name.trim().to_lowercase();
    let field =
        FIELDS.iter().find(|(_, _, names)| names.contains(&name.as_str())).map(|(code, _, _)| (*code).to_owned());
    let warning =
        (name == "allergies").then(|| Warning { code: "health".to_owned(), words: "It is about health.".to_owned() });
    Proposed { field, confidence: "high".to_owned(), reason: "Its name says so.".to_owned(), warning }
}

/// Leaves out addresses at `free.example.com`, where personal ones are denied.
fn withheld(wishes: &Wishes, row: CleanedRow) -> Cleaned {
    match row {
        CleanedRow::Lead(mut lead)
            if wishes.denied.contains(&PrivateValue::PersonalEmail)
                && lead.email.as_deref().is_some_and(|email| email.ends_with("@free.example.com")) =>
        {
            (lead.email, lead.email_key) = (None, None);
            lead.dedupe_key = "n:withheld".to_owned();
            lead.flags.push("policy_withheld".to_owned());
            Cleaned { row: CleanedRow::Lead(lead), withheld: vec![0] }
        }
        row => row.into(),
    }
}

fn check(mapping: &Mapping, names: &[String]) -> Vec<String> {
    let mut errors = Vec::new();
    if mapping.columns.iter().any(|column| names.get(column.index) != Some(&column.name)) {
        errors.push("the list has no such column".to_owned());
    }
    if !mapping.columns.iter().any(|column| column.field.as_deref() == Some("email")) {
        errors.push("no column has an address".to_owned());
    }
    errors
}

fn clean(mapping: &Mapping, row: Row<'_>) -> CleanedRow {
    let cell = |code: &str| {
        let column = mapping.columns.iter().find(|column| column.field.as_deref() == Some(code))?;
        Some(row.get(column.index)?.trim().to_owned()).filter(|cell| !cell.is_empty())
    };
    let Some(email) = cell("email").and_then(|email| Email::parse(&email).ok()) else {
        return CleanedRow::Reject { reason: "nothing_to_identify", detail: String::new() };
    };
    let key = email.suppression_form();
    CleanedRow::Lead(Box::new(NewLead {
        dedupe_key: format!("e:{key}"),
        email: Some(key.clone()),
        email_key: Some(key),
        full_name: cell("full_name"),
        company: cell("company"),
        city: cell("city"),
        flags: if cell("city").is_none() { vec!["no_city".to_owned()] } else { Vec::new() },
        ..NewLead::default()
    }))
}

/// Runs the import in batches of [`BATCH_ROWS`], its rows cleaned by `cleaning`.
pub(crate) async fn read(cleaning: Cleaning, job: ImportList, cx: JobContext) -> Result<Done, JobError> {
    run(Worker::thread(cleaning), "test".to_owned(), BATCH_ROWS, job, cx).await
}

/// A database with one organisation, and the router over it.
pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) org: OrgId,
    pub(crate) router: axum::Router,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Clock::System, |source| source).await
    }

    pub(crate) async fn with(clock: Clock, set: impl FnOnce(Source) -> Source) -> Self {
        Self::of(clock, set, Role::Member).await
    }

    /// Everybody is an administrator.
    pub(crate) async fn as_admin() -> Self {
        Self::of(Clock::System, |source| source, Role::Admin).await
    }

    async fn of(clock: Clock, set: impl FnOnce(Source) -> Source, role: Role) -> Self {
        let db = Db::with_clock(clock).await;
        let org = db.org("Example").await;
        let source = set(Source::new(db.store().clone(), cleaning(), Worker::thread(cleaning())));
        let router = plumb_web::testing::router(crate::routes(&source), role);
        Self { db, org, router }
    }

    pub(crate) async fn tx(&self) -> OrgTx {
        self.db.store().org(self.org, Actor::SYSTEM).await.expect("begins")
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        plumb_web::testing::send(&self.router, request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_as(self.org, path).await
    }

    pub(crate) async fn get_as(&self, org: OrgId, path: &str) -> Answer {
        self.send(request(org, "GET", path).body(Body::empty()).expect("a request")).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = request(self.org, "POST", path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        let request = request(self.org, "PUT", path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    pub(crate) async fn form(&self, path: &str, body: &str) -> Answer {
        let request = request(self.org, "POST", path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.to_owned())).expect("a request")).await
    }

    /// Uploads `file` to `path` with further fields.
    pub(crate) async fn upload_to(&self, path: &str, file: &[u8], fields: &[(&str, &str)]) -> Answer {
        let whole = [head(fields).as_bytes(), file, END].concat();
        self.send(upload_request(self.org, path).body(in_pieces(&whole)).expect("a request")).await
    }

    pub(crate) async fn upload(&self, file: &[u8]) -> Answer {
        self.upload_to("/api/v1/imports", file, &[]).await
    }

    /// Uploads a good list and starts it.
    pub(crate) async fn queued(&self, file: &[u8]) -> ImportId {
        let answer = self.upload_to("/api/v1/imports?start=true", file, &[]).await;
        let import = answer.json();
        assert_eq!(import["state"], "queued", "{answer:?}");
        id(&import)
    }

    pub(crate) async fn import(&self, import: ImportId) -> Value {
        self.get(&format!("/api/v1/imports/{import}")).await.json()
    }

    /// Runs every job; the import's work goes on for `polls` polls at most each time.
    pub(crate) async fn work(&self, polls: usize) -> Vec<JobError> {
        let registry = Registry::new()
            .handle::<ImportList, _, _>(move |job, cx| async move {
                let work = killed_after(polls, Box::pin(read(cleaning(), job, cx))).await;
                work.unwrap_or_else(|| Err(JobError::Fail("killed".to_owned())))
            })
            .handle::<ToScreen, _, _>(|_, _| async { Ok(Done::Nothing) })
            .handle::<ToCompare, _, _>(|_, _| async { Ok(Done::Nothing) })
            .handle::<ToVerify, _, _>(|_, _| async { Ok(Done::Nothing) });
        job::drain(self.db.store(), &registry).await.expect("the queue works").1
    }

    /// Puts what was killed back into the queue.
    pub(crate) async fn revive(&self) {
        let mut tx = self.tx().await;
        for dead in job::dead(&mut tx).await.expect("lists") {
            job::retry(&mut tx, dead.id).await.expect("retries");
        }
        tx.commit(plumb_store::audit::Entry::of("job.retried")).await.expect("commits");
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.tx().await;
        let count = sqlx::query_scalar(sql).fetch_one(tx.conn()).await.expect(sql);
        tx.done_reading().await.expect("ends");
        count
    }
}

/// The id in an import's JSON.
pub(crate) fn id(import: &Value) -> ImportId {
    import["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("no id in {import}"))
}

pub(crate) fn upload_request(org: OrgId, path: &str) -> http::request::Builder {
    request(org, "POST", path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=BOUNDARY")
        .header(header::TRANSFER_ENCODING, "chunked")
}

pub(crate) const END: &[u8] = b"\r\n--BOUNDARY--\r\n";

/// What comes before the file's bytes in a form.
pub(crate) fn head(fields: &[(&str, &str)]) -> String {
    let mut head = String::new();
    for (name, value) in fields {
        head.push_str("--BOUNDARY\r\nContent-Disposition: form-data; name=\"");
        head.push_str(name);
        head.push_str("\"\r\n\r\n");
        head.push_str(value);
        head.push_str("\r\n");
    }
    head.push_str("--BOUNDARY\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\n");
    head.push_str("Content-Type: text/csv\r\n\r\n");
    head
}

/// A body that comes in pieces, each when the one before it was taken, as from a socket.
pub(crate) fn in_pieces(whole: &[u8]) -> Body {
    Body::from_stream(slowly(whole.chunks(64 * 1024).map(<[u8]>::to_vec).collect()))
}

/// A body that ends in an error after `pieces`.
pub(crate) fn broken_off(pieces: Vec<Vec<u8>>) -> Body {
    let error = async {
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    };
    Body::from_stream(slowly(pieces).chain(futures::stream::once(error)))
}

/// A body that stops coming after `pieces`, without ending.
pub(crate) fn hanging(pieces: Vec<Vec<u8>>) -> Body {
    Body::from_stream(slowly(pieces).chain(futures::stream::pending()))
}

/// Each piece is there at once, and a moment passes after it.
fn slowly(pieces: Vec<Vec<u8>>) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    futures::stream::unfold((pieces.into_iter(), false), |(mut pieces, taken)| async move {
        if taken {
            tokio::task::yield_now().await;
        }
        let piece = pieces.next()?;
        Some((Ok(Bytes::from(piece)), (pieces, true)))
    })
}

/// `rows` people, one in ten of them met before, one in ten without an address.
pub(crate) fn people(rows: usize) -> String {
    let mut list = "Email,Name,Company,City\n".to_owned();
    for n in 0..rows {
        let row = match n % 10 {
            7 => format!("person{}@example.com,Person {n},,Town {n}\n", n - 7),
            8 => format!(",Person {n},Company {n},Town\n"),
            _ => format!("person{n}@example.com,Person {n},Company {n},\n"),
        };
        list.push_str(&row);
    }
    list
}
