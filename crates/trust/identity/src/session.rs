//! Sessions: opaque, in the database, gone at once when ended (claims 87, 88).
//!
//! A session lives for an hour after its last use and for twelve hours after signing in, whichever is over
//! first. There is no refresh token: rotation with reuse detection (claims 89, 90) is not built yet.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use http::{HeaderMap, HeaderValue};
use plumb_base::{OrgId, SessionId, Timestamp, UserId};
use plumb_store::access::Role;
use plumb_store::{AuthTx, StoreError};
use plumb_web::{Csrf, Member, Session};

use crate::cookie;
use crate::secret;

/// How long an unused session lives, in minutes.
pub const SESSION_IDLE_MINUTES: i64 = 60;
/// How long a session lives at most, in hours.
pub const SESSION_HOURS_MAX: i64 = 12;
/// Most sessions of one person; the oldest ends.
const SESSIONS_MAX: i64 = 20;
/// How often the last use is written, in seconds.
pub(crate) const TOUCH_SECONDS: i64 = 60;

/// Begins a session of `user` in `org` and gives its cookie. `since` is when the person signed in.
pub(crate) async fn begin(
    tx: &mut AuthTx,
    user: UserId,
    org: OrgId,
    since: Timestamp,
) -> Result<HeaderValue, StoreError> {
    let now = tx.now();
    sqlx::query!(
        "delete from session where hash in
             (select hash from session where user_id = $1 order by created_at desc, id desc offset $2)",
        user.0,
        SESSIONS_MAX - 1
    )
    .execute(tx.conn())
    .await?;
    let token = secret::fresh();
    sqlx::query!(
        "insert into session (hash, id, user_id, org_id, csrf, created_at, expires_at, last_seen)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &secret::hash(&token)[..],
        SessionId::fresh().0,
        user.0,
        org.0,
        &plumb_base::random::bytes::<32>()[..],
        since,
        expiry(since, now),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(cookie::set(cookie::SESSION, &token, SESSION_HOURS_MAX * 3600))
}

fn expiry(since: Timestamp, now: Timestamp) -> Timestamp {
    (now + TimeDelta::minutes(SESSION_IDLE_MINUTES)).min(since + TimeDelta::hours(SESSION_HOURS_MAX))
}

/// The session of a cookie, with the person's role today. None when it is unknown or over.
///
/// The secret is looked up by its hash, which nobody can steer towards another's: how far an index came in
/// comparing it tells nothing.
pub(crate) async fn find(tx: &mut AuthTx, token: &str) -> Result<Option<Session>, StoreError> {
    let (hash, now) = (secret::hash(token), tx.now());
    let row = sqlx::query!(
        r#"select session.id, session.user_id, session.org_id, session.csrf, session.created_at, session.last_seen,
                  membership.role as "role?", org.name as org_name
           from session join org using (org_id) left join membership using (org_id, user_id)
           where session.hash = $1 and session.expires_at > $2"#,
        &hash[..],
        now
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    if now - row.last_seen >= TimeDelta::seconds(TOUCH_SECONDS) {
        sqlx::query!(
            "update session set last_seen = $2, expires_at = $3 where hash = $1",
            &hash[..],
            now,
            expiry(row.created_at, now)
        )
        .execute(tx.conn())
        .await?;
    }
    let role: Option<Role> = row.role.map(|role| role.parse().map_err(StoreError::Unfit)).transpose()?;
    let member = role.map(|role| Member { org: OrgId(row.org_id), org_name: row.org_name.into(), role });
    Ok(Some(Session {
        user: UserId(row.user_id),
        session: SessionId(row.id),
        csrf: Csrf::new(URL_SAFE_NO_PAD.encode(row.csrf)),
        member,
    }))
}

/// When the person of this session signed in.
pub(crate) async fn signed_in_at(
    tx: &mut AuthTx,
    user: UserId,
    session: SessionId,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(sqlx::query_scalar!("select created_at from session where user_id = $1 and id = $2", user.0, session.0)
        .fetch_optional(tx.conn())
        .await?)
}

/// Ends one session. Says whether it was still there.
pub(crate) async fn end(tx: &mut AuthTx, user: UserId, session: SessionId) -> Result<bool, StoreError> {
    let ended = sqlx::query!("delete from session where user_id = $1 and id = $2", user.0, session.0)
        .execute(tx.conn())
        .await?;
    Ok(ended.rows_affected() > 0)
}

/// Ends the session whose cookie a sign-in replaces, whoever's it was (ASVS 5.0, V7.2.4).
pub(crate) async fn end_presented(tx: &mut AuthTx, headers: &HeaderMap) -> Result<(), StoreError> {
    let Some(token) = cookie::read(headers, cookie::SESSION) else { return Ok(()) };
    sqlx::query!("delete from session where hash = $1", &secret::hash(token)[..]).execute(tx.conn()).await?;
    Ok(())
}

/// Ends every session of a person but one. Says how many.
pub(crate) async fn end_others(tx: &mut AuthTx, user: UserId, but: SessionId) -> Result<u64, StoreError> {
    let ended =
        sqlx::query!("delete from session where user_id = $1 and id <> $2", user.0, but.0).execute(tx.conn()).await?;
    Ok(ended.rows_affected())
}

/// The organisation that a person's new session works in: the one they have been in for longest. Without any,
/// the installation itself, in which nobody has a role.
pub(crate) async fn home(tx: &mut AuthTx, user: UserId) -> Result<OrgId, StoreError> {
    let org = sqlx::query_scalar!(
        "select org_id from membership where user_id = $1 order by created_at, org_id limit 1",
        user.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(org.map_or(OrgId::PLATFORM, OrgId))
}
