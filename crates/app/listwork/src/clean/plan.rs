//! What will be done with a list: its layout, and what each column is about.

use plumb_clean::{Field, MappedColumn, Mapping, Preset, ProposedColumn, propose, propose_as};
use plumb_table::{Dialect, Encoding, Packing};
use serde::Serialize;

use super::codes::PLUMB_COLUMNS;
use super::options::Options;
use crate::error::ListError;

/// One column, and what it is taken for.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// Its name in the list.
    pub name: String,
    /// What it is about; nothing if it is only carried along.
    pub field: Option<Field>,
    /// Why, in a sentence.
    pub reason: String,
    /// Somebody said so.
    pub asked: bool,
    /// It looks like personal data of a kind that should not be in a list at all, and is not read.
    pub sensitive: bool,
}

/// What will be done with a list.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How its text is encoded; nothing for Parquet.
    pub encoding: Option<Encoding>,
    /// How it is packed.
    pub packing: Packing,
    /// What divides it into cells; nothing for Parquet.
    pub dialect: Option<Dialect>,
    /// The product whose export it is, if it is one's.
    pub preset: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its header as it stands there; empty where it has none or is no text.
    pub header: String,
    /// Lines above the first row: row numbers count as a spreadsheet does.
    pub lines_above: u32,
    /// Where its rows begin in the file, if they can be read there once more, byte for byte.
    pub(crate) rows_at: Option<u64>,
}

impl Plan {
    /// Proposes what the columns are about, and lets what was asked for win.
    pub(crate) fn columns(
        options: &Options,
        names: &[String],
        sample: &[Vec<String>],
    ) -> Result<(Option<String>, Vec<Column>), ListError> {
        if let Some(name) = names.iter().find(|name| PLUMB_COLUMNS.contains(&name.as_str())) {
            return Err(ListError::Usage(format!(
                "{} has a column {name} already, as if it was cleaned before; clean the list that it was made from, or \
                 remove its plumb_ columns",
                options.input.name()
            )));
        }
        let proposal = match &options.preset {
            None => propose(names, sample),
            Some(code) => propose_as(names, sample, Some(preset(code)?)),
        };
        let column = |column: ProposedColumn| Column {
            name: column.name,
            field: column.field,
            reason: column.reason,
            asked: false,
            sensitive: column.warning.is_some(),
        };
        let mut columns: Vec<Column> = proposal.columns.into_iter().map(column).collect();
        let asked = options.map.iter().map(|text| asked(text, &columns)).collect::<Result<Vec<_>, _>>()?;
        for (at, field) in asked {
            for other in columns.iter_mut().filter(|other| field.is_some() && other.field == field && !other.asked) {
                other.field = None;
                "Another column was named for it; it is carried along.".clone_into(&mut other.reason);
            }
            let column = &mut columns[at];
            (column.field, column.asked, column.sensitive) = (field, true, column.sensitive && field.is_none());
            "You said so.".clone_into(&mut column.reason);
        }
        Ok((proposal.preset.map(|preset| preset.name), columns))
    }

    /// The names of the columns.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// The mapping that it amounts to.
    #[must_use]
    pub fn mapping(&self) -> Mapping {
        let columns = self.columns.iter().enumerate();
        let columns =
            columns.map(|(index, column)| MappedColumn { index, name: column.name.clone(), field: column.field });
        Mapping { width: self.columns.len(), columns: columns.collect() }
    }

    /// Checks that rows can be told apart by it.
    pub fn check(&self) -> Result<(), ListError> {
        self.mapping().check(&self.names()).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            ListError::Usage(format!("{} (see --dry-run and --map)", errors.join("; ")))
        })
    }
}

/// The product of a name.
fn preset(code: &str) -> Result<Preset, ListError> {
    Preset::from_code(&code.to_ascii_lowercase()).ok_or_else(|| {
        let codes: Vec<String> = Preset::all().into_iter().map(|preset| preset.code).collect();
        ListError::Usage(format!("--preset {code}: the exports known are of {}", codes.join(", ")))
    })
}

/// Reads `Name=field`, or `#3=field` for the third column.
fn asked(text: &str, columns: &[Column]) -> Result<(usize, Option<Field>), ListError> {
    let usage = |why: String| ListError::Usage(format!("--map {text:?}: {why}"));
    let (name, field) = text
        .rsplit_once('=')
        .ok_or_else(|| usage("write it as 'Column name=field', or 'Column name=-' to carry it along".to_owned()))?;
    let numbered = || name.strip_prefix('#')?.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < columns.len());
    let exact = columns.iter().position(|column| column.name == name);
    let folded = || columns.iter().position(|column| column.name.eq_ignore_ascii_case(name.trim()));
    let at = exact.or_else(folded).or_else(numbered).ok_or_else(|| {
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        usage(format!("the list has no column {name:?}; it has {}", names.join(", ")))
    })?;
    if matches!(field, "-" | "") {
        return Ok((at, None));
    }
    let field = Field::from_code(field).ok_or_else(|| {
        let codes: Vec<&str> = Field::ALL.into_iter().map(Field::code).collect();
        usage(format!("there is no field {field:?}; fields are {}", codes.join(", ")))
    })?;
    Ok((at, Some(field)))
}
