//! Appending: the right edge of the tree is all that an append reads.

use super::span::{TileMap, fold};
use super::{TILE_WIDTH, TileId, TreeError};
use crate::hash::Hash;

/// The last, unfinished tile of each level: at most 255 hashes a level, whatever the size of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl Edge {
    /// The unfinished tiles of a tree of `size` leaves, with the number of hashes in each.
    #[must_use]
    pub fn tiles_of(size: u64) -> Vec<(TileId, usize)> {
        let mut tiles = Vec::new();
        let (mut count, mut level) = (size, 0);
        while count > 0 {
            let places = (count % TILE_WIDTH) as usize;
            if places > 0 {
                tiles.push((TileId { level, tile: count / TILE_WIDTH }, places));
            }
            count /= TILE_WIDTH;
            level += 1;
        }
        tiles
    }

    /// The edge of a tree of `size` leaves, from its tiles.
    pub fn load(size: u64, tiles: &TileMap) -> Result<Self, TreeError> {
        let mut levels = Vec::new();
        for (id, places) in Self::tiles_of(size) {
            levels.resize(usize::from(id.level) + 1, Vec::new());
            levels[usize::from(id.level)] = tiles.prefix(id, places)?.to_vec();
        }
        Ok(Self { size, levels })
    }

    /// Leaves in the tree.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut right: Option<Hash> = None;
        for level in &self.levels {
            let mut row = level.clone();
            row.extend(right);
            if !row.is_empty() {
                right = Some(fold(&row));
            }
        }
        right.unwrap_or_else(Hash::empty_root)
    }

    /// Appends leaves, given by their leaf hashes, and returns every tile that is new or longer than before.
    pub fn append(&mut self, leaves: &[Hash]) -> Vec<(TileId, Vec<Hash>)> {
        let mut written = Vec::new();
        let mut grown = Vec::new();
        for &leaf in leaves {
            let mut hash = leaf;
            for level in 0.. {
                if self.levels.len() == level {
                    self.levels.push(Vec::new());
                }
                grown.resize(self.levels.len(), false);
                grown[level] = true;
                self.levels[level].push(hash);
                if self.levels[level].len() as u64 != TILE_WIDTH {
                    break;
                }
                let full = std::mem::take(&mut self.levels[level]);
                hash = fold(&full);
                written.push((TileId { level: level as u8, tile: self.size >> (8 * (level + 1)) }, full));
            }
            self.size += 1;
        }
        for (id, places) in Self::tiles_of(self.size) {
            let level = usize::from(id.level);
            debug_assert_eq!(self.levels[level].len(), places);
            if grown.get(level).is_some_and(|&grown| grown) {
                written.push((id, self.levels[level].clone()));
            }
        }
        written
    }
}
