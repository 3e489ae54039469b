//! Accounts, sign-in, sessions, organisations and API keys.
//!
//! A person signs in with a password or with a link that works once, and holds an opaque session; a program
//! holds an API key. Both are kept as SHA-256 of 256 random bits, and both are read, together with the role in
//! the organisation, on every request: what was taken away is gone with the next click (claims 60, 61, 87).
//!
//! [`Identity`] is the state of the [`routes`] and the [`plumb_web::Authenticator`] of the server.

mod account;
mod api_key;
mod authn;
mod callback;
mod change_password;
mod cookie;
mod error;
mod keys_page;
mod link;
mod member;
mod org;
mod password;
mod secret;
mod session;
mod sign_in;
mod standing;
mod sweep;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use plumb_store::Store;
use plumb_web::Route;

pub use account::{create_org_with_owner, first_run_needed, user_by_email};
pub use api_key::{KeyRefused, create_api_key};
pub use error::IdentityError;
pub use link::{LINK_MINUTES, SIGN_IN_LINK_COMMAND, sign_in_link};
pub use password::{HashError, PasswordRefused};
pub use session::{SESSION_HOURS_MAX, SESSION_IDLE_MINUTES};
pub use standing::still_may;
pub use sweep::{SweepIdentity, Swept, jobs, sweep};

/// Who is who in this installation. Cheap to clone; clones share the queue before the password hash.
#[derive(Clone)]
pub struct Identity {
    pub(crate) store: Store,
    pub(crate) hasher: Arc<password::Hasher>,
}

impl Identity {
    /// On the accounts in `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, hasher: Arc::new(password::Hasher::new()) }
    }
}

/// Every route of this crate.
#[must_use]
pub fn routes(identity: &Identity) -> Vec<Route> {
    let mut routes = sign_in::routes(identity);
    routes.extend(callback::routes(identity));
    routes.extend(change_password::routes(identity));
    routes.extend(org::routes(identity));
    routes.extend(member::routes(identity));
    routes.extend(api_key::routes(identity));
    routes.extend(keys_page::routes(identity));
    routes
}
