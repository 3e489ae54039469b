//! Subtrees, and their hashes out of tiles.

use std::collections::{BTreeSet, HashMap};

use super::{TILE_WIDTH, TreeError};
use crate::hash::Hash;

/// Where a tile is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// Level: its hashes stand for `256^level` leaves each.
    pub level: u8,
    /// Number within the level, from 0.
    pub tile: u64,
}

/// Leaves `start..end`, never empty, as one subtree of a proof or of a whole tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// First leaf.
    pub start: u64,
    /// One after the last leaf.
    pub end: u64,
}

impl Span {
    /// The number of leaves.
    #[must_use]
    pub(super) fn len(self) -> u64 {
        self.end - self.start
    }

    /// Whether leaf `index` is in it.
    #[must_use]
    pub(crate) fn holds(self, index: u64) -> bool {
        (self.start..self.end).contains(&index)
    }

    /// The two subtrees: the left one has the largest power of two below the length. Only for more than one leaf.
    pub(super) fn split(self) -> (Self, Self) {
        let middle = self.start + (1 << (self.len() - 1).ilog2());
        (Self { start: self.start, end: middle }, Self { start: middle, end: self.end })
    }

    /// The tile, the first place in it and the number of places that make this subtree, if one tile holds it:
    /// when it is complete (a power of two, aligned).
    fn places(self) -> Option<(TileId, usize, usize)> {
        if !self.len().is_power_of_two() {
            return None;
        }
        let height = self.len().trailing_zeros();
        let level = height / 8;
        let first = self.start >> (8 * level);
        let id = TileId { level: level as u8, tile: first / TILE_WIDTH };
        Some((id, (first % TILE_WIDTH) as usize, 1 << (height % 8)))
    }

    /// Adds the tiles that its hash is computed from.
    pub fn tiles(self, into: &mut BTreeSet<TileId>) {
        if let Some((id, _, _)) = self.places() {
            into.insert(id);
        } else {
            let (left, right) = self.split();
            left.tiles(into);
            right.tiles(into);
        }
    }
}

/// Tiles by their place.
#[derive(Clone, Debug, Default)]
pub struct TileMap(HashMap<TileId, Vec<Hash>>);

impl TileMap {
    /// Takes a tile in, in place of a shorter one.
    pub fn insert(&mut self, id: TileId, hashes: Vec<Hash>) {
        self.0.insert(id, hashes);
    }

    /// The first `count` hashes of a tile.
    pub(super) fn prefix(&self, id: TileId, count: usize) -> Result<&[Hash], TreeError> {
        self.0.get(&id).and_then(|hashes| hashes.get(..count)).ok_or(TreeError::MissingTile(id))
    }

    /// The hash of a subtree.
    pub fn hash(&self, span: Span) -> Result<Hash, TreeError> {
        if let Some((id, first, count)) = span.places() {
            let hashes = self.prefix(id, first + count)?;
            return Ok(fold(&hashes[first..]));
        }
        let (left, right) = span.split();
        Ok(Hash::node(&self.hash(left)?, &self.hash(right)?))
    }

    /// The root of the tree of the first `size` leaves.
    pub fn root(&self, size: u64) -> Result<Hash, TreeError> {
        if size == 0 { Ok(Hash::empty_root()) } else { self.hash(Span { start: 0, end: size }) }
    }
}

/// The root over `hashes`, which are roots of subtrees of one size, but for a smaller last one. Never empty.
pub(super) fn fold(hashes: &[Hash]) -> Hash {
    if let [one] = hashes {
        return *one;
    }
    let (left, right) = hashes.split_at(hashes.len().next_power_of_two() / 2);
    Hash::node(&fold(left), &fold(right))
}
