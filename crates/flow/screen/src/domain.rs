//! Numbers, area codes, registries, what a screening says, and calling rules; no I/O.

pub mod number;
pub mod plan;
pub mod registry;
pub mod rules;
pub mod standing;
