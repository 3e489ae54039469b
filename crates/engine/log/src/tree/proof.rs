//! Inclusion and consistency proofs (RFC 6962, sections 2.1.1 and 2.1.2).
//!
//! What a proof is made of is computed apart from where its hashes come from: first the subtrees, then, out of
//! tiles, their hashes in the same order.

use super::{Span, TreeError};
use crate::hash::Hash;

/// The subtrees of the proof that leaf `index` is in the tree of `size` leaves, from the leaf's sibling upwards.
pub fn inclusion_spans(index: u64, size: u64) -> Result<Vec<Span>, TreeError> {
    if index >= size {
        return Err(TreeError::OutOfRange { size });
    }
    let mut spans = Vec::new();
    let mut span = Span { start: 0, end: size };
    while span.len() > 1 {
        let (left, right) = span.split();
        let (within, beside) = if index < right.start { (left, right) } else { (right, left) };
        spans.push(beside);
        span = within;
    }
    spans.reverse();
    Ok(spans)
}

/// The root that `proof` leads to from the leaf with the hash `leaf` at `index` of `size`. `None` when the proof's
/// length is not the one for this place, so that a proof for another place never fits.
#[must_use]
pub fn root_from_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    let spans = inclusion_spans(index, size).ok()?;
    if spans.len() != proof.len() {
        return None;
    }
    Some(spans.iter().zip(proof).fold(leaf, |within, (span, beside)| {
        if span.start > index { Hash::node(&within, beside) } else { Hash::node(beside, &within) }
    }))
}

/// The subtrees of the proof that the tree of the first `earlier` leaves is a beginning of the tree of `size`.
/// There is nothing to prove, and so no subtree, when `earlier` is 0 or `size`.
pub fn consistency_spans(earlier: u64, size: u64) -> Result<Vec<Span>, TreeError> {
    if earlier > size {
        return Err(TreeError::OutOfRange { size });
    }
    let mut spans = Vec::new();
    if earlier > 0 {
        let mut span = Span { start: 0, end: size };
        while span.end != earlier {
            let (left, right) = span.split();
            let (within, beside) = if earlier <= left.end { (left, right) } else { (right, left) };
            spans.push(beside);
            span = within;
        }
        // The whole earlier tree needs no hash: the verifier has its root.
        if span.start > 0 {
            spans.push(span);
        }
        spans.reverse();
    }
    Ok(spans)
}

/// The roots of the earlier tree and of the later that `proof` leads to, given the earlier root. Consistent when
/// they are the two roots that the verifier has. `None` when the proof's length does not fit the two sizes.
#[must_use]
pub fn roots_from_consistency(earlier: u64, size: u64, earlier_root: Hash, proof: &[Hash]) -> Option<(Hash, Hash)> {
    if earlier == 0 || earlier > size || consistency_spans(earlier, size).ok()?.len() != proof.len() {
        return None;
    }
    let mut proof = proof.iter().copied();
    walk(earlier, Span { start: 0, end: size }, earlier_root, &mut proof)
}

/// The roots over `span` without and with the leaves from `earlier` on. Consumes `proof` from the bottom up.
fn walk(earlier: u64, span: Span, earlier_root: Hash, proof: &mut impl Iterator<Item = Hash>) -> Option<(Hash, Hash)> {
    if span.end == earlier {
        let root = if span.start == 0 { earlier_root } else { proof.next()? };
        return Some((root, root));
    }
    let (left, right) = span.split();
    if earlier <= left.end {
        let (before, after) = walk(earlier, left, earlier_root, proof)?;
        Some((before, Hash::node(&after, &proof.next()?)))
    } else {
        let (before, after) = walk(earlier, right, earlier_root, proof)?;
        let left = proof.next()?;
        Some((Hash::node(&left, &before), Hash::node(&left, &after)))
    }
}
