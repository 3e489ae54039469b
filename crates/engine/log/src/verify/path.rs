//! Inclusion proofs of entries that stand close together. Their paths to the root have most in common, and what the
//! path before has shown need not be hashed again.

use super::Hashes;
use crate::bundle::BundleEntry;
use crate::hash::Hash;
use crate::note::Checkpoint;
use crate::tree::{Span, inclusion_spans};

/// Checks one entry after another against a checkpoint.
pub(super) struct Paths<'a> {
    checkpoint: &'a Checkpoint,
    last: Option<Path<'a>>,
}

/// A proof that was found good.
struct Path<'a> {
    index: u64,
    /// The subtrees beside the path, from the leaf upwards, and where their hashes are.
    beside: Vec<Span>,
    positions: &'a [usize],
    /// The hashes on the path: the leaf's, then one for each of `beside`; the last is the root.
    nodes: Vec<Hash>,
}

impl<'a> Paths<'a> {
    pub(super) fn to(checkpoint: &'a Checkpoint) -> Self {
        Self { checkpoint, last: None }
    }

    /// Whether the entry's proof leads from `leaf` to the checkpoint's root. Every hash that it names counts as used.
    pub(super) fn leads_to_root(&mut self, leaf: Hash, entry: &'a BundleEntry, hashes: &mut Hashes<'_>) -> bool {
        let path = self.walk(leaf, entry, hashes);
        let good = path.is_some();
        self.last = path;
        good
    }

    fn walk(&self, leaf: Hash, entry: &'a BundleEntry, hashes: &mut Hashes<'_>) -> Option<Path<'a>> {
        let (index, positions) = (entry.index, entry.proof.as_slice());
        let beside = inclusion_spans(index, self.checkpoint.size).ok()?;
        if beside.len() != positions.len() {
            return None;
        }
        let mut nodes = Vec::with_capacity(beside.len() + 1);
        nodes.push(leaf);
        let mut within = leaf;
        for (height, span) in beside.iter().enumerate() {
            let sibling = hashes.at(positions[height])?;
            within = if span.start > index { Hash::node(&within, &sibling) } else { Hash::node(&sibling, &within) };
            nodes.push(within);
            if let Some(rest) = self.last.as_ref().and_then(|last| last.above(index, *span, &positions[height + 1..])) {
                // Here the two paths meet. From here on they name the same hashes, so they have the same end.
                if rest.first() != Some(&within) {
                    return None;
                }
                nodes.extend_from_slice(&rest[1..]);
                return Some(Path { index, beside, positions, nodes });
            }
        }
        (within == self.checkpoint.root).then_some(Path { index, beside, positions, nodes })
    }
}

impl Path<'_> {
    /// The hashes of this path from the node on where the path of `index` meets it, when `span` beside that path holds
    /// this path's leaf and `rest`, what that proof names above, is what this one names.
    fn above(&self, index: u64, span: Span, rest: &[usize]) -> Option<&[Hash]> {
        if !span.holds(self.index) {
            return None;
        }
        let height = self.beside.iter().position(|beside| beside.holds(index))?;
        (self.positions[height + 1..] == *rest).then(|| &self.nodes[height + 1..])
    }
}
