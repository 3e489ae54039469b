//! What is asked for.

use std::path::PathBuf;

use plumb_base::Timestamp;
use plumb_clean::{DateOrder, PrivateClasses};

use super::codes::{DNC_AFTER, DNC_COLUMNS, Shape};
use crate::options::ListOptions;
use crate::place::Place;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The list.
    pub input: Place,
    /// What any work on a list is asked for.
    pub list: ListOptions,
    /// The product whose export the list is.
    pub preset: Option<String>,
    /// Which of day and month the list writes first, where somebody knows better.
    pub date_order: Option<DateOrder>,
    /// File of addresses and domains that are not to be used.
    pub suppress: Option<PathBuf>,
    /// Folder of Do-Not-Call lists that numbers are screened against.
    pub dnc: Option<PathBuf>,
    /// Classes of values that are not wanted.
    pub denied: PrivateClasses,
    /// What the output looks like.
    pub shape: Shape,
}

impl Options {
    /// A list cleaned on one thread, with nothing else said.
    #[must_use]
    pub fn new(input: Place, output: Option<Place>, now: Timestamp) -> Self {
        Self {
            input,
            list: ListOptions::new(output, now),
            preset: None,
            date_order: None,
            suppress: None,
            dnc: None,
            denied: PrivateClasses::default(),
            shape: Shape::default(),
        }
    }

    /// The columns that are added, in order.
    pub(crate) fn added(&self) -> Vec<&'static str> {
        let mut added: Vec<&str> = self.shape.added().collect();
        if self.dnc.is_some() {
            let after = added.iter().position(|name| *name == DNC_AFTER).map_or(added.len(), |at| at + 1);
            added.splice(after..after, DNC_COLUMNS);
        }
        added
    }
}
