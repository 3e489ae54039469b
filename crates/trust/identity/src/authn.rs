//! From a request's cookie or bearer token to whoever sent it.

use std::str::FromStr as _;

use chrono::TimeDelta;
use futures::future::BoxFuture;
use http::header;
use http::request::Parts;
use plumb_base::{ApiKeyId, OrgId};
use plumb_store::access::{Role, Scope};
use plumb_store::{AuthTx, StoreError};
use plumb_web::{Authenticator, AuthnError, Key, Principal};
use subtle::ConstantTimeEq as _;

use crate::api_key::Presented;
use crate::{Identity, cookie, secret, session};

impl Authenticator for Identity {
    fn authenticate<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Principal, AuthnError>> {
        Box::pin(self.principal(parts))
    }
}

impl Identity {
    /// A request that names a key is the key's, whatever cookies the browser adds.
    async fn principal(&self, parts: &Parts) -> Result<Principal, AuthnError> {
        if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
            let presented = value.to_str().ok().and_then(bearer).and_then(Presented::parse);
            let presented = presented.ok_or(AuthnError::Rejected)?;
            let mut tx = self.store.auth().await?;
            let key = find_key(&mut tx, &presented).await?;
            tx.commit_unaudited().await?;
            return key.map(Principal::ApiKey).ok_or(AuthnError::Rejected);
        }
        let Some(token) = cookie::read(&parts.headers, cookie::SESSION) else { return Ok(Principal::Anonymous) };
        if !secret::is_well_formed(token) {
            return Err(AuthnError::Rejected);
        }
        let mut tx = self.store.auth().await?;
        let session = session::find(&mut tx, token).await?;
        tx.commit_unaudited().await?;
        session.map(Principal::Session).ok_or(AuthnError::Rejected)
    }
}

/// The token of `Authorization: Bearer` (RFC 6750; the scheme's case does not matter, RFC 9110 section 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The key that was presented, with its maker's role today: a key ends with its maker's membership.
async fn find_key(tx: &mut AuthTx, presented: &Presented<'_>) -> Result<Option<Key>, StoreError> {
    let (now, hash) = (tx.now(), secret::hash(presented.secret));
    // A public id is random and may be given twice, if hardly ever.
    let rows = sqlx::query!(
        "select api_key.org_id, api_key.id, api_key.hash, api_key.scopes, api_key.last_used_at, membership.role
         from api_key
         join membership on membership.org_id = api_key.org_id and membership.user_id = api_key.created_by
         where api_key.key_id = $1 and api_key.revoked_at is null and api_key.expires_at > $2
         limit 4",
        presented.key_id,
        now
    )
    .fetch_all(tx.conn())
    .await?;
    let Some(row) = rows.into_iter().find(|row| bool::from(row.hash[..].ct_eq(&hash[..]))) else { return Ok(None) };
    if row.last_used_at.is_none_or(|used| now - used >= TimeDelta::seconds(session::TOUCH_SECONDS)) {
        sqlx::query!("update api_key set last_used_at = $3 where org_id = $1 and id = $2", row.org_id, row.id, now)
            .execute(tx.conn())
            .await?;
    }
    Ok(Some(Key {
        key: ApiKeyId(row.id),
        org: OrgId(row.org_id),
        // A scope that this version does not know gives nothing.
        scopes: row.scopes.iter().filter_map(|scope| Scope::from_str(scope).ok()).collect(),
        role: row.role.parse::<Role>().map_err(StoreError::Unfit)?,
    }))
}

#[cfg(test)]
mod tests;
