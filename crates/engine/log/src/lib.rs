//! The tamper-evident log as plain functions on plain data: no database, no clock, no network, and nothing of the
//! product. The server writes its log with them, and whoever holds a piece of it checks it with the same.

pub mod bundle;
pub mod canonical;
pub mod hash;
pub mod leaf;
pub mod note;
pub mod receipt;
pub mod tree;
pub mod verify;

pub use verify::{Fault, Known, Verified, verify_bundle};
