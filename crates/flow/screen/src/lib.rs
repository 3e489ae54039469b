//! Screening of telephone numbers against Do-Not-Call registries and calling rules.

pub mod bits;
pub mod domain;
pub mod reader;
