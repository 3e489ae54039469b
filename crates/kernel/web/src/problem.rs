//! Every error that leaves the server: RFC 9457 problem details, the same for a page.
//!
//! A handler returns a [`Problem`]; the shell renders it as `application/problem+json` or as a page, and
//! adds the request's id. A problem never carries what the database said.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use plumb_store::StoreError;
use serde_json::{Map, Value, json};

/// The media type of RFC 9457, section 3.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What went wrong, to what, and what to do about it (RFC 9457).
#[derive(Clone, Debug)]
pub struct Problem(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    status: StatusCode,
    slug: Cow<'static, str>,
    title: Cow<'static, str>,
    detail: Cow<'static, str>,
    extra: Map<String, Value>,
    headers: HeaderMap,
}

impl Problem {
    /// A problem of the kind `slug`, which names it in `type` as `urn:plumb:problem:<slug>`. `title` is the
    /// same for every problem of the kind.
    #[must_use]
    pub fn new(status: StatusCode, slug: impl Into<Cow<'static, str>>, title: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            status,
            slug: slug.into(),
            title: title.into(),
            detail: Cow::Borrowed(""),
            extra: Map::new(),
            headers: HeaderMap::new(),
        }))
    }

    /// Says what happened, to what, and what to do next. Nothing that the reader may not see.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = detail.into();
        self
    }

    /// Adds a member of its own to the problem (RFC 9457, section 3.2).
    ///
    /// The standard members and `request_id` cannot be replaced: such a field is dropped when rendered.
    #[must_use]
    pub fn extend(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0.extra.insert(field.to_owned(), value.into());
        self
    }

    /// Adds a header to the answer, such as `WWW-Authenticate`.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// Says when to try again (RFC 9110, section 10.2.3), in whole seconds and at least one.
    #[must_use]
    pub fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.header(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// 404: what is not there, and what the caller may not see. Both answers are the same, byte for byte.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found")
            .detail("There is nothing at this address, or you may not see it. Check the address.")
    }

    /// 401: the request does not say who is asking.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not-signed-in", "Sign in first")
            .detail("This request needs a signed-in session or an API key that is valid. Sign in, or send a valid key as a bearer token.")
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"plumb\""))
    }

    /// 403: known, but without the right.
    #[must_use]
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed").detail(detail)
    }

    /// 400: the request itself cannot be read.
    #[must_use]
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "Request not understood").detail(detail)
    }

    /// 409: the request does not fit the state of what it is about.
    #[must_use]
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Conflict").detail(detail)
    }

    /// 413: the body is larger than `bytes_max` bytes.
    #[must_use]
    pub fn too_large(bytes_max: u64) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Request too large")
            .detail(format!("The body may have at most {bytes_max} bytes. Send less at once."))
            .extend("body_bytes_max", bytes_max)
    }

    /// 422: understood, and not valid.
    #[must_use]
    pub fn invalid(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Not valid").detail(detail)
    }

    /// 429: too many requests; `wait` until the next one is let through.
    #[must_use]
    pub fn too_many_requests(wait: Duration) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests")
            .detail("Too many requests came from this address. Wait as long as Retry-After says, then try again.")
            .retry_after(wait)
    }

    /// 500: our fault. What happened goes to the log under the request's id, not into the answer.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side").detail(
            "The request was not carried out. Try again; if it stays, give the request id to whoever runs this installation.",
        )
    }

    /// 503: not now; the same request may work after `wait`.
    #[must_use]
    pub fn unavailable(wait: Duration) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available just now")
            .detail("The server is too busy to answer. Nothing was changed. Try again in a moment.")
            .retry_after(wait)
    }

    /// 503: reading goes on, writing does not, until somebody has made space.
    fn no_space() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "no-space", "Nothing can be written just now")
            .detail(
                "The disk of the database is full, or the database is read-only. Nothing was changed. Whoever runs this installation has to make space; then try again.",
            )
            .retry_after(Duration::from_secs(30))
    }

    /// The status that the answer has.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The short name of this kind of problem.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The title that every problem of this kind has.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.0.title
    }

    /// What happened, to what, what to do.
    #[must_use]
    pub fn detail_text(&self) -> &str {
        &self.0.detail
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The members of RFC 9457, section 3.1, the problem's own members and the request's id.
    pub(crate) fn to_json(&self, request_id: Option<&str>) -> Value {
        let mut members = self.0.extra.clone();
        members.insert("type".into(), json!(format!("urn:plumb:problem:{}", self.0.slug)));
        members.insert("title".into(), json!(self.0.title));
        members.insert("status".into(), json!(self.0.status.as_u16()));
        members.insert("detail".into(), json!(self.0.detail));
        members.remove("request_id");
        if let Some(id) = request_id {
            members.insert("request_id".into(), json!(id));
        }
        Value::Object(members)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.0.title)
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    /// The answer carries the problem along, so that the shell can add the request's id and render it in
    /// the form that the route speaks.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.to_json(None).to_string()));
        *response.status_mut() = self.status();
        response.headers_mut().extend(self.headers().clone());
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    /// The cause goes to the log (within the request's span, so under its id); the answer says nothing of it.
    /// Only the kind of the error is logged in full: what Postgres says may name values (claim 120).
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, temporary = error.is_temporary(), "the store failed");
        match error {
            StoreError::NoSpace(_) => Self::no_space(),
            error if error.is_temporary() => Self::unavailable(Duration::from_secs(2)),
            _ => Self::internal(),
        }
    }
}

#[cfg(test)]
mod tests;
