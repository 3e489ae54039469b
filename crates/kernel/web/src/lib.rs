//! The HTTP shell: a route is declared once, and the router, the OpenAPI document and the access test follow.
//!
//! A slice gives a list of [`Route`]s; [`Register`] checks them together and builds the router. Around every
//! route stands the same shell: a request id, a span without personal data, limits, security headers, and an
//! access layer that knows who is asking before the handler runs and before the body is read. Errors are
//! [`Problem`]s, as JSON or as a page. [`serve()`] runs it on a socket.

pub mod admin;
mod asset;
mod client;
mod csrf;
mod doc;
mod extract;
mod gate;
mod headers;
mod openapi;
pub mod page;
mod principal;
mod problem;
#[cfg(test)]
mod product;
mod register;
mod request;
mod route;
mod serve;
mod services;
mod share;
mod shell;
pub mod sse;
#[cfg(feature = "testing")]
pub mod testing;

pub use axum::extract::State;
pub use axum::handler::Handler;
pub use axum::response::{IntoResponse, Redirect, Response};
pub use client::{Network, NetworkError};
pub use csrf::{CSRF_FIELD, CSRF_HEADER, Csrf};
pub use doc::Doc;
pub use extract::{Body, Form, Json, Multipart, Path, Query};
pub use headers::{CONTENT_SECURITY_POLICY, STRICT_TRANSPORT_SECURITY};
pub use principal::{Authenticator, AuthnError, Caller, Key, Member, Principal, Session, SignedIn};
pub use problem::{PROBLEM_JSON, Problem};
pub use register::{Register, RegisterError};
pub use request::{ClientAddr, REQUEST_ID, RequestId};
pub use route::{Access, BodyLimit, RateRule, Route, RouteInfo};
pub use serve::{ConnectionLimits, Listener, Tls, TlsError, serve};
pub use services::{Limiter, Services, Settings};
pub use shell::SIGN_IN;
