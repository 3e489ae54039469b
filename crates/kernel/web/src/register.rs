//! The register of routes: the one way into the router, the OpenAPI document and the access test.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler as _;
use axum::response::IntoResponse as _;
use axum::routing::{MethodFilter, MethodRouter};
use bytes::Bytes;
use http::{Method, header};
use serde_json::Value;
use tower::service_fn;

use crate::asset;
use crate::doc::Doc;
use crate::openapi;
use crate::problem::Problem;
use crate::route::{Access, Answer, BodyLimit, RateRule, Route, RouteInfo};
use crate::services::Services;
use crate::shell::{self, Inside};

/// Why the routes do not make a register. Each is a mistake in a declaration.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// The path does not start with a slash, ends with one, or has an empty or broken segment.
    #[error("{0}: not a path")]
    Path(&'static str),
    /// Two routes have the same method and path.
    #[error("{method} {path} is declared twice")]
    Duplicate {
        /// The method.
        method: Method,
        /// The path.
        path: &'static str,
    },
    /// Two paths name the parameter at one place differently.
    #[error("{path} calls a parameter {{{name}}} that another route calls {{{other}}}")]
    ParameterName {
        /// The later path.
        path: &'static str,
        /// Its parameter's name.
        name: String,
        /// The other's.
        other: String,
    },
    /// A public route does not say why nobody needs to sign in.
    #[error("{method} {path} is public without a reason")]
    NoReason {
        /// The method.
        method: Method,
        /// The path.
        path: &'static str,
    },
    /// A route that reads takes a body, or belongs to an action that changes something.
    #[error("GET {0} changes something: use another method")]
    MutatingGet(&'static str),
    /// A route that is no page does not say what it takes and gives.
    #[error("{method} {path} has no doc")]
    Undocumented {
        /// The method.
        method: Method,
        /// The path.
        path: &'static str,
    },
    /// A page stands where the API is, or the other way round.
    #[error("{0}: what is under /api/ is no page, and what is a page is not under /api/")]
    Misplaced(&'static str),
}

/// All routes of the product, checked.
#[derive(Clone)]
pub struct Register {
    routes: Vec<Route>,
    openapi: Arc<Value>,
}

const OPENAPI_PATH: &str = "/api/v1/openapi.json";

impl Register {
    /// Takes the slices' routes, adds the shell's own (assets, the OpenAPI document), and refuses what is
    /// declared wrongly.
    pub fn new(routes: Vec<Route>) -> Result<Self, RegisterError> {
        let mut routes = routes;
        routes.push(asset::route());
        // Described before it exists: the document is in the document.
        routes.push(openapi_route(&Bytes::new()));
        for route in &routes {
            check(route)?;
        }
        check_together(&routes)?;
        let document = openapi::document(&routes);
        routes.pop();
        routes.push(openapi_route(&Bytes::from(document.to_string())));
        routes.sort_by_key(|route| (route.path, route.method.as_str().to_owned()));
        Ok(Self { routes, openapi: Arc::new(document) })
    }

    /// What every route declares, by path and method.
    pub fn routes(&self) -> Vec<RouteInfo> {
        self.routes.iter().map(RouteInfo::from).collect()
    }

    /// The OpenAPI 3.1 document.
    #[must_use]
    pub fn openapi(&self) -> &Value {
        &self.openapi
    }

    /// The router: every route within the shell, and answers for what is no route.
    pub fn router(&self, services: &Services) -> Router {
        let mut paths: BTreeMap<&'static str, MethodRouter> = BTreeMap::new();
        for route in &self.routes {
            let inside = Arc::new(Inside::new(services.clone(), Some(RouteInfo::from(route)), route.cacheable));
            let answer = route.answer.clone();
            let answer = service_fn(move |request: Request| shell::serve(Arc::clone(&inside), answer.clone(), request));
            let methods = paths.remove(route.path).unwrap_or_default();
            paths.insert(route.path, methods.on_service(filter(&route.method), answer));
        }
        let mut router = Router::new();
        for (path, methods) in paths {
            router = router.route(path, methods.fallback_service(refusing(services, shell::method_not_allowed)));
        }
        router.fallback_service(refusing(services, shell::not_found))
    }
}

/// A service that answers what is no route with the problem of `problem`.
fn refusing(services: &Services, problem: fn() -> Problem) -> Answer {
    let inside = Arc::new(Inside::new(services.clone(), None, false));
    let answer = Answer::new(service_fn(move |_: Request| async move { Ok(problem().into_response()) }));
    Answer::new(service_fn(move |request: Request| shell::serve(Arc::clone(&inside), answer.clone(), request)))
}

fn openapi_route(document: &Bytes) -> Route {
    let document = document.clone();
    let handler = move || async move { ([(header::CONTENT_TYPE, "application/json")], document) };
    Route::get(
        OPENAPI_PATH,
        Access::Public {
            reason: "The description of the API holds nothing of anyone's, and tools read it before they have a key.",
            limit: RateRule::STATIC,
        },
        handler.with_state(()),
    )
    .doc(Doc::new("The description of this API").tag("meta").responds_with(200, "application/json"))
}

/// What one declaration must keep by itself.
fn check(route: &Route) -> Result<(), RegisterError> {
    let (method, path) = (route.method.clone(), route.path);
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let broken = |segment: &&str| {
        segment.is_empty() || (segment.contains(['{', '}']) && openapi::parameter(segment).is_none_or(str::is_empty))
    };
    if !path.starts_with('/') || (path != "/" && segments.iter().any(broken)) {
        return Err(RegisterError::Path(path));
    }
    if let Access::Public { reason, .. } = route.access
        && reason.trim().is_empty()
    {
        return Err(RegisterError::NoReason { method, path });
    }
    if route.method == Method::GET {
        let takes_body = route.doc.as_ref().is_some_and(|doc| doc.body.is_some());
        let writes = match route.access {
            // A page's form may be shown only to whoever may send it.
            Access::Org(action) if !route.page => {
                action.scope().is_some_and(|scope| scope.as_str().ends_with(":write"))
            }
            _ => false,
        };
        if takes_body || writes || matches!(route.body, BodyLimit::Stream(_)) {
            return Err(RegisterError::MutatingGet(path));
        }
    }
    if !route.page && !route.cacheable && route.doc.is_none() {
        return Err(RegisterError::Undocumented { method, path });
    }
    if path.starts_with("/api/") == route.page {
        return Err(RegisterError::Misplaced(path));
    }
    Ok(())
}

/// What all declarations must keep together.
fn check_together(routes: &[Route]) -> Result<(), RegisterError> {
    let mut seen = HashSet::new();
    let mut names: HashMap<String, String> = HashMap::new();
    for route in routes {
        let mut place = String::new();
        for segment in route.path.split('/').skip(1) {
            place.push('/');
            let Some(name) = openapi::parameter(segment) else {
                place.push_str(segment);
                continue;
            };
            place.push_str("{}");
            let other = names.entry(place.clone()).or_insert_with(|| name.to_owned());
            if other != name {
                return Err(RegisterError::ParameterName {
                    path: route.path,
                    name: name.to_owned(),
                    other: other.clone(),
                });
            }
        }
        if !seen.insert((route.method.clone(), route.path)) {
            return Err(RegisterError::Duplicate { method: route.method.clone(), path: route.path });
        }
    }
    Ok(())
}

fn filter(method: &Method) -> MethodFilter {
    match *method {
        Method::POST => MethodFilter::POST,
        Method::PUT => MethodFilter::PUT,
        Method::PATCH => MethodFilter::PATCH,
        Method::DELETE => MethodFilter::DELETE,
        // The constructors of Route make no other.
        _ => MethodFilter::GET,
    }
}

#[cfg(test)]
mod tests;
