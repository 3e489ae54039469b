//! The real router over a slice's routes, and somebody signed in who asks it, for the tests of that slice.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot ask can only stop")]

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use plumb_base::{OrgId, SessionId, UserId};
use plumb_store::access::{Role, Scope};
use plumb_store::{RateDecision, StoreError};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::{
    Authenticator, AuthnError, CSRF_HEADER, Csrf, Key, Limiter, Member, Principal, RateRule, Register, Route, Services,
    Session, Settings,
};

/// The token of every session here.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Whoever the cookie names, with one role in their organisation; or that organisation's key, where a header names its id.
struct Cookies(Role);

impl Authenticator for Cookies {
    fn authenticate<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Principal, AuthnError>> {
        let cookie = parts.headers.get(header::COOKIE).and_then(|value| value.to_str().ok()?.split_once('/'));
        let ids = cookie.and_then(|(org, user)| Some((org.parse::<OrgId>().ok()?, user.parse::<UserId>().ok()?)));
        let key = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.parse().ok());
        let principal = ids.map_or(Principal::Anonymous, |(org, user)| {
            if let Some(key) = key {
                return Principal::ApiKey(Key { key, org, scopes: Scope::ALL.to_vec(), role: self.0 });
            }
            Principal::Session(Session {
                user,
                session: SessionId::fresh(),
                csrf: Csrf::new(TOKEN),
                member: Some(Member { org, org_name: "Example".into(), role: self.0 }),
            })
        });
        Box::pin(async move { Ok(principal) })
    }
}

struct NoLimit;

impl Limiter for NoLimit {
    fn ask<'a>(&'a self, _: &'a str, _: RateRule) -> BoxFuture<'a, Result<RateDecision, StoreError>> {
        Box::pin(async { Ok(RateDecision::Allowed) })
    }
}

/// The router over `routes`, in the real shell, where everybody has `role` and no rate is limited.
pub fn router(routes: Vec<Route>, role: Role) -> axum::Router {
    let services =
        Services::new(Arc::new(Cookies(role)), Arc::new(NoLimit), Settings::default(), CancellationToken::new());
    Register::new(routes).expect("sound routes").router(&services)
}

/// A request of `user` in `org`, signed in and sent by a page of ours.
pub fn request_by(org: OrgId, user: UserId, method: &str, path: &str) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::COOKIE, format!("{org}/{user}"))
        .header(CSRF_HEADER, TOKEN)
}

/// A request of somebody in `org`.
pub fn request(org: OrgId, method: &str, path: &str) -> http::request::Builder {
    request_by(org, UserId::fresh(), method, path)
}

/// What `router` answers, its body still on the way.
pub async fn respond(router: &axum::Router, request: Request<Body>) -> Response {
    router.clone().oneshot(request).await.expect("infallible")
}

/// What `router` answers.
pub async fn send(router: &axum::Router, request: Request<Body>) -> Answer {
    let (parts, body) = respond(router, request).await.into_parts();
    let body = body.collect().await.expect("a whole answer").to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    Answer { status: parts.status, headers: parts.headers, body, text }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// Its body as a text.
    pub text: String,
}

impl Answer {
    /// Its body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text))
    }

    /// The same of an answer that says that it went well.
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self.json()
    }
}
