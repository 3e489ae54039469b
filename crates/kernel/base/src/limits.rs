//! Limits on what comes from outside, each with its unit in its name.

/// Largest body of an ordinary API request.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// Largest list that may be uploaded in one piece; an operator may set another.
pub const UPLOAD_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// Longest cell of an imported list.
pub const FIELD_BYTES_MAX: usize = 64 * 1024;
/// Longest record of an imported list, line breaks in quotes included.
pub const RECORD_BYTES_MAX: usize = 1024 * 1024;
/// Most columns that an imported list may have.
pub const COLUMNS_MAX: usize = 512;
/// Longest page of a listing.
pub const PAGE_ROWS_MAX: u32 = 200;
