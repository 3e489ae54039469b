//! Reading the files of registries, whatever their form: one number a line, columns, or XML; plain, gzip or zip.
//!
//! Files come from outside: nothing is held but one line or one tag, and what a packed file unpacks to is bounded.

mod answers;
mod columns;
mod lines;
mod unpack;
mod xml;

pub use columns::Columns;
pub use xml::Names;

use std::io;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bits::Progress;
use crate::domain::number::Number;

/// A file, or what can be read like one.
pub trait Source: io::Read + io::Seek + Send {}

impl<T: io::Read + io::Seek + Send> Source for T {}

/// What an entry does to its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The number is on the list.
    Add,
    /// It is not any more.
    Delete,
}

/// Where a file has its numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// One number a line: ten digits, or area code, comma, seven digits. A file that begins with `<` is read as XML.
    #[default]
    Lines,
    /// In columns.
    Columns(Columns),
    /// In elements of XML.
    Xml(Names),
}

/// How the numbers of a file are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    /// Where they are.
    pub layout: Layout,
    /// What every entry does, in a change file that does not say it for each.
    pub every: Option<Change>,
}

/// What was read of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Entries: lines that are not empty and no header, or elements with a number.
    pub entries: u64,
    /// Entries without a number of the plan.
    pub malformed: u64,
    /// Where the first of them are: lines, or elements, from 1.
    pub first_malformed: Vec<u64>,
}

impl Counts {
    const SHOWN: usize = 5;

    fn malformed(&mut self, at: u64) {
        self.malformed += 1;
        if self.first_malformed.len() < Self::SHOWN {
            self.first_malformed.push(at);
        }
    }

    /// One entry in a thousand may be no number; more is another kind of file.
    fn check(&self) -> Result<(), ReadError> {
        if self.entries == 0 {
            return Err(ReadError::Empty);
        }
        if self.malformed.saturating_mul(1000) > self.entries {
            let first = self.first_malformed.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
            return Err(ReadError::Malformed { malformed: self.malformed, entries: self.entries, first });
        }
        Ok(())
    }
}

/// A file cannot be read as a list.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No entry in it.
    #[error("the file has no number. Check that it is the right file, and what its columns are.")]
    Empty,
    /// Most of it is something else.
    #[error(
        "{malformed} of {entries} entries have no telephone number that could be on a list, the first at {first}. Check that it is the right file, and what its columns are."
    )]
    Malformed {
        /// Entries without a number.
        malformed: u64,
        /// All entries.
        entries: u64,
        /// Where the first are.
        first: String,
    },
    /// A line or a tag without an end.
    #[error("a line or tag of the file has more than {0} bytes, so it is no list of numbers")]
    TooLong(usize),
    /// XML that is none, or that uses what a list has no need of.
    #[error("the file cannot be read as XML: {0}")]
    Xml(&'static str),
    /// A packed file that is none.
    #[error("the packed file is damaged or of a kind that is not read. Unpack it, or send it as zip or gzip.")]
    Packed,
    /// A packed file with too much in it.
    #[error("the packed file has more than {0}, which no registry's list has")]
    Bomb(&'static str),
    /// A change file whose entries do not say what they do.
    #[error(
        "the entries of the file do not say whether a number was added or deleted. Say which column does, or that every entry does the same."
    )]
    NoChange,
    /// It was told to stop.
    #[error("reading was stopped")]
    Stopped,
    /// The disk.
    #[error(transparent)]
    Io(io::Error),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionAborted => Self::Stopped,
            io::ErrorKind::FileTooLarge => Self::Bomb("16 GiB in it"),
            // What decoders say of bytes that do not fit.
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => Self::Packed,
            _ => Self::Io(error),
        }
    }
}

/// Takes each entry.
pub type Sink<'a> = dyn FnMut(Number, Change) -> io::Result<()> + 'a;

/// Reads every entry of a file, in order. In a change file every entry `must_tell` what it does.
///
/// # Errors
/// When it is no list, or cannot be read.
pub fn read(
    source: &mut dyn Source,
    form: &Form,
    must_tell: bool,
    progress: &Progress,
    sink: &mut Sink<'_>,
) -> Result<Counts, ReadError> {
    let mut counts = Counts::default();
    unpack::each(source, progress, &mut |input| {
        let is_xml = unpack::first_byte(input)? == Some(b'<');
        let every = form.every;
        match &form.layout {
            Layout::Lines if is_xml => xml::read(input, &Names::default(), (every, must_tell), &mut counts, sink),
            Layout::Lines | Layout::Columns(Columns { change: None, .. }) if must_tell && every.is_none() => {
                Err(ReadError::NoChange)
            }
            Layout::Lines => lines::read(input, every, &mut counts, sink),
            Layout::Columns(columns) => columns::read(input, columns, every, &mut counts, sink),
            Layout::Xml(names) => xml::read(input, names, (every, must_tell), &mut counts, sink),
        }
    })?;
    counts.check()?;
    Ok(counts)
}

/// Reads every answer of the Reassigned Numbers Database in a file: number, day, answer.
pub(crate) fn read_answers(
    source: &mut dyn Source,
    progress: &Progress,
    sink: &mut answers::Sink<'_>,
) -> Result<Counts, ReadError> {
    let mut counts = Counts::default();
    unpack::each(source, progress, &mut |input| answers::read(input, &mut counts, sink))?;
    counts.check()?;
    Ok(counts)
}

#[cfg(test)]
mod tests;
