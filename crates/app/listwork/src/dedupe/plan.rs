//! What will be done with the lists: their columns side by side, and what each is about.

use plumb_link::Kind;
use plumb_table::Dialect;
use serde::Serialize;

use super::options::Options;
use super::read::List;
use crate::error::ListError;
use crate::map::{self, is_same_name};
use crate::place::FileFormat;
use crate::source::Layout;

/// The columns that are added, in order; the first one with two lists only.
pub const DEDUPE_COLUMNS: [&str; 6] = [
    "plumb_source_file",
    "plumb_cluster_id",
    "plumb_cluster_confidence",
    "plumb_cluster_size",
    "plumb_duplicate_evidence",
    "plumb_review",
];

/// One column of the output that comes from the lists.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The stable name of what it is about; nothing if it is not looked at.
    pub kind: Option<&'static str>,
    /// Somebody said so.
    pub asked: bool,
    /// Its place in each list, from 0.
    #[serde(skip)]
    pub(crate) at: [Option<usize>; 2],
    #[serde(skip)]
    about: Option<Kind>,
}

/// A column of what is compared: what it is about, and its place in each list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compared {
    pub(crate) kind: Kind,
    pub(crate) at: [Option<usize>; 2],
}

/// What will be done with the lists.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How each list is laid out.
    pub layouts: Vec<Layout>,
    /// The columns of all lists, those of the first one first.
    pub columns: Vec<Column>,
    /// Columns of the lists that an earlier run added: they make place for new ones.
    pub replaced: Vec<String>,
}

impl Plan {
    /// Puts the lists' columns side by side and says what each is about.
    pub(crate) fn of(lists: &[List], options: &Options) -> Result<Self, ListError> {
        let added = added_columns(lists.len());
        let (mut columns, mut replaced): (Vec<Column>, Vec<String>) = (Vec::new(), Vec::new());
        for (n, list) in lists.iter().enumerate() {
            let names = &list.layout().names;
            let kinds = plumb_link::propose(names, list.sample());
            for (at, (name, kind)) in names.iter().zip(kinds).enumerate() {
                if added.contains(&name.as_str()) {
                    if !replaced.contains(name) {
                        replaced.push(name.clone());
                    }
                    continue;
                }
                let free = |column: &&mut Column| column.at[n].is_none();
                let exact = columns.iter_mut().filter(free).position(|column| column.name == *name);
                let found = match exact {
                    Some(nth) => columns.iter_mut().filter(free).nth(nth),
                    None => columns.iter_mut().filter(free).find(|column| n > 0 && is_same_name(&column.name, name)),
                };
                if let Some(column) = found {
                    column.at[n] = Some(at);
                    column.about = column.about.or(kind);
                } else {
                    let mut places = [None; 2];
                    places[n] = Some(at);
                    columns.push(Column { name: name.clone(), kind: None, asked: false, at: places, about: kind });
                }
            }
        }
        for text in &options.list.map {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let (at, kind) = map::asked(text, &names, "kind", Kind::from_code, Kind::ALL.into_iter().map(Kind::code))?;
            (columns[at].about, columns[at].asked) = (kind, true);
        }
        for column in &mut columns {
            column.kind = column.about.map(Kind::code);
        }
        Ok(Self { layouts: lists.iter().map(|list| list.layout().clone()).collect(), columns, replaced })
    }

    /// Checks that rows can be compared by it.
    pub fn check(&self) -> Result<(), ListError> {
        if self.columns.iter().any(|column| column.kind.is_some()) {
            return Ok(());
        }
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        Err(ListError::Usage(format!(
            "no column is known to say who a row is about; the columns are {}; name some with --map",
            names.join(", ")
        )))
    }

    /// The names of the columns.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// The names of the columns that are added.
    #[must_use]
    pub fn added(&self) -> &'static [&'static str] {
        added_columns(self.layouts.len())
    }

    /// What is compared. Columns of one name are one; others of the same kind meet in their order.
    pub(crate) fn compared(&self) -> Vec<Compared> {
        let mut compared: Vec<Compared> = Vec::new();
        for column in &self.columns {
            let Some(kind) = column.about else { continue };
            let only = |n: usize| column.at[n].is_some() && column.at[1 - n].is_none();
            let partner = compared
                .iter_mut()
                .find(|other| other.kind == kind && only(1) && other.at[1].is_none() && other.at[0].is_some());
            match partner {
                Some(other) => other.at[1] = column.at[1],
                None => compared.push(Compared { kind, at: column.at }),
            }
        }
        compared
    }

    /// How the output divides its cells: as the first list does.
    pub(crate) fn dialect(&self, format: FileFormat) -> Dialect {
        let first = self.layouts.first().and_then(|layout| layout.dialect);
        match (format, first) {
            (FileFormat::Csv, Some(dialect)) => Dialect { delimiter: dialect.delimiter, ..Dialect::default() },
            _ => Dialect::default(),
        }
    }

    /// Whether the rows of a list have the output's columns in the output's order.
    pub(crate) fn is_whole(&self, list: usize) -> bool {
        let mut places = self.columns.iter().map(|column| column.at[list]);
        self.layouts[list].names.len() == self.columns.len() && places.by_ref().enumerate().all(|(n, at)| at == Some(n))
    }

    /// Whether the output is Parquet with the columns of the input's types.
    pub(crate) fn is_typed(&self, format: FileFormat) -> bool {
        format == FileFormat::Parquet
            && self.layouts.len() == 1
            && self.layouts[0].dialect.is_none()
            && self.is_whole(0)
    }
}

fn added_columns(lists: usize) -> &'static [&'static str] {
    if lists > 1 { &DEDUPE_COLUMNS } else { &DEDUPE_COLUMNS[1..] }
}
