//! What is asked for.

use std::path::PathBuf;

use plumb_base::Timestamp;

use super::codes::Shape;
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
    /// File of addresses and domains that are not to be used.
    pub suppress: Option<PathBuf>,
    /// What the output looks like.
    pub shape: Shape,
}

impl Options {
    /// A list cleaned on one thread, with nothing else said.
    #[must_use]
    pub fn new(input: Place, output: Option<Place>, now: Timestamp) -> Self {
        Self { input, list: ListOptions::new(output, now), preset: None, suppress: None, shape: Shape::default() }
    }
}
