//! A whole server for tests: real database, real router, a clock that stands still.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use chrono::{TimeDelta, TimeZone as _, Utc};
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use plumb_base::{Clock, OrgId, UserId};
use plumb_store::Store;
use plumb_store::access::Action;
use plumb_store::testing::Db;
use plumb_web::{Access, Caller, Doc, Handler as _, Json, Register, Route, Services, Settings};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::{Identity, create_org_with_owner, routes, sign_in_link};

pub(crate) const EMAIL: &str = "Ada@example.com";
pub(crate) const PASSWORD: &str = "tapestry of quiet rivers";
pub(crate) const BASE: &str = "https://plumb.example.com";
/// A route of another slice: what a signed-in member or a key with `leads:read` reaches.
pub(crate) const PROBE: &str = "/api/v1/probe";

pub(crate) struct World {
    db: Db,
    pub(crate) org: OrgId,
    pub(crate) user: UserId,
    router: Router,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value that the answer gives the cookie `name`.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.set_cookies().into_iter().find_map(|set| {
            let (found, rest) = set.split_once('=')?;
            (found == name).then(|| rest.split(';').next().unwrap().to_owned())
        })
    }

    pub(crate) fn set_cookies(&self) -> Vec<String> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl World {
    /// An organisation "Engines" that Ada owns, with a password.
    pub(crate) async fn new() -> Self {
        let clock = Clock::frozen(Utc.with_ymd_and_hms(2026, 1, 5, 9, 0, 0).unwrap());
        let db = Db::with_clock(clock).await;
        let (org, user) = create_org_with_owner(db.store(), "Engines", EMAIL, "Ada", Some(PASSWORD)).await.unwrap();
        let identity = Identity::new(db.store().clone());
        let mut all = routes(&identity);
        all.push(
            Route::get(PROBE, Access::Org(Action::LeadsRead), probe.with_state(()))
                .doc(Doc::new("Who reached it").responds::<serde_json::Value>(200)),
        );
        let services = Services::new(
            Arc::new(identity),
            Arc::new(db.store().clone()),
            Settings::default(),
            CancellationToken::new(),
        );
        let router = Register::new(all).unwrap().router(&services);
        Self { db, org, user, router }
    }

    pub(crate) fn store(&self) -> &Store {
        self.db.store()
    }

    pub(crate) fn minutes_pass(&self, minutes: i64) {
        self.store().clock().advance(TimeDelta::minutes(minutes));
    }

    async fn send(&self, request: http::request::Builder, body: String) -> Answer {
        let response: Response<Body> =
            self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// `cookies` is the whole `Cookie` header; empty for none.
    pub(crate) async fn get(&self, path: &str, cookies: &str) -> Answer {
        self.send(request(Method::GET, path, cookies), String::new()).await
    }

    pub(crate) async fn post(&self, path: &str, cookies: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request =
            request(Method::POST, path, cookies).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, body).await
    }

    /// A form sent from a page of this session: with its token.
    pub(crate) async fn submit(&self, path: &str, session: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.csrf(session).await;
        let mut fields = fields.to_vec();
        fields.push(("csrf", &token));
        self.post(path, session, &fields).await
    }

    pub(crate) async fn api(&self, method: Method, path: &str, session: &str, body: serde_json::Value) -> Answer {
        let request = request(method, path, session)
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-csrf-token", self.csrf(session).await);
        self.send(request, body.to_string()).await
    }

    pub(crate) async fn with_key(&self, method: Method, path: &str, key: &str) -> Answer {
        self.with_key_and_cookie(method, path, key, "").await
    }

    pub(crate) async fn with_key_and_cookie(&self, method: Method, path: &str, key: &str, cookies: &str) -> Answer {
        let request = request(method, path, cookies)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, "{}".to_owned()).await
    }

    /// A form that a page of another site sends, as a browser says.
    pub(crate) async fn cross_site(&self, method: Method, path: &str, form: String) -> Answer {
        let request = request(method, path, "")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site");
        self.send(request, form).await
    }

    async fn csrf(&self, session: &str) -> String {
        let page = self.get("/orgs", session).await.body;
        let (_, rest) = page.split_once(r#"name="csrf-token" content=""#).expect("a page of a signed-in person");
        rest.split('"').next().unwrap().to_owned()
    }

    pub(crate) async fn try_sign_in(&self, email: &str, password: &str) -> Answer {
        self.post("/sign-in", "", &[("email", email), ("password", password)]).await
    }

    /// Signs Ada in and gives her `Cookie` header.
    pub(crate) async fn sign_in(&self) -> String {
        self.sign_in_as(EMAIL).await
    }

    pub(crate) async fn sign_in_as(&self, email: &str) -> String {
        let answer = self.try_sign_in(email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        session_cookie(&answer)
    }

    /// The path and query of a new link for Ada.
    pub(crate) async fn link(&self) -> String {
        let url = sign_in_link(self.store(), self.user, BASE).await.unwrap();
        url.strip_prefix(BASE).unwrap().to_owned()
    }

    /// Puts an account with the usual password into Ada's organisation.
    pub(crate) async fn colleague(&self, email: &str, role: &str) -> UserId {
        let (_, user) =
            create_org_with_owner(self.store(), &format!("Own of {role}"), email, "", Some(PASSWORD)).await.unwrap();
        let mut tx = self.store().auth().await.unwrap();
        sqlx::query!("update membership set org_id = $1, role = $2 where user_id = $3", self.org.0, role, user.0)
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit_unaudited().await.unwrap();
        user
    }

    pub(crate) async fn remove_member(&self, user: UserId) {
        let mut tx = self.store().auth().await.unwrap();
        sqlx::query!("delete from membership where user_id = $1", user.0).execute(tx.conn()).await.unwrap();
        tx.commit_unaudited().await.unwrap();
    }

    /// The audit entries so far, oldest first: `action outcome actor`, with ` here` when they are in Ada's
    /// organisation's log.
    pub(crate) async fn audit(&self) -> Vec<String> {
        let mut tx = self.store().system(plumb_store::SystemTask::SequenceAudit).await.unwrap();
        let rows = sqlx::query!("select org_id, action, outcome, actor_kind from audit_pending order by id")
            .fetch_all(tx.conn())
            .await
            .unwrap();
        tx.done_reading().await.unwrap();
        rows.into_iter()
            .map(|row| {
                let here = if row.org_id == self.org.0 { " here" } else { "" };
                format!("{} {} {}{here}", row.action, row.outcome, row.actor_kind)
            })
            .collect()
    }
}

pub(crate) fn session_cookie(answer: &Answer) -> String {
    format!("__Host-plumb_s={}", answer.cookie("__Host-plumb_s").expect("a session"))
}

fn request(method: Method, path: &str, cookies: &str) -> http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies) }
}

async fn probe(caller: Caller) -> Json<serde_json::Value> {
    Json(serde_json::json!({ "org": caller.org.to_string(), "role": caller.role.as_str() }))
}
