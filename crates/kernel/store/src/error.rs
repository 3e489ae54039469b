//! What can go wrong with the database, in variants that a caller can act on.

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or is starting: try again.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Two transactions got in each other's way: run it again.
    #[error("the transaction collided with another one")]
    Collision(#[source] sqlx::Error),
    /// A unique, foreign or check constraint refused the change; the name says which.
    #[error("the change was refused by {constraint}")]
    Constraint {
        /// Name of the constraint.
        constraint: String,
        /// What Postgres said. May name values: never shown to a user.
        #[source]
        source: sqlx::Error,
    },
    /// The database is full or read-only.
    #[error("the database cannot write: its disk is full or it is read-only")]
    NoSpace(#[source] sqlx::Error),
    /// Another worker was given this job meanwhile: what was done here must not be committed.
    #[error("the job was given to another worker")]
    LostLease,
    /// The database is not fit to serve from.
    #[error("{0}")]
    Unfit(String),
    /// Anything else.
    #[error("the database refused a statement")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::Unavailable(error),
            sqlx::Error::Database(cause) => match cause.code().as_deref() {
                // Serialisation failure and deadlock.
                Some("40001" | "40P01") => Self::Collision(error),
                // Class 53 is insufficient resources; 53100 a full disk, 25006 a read-only transaction.
                Some("53100" | "25006") => Self::NoSpace(error),
                // Class 57P is operator intervention, 53300 too many connections, class 08 lost connections.
                Some(code) if code.starts_with("57P") || code.starts_with("08") || code == "53300" => {
                    Self::Unavailable(error)
                }
                Some(code) if code.starts_with("23") => Self::Constraint {
                    constraint: cause.constraint().unwrap_or("a constraint").to_owned(),
                    source: error,
                },
                _ => Self::Database(error),
            },
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Collision(_) | Self::NoSpace(_))
    }
}
