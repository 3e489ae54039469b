//! The integration tests, one binary: the shape of the code, and the whole program from outside.

mod access;
mod app;
mod clean;
mod clock;
mod faults;
mod flow;
mod openapi;
mod shape;
