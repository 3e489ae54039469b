//! What will be done with a list: its layout, and what each column is about.

use plumb_clean::{DateOrder, Field, MappedColumn, Mapping, Preset, ProposedColumn, Sensitive, propose, propose_as};
use serde::Serialize;

use super::codes::{DNC_COLUMNS, PLUMB_COLUMNS};
use super::options::Options;
use crate::error::ListError;
use crate::map;
use crate::source::{Layout, Source};

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
    /// Personal data of a kind that should not be in a list at all, which it looks like; it is not read.
    pub warning: Option<Sensitive>,
}

/// What will be done with a list.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How it is laid out.
    pub layout: Layout,
    /// The product whose export it is, if it is one's.
    pub preset: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Which of day and month its dates write first: as was said, or as the first rows show.
    pub date_order: Option<DateOrder>,
}

impl Plan {
    /// Opens the list and proposes what will be done with it.
    pub(crate) fn open(options: &Options) -> Result<(Self, Source), ListError> {
        let known =
            |cells: &[String]| propose(cells, &[]).columns.iter().filter(|column| column.field.is_some()).count();
        let source = Source::open(&options.input, &options.list, &known)?;
        Ok((Self::of(options, &source.layout, &source.sample)?, source))
    }

    /// Proposes what the columns are about, and lets what was asked for win.
    fn of(options: &Options, layout: &Layout, sample: &[Vec<String>]) -> Result<Self, ListError> {
        let names = &layout.names;
        if let Some(name) =
            names.iter().find(|name| PLUMB_COLUMNS.iter().chain(&DNC_COLUMNS).any(|added| added == name))
        {
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
            warning: column.warning,
        };
        let mut columns: Vec<Column> = proposal.columns.into_iter().map(column).collect();
        for text in &options.list.map {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let (at, field) =
                map::asked(text, &names, "field", Field::from_code, Field::ALL.into_iter().map(Field::code))?;
            for other in columns.iter_mut().filter(|other| field.is_some() && other.field == field && !other.asked) {
                other.field = None;
                "Another column was named for it; it is carried along.".clone_into(&mut other.reason);
            }
            let column = &mut columns[at];
            (column.field, column.asked) = (field, true);
            column.warning = column.warning.filter(|_| field.is_none());
            "You said so.".clone_into(&mut column.reason);
        }
        let date_order = Self::date_order(options, &columns, sample);
        Ok(Self { layout: layout.clone(), preset: proposal.preset.map(|preset| preset.name), columns, date_order })
    }

    /// Which of day and month the column of dates writes first, by the first rows as a whole.
    fn date_order(options: &Options, columns: &[Column], sample: &[Vec<String>]) -> Option<DateOrder> {
        options.date_order.or_else(|| {
            let at = columns.iter().position(|column| column.field == Some(Field::Date))?;
            DateOrder::of(sample.iter().filter_map(|row| row.get(at)).map(String::as_str))
        })
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
