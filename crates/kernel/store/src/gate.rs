//! The catalogue gate: one query whose every row is a way for one tenant to reach another. It runs as a test,
//! at every start and as `plumb doctor --database` (claims 56, 58, 112).

use std::fmt;

use serde::Serialize;
use sqlx::{PgConnection, Row as _};

use crate::error::StoreError;

/// One thing that is wrong in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Defect {
    /// The rule that found it.
    pub clause: String,
    /// The table, index, function or role.
    pub object: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.clause)
    }
}

/// Runs the gate.
pub(crate) async fn defects(conn: &mut PgConnection) -> Result<Vec<Defect>, StoreError> {
    let rows = sqlx::query(include_str!("gate/gate.sql")).fetch_all(conn).await?;
    Ok(rows.iter().map(|row| Defect { clause: row.get("clause"), object: row.get("object") }).collect())
}

#[cfg(test)]
mod tests;
