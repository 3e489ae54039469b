//! What the fuzz targets share.

pub mod cleaning;
pub mod smtp;
#[cfg(feature = "tables")]
pub mod table;

// As it is called in its own crate.
pub use verify::domain;

/// The rules of verification. They are compiled here from their source, because the crate around them brings the server,
/// the database and the network along.
#[path = "../../crates/flow/verify/src"]
pub mod verify {
    pub mod domain;
}
