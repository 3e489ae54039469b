//! API keys: made by a person, for a program, in one organisation.
//!
//! A key reads `plk_<id>_<secret>`: the id is shown and logged, the secret is shown once. It never does more
//! than its maker could, and ends with the maker's membership. Keys cannot make keys: the action has no scope.

use chrono::TimeDelta;
use http::{StatusCode, header};
use plumb_base::{ApiKeyId, OrgId, Timestamp, UserId};
use plumb_store::access::{Action, Scope};
use plumb_store::audit::Entry;
use plumb_store::{Actor, OrgTx, Store, StoreError};
use plumb_web::{Access, Caller, Doc, Handler as _, IntoResponse as _, Json, Path, Problem, Response, Route, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Identity, IdentityError, secret};

/// What a key begins with. Not `pk_`, which scanners for leaked secrets take for another vendor's.
const PREFIX: &str = "plk_";
/// Characters of the public id: letters and digits that are not taken for one another.
const ID_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const ID_CHARACTERS: usize = 8;
/// How long a key lives unless told otherwise, and at most, in days.
pub(crate) const DAYS_DEFAULT: u16 = 365;
/// Longest name, in characters.
pub(crate) const NAME_CHARACTERS_MAX: usize = 100;
/// Most keys of one organisation that are neither revoked nor expired.
const ACTIVE_MAX: i64 = 100;
/// Most keys that one answer lists, newest first.
const LISTED_MAX: i64 = 500;

pub(crate) fn routes(identity: &Identity) -> Vec<Route> {
    let access = Access::Org(Action::ApiKeysManage);
    vec![
        Route::get("/api/v1/api-keys", access, list.with_state(identity.clone()))
            .doc(Doc::new("List API keys").tag("identity").responds::<ApiKeys>(200)),
        Route::post("/api/v1/api-keys", access, create.with_state(identity.clone())).doc(
            Doc::new("Make an API key")
                .description("The answer holds the secret, and is the only one that does.")
                .tag("identity")
                .body::<NewKey>()
                .responds::<MadeKey>(201),
        ),
        Route::delete("/api/v1/api-keys/{key}", access, remove.with_state(identity.clone())).doc(
            Doc::new("Revoke an API key")
                .description("It stops working at once. Revoking it again changes nothing.")
                .tag("identity")
                .path::<KeyPath>()
                .responds_empty(204),
        ),
    ]
}

/// The two halves of a key that a request sent.
pub(crate) struct Presented<'a> {
    pub(crate) key_id: &'a str,
    pub(crate) secret: &'a str,
}

impl<'a> Presented<'a> {
    /// Takes a key apart. None for what cannot be one.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (key_id, rest) = text.strip_prefix(PREFIX)?.split_at_checked(ID_CHARACTERS)?;
        let secret = rest.strip_prefix('_').filter(|secret| secret::is_well_formed(secret))?;
        key_id.bytes().all(|byte| ID_ALPHABET.contains(&byte)).then_some(Self { key_id, secret })
    }
}

fn fresh_id() -> String {
    plumb_base::random::bytes::<ID_CHARACTERS>()
        .iter()
        .map(|byte| char::from(ID_ALPHABET[usize::from(byte % 32)]))
        .collect()
}

/// A key to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// What the key is for, 1 to 100 characters.
    pub(crate) name: String,
    /// What the key may do. At least one; a key has no others.
    pub(crate) scopes: Vec<Scope>,
    /// Days until it ends by itself, 1 to 365; 365 when nothing is said.
    pub(crate) expires_in_days: Option<u16>,
}

/// A key, without its secret.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ApiKey {
    pub(crate) id: ApiKeyId,
    /// The beginning of the key, by which people recognise it.
    pub(crate) prefix: String,
    pub(crate) name: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub(crate) last_used_at: Option<Timestamp>,
    /// Whether it works now, as long as its maker belongs to the organisation.
    pub(crate) active: bool,
}

/// The organisation's keys, newest first.
#[derive(Serialize, JsonSchema)]
struct ApiKeys {
    keys: Vec<ApiKey>,
}

/// A key that was just made.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MadeKey {
    id: ApiKeyId,
    name: String,
    expires_at: Timestamp,
    /// The whole key, for `Authorization: Bearer`. It cannot be shown again.
    pub(crate) secret: String,
}

#[derive(Deserialize, JsonSchema)]
struct KeyPath {
    key: ApiKeyId,
}

async fn list(State(identity): State<Identity>, caller: Caller) -> Result<Json<ApiKeys>, Problem> {
    let mut tx = identity.store.org(caller.org, caller.actor).await?;
    let keys = all(&mut tx).await?;
    tx.done_reading().await?;
    Ok(Json(ApiKeys { keys }))
}

async fn create(
    State(identity): State<Identity>,
    caller: Caller,
    Json(wanted): Json<NewKey>,
) -> Result<Response, Problem> {
    let made = make(&identity, &caller, wanted).await?;
    let location = format!("/api/v1/api-keys/{}", made.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(made)).into_response())
}

async fn remove(
    State(identity): State<Identity>,
    caller: Caller,
    Path(KeyPath { key }): Path<KeyPath>,
) -> Result<StatusCode, Problem> {
    revoke(&identity, &caller, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every key of the transaction's organisation, newest first.
pub(crate) async fn all(tx: &mut OrgTx) -> Result<Vec<ApiKey>, StoreError> {
    let (org, now) = (tx.org(), tx.now());
    let rows = sqlx::query!(
        "select id, key_id, name, scopes, created_at, expires_at, revoked_at, last_used_at
         from api_key where org_id = $1 order by created_at desc, id desc limit $2",
        org.0,
        LISTED_MAX
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ApiKey {
            id: ApiKeyId(row.id),
            prefix: format!("{PREFIX}{}", row.key_id),
            name: row.name,
            scopes: row.scopes,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            active: row.revoked_at.is_none() && row.expires_at > now,
        })
        .collect())
}

/// A key is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefused {
    /// The name is empty or longer than 100 characters.
    #[error("the name needs 1 to {NAME_CHARACTERS_MAX} characters")]
    Name,
    /// Without a scope it could do nothing.
    #[error("the key needs at least one scope")]
    NoScope,
    /// It would live for less than a day or more than a year.
    #[error("a key lives 1 to {DAYS_DEFAULT} days")]
    Days,
    /// The organisation has 100 keys that work.
    #[error("the organisation has {ACTIVE_MAX} keys already; revoke one that is not needed")]
    TooMany,
}

impl From<KeyRefused> for Problem {
    fn from(refused: KeyRefused) -> Self {
        let detail = format!("Not made: {refused}.");
        if refused == KeyRefused::TooMany { Self::conflict(detail) } else { Self::invalid(detail) }
    }
}

/// Makes a key for `user` of `org` from the server's own command line, for a year, and gives it whole. It works
/// as long as `user` belongs to `org`.
///
/// # Errors
/// [`IdentityError::Key`] when it cannot be made so.
pub async fn create_api_key(
    store: &Store,
    org: OrgId,
    user: UserId,
    name: &str,
    scopes: &[Scope],
) -> Result<String, IdentityError> {
    let wanted = NewKey { name: name.to_owned(), scopes: scopes.to_vec(), expires_in_days: None };
    let mut tx = store.org(org, Actor::SYSTEM).await?;
    let (made, entry) = insert(&mut tx, user, wanted).await?;
    tx.commit(entry).await?;
    Ok(made.secret)
}

/// Makes a key as the calling person.
pub(crate) async fn make(identity: &Identity, caller: &Caller, wanted: NewKey) -> Result<MadeKey, Problem> {
    let maker = caller.user.ok_or_else(|| Problem::forbidden("Keys are made by people. Sign in and make it there."))?;
    let mut tx = identity.store.org(caller.org, caller.actor).await?;
    let (made, entry) = insert(&mut tx, maker, wanted).await.map_err(|error| match error {
        IdentityError::Key(refused) => refused.into(),
        IdentityError::Store(error) => error.into(),
        other => {
            tracing::error!(%other, "a key was not made");
            Problem::internal()
        }
    })?;
    tx.commit(entry).await?;
    Ok(made)
}

async fn insert(tx: &mut OrgTx, maker: UserId, wanted: NewKey) -> Result<(MadeKey, Entry), IdentityError> {
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX {
        return Err(KeyRefused::Name.into());
    }
    let mut scopes = wanted.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(KeyRefused::NoScope.into());
    }
    let days = wanted.expires_in_days.unwrap_or(DAYS_DEFAULT);
    if !(1..=DAYS_DEFAULT).contains(&days) {
        return Err(KeyRefused::Days.into());
    }
    let scopes: Vec<String> = scopes.into_iter().map(|scope| scope.as_str().to_owned()).collect();
    let (org, now) = (tx.org(), tx.now());
    let active = sqlx::query_scalar!(
        r#"select count(*) as "count!" from api_key where org_id = $1 and revoked_at is null and expires_at > $2"#,
        org.0,
        now
    )
    .fetch_one(tx.conn())
    .await?;
    if active >= ACTIVE_MAX {
        return Err(KeyRefused::TooMany.into());
    }
    let (id, key_id, secret) = (ApiKeyId::fresh(), fresh_id(), secret::fresh());
    let expires_at = now + TimeDelta::days(days.into());
    sqlx::query!(
        "insert into api_key (org_id, id, key_id, hash, name, scopes, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        org.0,
        id.0,
        key_id,
        &secret::hash(&secret)[..],
        name,
        &scopes,
        maker.0,
        now,
        expires_at
    )
    .execute(tx.conn())
    .await?;
    let entry = Entry::of("api_key.created").on("api_key", id.0).with("scopes", json!(scopes)).with("days", days);
    let made = MadeKey { id, name: name.to_owned(), expires_at, secret: format!("{PREFIX}{key_id}_{secret}") };
    Ok((made, entry))
}

/// Revokes a key of the caller's organisation. 404 for one that is not there.
pub(crate) async fn revoke(identity: &Identity, caller: &Caller, key: ApiKeyId) -> Result<(), Problem> {
    let mut tx = identity.store.org(caller.org, caller.actor).await?;
    let (org, now) = (tx.org(), tx.now());
    let before = sqlx::query!("select revoked_at from api_key where org_id = $1 and id = $2 for update", org.0, key.0)
        .fetch_optional(tx.conn())
        .await
        .map_err(StoreError::from)?
        .ok_or_else(Problem::not_found)?;
    if before.revoked_at.is_some() {
        tx.done_reading().await?;
        return Ok(());
    }
    sqlx::query!("update api_key set revoked_at = $3 where org_id = $1 and id = $2", org.0, key.0, now)
        .execute(tx.conn())
        .await
        .map_err(StoreError::from)?;
    tx.commit(Entry::of("api_key.revoked").on("api_key", key.0)).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
