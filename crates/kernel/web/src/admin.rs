//! The listener for whoever runs the installation: is it alive, is it ready, what does it count.
//! It has no sign-in: it belongs on a socket that only they reach.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::future::BoxFuture;
use http::{StatusCode, header};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the buckets of durations, in seconds.
const SECONDS: [f64; 12] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The process's counters.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

/// The counters could not be set up: something else has done so before, in this process.
#[derive(Debug, thiserror::Error)]
#[error("the metrics could not be set up")]
pub struct MetricsError(#[from] BuildError);

impl Metrics {
    /// Makes this the place where the whole process counts. Once per process.
    pub fn install() -> Result<Self, MetricsError> {
        let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?;
        let handle = builder.install_recorder()?;
        metrics::describe_counter!("plumb_http_requests_total", "Requests by method, route and status");
        metrics::describe_histogram!(
            "plumb_http_request_duration_seconds",
            metrics::Unit::Seconds,
            "Time until the head of the answer, by method and route"
        );
        Ok(Self(handle))
    }

    /// The counters in the text format of Prometheus.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

/// Asks whether the installation can serve; `Err` says in a few words what is missing.
pub type Ready = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// `GET /livez`, `/readyz` and `/metrics`.
pub fn router(ready: Ready, metrics: Option<Metrics>) -> Router {
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(readyz).with_state(ready))
        .route("/metrics", get(counters).with_state(metrics))
}

async fn readyz(State(ready): State<Ready>) -> Response {
    match ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(missing) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {missing}\n")).into_response(),
    }
}

async fn counters(State(metrics): State<Option<Metrics>>) -> Response {
    match metrics {
        Some(metrics) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.render()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests;
