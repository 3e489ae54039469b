//! One route, declared once: where it is, who may call it, what it takes and gives, and what answers it.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use http::Method;
use plumb_base::limits::BODY_BYTES_MAX;
use plumb_store::access::Action;
use tower::Service;
use tower::util::BoxCloneSyncService;

use crate::doc::Doc;

/// Who may call a route. There is no default: a route cannot be made without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone, up to `limit` per client address.
    Public {
        /// Why nobody needs to say who they are.
        reason: &'static str,
        /// How often one address may call it.
        limit: RateRule,
    },
    /// A person with a session, in any organisation or none. No API key.
    SignedIn,
    /// A member whose role allows the action, or an API key that has the action's scope besides.
    Org(Action),
}

/// How often something may happen: one each `emit` over time, up to `burst` at once (GCRA).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateRule {
    /// The time that one request uses up.
    pub emit: Duration,
    /// How many may come at once.
    pub burst: u32,
}

impl RateRule {
    /// Not counted: for what is answered from memory and cheaper than counting it.
    pub const STATIC: Self = Self { emit: Duration::ZERO, burst: 0 };

    /// `n` a minute, all of which may come at once. At least one.
    #[must_use]
    pub const fn per_minute(n: u32) -> Self {
        let n = if n == 0 { 1 } else { n };
        Self { emit: Duration::from_millis(60_000 / n as u64), burst: n }
    }
}

/// How large a route's body may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyLimit {
    /// At most so many bytes, and the whole answer within the request's time limit.
    Bytes(usize),
    /// An upload of at most so many bytes, that is read as it comes: no limit on the whole time, but one on
    /// the time between two pieces.
    Stream(u64),
}

impl BodyLimit {
    /// The limit in bytes.
    #[must_use]
    pub const fn bytes_max(self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes as u64,
            Self::Stream(bytes) => bytes,
        }
    }
}

/// What answers a route: a handler with its state.
pub(crate) type Answer = BoxCloneSyncService<Request, Response, Infallible>;

/// One declaration that gives the router's entry, the OpenAPI operation and the row of the access test.
#[derive(Clone)]
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) body: BodyLimit,
    pub(crate) page: bool,
    pub(crate) cacheable: bool,
    pub(crate) doc: Option<Doc>,
    pub(crate) answer: Answer,
}

impl Route {
    fn new<A>(method: Method, path: &'static str, access: Access, answer: A) -> Self
    where
        A: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
        A::Future: Send + 'static,
    {
        Self {
            method,
            path,
            access,
            body: BodyLimit::Bytes(BODY_BYTES_MAX),
            page: false,
            cacheable: false,
            doc: None,
            answer: BoxCloneSyncService::new(answer),
        }
    }

    /// Declares a route that reads; it also answers `HEAD`. `path` is written as axum 0.8 writes it.
    pub fn get<A>(path: &'static str, access: Access, answer: A) -> Self
    where
        A: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
        A::Future: Send + 'static,
    {
        Self::new(Method::GET, path, access, answer)
    }

    /// Declares a route that makes or does something.
    pub fn post<A>(path: &'static str, access: Access, answer: A) -> Self
    where
        A: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
        A::Future: Send + 'static,
    {
        Self::new(Method::POST, path, access, answer)
    }

    /// Declares a route that replaces something.
    pub fn put<A>(path: &'static str, access: Access, answer: A) -> Self
    where
        A: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
        A::Future: Send + 'static,
    {
        Self::new(Method::PUT, path, access, answer)
    }

    /// Declares a route that changes part of something.
    pub fn patch<A>(path: &'static str, access: Access, answer: A) -> Self
    where
        A: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
        A::Future: Send + 'static,
    {
        Self::new(Method::PATCH, path, access, answer)
    }

    /// Declares a route that removes something.
    pub fn delete<A>(path: &'static str, access: Access, answer: A) -> Self
    where
        A: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
        A::Future: Send + 'static,
    {
        Self::new(Method::DELETE, path, access, answer)
    }

    /// Says what the route takes and gives. Every route that is no page needs it.
    #[must_use]
    pub fn doc(mut self, doc: Doc) -> Self {
        self.doc = Some(doc);
        self
    }

    /// Sets the largest body; 256 KiB when nothing is said.
    #[must_use]
    pub fn limits(mut self, body: BodyLimit) -> Self {
        self.body = body;
        self
    }

    /// A page for people: errors are pages too, no API key opens it, it is not in the OpenAPI document.
    #[must_use]
    pub fn page(mut self) -> Self {
        self.page = true;
        self
    }

    /// The answer sets its own `Cache-Control`. Only for what is the same for everyone.
    pub(crate) fn cacheable(mut self) -> Self {
        self.cacheable = true;
        self
    }
}

/// What a route declares, for tests over all routes and for the page of roles and rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    /// The method.
    pub method: Method,
    /// The path's template.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Whether it is a page: a missing identity leads to the sign-in page, and keys are refused.
    pub page: bool,
    /// Whether a session must send its synchroniser token along.
    pub csrf: bool,
    /// The largest body.
    pub body: BodyLimit,
}

impl From<&Route> for RouteInfo {
    fn from(route: &Route) -> Self {
        Self {
            method: route.method.clone(),
            path: route.path,
            access: route.access,
            page: route.page,
            csrf: !route.method.is_safe() && !matches!(route.access, Access::Public { .. }),
            body: route.body,
        }
    }
}
