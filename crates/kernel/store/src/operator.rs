//! How the operators of mail servers take our questions, over all nodes: whom to leave alone, how slowly to ask, and how
//! often today. With the rates of [`crate::RateDecision`] in one statement, since it runs for every connection.

use std::time::Duration;

use plumb_base::Timestamp;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use crate::error::StoreError;
use crate::limit::interval;

#[cfg(test)]
mod tests;

/// Most times that a rate is halved: a sixteenth of it.
pub const HALVINGS_MAX: u8 = 4;
/// How long one halving lasts after the last reason for one.
pub const HALVING_LASTS: Duration = Duration::from_hours(1);

/// A connection that somebody wants to make.
#[derive(Clone, Copy, Debug)]
pub struct OperatorQuestion<'a> {
    /// The registrable domain of the mail host.
    pub operator: &'a str,
    /// The address of ours, or nothing where the operating system chooses.
    pub source: &'a str,
    /// Connections to the operator: one each so long on average, before any halving.
    pub operator_every: Duration,
    /// So many of them at once.
    pub operator_burst: u32,
    /// Connections to the operator on one day (UTC), at most.
    pub day_max: u32,
    /// The keyed rate of the domain that is asked about.
    pub domain: &'a str,
    /// Questions about the domain: one each so long on average.
    pub domain_every: Duration,
    /// So many of them at once.
    pub domain_burst: u32,
}

/// Why an operator is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatorPause {
    /// It said goodbye.
    Goodbye,
    /// It refuses our address.
    Blocked,
    /// It was asked as often today as is allowed.
    Day,
}

/// Whether a connection may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorLeave {
    /// Now.
    Granted {
        /// Whether refusals of our address are on record, which an answer would end.
        has_blocks: bool,
    },
    /// Not before this long from now.
    Refused {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The operator is left alone.
    Paused {
        /// Why.
        pause: OperatorPause,
        /// For how long yet.
        retry_after: Duration,
    },
}

/// What became of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorHeard {
    /// An answer: refusals before it do not count any more.
    Answer,
    /// A wish that we ask more slowly: the rate is halved.
    Slower,
    /// Goodbye: the rate is halved, and nobody asks for a while.
    Goodbye {
        /// For how long.
        pause: Duration,
    },
    /// A refusal of our address: the rate is halved, and after a number in a row nobody asks for a while.
    Blocked {
        /// After how many.
        in_a_row: u32,
        /// For how long.
        pause: Duration,
    },
}

/// What is known of one operator, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperatorState {
    /// The registrable domain of its mail hosts.
    pub operator: String,
    /// The address of ours, or nothing where the operating system chooses.
    pub source: String,
    /// Refusals of our address in a row.
    pub blocks: u16,
    /// How often its rate is halved now.
    pub halvings: u8,
    /// Until when it is left alone, and why.
    pub paused: Option<(Timestamp, OperatorPause)>,
    /// Connections today (UTC).
    pub asked_today: u32,
}

/// Asks for one connection. The pause and the day are looked at first, then the rate of the domain is drawn on, then that
/// of the operator: always in this order, so that no two wait for each other.
pub(crate) async fn leave(
    pool: &PgPool,
    question: &OperatorQuestion<'_>,
    (domain_key, operator_key): (&str, &str),
) -> Result<OperatorLeave, StoreError> {
    let row = sqlx::query(
        "with at as (select clock_timestamp() as now),
           mark as (
             select coalesce(max(blocks), 0) as blocks,
               max(paused_until) filter (where paused_until > at.now) as paused_until,
               max(paused_for) as paused_for,
               coalesce(max(asked) filter (where asked_on = (at.now at time zone 'utc')::date), 0) as asked,
               power(2, coalesce(max(greatest(0, halvings - floor(extract(epoch from at.now - halved_at) / $10))), 0)) as slow
             from at left join mail_operator m on m.operator = $1 and m.source = $2),
           open as (select from mark where paused_until is null and asked < $9),
           about as (
             insert into rate_limit as r (key, tat) select $3, at.now + $4 from at, open
             on conflict (key) do update set tat = greatest(r.tat, (select now from at)) + $4
               where greatest(r.tat, (select now from at)) + $4 - (select now from at) <= $5
             returning 1),
           asked as (
             insert into rate_limit as r (key, tat) select $6, at.now + $7 * mark.slow from at, mark, about
             on conflict (key) do update set tat = greatest(r.tat, (select now from at)) + $7 * (select slow from mark)
               where greatest(r.tat, (select now from at)) + $7 * (select slow from mark) - (select now from at)
                 <= greatest($8, $7 * (select slow from mark))
             returning 1),
           counted as (
             insert into mail_operator as m (operator, source, asked_on, asked, changed_at)
             select $1, $2, (at.now at time zone 'utc')::date, 1, at.now from at, asked
             on conflict (operator, source) do update
               set asked = case when m.asked_on = excluded.asked_on then m.asked + 1 else 1 end,
                   asked_on = excluded.asked_on, changed_at = excluded.changed_at
             returning 1)
         select mark.blocks > 0 as has_blocks, mark.paused_for,
           extract(epoch from mark.paused_until - at.now)::float8 as paused,
           mark.asked >= $9 as is_day_full,
           extract(epoch from ((at.now at time zone 'utc')::date + 1 - at.now at time zone 'utc'))::float8 as to_midnight,
           exists (select from about) as is_domain_open, exists (select from counted) as is_granted,
           extract(epoch from (select tat from rate_limit where key = $3) + $4 - at.now - $5)::float8 as domain_wait,
           extract(epoch from (select tat from rate_limit where key = $6) + $7 * mark.slow - at.now
             - greatest($8, $7 * mark.slow))::float8 as operator_wait
         from at, mark",
    )
    .bind(question.operator)
    .bind(question.source)
    .bind(domain_key)
    .bind(interval(question.domain_every))
    .bind(interval(question.domain_every * question.domain_burst.max(1)))
    .bind(operator_key)
    .bind(interval(question.operator_every))
    .bind(interval(question.operator_every * question.operator_burst.max(1)))
    .bind(i64::from(question.day_max))
    .bind(HALVING_LASTS.as_secs_f64())
    .fetch_one(pool)
    .await?;
    let wait = |column: &str| row.get::<Option<f64>, _>(column).map(seconds);
    if let Some(retry_after) = wait("paused") {
        let pause = pause_named(row.get("paused_for")).unwrap_or(OperatorPause::Goodbye);
        return Ok(OperatorLeave::Paused { pause, retry_after });
    }
    if row.get("is_day_full") {
        let retry_after = wait("to_midnight").unwrap_or_default();
        return Ok(OperatorLeave::Paused { pause: OperatorPause::Day, retry_after });
    }
    if row.get("is_granted") {
        return Ok(OperatorLeave::Granted { has_blocks: row.get("has_blocks") });
    }
    let column = if row.get("is_domain_open") { "operator_wait" } else { "domain_wait" };
    Ok(OperatorLeave::Refused { retry_after: wait(column).unwrap_or(WAIT_MIN) })
}

/// Writes down what became of a connection.
pub(crate) async fn heard(
    pool: &PgPool,
    (operator, source): (&str, &str),
    heard: OperatorHeard,
) -> Result<(), StoreError> {
    if heard == OperatorHeard::Answer {
        sqlx::query("update mail_operator set blocks = 0 where operator = $1 and source = $2 and blocks > 0")
            .bind(operator)
            .bind(source)
            .execute(pool)
            .await?;
        return Ok(());
    }
    let (pause, named, in_a_row) = match heard {
        OperatorHeard::Goodbye { pause } => (Some(pause), Some("goodbye"), None),
        OperatorHeard::Blocked { in_a_row, pause } => (Some(pause), Some("blocked"), Some(in_a_row.max(1))),
        OperatorHeard::Answer | OperatorHeard::Slower => (None, None, None),
    };
    // The row stands since the connection was made; after a sweep it is made anew.
    sqlx::query(
        "insert into mail_operator as m (operator, source, blocks, halvings, halved_at, paused_until, paused_for, changed_at)
         select $1, $2, case when n.to_block > 1 then 1 else 0 end, 1, n.now,
           case when n.pauses then n.now + $3::interval end, case when n.pauses then $4::text end, n.now
         from (select clock_timestamp() as now, $5::bigint as to_block, $4::text is not null and coalesce($5::bigint, 1) <= 1 as pauses) n
         on conflict (operator, source) do update
           set halvings = least($6, 1 + greatest(0, m.halvings - floor(coalesce(extract(epoch from excluded.halved_at - m.halved_at), 0) / $7))),
               halved_at = excluded.halved_at,
               blocks = case when $5 is null then m.blocks when m.blocks + 1 >= $5 then 0 else m.blocks + 1 end,
               (paused_until, paused_for) = (select u, f from (values
                   (m.paused_until, m.paused_for),
                   (case when $4::text is not null and ($5 is null or m.blocks + 1 >= $5) then excluded.halved_at + $3::interval end, $4::text)) as p (u, f)
                 where u is not null order by u desc limit 1),
               changed_at = excluded.changed_at",
    )
    .bind(operator)
    .bind(source)
    .bind(pause.map(interval))
    .bind(named)
    .bind(in_a_row.map(i64::from))
    .bind(i16::from(HALVINGS_MAX))
    .bind(HALVING_LASTS.as_secs_f64())
    .execute(pool)
    .await?;
    Ok(())
}

/// What is known of the operators that are left alone, slowed down or were asked today; those first that are left alone.
pub(crate) async fn states(pool: &PgPool) -> Result<Vec<OperatorState>, StoreError> {
    let rows = sqlx::query(
        "select operator, source, blocks,
           greatest(0, halvings - floor(coalesce(extract(epoch from clock_timestamp() - halved_at), 0) / $1))::smallint as halvings,
           case when paused_until > clock_timestamp() then paused_until end as paused_until, paused_for,
           case when asked_on = (clock_timestamp() at time zone 'utc')::date then asked else 0 end as asked_today
         from mail_operator order by paused_until desc nulls last, asked_today desc, operator, source limit 1000",
    )
    .bind(HALVING_LASTS.as_secs_f64())
    .fetch_all(pool)
    .await?;
    Ok(rows
        .iter()
        .map(state)
        .filter(|state| state.paused.is_some() || state.halvings > 0 || state.asked_today > 0)
        .collect())
}

fn state(row: &PgRow) -> OperatorState {
    let until: Option<Timestamp> = row.get("paused_until");
    OperatorState {
        operator: row.get("operator"),
        source: row.get("source"),
        blocks: u16::try_from(row.get::<i16, _>("blocks")).unwrap_or_default(),
        halvings: u8::try_from(row.get::<i16, _>("halvings")).unwrap_or_default(),
        paused: until.zip(pause_named(row.get("paused_for"))),
        asked_today: u32::try_from(row.get::<i32, _>("asked_today")).unwrap_or_default(),
    }
}

fn pause_named(name: Option<&str>) -> Option<OperatorPause> {
    match name? {
        "goodbye" => Some(OperatorPause::Goodbye),
        "blocked" => Some(OperatorPause::Blocked),
        _ => None,
    }
}

/// Shortest wait: nobody asks again at once.
const WAIT_MIN: Duration = Duration::from_millis(1);

fn seconds(seconds: f64) -> Duration {
    // A day: whoever waits longer asks anew.
    Duration::from_secs_f64(seconds.clamp(WAIT_MIN.as_secs_f64(), 86_400.0))
}
