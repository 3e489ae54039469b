//! Postgres: the only crate that opens it.
//!
//! Whoever touches an organisation's data holds an [`OrgTx`]: a transaction that sees one organisation's rows
//! (row-level security by a transaction-local setting) and ends well only through [`OrgTx::commit`], which
//! takes an [`audit::Entry`]. What crosses organisations is named in [`SystemTask`] and runs in a [`SystemTx`];
//! what must be read before an organisation is known (accounts, sessions, keys) runs in an [`AuthTx`]. Each of
//! the three logs in as a role of its own that owns nothing and cannot bypass the policies.

pub mod access;
mod actor;
pub mod audit;
pub mod embedded;
mod error;
pub mod gate;
pub mod job;
mod limit;
mod migrate;
mod operator;
mod registry;
mod roles;

mod statement;
mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod tx;

pub use actor::{Actor, ActorKind};
pub use error::StoreError;
pub use limit::RateDecision;
pub use migrate::{MIGRATIONS, Migrated, migrate};
pub use operator::{
    HALVING_LASTS, HALVINGS_MAX, OperatorHeard, OperatorLeave, OperatorPause, OperatorQuestion, OperatorState,
};
pub use registry::{PersonalField, Undeclared};
pub use statement::Statement;
pub use store::{Store, StoreConfig};
pub use tx::{AuthTx, OrgTx, SystemTask, SystemTx};
