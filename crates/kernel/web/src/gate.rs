//! The access layer: who is asking, and whether they may. It runs before the handler and before the body is
//! read; the one exception is a page's form, whose token stands in its (bounded) body.

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request};
use bytes::Bytes;
use futures::StreamExt as _;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use plumb_base::OrgId;
use plumb_store::RateDecision;
use plumb_store::access::{self, Action};

use crate::csrf::{self, Csrf};
use crate::extract;
use crate::page::Chrome;
use crate::principal::{AuthnError, Caller, Key, Principal, Session, SignedIn};
use crate::problem::Problem;
use crate::request::{ClientAddr, RequestId};
use crate::route::{Access, BodyLimit, RouteInfo};
use crate::services::{Services, rate_key};
use crate::share::Share;

/// Why a request does not reach its handler.
#[derive(Debug)]
pub(crate) enum Refusal {
    Problem(Problem),
    /// A page without identity: on to the sign-in page, and from there to `next`.
    SignIn {
        next: Option<String>,
    },
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Lets the request through to `route`'s handler, with its caller among the extensions, or refuses it.
/// `chrome` is set as soon as it is known who is asking, so that a problem's page has its head. The share is the
/// organisation's place, to be held until the answer is there.
pub(crate) async fn enter(
    services: &Services,
    route: &RouteInfo,
    request: Request,
    chrome: &mut Option<Chrome>,
) -> Result<(Request, Option<Share>), Refusal> {
    let (mut parts, body) = request.into_parts();
    let id = parts.extensions.get::<RequestId>().copied().unwrap_or_else(RequestId::fresh);
    let mut share = None;
    let csrf = match route.access {
        Access::Public { limit, .. } => {
            throttle(services, route, limit, &parts).await?;
            // No session to forge with, yet signing a stranger in is forgery too.
            if !parts.method.is_safe() && route.page {
                check_origin(services, &parts)?;
            }
            None
        }
        Access::SignedIn => match authenticate(services, &parts).await? {
            Principal::Anonymous => return Err(no_identity(route, &parts)),
            Principal::ApiKey(_) => return Err(no_keys("This address belongs to a person, not to a key.")),
            Principal::Session(session) => {
                let caller = SignedIn::of(session, id);
                *chrome = Some(Chrome::signed_in(&caller));
                let org = caller.member.as_ref().map_or(OrgId::PLATFORM, |member| member.org);
                share = Some(place(services, org)?);
                let token = caller.csrf.clone();
                parts.extensions.insert(caller);
                Some(token)
            }
        },
        Access::Org(action) => match authenticate(services, &parts).await? {
            Principal::Anonymous => return Err(no_identity(route, &parts)),
            Principal::ApiKey(_) if route.page => return Err(no_keys("Pages are for people; a key uses the API.")),
            Principal::ApiKey(key) => {
                let caller = Caller::of_key(key_may(key, action)?, id);
                share = Some(place(services, caller.org)?);
                parts.extensions.insert(caller);
                None
            }
            Principal::Session(session) => {
                let caller = member_may(&session, action, id, chrome)?;
                share = Some(place(services, caller.org)?);
                let token = caller.csrf.clone();
                parts.extensions.insert(caller);
                Some(token)
            }
        },
    };
    let body = bounded(services, route, &parts, body)?;
    let request = Request::from_parts(parts, body);
    let request = match csrf {
        Some(token) if !request.method().is_safe() => check_token(services, route, request, &token).await?,
        _ => with_limit(request, route),
    };
    Ok((request, share))
}

fn place(services: &Services, org: OrgId) -> Result<Share, Problem> {
    services.request_shares.take(org).ok_or_else(|| {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-at-once", "Too many requests at once")
            .detail("Too many requests of this organisation are under way. Wait until some have ended, then try again.")
            .retry_after(Duration::from_secs(1))
    })
}

async fn throttle(
    services: &Services,
    route: &RouteInfo,
    limit: crate::route::RateRule,
    parts: &Parts,
) -> Result<(), Refusal> {
    if limit.emit.is_zero() {
        return Ok(());
    }
    let client = parts.extensions.get::<ClientAddr>().and_then(|client| client.0);
    let key = rate_key(route, client);
    match services.limiter.ask(&key, limit).await.map_err(Problem::from)? {
        RateDecision::Allowed => Ok(()),
        RateDecision::Refused { retry_after } => Err(Problem::too_many_requests(retry_after).into()),
    }
}

async fn authenticate(services: &Services, parts: &Parts) -> Result<Principal, Refusal> {
    match services.authenticator.authenticate(parts).await {
        Ok(principal) => Ok(principal),
        // The same as no credential: what was wrong with it is not said.
        Err(AuthnError::Rejected) => Ok(Principal::Anonymous),
        Err(AuthnError::Throttled { retry_after }) => Err(Problem::too_many_requests(retry_after).into()),
        Err(AuthnError::Unavailable(error)) => Err(Problem::from(error).into()),
    }
}

fn no_identity(route: &RouteInfo, parts: &Parts) -> Refusal {
    if !route.page || parts.headers.contains_key(header::AUTHORIZATION) {
        return Problem::unauthenticated().into();
    }
    let next = (parts.method == Method::GET || parts.method == Method::HEAD)
        .then(|| parts.uri.path_and_query().map(|target| target.as_str().to_owned()))
        .flatten();
    Refusal::SignIn { next }
}

fn no_keys(detail: &'static str) -> Refusal {
    Problem::forbidden(detail).into()
}

fn key_may(key: Key, action: Action) -> Result<Key, Problem> {
    let Some(scope) = action.scope() else {
        return Err(Problem::forbidden("No API key may do this. Sign in and do it as a person."));
    };
    if !key.scopes.contains(&scope) {
        return Err(Problem::forbidden(format!("The key needs the scope {}. Make a key that has it.", scope.as_str()))
            .extend("scope", scope.as_str()));
    }
    if !access::allows(key.role, action) {
        return Err(lacking_role(action));
    }
    Ok(key)
}

fn member_may(
    session: &Session,
    action: Action,
    id: RequestId,
    chrome: &mut Option<Chrome>,
) -> Result<Caller, Problem> {
    let Some(member) = &session.member else {
        *chrome = Some(Chrome::signed_in(&SignedIn::of(session.clone(), id)));
        return Err(Problem::new(StatusCode::FORBIDDEN, "no-organisation", "No organisation")
            .detail("This account belongs to no organisation now. Ask an owner for an invitation."));
    };
    let caller = Caller::of_member(session, member, id);
    *chrome = Some(Chrome::of(&caller, None));
    if access::allows(member.role, action) { Ok(caller) } else { Err(lacking_role(action)) }
}

fn lacking_role(action: Action) -> Problem {
    let role = action.role_min().as_str();
    Problem::forbidden(format!("This needs the role {role} in the organisation. Ask somebody who has it."))
        .extend("role", role)
}

/// Refuses a body that says it is too large, and cuts off one that turns out to be. A body that stops coming
/// ends in an error.
fn bounded(services: &Services, route: &RouteInfo, parts: &Parts, body: Body) -> Result<Body, Problem> {
    let bytes_max = route.body.bytes_max();
    let announced =
        parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > bytes_max) {
        return Err(Problem::too_large(bytes_max).header(header::CONNECTION, HeaderValue::from_static("close")));
    }
    if body.is_end_stream() {
        return Ok(body);
    }
    let bytes_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    let limited = Body::new(http_body_util::Limited::new(body, bytes_max));
    let idle = services.settings.body_idle_timeout;
    let stream = futures::stream::unfold(Some(limited.into_data_stream()), move |stream| async move {
        let mut stream = stream?;
        match tokio::time::timeout(idle, stream.next()).await {
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(stream))),
            Ok(Some(Err(error))) => Some((Err(axum::BoxError::from(error)), None)),
            Ok(None) => None,
            Err(_) => Some((Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()), None)),
        }
    });
    Ok(Body::from_stream(stream))
}

/// Tells axum's extractors the route's limit: their own default of 2 MB is neither ours nor any route's.
fn with_limit(mut request: Request, route: &RouteInfo) -> Request {
    match route.body {
        BodyLimit::Bytes(bytes) => DefaultBodyLimit::max(bytes).apply(&mut request),
        BodyLimit::Stream(_) => DefaultBodyLimit::disable().apply(&mut request),
    }
    request
}

fn check_origin(services: &Services, parts: &Parts) -> Result<(), Problem> {
    if csrf::same_origin(&parts.headers, services.settings.public_origin.as_deref()) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "cross-site", "Request from another site")
        .detail("The request was started by another site's page. Open this installation's own page and do it there."))
}

async fn check_token(
    services: &Services,
    route: &RouteInfo,
    request: Request,
    token: &Csrf,
) -> Result<Request, Refusal> {
    let (parts, body) = request.into_parts();
    check_origin(services, &parts)?;
    let (presented, body) = match csrf::token_in_head(&parts) {
        Some(presented) => (Some(presented), body),
        None if route.page && csrf::media_type_is(&parts.headers, "application/x-www-form-urlencoded") => {
            let bytes_max = usize::try_from(route.body.bytes_max()).unwrap_or(usize::MAX).min(FORM_BYTES_MAX);
            let mut whole = Request::new(body);
            DefaultBodyLimit::max(bytes_max).apply(&mut whole);
            let form = Bytes::from_request(whole, &()).await.map_err(|error| extract::unread(&error))?;
            (csrf::field_in(&form), Body::from(form))
        }
        None => (None, body),
    };
    if presented.is_some_and(|presented| token.matches(&presented)) {
        return Ok(with_limit(Request::from_parts(parts, body), route));
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "csrf", "The form is out of date")
        .detail("The request does not carry this session's token. Reload the page and send the form again.")
        .into())
}

/// Largest form that is read to find its token.
const FORM_BYTES_MAX: usize = 1024 * 1024;

#[cfg(test)]
mod tests;
