//! Links that sign a person in once (claims 79 to 81).

use chrono::TimeDelta;
use plumb_base::{Timestamp, UserId};
use plumb_store::audit::Entry;
use plumb_store::{Actor, AuthTx, Store, StoreError};
use uuid::Uuid;

use crate::error::IdentityError;
use crate::secret;

/// How long a link works, in minutes: the most that ASVS 5.0 (V6.5.5) gives a code that is sent.
pub const LINK_MINUTES: i64 = 10;

/// The command that prints a new link on the server, as the pages name it. An e-mail address follows.
pub const SIGN_IN_LINK_COMMAND: &str = "plumb sign-in-link";

/// Makes a link that signs `user` in once, within [`LINK_MINUTES`]. `base_url` is where people reach this
/// installation, such as `https://plumb.example.com`.
///
/// # Errors
/// [`IdentityError::NoSuchAccount`] when there is no such user.
pub async fn sign_in_link(store: &Store, user: UserId, base_url: &str) -> Result<String, IdentityError> {
    let token = secret::fresh();
    let mut tx = store.auth().await?;
    let now = tx.now();
    let made = sqlx::query!(
        "insert into auth_token (hash, purpose, user_id, created_at, expires_at)
         select $1, 'signin', id, $3, $4 from app_user where id = $2",
        &secret::hash(&token)[..],
        user.0,
        now,
        now + TimeDelta::minutes(LINK_MINUTES)
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    if made == 0 {
        return Err(IdentityError::NoSuchAccount);
    }
    tx.commit(&Actor::SYSTEM, Entry::of("auth.link_made").on("user", user.0)).await?;
    Ok(format!("{}/auth/callback?t={token}", base_url.trim_end_matches('/')))
}

/// What a link's token is good for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LinkState {
    /// It signs this account in.
    Open {
        /// The account's address.
        email: String,
    },
    /// It did so already.
    Used,
    /// Its time is over.
    Expired,
    /// It is none of ours, or it was deleted meanwhile.
    Unknown,
}

/// Looks a token up without changing anything: mail scanners follow links, and must not use them up.
pub(crate) async fn look_up(tx: &mut AuthTx, token: &str) -> Result<LinkState, StoreError> {
    let now = tx.now();
    let row = sqlx::query!(
        "select auth_token.used_at, auth_token.expires_at, app_user.email
         from auth_token join app_user on app_user.id = auth_token.user_id
         where auth_token.hash = $1 and auth_token.purpose = 'signin'",
        &secret::hash(token)[..]
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(match row {
        None => LinkState::Unknown,
        Some(row) if row.used_at.is_some() => LinkState::Used,
        Some(row) if row.expires_at <= now => LinkState::Expired,
        Some(row) => LinkState::Open { email: row.email },
    })
}

/// Uses a token up. One statement, so that of two at once one fails.
pub(crate) async fn consume(tx: &mut AuthTx, token: &str) -> Result<Option<UserId>, StoreError> {
    let now: Timestamp = tx.now();
    let user: Option<Uuid> = sqlx::query_scalar!(
        "update auth_token set used_at = $2
         where hash = $1 and purpose = 'signin' and used_at is null and expires_at > $2
         returning user_id",
        &secret::hash(token)[..],
        now
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(user.map(UserId))
}
