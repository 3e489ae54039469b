//! What importing needs from cleaning, as values: stages do not name each other, so the program that holds both
//! puts the functions in here.

use std::sync::Arc;

use plumb_base::{Cells, Country};
use plumb_lead::NewLead;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::policy::PrivateValue;

/// One column of a list and the field it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MappedColumn {
    /// Position in the row, from 0.
    pub index: usize,
    /// The column's name.
    pub name: String,
    /// Code of the field; absent for a column that is only carried along.
    #[serde(default)]
    pub field: Option<String>,
}

/// What each column of a list is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// How many columns the list has.
    pub width: usize,
    /// The columns. Those that are not named are carried along.
    pub columns: Vec<MappedColumn>,
}

impl Mapping {
    /// The mapping with every column of `names` in it, in order.
    pub(crate) fn completed(mut self, names: &[String]) -> Self {
        for (index, name) in names.iter().enumerate() {
            if !self.columns.iter().any(|column| column.index == index) {
                self.columns.push(MappedColumn { index, name: name.clone(), field: None });
            }
        }
        self.columns.sort_by_key(|column| column.index);
        self
    }

    /// The field that the column at `index` is about.
    pub(crate) fn field(&self, index: usize) -> Option<&str> {
        self.columns.iter().find(|column| column.index == index)?.field.as_deref()
    }
}

/// What is proposed for one column, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proposed {
    /// Code of the field; absent for a column that is only carried along.
    pub field: Option<String>,
    /// How sure that is: `low`, `medium` or `high`.
    pub confidence: String,
    /// One sentence for people. Holds no cell of the list.
    pub reason: String,
    /// What it seems to be about that must not be taken. Such a column has no field, and should leave the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Warning>,
}

/// A special category of personal data, or what comes near it (GDPR articles 8, 9, 10 and 87).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// The stable code, such as `health`.
    pub code: String,
    /// One sentence for people.
    pub words: String,
}

/// What is proposed for a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// One for each column, in order.
    pub columns: Vec<Proposed>,
    /// Name of the product whose export the list seems to be.
    pub preset: Option<String>,
}

/// What an import decides beside its mapping.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// The country of phone numbers without country code in rows that name no country.
    pub country: Option<Country>,
    /// Classes of values that are left out.
    pub denied: Vec<PrivateValue>,
}

/// A field that a column can be about.
#[derive(Clone, Copy, Debug)]
pub struct FieldName {
    /// The stable code.
    pub code: &'static str,
    /// What people call it.
    pub label: &'static str,
}

/// What cleaning made of a row.
#[derive(Clone, Debug)]
pub enum CleanedRow {
    /// A lead. Its `row_no` and `raw` are filled in here.
    Lead(Box<NewLead>),
    /// No lead.
    Reject {
        /// A closed word.
        reason: &'static str,
        /// What about the row is wrong, without its cells; empty when the word says it all.
        detail: String,
    },
}

/// The answer for one row.
#[derive(Clone, Debug)]
pub struct Cleaned {
    /// What became of it.
    pub row: CleanedRow,
    /// Columns whose value was left out, as the organisation does not take its class.
    pub withheld: Vec<usize>,
}

impl From<CleanedRow> for Cleaned {
    fn from(row: CleanedRow) -> Self {
        Self { row, withheld: Vec::new() }
    }
}

/// Proposes what columns are about: their names and some rows in, one proposal a column out.
pub type Propose = dyn Fn(&[String], &[Vec<String>]) -> Proposal + Send + Sync;
/// Says in words what is wrong with a mapping for columns of these names; nothing when it is sound.
pub type Check = dyn Fn(&Mapping, &[String]) -> Vec<String> + Send + Sync;
/// Cleans rows that are as wide as the mapping, one answer a row, in order.
pub type Clean = dyn Fn(&Mapping, &Cells, &Wishes) -> Vec<Cleaned> + Send + Sync;
/// One sentence for people about a code of a flag or a reject.
pub type Explain = dyn Fn(&str) -> Option<&'static str> + Send + Sync;

/// The functions of the cleaning kernel that importing calls. Cheap to clone.
#[derive(Clone)]
pub struct Cleaning {
    /// See [`Propose`].
    pub propose: Arc<Propose>,
    /// See [`Check`].
    pub check: Arc<Check>,
    /// See [`Clean`]. Called on a thread that may block.
    pub clean: Arc<Clean>,
    /// See [`Explain`].
    pub explain: Arc<Explain>,
    /// Every field, in the order in which people read them.
    pub fields: Vec<FieldName>,
    /// What identifies the rules: rows cleaned under the same version come out the same.
    pub rules_version: String,
}

impl Cleaning {
    /// How many of these cells are known as names of columns.
    pub(crate) fn known(&self, cells: &[String]) -> usize {
        (self.propose)(cells, &[]).columns.iter().filter(|proposed| proposed.field.is_some()).count()
    }
}
