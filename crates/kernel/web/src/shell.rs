//! What happens around every request: its id, its span, its limits, its headers, its errors.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect, Response};
use futures::FutureExt as _;
use http::{HeaderValue, Method, StatusCode, header};
use tower::Service as _;
use tracing::Instrument as _;

use crate::client;
use crate::gate::{self, Refusal};
use crate::headers;
use crate::page::{self, Chrome};
use crate::problem::{PROBLEM_JSON, Problem};
use crate::request::{ClientAddr, REQUEST_ID, RequestId};
use crate::route::{Answer, BodyLimit, RouteInfo};
use crate::services::Services;
use crate::sse::Streams;

/// What the shell knows about where it stands: around one route, or around what is none.
pub(crate) struct Inside {
    services: Services,
    route: Option<RouteInfo>,
    cacheable: bool,
}

impl Inside {
    pub(crate) fn new(services: Services, route: Option<RouteInfo>, cacheable: bool) -> Self {
        Self { services, route, cacheable }
    }
}

pub(crate) fn not_found() -> Problem {
    Problem::not_found()
}

pub(crate) fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed")
        .detail("This address exists, but not for this method. The Allow header names those that it takes.")
}

/// Answers one request.
pub(crate) async fn serve(inside: Arc<Inside>, answer: Answer, mut request: Request) -> Result<Response, Infallible> {
    let services = &inside.services;
    let id = RequestId::fresh();
    let client = client::address(request.extensions(), request.headers(), &services.settings.trusted_proxies);
    request.extensions_mut().insert(id);
    request.extensions_mut().insert(ClientAddr(client));
    request.extensions_mut().insert(Streams::new(services));

    let method = known(request.method());
    let route = inside.route.as_ref().map_or("(none)", |route| route.path);
    let as_page = inside.route.as_ref().map_or_else(|| wants_page(&request), |route| route.page);
    let head = request.method() == Method::HEAD;
    // The template, not the path: an id in a path may name a person, and a query may hold anything (claim 120).
    let span = tracing::info_span!("request", request_id = %id, method, route);
    let started = Instant::now();

    let response = async {
        let mut chrome = None;
        let outcome = AssertUnwindSafe(within(&inside, answer, request, &mut chrome)).catch_unwind().await;
        let response = outcome.unwrap_or_else(|_| {
            // The message may hold anything, so it stays with the panic hook.
            tracing::error!("a handler panicked");
            Problem::internal().into_response()
        });
        let mut response = render(response, id, as_page, &chrome.unwrap_or_default());
        let cacheable = inside.cacheable && response.status().is_success();
        headers::set(response.headers_mut(), services.settings.hsts, cacheable);
        if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        if head {
            let (parts, _) = response.into_parts();
            response = Response::from_parts(parts, axum::body::Body::empty());
        }
        let status = response.status().as_u16();
        tracing::info!(status, duration_ms = started.elapsed().as_secs_f64() * 1000.0, "answered");
        response
    }
    .instrument(span)
    .await;

    let status = response.status().as_str().to_owned();
    metrics::counter!("plumb_http_requests_total", "method" => method, "route" => route, "status" => status)
        .increment(1);
    metrics::histogram!("plumb_http_request_duration_seconds", "method" => method, "route" => route)
        .record(started.elapsed().as_secs_f64());
    Ok(response)
}

async fn within(inside: &Inside, mut answer: Answer, request: Request, chrome: &mut Option<Chrome>) -> Response {
    let services = &inside.services;
    // Held until the head of the answer is there; what streams after it has limits of its own.
    let Ok(_permit) = services.requests.try_acquire() else {
        return Problem::unavailable(Duration::from_secs(1)).into_response();
    };
    let Some(route) = &inside.route else {
        return answer.call(request).await.unwrap_or_else(|never| match never {});
    };
    let work = async {
        match gate::enter(services, route, request, chrome).await {
            Ok((request, _place)) => answer.call(request).await.unwrap_or_else(|never| match never {}),
            Err(Refusal::Problem(problem)) => problem.into_response(),
            Err(Refusal::SignIn { next }) => to_sign_in(next.as_deref()),
        }
    };
    if matches!(route.body, BodyLimit::Stream(_)) {
        return work.await;
    }
    match tokio::time::timeout(services.settings.request_timeout, work).await {
        Ok(response) => response,
        Err(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", "Took too long")
            .detail("The request took too long and was given up. Whether it was carried out is not certain: look before you try again.")
            .retry_after(Duration::from_secs(5))
            .into_response(),
    }
}

/// The page where people sign in.
pub const SIGN_IN: &str = "/sign-in";

fn to_sign_in(next: Option<&str>) -> Response {
    let target = match next.and_then(page::safe_next) {
        Some(next) => {
            let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            format!("{SIGN_IN}?next={next}")
        }
        None => SIGN_IN.to_owned(),
    };
    Redirect::to(&target).into_response()
}

/// Gives a problem its final form. An error that came as bare text, from axum itself say, becomes a problem
/// too; an error with a page or JSON of its own stays.
fn render(response: Response, id: RequestId, as_page: bool, chrome: &Chrome) -> Response {
    let (mut parts, body) = response.into_parts();
    let problem = match parts.extensions.remove::<Problem>() {
        Some(problem) => problem,
        None if is_bare_error(&parts) => of_status(parts.status),
        None => return Response::from_parts(parts, body),
    };
    let id = id.to_string();
    let mut rendered = if as_page {
        page::problem(&problem, &id, chrome).into_response()
    } else {
        let mut json = Response::new(axum::body::Body::from(problem.to_json(Some(&id)).to_string()));
        json.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        json
    };
    *rendered.status_mut() = parts.status;
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    rendered.headers_mut().extend(parts.headers);
    rendered
}

fn is_bare_error(parts: &http::response::Parts) -> bool {
    let error = parts.status.is_client_error() || parts.status.is_server_error();
    let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    error && media_type.is_none_or(|media_type| media_type.starts_with("text/plain"))
}

fn of_status(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::not_found(),
        StatusCode::UNAUTHORIZED => Problem::unauthenticated(),
        status if status.is_server_error() => Problem::internal(),
        status => Problem::new(status, "refused", status.canonical_reason().unwrap_or("Refused").to_owned())
            .detail("The request does not fit this address. See the API's description for what it takes."),
    }
}

/// Whether whoever asked for what is no route should get a page: a browser, outside the API.
fn wants_page(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    !request.uri().path().starts_with("/api/") && accept.contains("text/html")
}

/// The method as a label of bounded choice: a client may invent methods.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests;
