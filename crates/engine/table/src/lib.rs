//! Files of tables: read and written row by row, in constant memory.
//!
//! [`Input::open`] takes the wrapping off a file (gzip, zstd, UTF-16) and judges its beginning ([`Layout`]); a [`Cutter`]
//! then divides what comes, in pieces of any size, into chunks of whole records, and [`Batch::read`] turns a chunk into
//! cells. Chunks know nothing of each other, so they may be read on several threads. [`columnar`] reads and writes
//! Parquet, and nothing else in the workspace does.

pub mod batch;
pub mod cell;
pub mod columnar;
pub mod cut;
pub mod encoding;
pub mod header;
pub mod input;
pub mod magic;
pub mod pack;
pub mod refusal;
pub mod sniff;
pub mod write;

pub use batch::{Batch, Fault, Record};
pub use cut::{Chunk, Cutter};
pub use encoding::Encoding;
pub use input::{Format, Input, Read};
pub use pack::Packing;
pub use refusal::Refusal;
pub use sniff::{Asked, Dialect, Layout, sniff};
