//! x
mod domain;
