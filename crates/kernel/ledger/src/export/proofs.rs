//! Proofs out of the stored tiles, with each hash once.

use std::collections::{BTreeSet, HashMap};

use plumb_store::OrgTx;

use crate::error::LedgerError;
use crate::query;
use plumb_log::hash::Hash;
use plumb_log::tree::{Span, TileMap};

/// The hashes of a bundle, and where each subtree's is.
#[derive(Default)]
pub(super) struct Proofs {
    hashes: Vec<Hash>,
    positions: HashMap<Span, usize>,
}

impl Proofs {
    /// The positions of each proof's hashes, reading the tiles of those that are not there yet.
    pub(super) async fn resolve(
        &mut self,
        tx: &mut OrgTx,
        proofs: &[Vec<Span>],
    ) -> Result<Vec<Vec<usize>>, LedgerError> {
        let missing: Vec<Span> =
            proofs.iter().flatten().copied().filter(|span| !self.positions.contains_key(span)).collect();
        let tiles = tiles_of(tx, &missing).await?;
        for span in missing {
            if !self.positions.contains_key(&span) {
                self.positions.insert(span, self.hashes.len());
                self.hashes.push(tiles.hash(span)?);
            }
        }
        Ok(proofs.iter().map(|spans| spans.iter().map(|span| self.positions[span]).collect()).collect())
    }

    /// The root of the first `size` leaves; at least one.
    pub(super) async fn root(&self, tx: &mut OrgTx, size: u64) -> Result<Hash, LedgerError> {
        let span = Span { start: 0, end: size };
        Ok(tiles_of(tx, &[span]).await?.hash(span)?)
    }

    pub(super) fn into_hashes(self) -> Vec<Hash> {
        self.hashes
    }
}

/// The tiles that hold the hashes of `spans`.
pub(crate) async fn tiles_of(tx: &mut OrgTx, spans: &[Span]) -> Result<TileMap, LedgerError> {
    let mut ids = BTreeSet::new();
    for span in spans {
        span.tiles(&mut ids);
    }
    if ids.is_empty() { Ok(TileMap::default()) } else { query::tiles(tx.conn(), &ids).await }
}
