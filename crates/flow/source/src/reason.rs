//! Why a row of a list did not become a lead, in closed words.

use plumb_base::cells::Row;
use plumb_base::limits::FIELD_BYTES_MAX;
use plumb_table::Fault;

use crate::cleaning::Cleaning;

/// The row's address is on the suppression list.
pub(crate) const SUPPRESSED: &str = "suppressed";
/// What stands in the row as it came in place of a value that the organisation does not take.
pub(crate) const WITHHELD: &str = "[left out by policy]";
/// What stands there in place of a cell of a column that must not be taken.
pub(crate) const NOT_TAKEN: &str = "[not taken]";
/// The mark of a row that is no UTF-8 in a list that otherwise is.
pub(crate) const ENCODING_MIXED: &str = "encoding_mixed";
/// The row has another number of cells than the header; how many, its detail says.
const RAGGED: &str = "ragged_row";

/// The closed word of what is wrong with a row.
pub(crate) const fn code(fault: Fault) -> &'static str {
    match fault {
        Fault::TooFewCells | Fault::TooManyCells => RAGGED,
        other => other.code(),
    }
}

/// What about this row, in a list of `width` columns; nothing when the word says it all.
pub(crate) fn detail(fault: Fault, cells: Row<'_>, width: usize) -> String {
    match fault {
        // What is beyond the most columns that are taken was not kept.
        Fault::TooManyCells if cells.len() <= width => {
            format!("The row has more than {width} cells; the header has {width}.")
        }
        Fault::TooFewCells | Fault::TooManyCells => {
            format!("The row has {} cells; the header has {width}.", cells.len())
        }
        Fault::FieldTooLong => {
            let column = cells.iter().position(|cell| cell.len() > FIELD_BYTES_MAX);
            column.map_or_else(String::new, |n| format!("The cell in column {} is longer than 64 KiB.", n + 1))
        }
        Fault::Nul | Fault::RecordTooLong | Fault::RepeatedHeader | Fault::OpenQuote => String::new(),
    }
}

/// One sentence for people about a flag or the reason of a reject.
pub(crate) fn explain(cleaning: &Cleaning, word: &str) -> String {
    let own = match word {
        SUPPRESSED => Some("The address is on the suppression list; nothing of the row was kept."),
        ENCODING_MIXED => Some("The row is no valid UTF-8, unlike others of the list; it was read as Windows-1252."),
        RAGGED => Some("The row does not have as many cells as the header."),
        _ => Fault::ALL.iter().find(|fault| fault.code() == word).map(|fault| fault.explain()),
    };
    own.or_else(|| (cleaning.explain)(word)).map_or_else(|| word.replace('_', " "), str::to_owned)
}
