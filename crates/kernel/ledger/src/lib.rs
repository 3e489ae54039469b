//! The tamper-evident audit log (claims 107 to 117).
//!
//! A business transaction leaves its event in the outbox (`plumb_store`); [`Ledger::run`] moves events into one
//! Merkle tree for the whole installation and signs its root; an organisation lists ([`list`]) and exports
//! ([`Ledger::export`]) its own part, which anybody can verify offline ([`plumb_log::verify_bundle`]).
//!
//! *Tamper-evident, not immutable*: whoever runs the database can change it, and cannot do so unseen by someone who
//! kept an older checkpoint.

mod error;
mod export;
mod list;
mod query;
mod receipt;
mod sequencer;

use plumb_store::Store;

pub use error::LedgerError;
pub use export::{EXPORT_ENTRIES_MAX, ExportQuery, Exported};
pub use list::{AuditFilter, AuditItem, AuditPage, LIST_ITEMS_MAX, list};
pub use sequencer::{BATCH_EVENTS_MAX, Sequenced};

use plumb_base::OrgId;
use plumb_log::hash::Hash;
use plumb_log::leaf::OrgSalt;
use plumb_log::note::{KeyName, Signer, VerifierKey};
use plumb_vault::Purpose;

/// The log of this installation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ledger {
    store: Store,
    origin: KeyName,
}

impl Ledger {
    /// The log in `store`, named `origin`: the first line of every checkpoint and the name of its key. It should
    /// stay the same for the life of the log, since readers know the log by it.
    #[must_use]
    pub fn new(store: Store, origin: KeyName) -> Self {
        Self { store, origin }
    }

    /// The log's public key. Its text (`Display`) is what readers should get by another way than the export.
    #[must_use]
    pub fn vkey(&self) -> VerifierKey {
        self.signer(self.origin.clone()).verifier()
    }

    fn signer(&self, origin: KeyName) -> Signer {
        Signer::log(origin, &self.store.keys().log_signing_seed())
    }

    /// The salt of `org`, the same on every node.
    fn salt(&self, org: OrgId) -> OrgSalt {
        OrgSalt(Hash(self.store.keys().mac(Purpose::LogTag, b"org-salt/v1", org.0.as_bytes())))
    }
}
