//! What can go wrong outside of a request.

use plumb_base::email::EmailError;
use plumb_store::StoreError;
use plumb_web::Problem;

use crate::api_key::KeyRefused;
use crate::password::{HashError, PasswordRefused};

/// An account or organisation could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The e-mail address cannot be used for an account.
    #[error("the e-mail address cannot be used: {0}")]
    Email(#[from] EmailError),
    /// An organisation's name has 1 to 200 characters, a person's at most 200.
    #[error("a name is empty or longer than 200 characters")]
    Name,
    /// The password is too easy to guess or has the wrong length.
    #[error(transparent)]
    Password(#[from] PasswordRefused),
    /// No account has this address.
    #[error("there is no account with this address")]
    NoSuchAccount,
    /// The API key cannot be made.
    #[error(transparent)]
    Key(#[from] KeyRefused),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl From<sqlx::Error> for IdentityError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<HashError> for Problem {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::unavailable(std::time::Duration::from_secs(2)),
            HashError::Failed => {
                tracing::error!("a password could not be hashed");
                Self::internal()
            }
        }
    }
}
