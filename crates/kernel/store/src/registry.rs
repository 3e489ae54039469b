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

/// Columns whose type can hold a person's data and that nobody declared, of tables and of views, which keep or show it
/// in another place. Whole numbers, ids, moments and truth values say nothing by themselves; every other type must be
/// declared, a domain over one of these too. What an extension brings is not ours.
pub(crate) async fn undeclared(conn: &mut PgConnection) -> Result<Vec<Undeclared>, StoreError> {
    let rows = sqlx::query(
        "with actual as (
             select c.relname::text as table_name, a.attname::text as column_name from pg_class c
             join pg_namespace n on n.oid = c.relnamespace
             join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
             where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
               and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
               and not a.atttypid = any (array['uuid', 'int2', 'int4', 'int8', 'bool', 'timestamptz']::regtype[])
               and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
         )
         select coalesce(a.table_name, f.table_name) || '.' || coalesce(a.column_name, f.column_name) as name,
                a.table_name is null as stale
         from actual a full join field_registry f using (table_name, column_name)
         where f.table_name is null
            or (a.table_name is null and not exists (
                    select from pg_attribute c
                    where c.attrelid = to_regclass(quote_ident(f.table_name)) and c.attname = f.column_name and not c.attisdropped))
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
