//! Where each field of a lead came from.

use plumb_base::{ImportId, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::Field;
use crate::read::Lead;

/// Where one field of a lead came from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Origin {
    /// The field.
    pub field: String,
    /// The import that brought the value; none when somebody typed it.
    pub import: Option<ImportId>,
    /// The row there.
    pub row: Option<i64>,
    /// Who typed it, by account.
    pub edited_by: Option<Uuid>,
    /// When it was typed.
    pub edited_at: Option<Timestamp>,
}

/// A field came from the lead's first row, unless the exceptions say otherwise.
pub(crate) fn origin(lead: &Lead, exceptions: &Value, field: Field) -> Origin {
    let exception = exceptions.get(field.as_str());
    let member = |name: &str| exception.and_then(|exception| exception.get(name)).cloned();
    let typed = |name: &str| member(name).and_then(|value| serde_json::from_value(value).ok());
    let (import, row) = match exception {
        Some(_) => (typed("import").map(ImportId), member("row").and_then(|row| row.as_i64())),
        None => (Some(lead.import), Some(lead.row)),
    };
    let edited_at = member("edited_at").and_then(|at| serde_json::from_value(at).ok());
    Origin { field: field.as_str().to_owned(), import, row, edited_by: typed("edited_by"), edited_at }
}

/// The origin of each field that has a value.
pub(crate) fn origins(lead: &Lead, exceptions: &Value) -> Vec<Origin> {
    let filled = Field::ALL.iter().filter(|field| lead.field(**field).is_some());
    filled.map(|field| origin(lead, exceptions, *field)).collect()
}
