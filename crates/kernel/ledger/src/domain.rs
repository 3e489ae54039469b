//! The log as plain functions on plain data: no database, no clock, no network. The server, the command line
//! and a verifier that knows nothing of the product call the same.

pub mod bundle;
pub mod canonical;
pub mod hash;
pub mod leaf;
pub mod note;
pub mod tree;
pub mod verify;
