//! A small product of its own, to test the shell with: one route of each kind, made-up callers, a counter.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use futures::StreamExt as _;
use futures::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};
use maud::{Markup, html};
use plumb_base::{ApiKeyId, OrgId, SessionId, UserId};
use plumb_store::access::{Action, Role, Scope};
use plumb_store::{RateDecision, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::page::{self, Chrome, Nav};
use crate::sse::{Event, Events};
use crate::*;

/// The token of every session here.
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Knows callers by the word in their cookie or bearer token.
struct Callers;

impl Authenticator for Callers {
    fn authenticate<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Principal, AuthnError>> {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let word = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ")).or(text(header::COOKIE));
        let session = |role: Option<Role>| {
            Ok(Principal::Session(Session {
                user: UserId::fresh(),
                session: SessionId::fresh(),
                csrf: Csrf::new(TOKEN),
                member: role.map(|role| Member { org: OrgId::fresh(), org_name: "Example <Ltd>".into(), role }),
            }))
        };
        let key = |role, scopes: &[Scope]| {
            let scopes = scopes.to_vec();
            Ok(Principal::ApiKey(Key { key: ApiKeyId::fresh(), org: OrgId::fresh(), scopes, role }))
        };
        let found = match word {
            None => Ok(Principal::Anonymous),
            Some("member") => session(Some(Role::Member)),
            Some("admin") => session(Some(Role::Admin)),
            Some("owner") => session(Some(Role::Owner)),
            Some("homeless") => session(None),
            Some("key-all") => key(Role::Owner, Scope::ALL),
            Some("key-busy") => Ok(Principal::ApiKey(Key {
                key: ApiKeyId::fresh(),
                org: OrgId(uuid::Uuid::max()),
                scopes: Scope::ALL.to_vec(),
                role: Role::Owner,
            })),
            Some("key-leads") => key(Role::Owner, &[Scope::LeadsRead]),
            Some("key-of-member") => key(Role::Member, Scope::ALL),
            Some("throttled") => Err(AuthnError::Throttled { retry_after: Duration::from_secs(7) }),
            Some("outage") => Err(AuthnError::Unavailable(StoreError::from(sqlx::Error::PoolTimedOut))),
            Some(_) => Err(AuthnError::Rejected),
        };
        Box::pin(async move { found })
    }
}

/// Lets `burst` through for each key, and counts the keys.
#[derive(Default)]
pub(crate) struct Counter(Mutex<HashMap<String, u32>>);

impl Counter {
    pub(crate) fn keys(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }
}

impl Limiter for Counter {
    fn ask<'a>(&'a self, key: &'a str, rule: RateRule) -> BoxFuture<'a, Result<RateDecision, StoreError>> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key.to_owned()).or_default();
        *count += 1;
        let refused = RateDecision::Refused { retry_after: rule.emit };
        let decision = if *count <= rule.burst { RateDecision::Allowed } else { refused };
        Box::pin(async move { Ok(decision) })
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Thing {
    /// What it is called.
    pub(crate) name: String,
    pub(crate) parts: Option<Vec<Part>>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Part {
    pub(crate) size: u32,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ThingQuery {
    /// How many at most.
    pub(crate) limit: Option<u32>,
    pub(crate) after: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ThingPath {
    pub(crate) thing: uuid::Uuid,
}

pub(crate) const PUBLIC: Access = Access::Public { reason: "A test.", limit: RateRule::per_minute(3) };

/// A slice with one route of each kind.
pub(crate) fn routes() -> Vec<Route> {
    const READ: Access = Access::Org(Action::LeadsRead);
    const EDIT: Access = Access::Org(Action::LeadsEdit);
    vec![
        Route::get("/api/v1/things", READ, list.with_state(()))
            .doc(Doc::new("List things").tag("things").query::<ThingQuery>().responds::<Vec<Thing>>(200)),
        Route::post("/api/v1/things", EDIT, make.with_state(()))
            .doc(Doc::new("Make a thing").tag("things").body::<Thing>().responds::<Thing>(201)),
        Route::get("/api/v1/things/{thing}", READ, one.with_state(()))
            .doc(Doc::new("One thing").tag("things").path::<ThingPath>().responds::<Thing>(200)),
        Route::get("/api/v1/things/{thing}/events", READ, events.with_state(()))
            .doc(Doc::new("What happens to a thing").tag("things").responds_with(200, "text/event-stream")),
        Route::post("/api/v1/uploads", EDIT, upload.with_state(()))
            .limits(BodyLimit::Stream(4096))
            .doc(Doc::new("Upload").tag("things").body_of("multipart/form-data").responds_empty(204)),
        Route::get("/api/v1/log", Access::Org(Action::AuditRead), fine.with_state(()))
            .doc(Doc::new("The log").responds_with(200, "text/plain")),
        Route::post("/api/v1/keys", Access::Org(Action::ApiKeysManage), fine.with_state(()))
            .doc(Doc::new("Make a key").responds_empty(200)),
        Route::get("/api/v1/me", Access::SignedIn, fine.with_state(())).doc(Doc::new("Who am I").responds_empty(200)),
        Route::get("/api/v1/public", PUBLIC, fine.with_state(())).doc(Doc::new("Public").responds_empty(200)),
        Route::get("/api/v1/broken", READ, broken.with_state(())).doc(Doc::new("Panics").responds_empty(200)),
        Route::get("/api/v1/slow", READ, slow.with_state(())).doc(Doc::new("Never answers").responds_empty(200)),
        Route::get("/things", READ, things_page.with_state(())).page(),
        Route::post("/things", EDIT, save.with_state(())).page(),
        Route::post("/uploads", EDIT, upload.with_state(())).limits(BodyLimit::Stream(4096)).page(),
        Route::get("/broken", READ, broken.with_state(())).page(),
        Route::post("/sign-in", PUBLIC, fine.with_state(())).page(),
    ]
}

async fn list(_: Caller, Query(query): Query<ThingQuery>) -> Json<Vec<Thing>> {
    Json(vec![Thing { name: query.after, parts: query.limit.map(|size| vec![Part { size }]) }])
}

async fn make(_: Caller, Json(thing): Json<Thing>) -> (StatusCode, Json<Thing>) {
    (StatusCode::CREATED, Json(thing))
}

async fn one(_: Caller, Path(ThingPath { thing }): Path<ThingPath>) -> Result<Json<Thing>, Problem> {
    if thing.is_max() { Ok(Json(Thing { name: "the last".into(), parts: None })) } else { Err(Problem::not_found()) }
}

async fn events(_: Caller, Path(_): Path<ThingPath>, events: Events) -> Response {
    let first = futures::stream::iter([Event::json("progress", &Part { size: 1 }).id("1")]);
    events.stream(first.chain(futures::stream::pending()))
}

async fn upload(_: Caller, Multipart(mut form): Multipart) -> Result<StatusCode, Problem> {
    while let Some(mut field) = form.next_field().await? {
        while field.chunk().await?.is_some() {}
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn things_page(caller: Caller) -> Markup {
    let body = html! { h1 { "Things" } form method="post" { (caller.csrf.field()) } };
    page::layout("Things", &Chrome::of(&caller, Nav::Leads), body)
}

async fn save(_: Caller, Form(thing): Form<FormThing>) -> Redirect {
    Redirect::to(&format!("/things?saved={}", thing.name))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormThing {
    name: String,
}

async fn fine() -> &'static str {
    "fine"
}

async fn broken() -> StatusCode {
    panic!("with something private")
}

async fn slow() -> StatusCode {
    futures::future::pending().await
}

/// The product, running without a socket.
pub(crate) struct World {
    pub(crate) router: axum::Router,
    pub(crate) counter: Arc<Counter>,
    pub(crate) shutdown: CancellationToken,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl World {
    pub(crate) fn new(settings: Settings) -> Self {
        let (counter, shutdown) = (Arc::new(Counter::default()), CancellationToken::new());
        let limiter: Arc<dyn Limiter> = counter.clone();
        let services = Services::new(Arc::new(Callers), limiter, settings, shutdown.clone());
        Self { router: Register::new(routes()).unwrap().router(&services), counter, shutdown }
    }

    pub(crate) async fn ask(&self, request: Request) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    pub(crate) async fn get(&self, path: &str, who: &str) -> Answer {
        self.ask(request(Method::GET, path, who, &[], "")).await
    }
}

/// A request by `who`: a word for the cookie, or `key-…` for a bearer token; nobody when empty.
pub(crate) fn request(method: Method, path: &str, who: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "plumb.example.com");
    if who.starts_with("key-") {
        request = request.header(header::AUTHORIZATION, format!("Bearer {who}"));
    } else if !who.is_empty() {
        request = request.header(header::COOKIE, who);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}
