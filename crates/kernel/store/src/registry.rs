//! The register of personal fields: every column that can hold personal data is declared (claims 1, 8, 148).

use std::fmt;

use sqlx::{PgConnection, Row as _};

use crate::error::StoreError;
use crate::tx::OrgTx;

/// A column that can hold personal data and is not in the register, or is in it and not in the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeclared {
    /// `table.column`.
    pub column: String,
    /// Whether the column is gone, not the declaration.
    pub stale: bool,
}

impl fmt::Display for Undeclared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, stale } = self;
        if *stale { write!(f, "{column} (declared, but there is no such column)") } else { f.write_str(column) }
    }
}

/// One declared personal column.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct PersonalField {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
    /// Class of the field, such as `email`.
    pub class: String,
    /// What it is kept for.
    pub purpose: String,
    /// How long it is kept.
    pub retention: String,
    /// How to get from the row to the person.
    pub subject: String,
}

/// Columns whose type can hold a person's data and that nobody declared. Numbers, ids, times and truth values
/// say nothing by themselves; every other type must be declared.
pub(crate) async fn undeclared(conn: &mut PgConnection) -> Result<Vec<Undeclared>, StoreError> {
    let rows = sqlx::query(
        "with actual as (
             select c.table_name::text, c.column_name::text from information_schema.columns c
             where c.table_schema not in ('pg_catalog', 'information_schema') and c.table_schema not like 'pg_temp%'
               and c.data_type not in ('uuid', 'smallint', 'integer', 'bigint', 'boolean', 'timestamp with time zone')
         )
         select coalesce(a.table_name, f.table_name) || '.' || coalesce(a.column_name, f.column_name) as name,
                a.table_name is null as stale
         from actual a full join field_registry f using (table_name, column_name)
         where f.table_name is null
            or (a.table_name is null and not exists (
                    select from information_schema.columns c
                    where c.table_name = f.table_name and c.column_name = f.column_name))
         order by 1",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.iter().map(|row| Undeclared { column: row.get("name"), stale: row.get("stale") }).collect())
}

impl OrgTx {
    /// Every column that holds personal data, as declared.
    pub async fn personal_fields(&mut self) -> Result<Vec<PersonalField>, StoreError> {
        let rows = sqlx::query(
            "select table_name, column_name, class, purpose, retention, subject from field_registry
             where class <> 'none' order by table_name, column_name",
        )
        .fetch_all(self.conn())
        .await?;
        let field = |row: &sqlx::postgres::PgRow| PersonalField {
            table: row.get("table_name"),
            column: row.get("column_name"),
            class: row.get("class"),
            purpose: row.get("purpose"),
            retention: row.get("retention"),
            subject: row.get("subject"),
        };
        Ok(rows.iter().map(field).collect())
    }
}
