//! What the fuzz targets share.

pub mod cleaning;
pub mod smtp;
pub mod table;

/// The rules of verification. They are compiled here from their source, because the crate around them brings the server,
/// the database and the network along.
#[path = "../../crates/flow/verify/src"]
pub mod verify {
    pub mod domain;
}
