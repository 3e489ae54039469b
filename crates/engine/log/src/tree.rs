//! The Merkle tree of RFC 6962 over tiles of 256 hashes (C2SP tlog-tiles).
//!
//! Tile `n` of level `l` holds the hashes of the complete subtrees of `256^l` leaves with the numbers
//! `256 n .. 256 n + 256`. All that is needed to append, or to prove, lies in a few tiles:
//! [`Edge`] appends from the last tile of each level, [`Span`] names the subtrees that a proof is made of.
//!
//! *Invariant*: a stored hash never changes; a tile only grows until it holds 256.

mod edge;
mod proof;
mod span;
#[cfg(test)]
mod tests;

pub use edge::Edge;
pub use proof::{consistency_spans, inclusion_spans, root_from_inclusion, roots_from_consistency};
pub use span::{Span, TileId, TileMap};

/// Hashes in a full tile.
pub const TILE_WIDTH: u64 = 256;

/// What is wrong with tiles or with a request for a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// A tile that the size of the tree calls for is absent or too short.
    #[error("tile {} of level {} is missing or too short", .0.tile, .0.level)]
    MissingTile(TileId),
    /// The proof that was asked for does not exist at this size.
    #[error("there is no such position in a tree of {size} leaves")]
    OutOfRange {
        /// Leaves in the tree.
        size: u64,
    },
}
