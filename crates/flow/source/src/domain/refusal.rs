//! Why a whole file is not taken, in words. Each is found before a row of it is imported (claim 121).

use http::StatusCode;
use plumb_table::Refusal as Unreadable;
use plumb_web::Problem;
use serde::{Deserialize, Serialize};

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// It cannot be read as a list, or is none (claim 123).
    #[error("{}", sentence(.0))]
    Unreadable(#[from] Unreadable),
    /// A header and nothing below it.
    #[error("The list has a header and no rows below it. Export the list again and upload the new file.")]
    NoRows,
    /// More bytes than are taken (claim 122), as it came or unpacked.
    #[error("The list has more than {bytes_max} bytes. Split the list and upload the parts.")]
    TooLarge {
        /// The limit.
        bytes_max: u64,
    },
}

/// What the reader says, as a sentence to somebody who uploads by page or program and has no options to give.
fn sentence(unreadable: &Unreadable) -> String {
    match unreadable {
        Unreadable::Format { what, advice } => {
            format!("This is {what}, not a CSV file. {}, and upload that file.", capitalised(advice))
        }
        Unreadable::Utf16WithoutMark => {
            "The text looks like UTF-16 without a byte order mark. Save the list as CSV in \
                                         UTF-8 and upload that file."
                .to_owned()
        }
        Unreadable::NoHeader { seen } => {
            format!("The list has no header: its first row {seen}. Add a first row that names each column.")
        }
        other => format!("{}.", capitalised(&other.to_string())),
    }
}

fn capitalised(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

impl Refusal {
    /// A stable word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(Unreadable::Format { .. }) => "not_csv",
            Self::Unreadable(unreadable) => unreadable.code(),
            Self::NoRows => "no_rows",
            Self::TooLarge { .. } => "file_too_large",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable(Unreadable::Format { .. } | Unreadable::Binary) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// In words, for whoever knows only those.
    pub(crate) fn told(&self) -> RefusedFile {
        let number = match *self {
            Self::Unreadable(Unreadable::RecordTooLong { row }) => Some(("row", row)),
            Self::Unreadable(Unreadable::TooManyColumns { found }) => Some(("columns", found as u64)),
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
