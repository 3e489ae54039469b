//! Keys by purpose, sealing of values, blind indexes. No I/O: whoever holds the master key passes it in.
//!
//! One key, one purpose (conflict C8): every key is derived from the master key with HKDF-SHA-256 under its
//! purpose's name, so that no key can be used for another's work.

mod keys;
mod seal;
mod suppress;

pub use keys::{Keys, MASTER_KEY_BYTES, MasterKeyError, Purpose};
pub use seal::{Context, SealError};
pub use suppress::{SUPPRESSION_KEY_VERSION, SuppressionToken, Tokens};
