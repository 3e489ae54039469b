//! The first pass: every row goes to the linker, and into store as it will stand in the output.

use std::sync::Arc;

use plumb_base::cells::Row;
use plumb_clean::Rules;
use plumb_link::Linker;
use plumb_table::Fault;
use plumb_table::input::Fingerprint;
use plumb_table::write::push_cells;

use super::normal::Normal;
use super::options::Options;
use super::plan::Plan;
use super::read::{List, RowRead};
use super::rows::{Collect, Stored};
use crate::error::{ListError, Stop};
use crate::progress::{Progress, Step};

/// The linker numbers rows in 32 bits, and links have two of them.
const ROWS_MAX: u32 = u32::MAX / 2;

/// What the first pass leaves.
pub(crate) struct Done {
    pub(crate) linker: Linker,
    pub(crate) rows: Stored,
    /// The first row of the second list, if there is one.
    pub(crate) second_from: Option<u32>,
    /// Rows that could not be read, in order.
    pub(crate) faults: Vec<(u32, Fault)>,
    /// Some of them: list, number in it, reason.
    pub(crate) unreadable: Vec<(usize, u64, Fault)>,
    pub(crate) fingerprints: Vec<Fingerprint>,
}

/// Rows that could not be read and are named, at the most.
const UNREADABLE_MAX: usize = 20;

/// Reads every list to its end, or its first `rows_max` rows.
pub(crate) fn collect(
    options: &Options,
    plan: &Plan,
    lists: Vec<List>,
    rows_max: u32,
    stop: &Stop,
    progress: &mut dyn FnMut(Progress),
) -> Result<Done, ListError> {
    let folder = options.list.spool_folder();
    let io = || ListError::io("cannot hold the rows on their way", &folder);
    let rules = Arc::new(Rules::embedded());
    let compared = plan.compared();
    let kinds: Vec<_> = compared.iter().map(|column| Some(column.kind)).collect();
    let mut linker = Linker::new(&kinds, options.linkage());
    let mut rows = Collect::new(&folder).map_err(io())?;
    let (mut second_from, mut faults, mut unreadable, mut fingerprints) = (None, Vec::new(), Vec::new(), Vec::new());
    for (n, mut list) in lists.into_iter().enumerate() {
        if n > 0 {
            second_from = Some(linker.rows());
            linker.second_list();
        }
        let writer = RowWriter::new(options, plan, n);
        let mut normal = Normal::new(plan, &compared, n, &rules, options.list.country);
        let first = linker.rows();
        while linker.rows() - first < rows_max {
            let percent = list.percent();
            let Some(batch) = list.next()? else { break };
            stop.check()?;
            normal.batch(batch.cells);
            let wanted = (rows_max - (linker.rows() - first)) as usize;
            for at in 0..batch.cells.rows().min(wanted) {
                let row = batch.row(at);
                if let Some(fault) = row.fault {
                    faults.push((linker.rows(), fault));
                    if unreadable.len() < UNREADABLE_MAX {
                        unreadable.push((n, row.number, fault));
                    }
                }
                linker.push_row(normal.cells(&row, at));
                rows.push(|out| writer.write(out, &row)).map_err(io())?;
            }
            if linker.rows() >= ROWS_MAX {
                return Err(ListError::Usage(format!("more than {ROWS_MAX} rows cannot be compared; divide the list")));
            }
            progress(Progress { step: Step::Reading, rows: u64::from(linker.rows()), percent });
        }
        if rows_max == u32::MAX {
            fingerprints.push(list.finish()?);
        }
    }
    Ok(Done { linker, rows: rows.close().map_err(io())?, second_from, faults, unreadable, fingerprints })
}

/// Writes the rows of one list with the columns of the output.
struct RowWriter {
    delimiter: u8,
    /// For each column of the output its place in the list.
    places: Vec<Option<usize>>,
    width: usize,
    /// The list's own text can be copied.
    verbatim: bool,
}

impl RowWriter {
    fn new(options: &Options, plan: &Plan, list: usize) -> Self {
        let dialect = plan.dialect(options.list.output_format());
        Self {
            delimiter: dialect.delimiter,
            places: plan.columns.iter().map(|column| column.at[list]).collect(),
            width: plan.layouts[list].names.len(),
            verbatim: plan.is_whole(list) && plan.layouts[list].dialect == Some(dialect),
        }
    }

    fn write(&self, out: &mut Vec<u8>, row: &RowRead<'_>) {
        if let Some(raw) = row.raw.filter(|_| self.verbatim) {
            out.extend_from_slice(raw.as_bytes());
            return;
        }
        let last = self.last(row.cells);
        let cells = self.places.iter().map(|place| match place {
            Some(at) if at + 1 == self.width && !last.is_empty() => last.as_str(),
            Some(at) => row.cells.get(*at).unwrap_or_default(),
            None => "",
        });
        push_cells(out, cells, self.delimiter);
    }

    /// The last cell with what stands beyond it: nothing is lost, and the columns after it stay in place.
    fn last(&self, row: Row<'_>) -> String {
        let mut last = String::new();
        if row.len() > self.width {
            for (n, cell) in row.iter().skip(self.width.saturating_sub(1)).enumerate() {
                if n > 0 {
                    last.push(char::from(self.delimiter));
                }
                last.push_str(cell);
            }
        }
        last
    }
}
