//! What must hold of any row that is cleaned.

use std::sync::{Arc, LazyLock};

use plumb_base::Cells;
use plumb_clean::{
    CleanRow, Cleaned, DateOrder, Field, Flag, Kernel, MappedColumn, Mapping, Options, RejectReason, Rules, Value,
};

/// Countries of numbers without calling code; the first is none.
const HOMES: [&str; 4] = ["", "US", "DE", "GB"];

/// A kernel for each of [`HOMES`], for rows of every field in its order.
static KERNELS: LazyLock<Vec<Kernel>> = LazyLock::new(|| {
    let rules = Arc::new(Rules::embedded());
    let column = |(index, field): (usize, Field)| MappedColumn { index, name: field.code().into(), field: Some(field) };
    let columns = Field::ALL.into_iter().enumerate().map(column).collect();
    let mapping = Mapping { width: Field::ALL.len(), columns };
    let date_order = |home: &str| match home {
        "" => None,
        "US" => Some(DateOrder::MonthFirst),
        _ => Some(DateOrder::DayFirst),
    };
    let options =
        |home: &str| Options { default_country: home.parse().ok(), date_order: date_order(home), ..Options::default() };
    HOMES.iter().map(|home| Kernel::new(rules.clone(), &mapping, options(home))).collect()
});

/// Reads a row out of a line: a letter for the country, and behind tabs the cells of these fields.
pub fn row_of(data: &[u8], fields: &[Field]) -> (usize, Vec<String>) {
    let line = String::from_utf8_lossy(data);
    let mut parts = line.split('\t');
    let home = parts.next().and_then(|part| part.bytes().next()).unwrap_or(0);
    let mut row = vec![String::new(); Field::ALL.len()];
    for (field, cell) in fields.iter().zip(parts) {
        row[*field as usize] = cell.to_owned();
    }
    (usize::from(home) % HOMES.len(), row)
}

/// Cleans a row, alone and behind another one, and then what came out: a clean row stays as it is.
pub fn check(home: usize, row: &[String]) {
    let kernel = &KERNELS[home];
    let once = clean(kernel, &[row]);
    let once = once.row(0);
    let written: Vec<String> =
        Field::ALL.into_iter().map(|field| once.field(field).unwrap_or_default().to_owned()).collect();
    let twice = clean(kernel, &[row, &written]);
    assert_eq!(shown(once), shown(twice.row(0)), "the same row has one answer");
    let twice = twice.row(1);
    // What is no name is kept, titles and all, and nobody is recognised by it.
    let odd = once.flags().contains(Flag::NameImplausible);
    if odd || twice.reject() == Some(RejectReason::EmptyRow) || once.reject() == Some(RejectReason::NulByte) {
        return;
    }
    for value in [Value::EmailKey, Value::CompanyKey, Value::OrgDomain, Value::EmailDomain] {
        assert_eq!(once.get(value), twice.get(value), "{value:?}");
    }
    for field in Field::ALL {
        assert_eq!(once.field(field), twice.field(field), "{field:?}");
    }
    assert_eq!(twice.changes().next(), None, "nothing is left to change");
    if !once.dedupe_key().starts_with("r:") {
        assert_eq!(once.dedupe_key(), twice.dedupe_key());
    }
    assert!(!once.dedupe_key().is_empty() || once.reject().is_some());
}

fn clean(kernel: &Kernel, rows: &[&[String]]) -> Cleaned {
    let mut cells = Cells::default();
    for row in rows {
        cells.push_row(row.iter().map(String::as_str));
    }
    let mut out = Cleaned::default();
    kernel.clean(&cells, &mut out);
    assert_eq!(out.rows(), rows.len());
    out
}

/// All that can be asked of a row.
fn shown(row: CleanRow<'_>) -> String {
    let values: Vec<Option<&str>> = Value::ALL.iter().map(|value| row.get(*value)).collect();
    let changes: Vec<_> = row.changes().collect();
    format!("{values:?} {changes:?} {:?} {:?} {:?} {:?}", row.flags(), row.reject(), row.dedupe_key(), row.phone_type())
}
