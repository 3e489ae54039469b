//! Accounts and the organisations that they own.

use plumb_base::{Email, OrgId, UserId};
use plumb_store::access::Role;
use plumb_store::audit::Entry;
use plumb_store::{Actor, AuthTx, Store, StoreError};

use crate::error::IdentityError;
use crate::password::{self, Hasher};

/// Longest name of a person or an organisation, in characters.
const NAME_CHARACTERS_MAX: usize = 200;

/// The form in which an account's address is unique: lower case, nothing else changed.
pub(crate) fn norm(email: &Email) -> String {
    format!("{}@{}", email.local().to_lowercase(), email.domain())
}

/// An account as signing in needs it.
pub(crate) struct Account {
    pub(crate) user: UserId,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) password_phc: Option<String>,
}

/// Whether nobody has an account here yet.
pub async fn first_run_needed(store: &Store) -> Result<bool, StoreError> {
    let mut tx = store.auth().await?;
    let found = sqlx::query_scalar!(r#"select exists(select from app_user) as "found!""#).fetch_one(tx.conn()).await?;
    tx.done_reading().await?;
    Ok(!found)
}

/// The account with this address, in whatever case it is typed.
pub async fn user_by_email(store: &Store, email: &str) -> Result<Option<UserId>, StoreError> {
    let Ok(email) = Email::parse(email) else { return Ok(None) };
    let mut tx = store.auth().await?;
    let account = by_norm(&mut tx, &norm(&email)).await?;
    tx.done_reading().await?;
    Ok(account.map(|account| account.user))
}

/// Makes the organisation `org_name` with the account `email` as its owner, whichever of the two is missing.
///
/// Calling it again changes nothing: an organisation of this name that the account owns is the one meant. A
/// password is set only where the account has none; who has one changes it on the page for that.
///
/// # Errors
/// [`IdentityError::Email`], [`IdentityError::Name`] and [`IdentityError::Password`] for what cannot be accepted.
pub async fn create_org_with_owner(
    store: &Store,
    org_name: &str,
    email: &str,
    name: &str,
    password: Option<&str>,
) -> Result<(OrgId, UserId), IdentityError> {
    let (org_name, name) = (org_name.trim(), name.trim());
    if org_name.is_empty() || [org_name, name].iter().any(|name| name.chars().count() > NAME_CHARACTERS_MAX) {
        return Err(IdentityError::Name);
    }
    let email = Email::parse(email)?;
    let phc = match password {
        None => None,
        Some(password) => {
            password::check(password, &[&email.expose(), name, org_name])?;
            Some(Hasher::new().hash(password.to_owned()).await?)
        }
    };
    let norm = norm(&email);
    let mut tx = store.auth().await?;
    let now = tx.now();
    // Two starts at once must not make two organisations.
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('identity.create_org_with_owner', 0))")
        .execute(tx.conn())
        .await?;
    let account = by_norm(&mut tx, &norm).await?;
    let user = account.as_ref().map_or_else(UserId::fresh, |account| account.user);
    if account.is_none() {
        sqlx::query!(
            "insert into app_user (id, email, email_norm, name, password_phc, created_at) values ($1, $2, $3, $4, $5, $6)",
            user.0,
            email.expose(),
            norm,
            name,
            phc,
            now
        )
        .execute(tx.conn())
        .await?;
    }
    let sets_password = phc.is_some() && account.as_ref().is_some_and(|account| account.password_phc.is_none());
    if sets_password {
        set_password(&mut tx, user, phc.as_deref()).await?;
    }
    let owned = sqlx::query_scalar!(
        "select org.org_id from org join membership using (org_id)
         where membership.user_id = $1 and membership.role = 'owner' and org.name = $2
         order by org.created_at limit 1",
        user.0,
        org_name
    )
    .fetch_optional(tx.conn())
    .await?;
    if let Some(org) = owned {
        let org = OrgId(org);
        if sets_password {
            tx.commit(&Actor::SYSTEM, Entry::of("auth.password_changed").on("user", user.0).org(org)).await?;
        } else {
            tx.done_reading().await?;
        }
        return Ok((org, user));
    }
    let org = OrgId::fresh();
    sqlx::query!("insert into org (org_id, name, created_at) values ($1, $2, $3)", org.0, org_name, now)
        .execute(tx.conn())
        .await?;
    sqlx::query!(
        "insert into membership (org_id, user_id, role, created_at) values ($1, $2, $3, $4)",
        org.0,
        user.0,
        Role::Owner.as_str(),
        now
    )
    .execute(tx.conn())
    .await?;
    let entry = Entry::of("org.created").on("org", org.0).with("owner", user.0.to_string()).org(org);
    tx.commit(&Actor::SYSTEM, entry).await?;
    Ok((org, user))
}

pub(crate) async fn by_norm(tx: &mut AuthTx, norm: &str) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query!("select id, email, name, password_phc from app_user where email_norm = $1", norm)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|row| Account {
        user: UserId(row.id),
        email: row.email,
        name: row.name,
        password_phc: row.password_phc,
    }))
}

/// The account of a person who is signed in.
pub(crate) async fn by_id(tx: &mut AuthTx, user: UserId) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query!("select email, name, password_phc from app_user where id = $1", user.0)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|row| Account { user, email: row.email, name: row.name, password_phc: row.password_phc }))
}

/// The kept password of an account that nobody else changes until the end of the transaction. The outer
/// option is the account.
pub(crate) async fn lock(tx: &mut AuthTx, user: UserId) -> Result<Option<Option<String>>, StoreError> {
    Ok(sqlx::query_scalar!("select password_phc from app_user where id = $1 for update", user.0)
        .fetch_optional(tx.conn())
        .await?)
}

pub(crate) async fn set_password(tx: &mut AuthTx, user: UserId, phc: Option<&str>) -> Result<(), StoreError> {
    sqlx::query!("update app_user set password_phc = $2 where id = $1", user.0, phc).execute(tx.conn()).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
