//! Why a row of a list did not become a lead, in closed words.

use crate::cleaning::Cleaning;
use crate::domain::table::Fault;

/// The row's address is on the suppression list.
pub(crate) const SUPPRESSED: &str = "suppressed";
/// The mark of a row that is no UTF-8 in a list that otherwise is.
pub(crate) const ENCODING_MIXED: &str = "encoding_mixed";

impl Fault {
    /// The closed word.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Ragged { .. } => "ragged_row",
            Self::Nul => "nul_byte",
            Self::FieldTooLong { .. } => "field_too_long",
            Self::RepeatedHeader => "repeated_header",
            Self::OpenQuote => "open_quote",
        }
    }

    /// What about this row.
    pub(crate) fn detail(self) -> String {
        match self {
            Self::Ragged { found, wanted } => format!("The row has {found} cells; the header has {wanted}."),
            Self::FieldTooLong { column } => format!("The cell in column {column} is longer than 64 KiB."),
            Self::Nul | Self::RepeatedHeader | Self::OpenQuote => String::new(),
        }
    }
}

/// One sentence for people about a flag or the reason of a reject.
pub(crate) fn explain(cleaning: &Cleaning, code: &str) -> String {
    let own = match code {
        SUPPRESSED => "The address is on the suppression list; nothing of the row was kept.",
        ENCODING_MIXED => "The row is no valid UTF-8, unlike others of the list; it was read as Windows-1252.",
        "ragged_row" => "The row does not have as many cells as the header.",
        "nul_byte" => "The row has a NUL character in it, so the file is damaged there.",
        "field_too_long" => "A cell is longer than 64 KiB.",
        "repeated_header" => "The row repeats the header, as in lists that were pasted together.",
        "open_quote" => {
            "A quotation mark in the row is not closed before the file ends, so the rest of the file is in this row."
        }
        _ => return (cleaning.explain)(code).map_or_else(|| code.replace('_', " "), str::to_owned),
    };
    own.to_owned()
}
