//! Rates that hold exactly over all nodes: the generic cell rate algorithm in one statement.

use std::time::Duration;

use sqlx::postgres::types::PgInterval;
use sqlx::{PgPool, Row as _};

use crate::error::StoreError;

/// The answer to "may this happen now?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateDecision {
    /// Yes.
    Allowed,
    /// Not before this long from now.
    Refused {
        /// How long to wait.
        retry_after: Duration,
    },
}

/// Asks for one event under `key`: on average one each `emit`, at most `burst` at once.
pub(crate) async fn decide(pool: &PgPool, key: &str, emit: Duration, burst: u32) -> Result<RateDecision, StoreError> {
    let emit_interval = interval(emit);
    let burst_interval = interval(emit * burst.max(1));
    let allowed = sqlx::query(
        "insert into rate_limit as r (key, tat) values ($1, clock_timestamp() + $2)
         on conflict (key) do update set tat = greatest(r.tat, clock_timestamp()) + $2
             where greatest(r.tat, clock_timestamp()) + $2 - clock_timestamp() <= $3
         returning tat",
    )
    .bind(key)
    .bind(emit_interval)
    .bind(burst_interval)
    .fetch_optional(pool)
    .await?
    .is_some();
    if allowed {
        return Ok(RateDecision::Allowed);
    }
    let wait = sqlx::query(
        "select extract(epoch from tat + $2 - clock_timestamp() - $3)::float8 as seconds from rate_limit where key = $1",
    )
    .bind(key)
    .bind(emit_interval)
    .bind(burst_interval)
    .fetch_optional(pool)
    .await?
    .map_or(0.0, |row| row.get::<f64, _>("seconds"));
    Ok(RateDecision::Refused { retry_after: Duration::from_secs_f64(wait.clamp(0.001, 86_400.0)) })
}

pub(crate) fn interval(duration: Duration) -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: i64::try_from(duration.as_micros()).unwrap_or(i64::MAX) }
}
