//! Why a whole file is not taken, in words.

use std::fmt::Write as _;

use plumb_base::limits::{COLUMNS_MAX, RECORD_BYTES_MAX};

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is nothing in it.
    #[error("the file is empty; export the list again")]
    Empty,
    /// It is of a type that is not read.
    #[error("this is {what}, not a list; {advice}")]
    Format {
        /// What the content was recognised as.
        what: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// NUL bytes in the beginning: no text has them.
    #[error("the file has NUL bytes in it, so it is not a text; export the list as CSV")]
    Binary,
    /// UTF-16 that does not say so.
    #[error(
        "the text looks like UTF-16 without a byte order mark; name its encoding, or save the list as CSV in UTF-8"
    )]
    Utf16WithoutMark,
    /// No row of column names.
    #[error(
        "the list has no header: its first row {seen}; add a row that names each column, or say that there is none"
    )]
    NoHeader {
        /// What stands where names should be.
        seen: String,
    },
    /// Two rows of column names.
    #[error(
        "rows {first} and {second} both look like headers; leave the one row that names each column and remove the other"
    )]
    TwoHeaders {
        /// Number of the first.
        first: u32,
        /// Number of the second.
        second: u32,
    },
    /// One record over the limit: an open quote, or no list at all.
    #[error(
        "row {row} goes on for more than {mib} MiB: either a quotation mark in it is not closed, or the file is no list \
         of rows; correct that row",
        mib = RECORD_BYTES_MAX / (1024 * 1024)
    )]
    RecordTooLong {
        /// Number of the row it begins in.
        row: u64,
    },
    /// More columns than are taken.
    #[error("the header has {found} columns; at most {COLUMNS_MAX} are taken; remove those that are not needed")]
    TooManyColumns {
        /// How many there are.
        found: usize,
    },
    /// A text, but no table.
    #[error("the file is a text, but no table: {seen}; save the list as CSV with one header row")]
    NotATable {
        /// What was seen instead.
        seen: String,
    },
    /// A packed file that unpacks to more than any list would.
    #[error(
        "the packed file grows more than {ratio_max}-fold when it is unpacked ({bytes} bytes so far), as no list does; \
         unpack it yourself if you trust it"
    )]
    Bomb {
        /// The limit.
        ratio_max: u64,
        /// Bytes that had come out by then.
        bytes: u64,
    },
    /// A packed file that breaks off or is damaged.
    #[error("the packed file is damaged or breaks off: {0}")]
    Packed(#[source] std::io::Error),
    /// A Parquet file that cannot be read or written.
    #[error("Parquet: {0}")]
    Columnar(#[from] parquet::errors::ParquetError),
    /// Columns that cannot be turned into text or back.
    #[error("Parquet: {0}")]
    Column(#[from] arrow_schema::ArrowError),
    /// The disk or the pipe failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::Format { .. } => "not_a_list",
            Self::Binary => "nul_bytes",
            Self::Utf16WithoutMark => "utf16_without_mark",
            Self::NoHeader { .. } => "no_header",
            Self::TwoHeaders { .. } => "two_headers",
            Self::RecordTooLong { .. } => "row_too_long",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::NotATable { .. } => "not_a_table",
            Self::Bomb { .. } => "bomb",
            Self::Packed(_) => "packed_file_damaged",
            Self::Columnar(_) | Self::Column(_) => "parquet",
            Self::Io(_) => "io",
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

/// What a reader says when it refuses in the middle: [`std::io::Read`] knows no other error.
impl From<Refusal> for std::io::Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Io(error) => error,
            other => Self::other(other),
        }
    }
}

impl Refusal {
    /// The refusal inside of an error that came through a reader, or the error itself.
    #[must_use]
    pub fn of_io(error: std::io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(refusal) => refusal,
            Err(error) => Self::Io(error),
        }
    }
}
