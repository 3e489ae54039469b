//! The cells of a list as the linker takes them: what the cleaning kernel knows how to read goes through it, so that
//! spellings of one address, number, company or link meet. What it cannot read stays as it is.

use std::sync::Arc;

use plumb_base::{Cells, Country};
use plumb_clean::{Cleaned, Field, Kernel, MappedColumn, Mapping, Rules, Value};
use plumb_link::Kind;

use super::plan::{Compared, Plan};
use super::read::RowRead;

/// Reads the compared columns of one list.
pub(crate) struct Normal {
    /// The kernel reads one column of each field; of several the next ones have a kernel of their own.
    layers: Vec<(Kernel, Cleaned)>,
    columns: Vec<Source>,
}

/// Where a compared column comes from.
#[derive(Clone, Copy, Default)]
struct Source {
    at: Option<usize>,
    /// The layer that reads it, and what of it is taken.
    read: Option<(usize, Value)>,
}

/// The field that reads columns of a kind, and what of it is compared.
fn field_of(kind: Kind) -> Option<(Field, Value)> {
    Some(match kind {
        Kind::Email => (Field::Email, Value::EmailKey),
        Kind::Phone => (Field::Phone, Value::Phone),
        Kind::Company => (Field::Company, Value::CompanyKey),
        Kind::Domain => (Field::Website, Value::OrgDomain),
        Kind::Profile => (Field::ProfileUrl, Value::Linkedin),
        _ => return None,
    })
}

impl Normal {
    pub(crate) fn new(
        plan: &Plan,
        compared: &[Compared],
        list: usize,
        rules: &Arc<Rules>,
        default_country: Option<Country>,
    ) -> Self {
        let names = &plan.layouts[list].names;
        let country = compared.iter().find(|column| column.kind == Kind::Country).and_then(|column| column.at[list]);
        let mut mappings: Vec<Vec<(usize, Field)>> = Vec::new();
        let mut columns = Vec::with_capacity(compared.len());
        for column in compared {
            let mut source = Source { at: column.at[list], read: None };
            if let (Some(at), Some((field, value))) = (source.at, field_of(column.kind)) {
                let has = |mapping: &Vec<(usize, Field)>| mapping.iter().any(|(_, other)| *other == field);
                let layer = mappings.iter().position(|mapping| !has(mapping)).unwrap_or_else(|| {
                    mappings.push(Vec::new());
                    mappings.len() - 1
                });
                mappings[layer].push((at, field));
                source.read = Some((layer, value));
            }
            columns.push(source);
        }
        let layers = mappings.into_iter().map(|mut mapping| {
            mapping.extend(country.map(|at| (at, Field::Country)));
            let mapped = mapping.into_iter().map(|(index, field)| MappedColumn {
                index,
                name: names[index].clone(),
                field: Some(field),
            });
            let mapping = Mapping { width: names.len(), columns: mapped.collect() };
            let options = plumb_clean::Options { default_country, ..plumb_clean::Options::default() };
            (Kernel::new(Arc::clone(rules), &mapping, options), Cleaned::default())
        });
        Self { layers: layers.collect(), columns }
    }

    /// Reads a batch of the list's rows.
    pub(crate) fn batch(&mut self, cells: &Cells) {
        for (kernel, cleaned) in &mut self.layers {
            kernel.clean(cells, cleaned);
        }
    }

    /// The cells of a row of the batch, in the order of the compared columns. A damaged row says nothing.
    pub(crate) fn cells<'s>(&'s self, row: &RowRead<'s>, at: usize) -> impl Iterator<Item = &'s str> {
        let (cells, damaged) = (row.cells, row.fault.is_some());
        self.columns.iter().map(move |source| {
            let raw = source.at.filter(|_| !damaged).and_then(|column| cells.get(column)).unwrap_or_default();
            match source.read {
                Some((layer, value)) if !raw.is_empty() => {
                    let clean = self.layers[layer].1.row(at);
                    // An address of its own is a domain too, but not what stands in this column.
                    let there = value != Value::OrgDomain || clean.has(Value::Website);
                    clean.get(value).filter(|text| there && !text.is_empty()).unwrap_or(raw)
                }
                _ => raw,
            }
        })
    }
}
