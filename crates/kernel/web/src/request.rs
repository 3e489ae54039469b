//! What every request carries: its id and where it came from.

use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use http::HeaderName;
use http::request::Parts;
use plumb_base::JobId;
use uuid::Uuid;

/// The header that gives the request's id back.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one request: a UUIDv7 (RFC 9562) made here. One from outside is not taken, so that nobody can
/// write into our log under another's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(pub Uuid);

impl RequestId {
    pub(crate) fn fresh() -> Self {
        // Every identifier is made in base; a request has no type of its own there, since nothing stores it.
        Self(JobId::fresh().0)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_else(Self::fresh))
    }
}

/// The address of the client, as far as it is known: the socket's, or what a trusted proxy says.
/// It is personal data: it goes into rate limits under a keyed hash and into nothing else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientAddr(pub Option<IpAddr>);

impl fmt::Debug for ClientAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(personal)")
    }
}

impl<S: Sync> FromRequestParts<S> for ClientAddr {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(None)))
    }
}
