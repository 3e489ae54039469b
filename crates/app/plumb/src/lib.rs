//! Puts the crates side by side: configuration, the server, the command line, the demo. Nothing here knows a rule
//! of its own; what is decided here is who is given what.

pub mod cleaning;
pub mod cli;
pub mod config;
pub mod database;
pub mod keys;
pub mod routes;
pub mod server;
mod sweep;
