//! Why a whole file is not taken, in words. Each is found before a row of it is imported (claim 121).

use std::fmt::Write as _;

use http::StatusCode;
use plumb_base::limits::{COLUMNS_MAX, RECORD_BYTES_MAX};
use plumb_web::Problem;
use serde::{Deserialize, Serialize};

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is nothing in it.
    #[error("The file is empty. Export the list again and upload the new file.")]
    Empty,
    /// It is of another type than CSV (claim 123).
    #[error("This is {what}, not a CSV file. {advice}")]
    Format {
        /// What the content was recognised as.
        what: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// NUL bytes in the beginning: no text has them.
    #[error("The file has NUL bytes in it, so it is not a text file. Export the list as CSV and upload that file.")]
    Binary,
    /// UTF-16 that does not say so.
    #[error(
        "The text looks like UTF-16 without a byte order mark. Save the list as CSV in UTF-8 and upload that file."
    )]
    Utf16WithoutMark,
    /// No row of column names.
    #[error("The list has no header: its first row {seen}. Add a first row that names each column.")]
    NoHeader {
        /// What stands where names should be.
        seen: String,
    },
    /// Two rows of column names.
    #[error(
        "Rows {first} and {second} both look like headers. Leave the one row that names each column and remove the other."
    )]
    TwoHeaders {
        /// Number of the first.
        first: u64,
        /// Number of the second.
        second: u64,
    },
    /// A header and nothing below it.
    #[error("The list has a header and no rows below it. Export the list again and upload the new file.")]
    NoRows,
    /// More columns than are taken.
    #[error("The header has {found} columns; at most {COLUMNS_MAX} are taken. Remove the columns that are not needed.")]
    TooManyColumns {
        /// How many there are.
        found: usize,
    },
    /// One record over the limit: an open quote, or no list at all.
    #[error(
        "Row {row} goes on for more than {mib} MiB. Either a quotation mark in it is not closed, or the file is no list \
         of rows. Correct that row and upload the file again.",
        mib = RECORD_BYTES_MAX / (1024 * 1024)
    )]
    RecordTooLong {
        /// Number of the row it begins in.
        row: u64,
    },
    /// A text, but no table.
    #[error("The file is a text, but no table: {seen}. Save the list as CSV with one header row and upload that file.")]
    NotATable {
        /// What was seen instead.
        seen: String,
    },
    /// More bytes than are taken (claim 122).
    #[error("The file has more than {bytes_max} bytes. Split the list and upload the parts.")]
    TooLarge {
        /// The limit.
        bytes_max: u64,
    },
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::Format { .. } => "not_csv",
            Self::Binary => "nul_bytes",
            Self::Utf16WithoutMark => "utf16_without_mark",
            Self::NoHeader { .. } => "no_header",
            Self::TwoHeaders { .. } => "two_headers",
            Self::NoRows => "no_rows",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::RecordTooLong { .. } => "row_too_long",
            Self::NotATable { .. } => "not_a_table",
            Self::TooLarge { .. } => "file_too_large",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Format { .. } | Self::Binary => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// Names the numbers of cells that were counted, such as `3, 7 and 1`.
    pub(crate) fn uneven(counts: &[usize]) -> Self {
        let mut seen = "its rows have different numbers of cells (".to_owned();
        for (n, count) in counts.iter().take(5).enumerate() {
            let _ = write!(seen, "{}{count}", if n == 0 { "" } else { ", " });
        }
        seen.push_str(if counts.len() > 5 { ", …)" } else { ")" });
        Self::NotATable { seen }
    }
}

/// A refusal as the worker tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct RefusedFile {
    status: u16,
    /// A stable word for programs.
    reason: String,
    detail: String,
    /// The number that it is about, by its name.
    number: Option<(String, u64)>,
}

impl Refusal {
    /// In words, for whoever knows only those.
    pub(crate) fn told(&self) -> RefusedFile {
        let number = match *self {
            Self::RecordTooLong { row } => Some(("row", row)),
            Self::TooManyColumns { found } => Some(("columns", found as u64)),
            Self::TooLarge { bytes_max } => Some(("bytes_max", bytes_max)),
            _ => None,
        };
        RefusedFile {
            status: self.status().as_u16(),
            reason: self.code().to_owned(),
            detail: self.to_string(),
            number: number.map(|(name, number)| (name.to_owned(), number)),
        }
    }
}

impl From<RefusedFile> for Problem {
    fn from(refused: RefusedFile) -> Self {
        let status = StatusCode::from_u16(refused.status).ok().filter(StatusCode::is_client_error);
        let problem = Self::new(
            status.unwrap_or(StatusCode::UNPROCESSABLE_ENTITY),
            "list-not-taken",
            "The list cannot be imported",
        )
        .detail(refused.detail)
        .extend("reason", refused.reason);
        match refused.number {
            Some((name, number)) => problem.extend(&name, number),
            None => problem,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        refusal.told().into()
    }
}
