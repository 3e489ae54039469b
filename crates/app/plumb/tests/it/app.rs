//! The program in this process without a socket: a database of its own, the real router, real sign-ins.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures::future::BoxFuture;
use http::{HeaderMap, Method, StatusCode, header};
use plumb::config::Config;
use plumb::server::{Parts, assemble};
use plumb_base::{Clock, OrgId, UserId};
use plumb_store::access::Role;
use plumb_store::job::Registry;
use plumb_store::testing::Db;
use plumb_store::{RateDecision, StoreError};
use plumb_verify::VerifyConfig;
use plumb_web::{CSRF_HEADER, Limiter, RateRule, Register, Services, Settings};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// The program on a throwaway database.
pub(crate) struct App {
    pub(crate) db: Db,
    pub(crate) register: Register,
    pub(crate) jobs: Registry,
    router: Router,
}

/// A signed-in browser.
pub(crate) struct Browser {
    cookie: String,
    token: String,
}

/// Who sends a request.
#[derive(Clone, Copy)]
pub(crate) enum From<'a> {
    Nobody,
    Browser(&'a Browser),
    /// A browser with its cookie, on a page of somebody else's: without the token.
    Forged(&'a Browser),
    Key(&'a str),
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of text"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    fn cookie(&self, name: &str) -> String {
        let all = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pair = all
            .filter_map(|set| set.split(';').next())
            .find(|pair| pair.starts_with(name) && pair.len() > name.len() + 1);
        pair.unwrap_or_else(|| panic!("no cookie {name} in {self:?}")).to_owned()
    }
}

/// Lets everything through: these tests ask more often than anyone should.
struct Unlimited;

impl Limiter for Unlimited {
    fn ask<'a>(&'a self, _: &'a str, _: RateRule) -> BoxFuture<'a, Result<RateDecision, StoreError>> {
        Box::pin(async { Ok(RateDecision::Allowed) })
    }
}

impl App {
    pub(crate) async fn new(clock: Clock) -> Self {
        Self::with(clock, &Config::default(), VerifyConfig::default()).await
    }

    pub(crate) async fn with(clock: Clock, config: &Config, verify: VerifyConfig) -> Self {
        let db = Db::with_clock(clock).await;
        let config = &Config {
            program: Some(env!("CARGO_BIN_EXE_plumb").into()),
            dnc_dir: config.dnc_dir.clone().or_else(|| Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("dnc"))),
            ..config.clone()
        };
        let Parts { register, jobs, identity, .. } =
            assemble(config, verify, db.store()).expect("the program is wired");
        let services = Services::new(identity, Arc::new(Unlimited), Settings::default(), CancellationToken::new());
        let router = register.router(&services);
        Self { db, register, jobs, router }
    }

    /// An organisation with its owner.
    pub(crate) async fn org(&self, name: &str, owner: &str) -> (OrgId, UserId) {
        plumb_identity::create_org_with_owner(self.db.store(), name, owner, "", None)
            .await
            .expect("an organisation is made")
    }

    /// An account with `role` in `org`, or in none.
    pub(crate) async fn account(&self, org: OrgId, email: &str, role: Option<Role>) -> UserId {
        let (_, user) = self.org(&format!("Home of {email}"), email).await;
        // There are no invitations yet, so a colleague is made below the program.
        let mut conn = self.db.admin_conn().await;
        if let Some(role) = role {
            let gone = sqlx::query("delete from membership where user_id = $1").bind(user.0).execute(&mut conn).await;
            gone.expect("the account leaves its own organisation");
            sqlx::query("insert into membership (org_id, user_id, role, created_at) values ($1, $2, $3, now())")
                .bind(org.0)
                .bind(user.0)
                .bind(role.as_str())
                .execute(&mut conn)
                .await
                .expect("the account joins");
        }
        user
    }

    /// Signs in by a link, as people do.
    pub(crate) async fn browser(&self, user: UserId) -> Browser {
        let link = plumb_identity::sign_in_link(self.db.store(), user, "").await.expect("a link is made");
        let opened = self.send(Method::GET, &link, From::Nobody, &[], "").await;
        let pending = opened.cookie("__Host-plumb_p");
        let button = opened.header(header::LOCATION);
        let signed_in = self.send(Method::POST, button, From::Nobody, &[("cookie", &pending)], "").await;
        let cookie = signed_in.cookie("__Host-plumb_s");
        let mut browser = Browser { cookie, token: String::new() };
        let page = self.get("/orgs", From::Browser(&browser)).await.body;
        let (_, rest) =
            page.split_once(r#"name="csrf-token" content=""#).expect("a page of a signed-in person has its token");
        rest.split('"').next().unwrap_or_default().clone_into(&mut browser.token);
        browser
    }

    pub(crate) async fn get(&self, path: &str, from: From<'_>) -> Answer {
        self.send(Method::GET, path, from, &[], "").await
    }

    pub(crate) async fn api(&self, method: Method, path: &str, from: From<'_>, body: &Value) -> Answer {
        self.send(method, path, from, &[("content-type", "application/json")], &body.to_string()).await
    }

    /// Uploads a list as a form with one file.
    pub(crate) async fn upload(&self, path: &str, from: From<'_>, list: &str) -> Answer {
        let body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\n{list}\r\n--edge--\r\n"
        );
        self.send(Method::POST, path, from, &[("content-type", "multipart/form-data; boundary=edge")], &body).await
    }

    /// Sends a request and reads the answer to its end.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        from: From<'_>,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let (parts, body) = self.head(method, path, from, headers, body).await.into_parts();
        let body = axum::body::to_bytes(body, 1 << 24).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).expect("text") }
    }

    /// Sends a request and answers as soon as the head of the answer is there: event streams do not end.
    pub(crate) async fn head(
        &self,
        method: Method,
        path: &str,
        from: From<'_>,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "plumb.example.com");
        match from {
            From::Nobody => {}
            From::Browser(browser) => {
                request = request.header(header::COOKIE, &browser.cookie).header(CSRF_HEADER, &browser.token);
            }
            From::Forged(browser) => request = request.header(header::COOKIE, &browser.cookie),
            From::Key(key) => request = request.header(header::AUTHORIZATION, format!("Bearer {key}")),
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        self.router.clone().oneshot(request).await.expect("the router always answers")
    }
}

/// Compares `found` with the checked-in file, or writes it when `PLUMB_BLESS` is set.
pub(crate) fn golden(path: &str, found: &str) {
    let file: PathBuf = crate::shape::root().join(path);
    if std::env::var_os("PLUMB_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("the folder is there");
        std::fs::write(&file, found).expect("the golden file is written");
        return;
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    if known == found {
        return;
    }
    let line = known.lines().zip(found.lines()).take_while(|(known, found)| known == found).count();
    let (was, is) = (known.lines().nth(line).unwrap_or("(end)"), found.lines().nth(line).unwrap_or("(end)"));
    panic!(
        "{path} is out of date from line {}:\n  was {was}\n  is  {is}\nPLUMB_BLESS=1 writes it anew: read the difference before you commit it.",
        line + 1
    );
}
