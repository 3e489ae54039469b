//! The kernel: rows in, cleaned rows out, a batch at a time.

use std::cmp::Reverse;
use std::sync::Arc;

use plumb_base::{Cells, Country};
use xxhash_rust::xxh3::xxh3_64;

use super::batch::Cleaned;
use super::company::Words;
use super::date::DateOrder;
use super::mapping::{Field, Mapping};
use super::memo::Memo;
use super::policy::PrivateClasses;
use super::rules::{DomainFacts, Rules, RulesVersion};
use super::title::Seniority;

/// Longest cell that is read, in bytes.
pub const FIELD_BYTES_MAX: usize = plumb_base::limits::FIELD_BYTES_MAX;

/// So many answers are remembered where one list asks for few: 16 KiB.
const FEW: usize = 256;

/// What a run decides beside the rules and the mapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The country of phone numbers without country code in rows that name no country. Without it they stay unread.
    pub default_country: Option<Country>,
    /// Which of day and month the list writes first, as far as its column of dates shows ([`DateOrder::of`]). Without it,
    /// what may be two dates is not read.
    pub date_order: Option<DateOrder>,
    /// Classes of values that are left out, with a flag.
    pub denied: PrivateClasses,
}

/// A list's cleaning, prepared once: what each column is about, and the rules. Threads share it.
pub struct Kernel {
    pub(crate) rules: Arc<Rules>,
    pub(crate) options: Options,
    pub(crate) columns: Vec<Column>,
    /// The column of each field; of several, the one that is asked first.
    pub(crate) fields: [Option<usize>; Field::ALL.len()],
    /// The columns that are asked where that one has nothing usable, in turn.
    pub(crate) further: Vec<(Field, usize)>,
    /// Whether the street is, by the name of its column, the person's home.
    pub(crate) is_home: bool,
}

/// What a column is about, and a number by which its cells are told from others' in the hash of a row.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    pub(crate) field: Option<Field>,
    pub(crate) seed: u64,
}

/// What is needed while rows are cleaned and means nothing afterwards.
#[derive(Default)]
pub(crate) struct Scratch {
    /// By which rules the answers were found.
    rules: Option<RulesVersion>,
    pub(crate) domains: Memo<DomainFacts>,
    pub(crate) titles: Memo<Option<Seniority>>,
    pub(crate) countries: Memo<Option<Country>, FEW>,
    pub(crate) regions: Memo<Option<u16>, FEW>,
    pub(crate) words: Words,
    pub(crate) key: String,
}

impl Kernel {
    /// Prepares the cleaning of a list whose `mapping` has passed [`Mapping::check`].
    #[must_use]
    pub fn new(rules: Arc<Rules>, mapping: &Mapping, options: Options) -> Self {
        let mut columns: Vec<Column> =
            (0..mapping.width).map(|index| Column { field: None, seed: index as u64 }).collect();
        let mut fields = [None; Field::ALL.len()];
        let mut is_home = false;
        for (n, mapped) in mapping.columns.iter().enumerate() {
            let Some(column) = columns.get_mut(mapped.index) else { continue };
            // By name, not by position: the order of columns must not matter.
            let twins = mapping.columns[..n].iter().filter(|other| other.name == mapped.name).count();
            column.seed = xxh3_64(mapped.name.as_bytes()).wrapping_add(twins as u64);
            is_home |= mapped.field == Some(Field::Street) && super::columns::says_home(&mapped.name);
        }
        // The name that says most comes first; of equals, the one further left.
        let mut mapped: Vec<(Field, usize, usize)> = mapping
            .columns
            .iter()
            .filter_map(|mapped| {
                let field = mapped.field?;
                let repeats = mapping.columns.iter().filter(|other| other.field == Some(field)).count() > 1;
                Some((field, if repeats { super::columns::rank(&mapped.name, field) } else { 0 }, mapped.index))
            })
            .filter(|(.., index)| *index < columns.len())
            .collect();
        mapped.sort_unstable_by_key(|&(field, rank, index)| (field, Reverse(rank), index));
        let mut further = Vec::new();
        for (field, _, index) in mapped {
            if fields[field as usize].is_some() {
                further.push((field, index));
                continue;
            }
            fields[field as usize] = Some(index);
            columns[index].field = Some(field);
            columns[index].seed = u64::MAX - field as u64;
        }
        Self { rules, options, columns, fields, further, is_home }
    }

    /// The column of a field; of several, the one that is asked first.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<usize> {
        self.fields[field as usize]
    }

    /// Cleans every row of `rows` into `out`, in place of what it held.
    ///
    /// Never panics. What a row becomes depends on the row, the mapping, the options and the rules alone: any split of a
    /// list into batches gives the same rows, and a clean row stays as it is.
    ///
    /// Batches of some thousand rows are best: their texts stay in the processor's caches.
    pub fn clean(&self, rows: &Cells, out: &mut Cleaned) {
        out.text.clear();
        out.records.clear();
        if out.scratch.rules.replace(self.rules.version()) != Some(self.rules.version()) {
            out.scratch.domains.clear();
            out.scratch.titles.clear();
            out.scratch.countries.clear();
            out.scratch.regions.clear();
        }
        out.records.reserve(rows.rows());
        for row in rows.iter() {
            let record = self.clean_row(row, &mut out.text, &mut out.scratch);
            out.records.push(record);
        }
    }
}

/// Shows the rules and options only.
impl std::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kernel")
            .field("rules", &self.rules.version())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
