//! How far work on a list is.

/// How far it is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What is going on.
    pub step: Step,
    /// Rows of which that is done.
    pub rows: u64,
    /// Its share in per cent, where that is known.
    pub percent: Option<u8>,
}

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Reading.
    Reading,
    /// Reading and cleaning.
    Cleaning,
    /// Comparing rows with each other.
    Comparing,
    /// Writing the result.
    Writing,
}

impl Step {
    /// What to call it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Cleaning => "cleaning",
            Self::Comparing => "comparing",
            Self::Writing => "writing",
        }
    }
}
