//! What every work on a list is asked for.

use std::path::PathBuf;

use plumb_base::{Country, Timestamp};
use plumb_table::{Asked, Encoding, Packing};

use crate::output;
use crate::place::{FileFormat, Place};

/// What every work on a list is asked for.
#[derive(Clone, Debug)]
pub struct ListOptions {
    /// Where the rows go.
    pub output: Option<Place>,
    /// What the output is; by its name if nothing is said.
    pub format: Option<FileFormat>,
    /// What columns are about, as `Name=field` or `#3=field`; the field `-` is none.
    pub map: Vec<String>,
    /// Country of telephone numbers that say none.
    pub country: Option<Country>,
    /// How the text is laid out, where somebody knows better.
    pub asked: Asked,
    /// How the text is encoded, where somebody knows better.
    pub encoding: Option<Encoding>,
    /// How many threads work.
    pub threads: usize,
    /// Where the report goes.
    pub report: Option<PathBuf>,
    /// Replace files that are there.
    pub force: bool,
    /// Where rows wait; where the output goes if nothing is said.
    pub spool_folder: Option<PathBuf>,
    /// The time that the report names.
    pub now: Timestamp,
}

impl ListOptions {
    /// One thread, and nothing else said.
    #[must_use]
    pub fn new(output: Option<Place>, now: Timestamp) -> Self {
        Self {
            output,
            format: None,
            map: Vec::new(),
            country: None,
            asked: Asked::default(),
            encoding: None,
            threads: 1,
            report: None,
            force: false,
            spool_folder: None,
            now,
        }
    }

    pub(crate) fn output_format(&self) -> FileFormat {
        let by_name = || self.output.as_ref().map_or(FileFormat::Csv, |output| FileFormat::of_name(&output.name()));
        self.format.unwrap_or_else(by_name)
    }

    pub(crate) fn output_packing(&self) -> Packing {
        match &self.output {
            Some(output) if self.output_format() == FileFormat::Csv => Packing::of_name(&output.name()),
            _ => Packing::Plain,
        }
    }

    pub(crate) fn spool_folder(&self) -> PathBuf {
        if let Some(folder) = &self.spool_folder {
            return folder.clone();
        }
        match self.output.as_ref().and_then(Place::path) {
            Some(path) => output::folder(path).to_owned(),
            None => std::env::temp_dir(),
        }
    }
}
