//! The database's roles: one owner that cannot log in, three that log in and own nothing.

#![expect(clippy::disallowed_types, reason = "role and database names are quoted here; passwords are URL-safe base64")]

use std::time::Duration;

use plumb_vault::{Keys, Purpose};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use crate::error::StoreError;

/// Owns every object.
pub(crate) const OWNER: &str = "plumb_owner";
/// Serves requests and jobs of one organisation.
pub(crate) const APP: &str = "plumb_app";
/// Reads and writes accounts, sessions and keys.
pub(crate) const AUTH: &str = "plumb_auth";
/// Does the named few things that cross organisations.
pub(crate) const SYSTEM: &str = "plumb_system";

/// Creates the roles that are missing and sets their passwords, which every node derives from the master key.
/// `admin` may create roles; it is used for this and for migrations only.
///
/// # Errors
/// [`StoreError::Unfit`] when the roles are another installation's: roles belong to the whole Postgres server, so that
/// two installations on one would change each other's passwords and could log in to each other's database.
pub(crate) async fn ensure(admin: &mut PgConnection, keys: &Keys) -> Result<(), StoreError> {
    // Two nodes that start together must not create the same role twice.
    sqlx::query("select pg_advisory_lock(hashtext('plumb.roles'))").execute(&mut *admin).await?;
    let done = ensure_locked(admin, keys).await;
    sqlx::query("select pg_advisory_unlock(hashtext('plumb.roles'))").execute(&mut *admin).await?;
    done
}

/// Refuses when another database of this Postgres server has objects of the owner.
async fn alone(admin: &mut PgConnection) -> Result<(), StoreError> {
    let other: Option<String> = sqlx::query(
        "select d.datname::text from pg_shdepend s join pg_roles r on r.oid = s.refobjid join pg_database d on d.oid = s.dbid
         where r.rolname = $1 and s.deptype = 'o' and d.datname <> current_database() limit 1",
    )
    .bind(OWNER)
    .fetch_optional(admin)
    .await?
    .map(|row| row.get(0));
    match other {
        Some(other) => Err(StoreError::Unfit(format!(
            "another installation lives on this Postgres server, in the database {other}: two would take each other's roles. Give each a server of its own."
        ))),
        None => Ok(()),
    }
}

async fn ensure_locked(admin: &mut PgConnection, keys: &Keys) -> Result<(), StoreError> {
    let owned_by = format!(
        "plumb installation {}",
        plumb_base::hex::encode(&keys.mac(Purpose::DatabaseRoles, b"roles", b"plumb")[..8])
    );
    let known: Option<String> =
        sqlx::query("select shobj_description(oid, 'pg_authid') from pg_roles where rolname = $1 and shobj_description(oid, 'pg_authid') <> ''")
            .bind(APP)
            .fetch_optional(&mut *admin)
            .await?
            .map(|row| row.get(0));
    if known.is_some_and(|known| known != owned_by) {
        // Also a database that was restored here from elsewhere must not take the roles of the one that lives here.
        alone(admin).await?;
    }
    for role in [OWNER, APP, AUTH, SYSTEM] {
        let exists: bool = sqlx::query("select exists (select from pg_roles where rolname = $1)")
            .bind(role)
            .fetch_one(&mut *admin)
            .await?
            .get(0);
        if !exists {
            execute(admin, format!("create role {role} nosuperuser nobypassrls nocreatedb nocreaterole noinherit"))
                .await?;
        }
        if role != OWNER {
            // Derived by HKDF and written in URL-safe base64: no character that could end the literal.
            let password = keys.role_password(role);
            execute(admin, format!("alter role {role} login password '{}'", *password)).await?;
        }
    }
    execute(admin, format!("comment on role {APP} is '{owned_by}'")).await?;
    let row = sqlx::query("select current_database() as database, current_user as me").fetch_one(&mut *admin).await?;
    let (database, me) = (quoted(&row.get::<String, _>("database")), quoted(&row.get::<String, _>("me")));
    execute(admin, format!("grant {OWNER} to {me}")).await?;
    execute(admin, format!("revoke all on database {database} from public")).await?;
    execute(admin, format!("grant create, connect on database {database} to {OWNER}")).await?;
    execute(admin, format!("grant connect, temporary on database {database} to {APP}, {AUTH}, {SYSTEM}")).await?;
    execute(admin, "revoke all on schema public from public".to_owned()).await?;
    execute(admin, format!("grant create, usage on schema public to {OWNER}")).await?;
    execute(admin, format!("grant usage on schema public to {APP}, {AUTH}, {SYSTEM}")).await
}

/// Roles belong to the whole server, and the lock to one database: two databases that are prepared at once, of one
/// installation that is being moved for instance, can meet at a role. The loser tries again.
async fn execute(conn: &mut PgConnection, sql: String) -> Result<(), StoreError> {
    for _ in 1..TRIES {
        match sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut *conn).await {
            Err(sqlx::Error::Database(error)) if error.message().contains("concurrently updated") => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            done => return done.map(|_| ()).map_err(StoreError::from),
        }
    }
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

const TRIES: u32 = 20;

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
