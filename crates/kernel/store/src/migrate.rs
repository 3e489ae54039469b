//! Migrations: one global order, each in a transaction of its own, as the owner's role.

#![expect(clippy::disallowed_types, reason = "the text of a migration is compiled in")]

use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use crate::error::StoreError;
use crate::{registry, roles};

macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../migrations/", $name, ".sql")))),*]
    };
}

/// Every migration, in order: its name and its text.
pub const MIGRATIONS: &[(&str, &str)] = migrations![
    "0001_kernel",
    "0002_identity",
    "0003_privacy",
    "0004_lead",
    "0005_source",
    "0006_verify",
    "0007_egress",
    "0010_screen",
    "0013_verify_run",
    "0014_verify_batch",
    "0018_duplicate",
    "0019_export",
    "0020_import_policy",
    "0021_mail_operator",
    "0022_job_unknown",
    "0023_upload_lease",
    "0024_again",
];

/// What a run of the migrations did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrated {
    /// Names of the migrations that were applied now.
    pub applied: Vec<&'static str>,
}

/// Brings the database of `admin` to the newest schema.
///
/// # Errors
/// [`StoreError::Unfit`] when an applied migration has changed since, when the database is newer than this
/// program, or when a migration adds a column that can hold personal data and does not declare it.
pub async fn migrate(admin: &mut PgConnection, migrations: &[(&'static str, &str)]) -> Result<Migrated, StoreError> {
    sqlx::query("select pg_advisory_lock(hashtext('plumb.migrate'))").execute(&mut *admin).await?;
    let done = migrate_locked(admin, migrations).await;
    sqlx::query("select pg_advisory_unlock(hashtext('plumb.migrate'))").execute(&mut *admin).await?;
    done
}

async fn migrate_locked(admin: &mut PgConnection, migrations: &[(&'static str, &str)]) -> Result<Migrated, StoreError> {
    let mut tx = admin.begin().await?;
    set_owner(&mut tx).await?;
    sqlx::query(
        "create table if not exists schema_migration
             (name text primary key, sha256 text not null, applied_at timestamptz not null default now())",
    )
    .execute(&mut *tx)
    .await?;
    let rows = sqlx::query("select name, sha256 from schema_migration order by name").fetch_all(&mut *tx).await?;
    tx.commit().await?;
    let applied: Vec<(String, String)> = rows.iter().map(|row| (row.get("name"), row.get("sha256"))).collect();

    if let Some((name, _)) = applied.iter().find(|(name, _)| !migrations.iter().any(|(known, _)| known == name)) {
        return Err(StoreError::Unfit(format!(
            "the database has migration {name}, which this program does not know: it was written by a newer plumb. Start that version."
        )));
    }
    let mut report = Migrated::default();
    for (name, sql) in migrations {
        let hash = plumb_base::hex::encode(&Sha256::digest(sql.as_bytes()));
        match applied.iter().find(|(known, _)| known == name) {
            Some((_, known)) if *known == hash => {}
            Some(_) => {
                return Err(StoreError::Unfit(format!(
                    "migration {name} has changed since it was applied to this database. Migrations are never edited: add a new one."
                )));
            }
            None => {
                apply(admin, name, sql, &hash).await?;
                report.applied.push(name);
            }
        }
    }
    Ok(report)
}

async fn apply(admin: &mut PgConnection, name: &'static str, sql: &str, hash: &str) -> Result<(), StoreError> {
    let mut tx = admin.begin().await?;
    set_owner(&mut tx).await?;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await?;
    sqlx::query("insert into schema_migration (name, sha256) values ($1, $2)")
        .bind(name)
        .bind(hash)
        .execute(&mut *tx)
        .await?;
    let undeclared = registry::undeclared(&mut tx).await?;
    if !undeclared.is_empty() {
        let list: Vec<String> = undeclared.iter().map(ToString::to_string).collect();
        return Err(StoreError::Unfit(format!(
            "migration {name} leaves columns that can hold personal data undeclared: {}. Declare each with declare_personal or declare_none in the same migration.",
            list.join(", ")
        )));
    }
    tx.commit().await?;
    tracing::info!(migration = name, "applied");
    Ok(())
}

async fn set_owner(conn: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(format!("set local role {}", roles::OWNER))).execute(conn).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
