//! The offline verifier: whether a bundle is what it says, by its own text and what its reader kept.

mod entry;
mod fault;
mod path;
#[cfg(test)]
mod tests;

use uuid::Uuid;

pub(crate) use entry::check_record;
pub use fault::Fault;

use super::bundle::{Bundle, Consistency, FORMAT};
use super::hash::Hash;
use super::leaf::Leaf;
use super::note::{Checkpoint, Note, NoteError, VerifierKey};
use super::tree::roots_from_consistency;

/// What the reader has from elsewhere. Without a key, a bundle proves only that it agrees with itself: whoever
/// made it may have signed it with a key of their own. Without an earlier checkpoint, it does not show that the
/// log is the same that was seen before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The log's public key, as a vkey text.
    pub vkey: Option<&'a str>,
    /// The newest checkpoint that the reader kept, as its signed note.
    pub checkpoint: Option<&'a str>,
}

/// What a bundle without a fault has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whose log it is.
    pub org: Uuid,
    /// The checkpoint that everything was proved against.
    pub checkpoint: Checkpoint,
    /// The keys that signed it.
    pub vkeys: Vec<String>,
    /// Whether the log's key is the one that the reader knew.
    pub key_was_known: bool,
    /// The earlier size that this log continues, when the reader kept a checkpoint of it.
    pub continues: Option<u64>,
    /// Number of the first entry within the organisation's log; 0 when the bundle has its beginning.
    pub first_seq: Option<u64>,
    /// Number of entries, which follow one another without a gap.
    pub entries: u64,
    /// How many of them still have their record.
    pub disclosed: u64,
    /// The link before the first entry: [`Verified::last_link`] of the bundle that comes before.
    pub first_link: Option<Hash>,
    /// SHA-256 of the last leaf's text, which the next bundle of this organisation must begin with.
    pub last_link: Option<Hash>,
}

/// Checks all of a bundle: its signatures, each entry's place in the tree, the organisation's chain, the records
/// against their commitments, and that the log continues the one that the reader knew.
///
/// # Errors
/// Every fault that was found, at least one.
pub fn verify_bundle(text: &str, known: Known<'_>) -> Result<Verified, Vec<Fault>> {
    let bundle: Bundle = serde_json::from_str(text).map_err(|error| vec![Fault::NotABundle(error.to_string())])?;
    let mut faults = Vec::new();
    if bundle.format != FORMAT {
        return Err(vec![Fault::Format(bundle.format)]);
    }
    let (keys, checkpoint) = head(&bundle)?;
    let key_was_known = known.vkey.is_some_and(|vkey| vkey == bundle.vkeys[0]);
    if known.vkey.is_some() && !key_was_known {
        faults.push(Fault::UnknownKey(bundle.vkeys[0].clone()));
    }

    let mut hashes = Hashes { all: &bundle.hashes, used: vec![false; bundle.hashes.len()] };
    if let Some(consistency) = &bundle.consistency
        && !is_consistent(consistency, &checkpoint, &mut hashes)
    {
        faults.push(Fault::Consistency { size: consistency.size });
    }
    let mut continues = None;
    if let Some(kept) = known.checkpoint {
        match continued(kept, &keys[0], &checkpoint, bundle.consistency.as_ref()) {
            Ok(size) => continues = Some(size),
            Err(fault) => faults.push(fault),
        }
    }
    entry::check_all(&bundle, &checkpoint, &mut hashes, &mut faults);
    faults.extend(hashes.used.iter().position(|used| !used).map(|position| Fault::UnusedHash { position }));
    if !faults.is_empty() {
        return Err(faults);
    }

    let first = bundle.entries.first().and_then(|entry| Leaf::from_text(&entry.leaf).ok());
    Ok(Verified {
        org: bundle.org,
        checkpoint,
        key_was_known,
        continues,
        first_seq: first.as_ref().map(|leaf| leaf.org_seq),
        entries: bundle.entries.len() as u64,
        disclosed: bundle.entries.iter().filter(|entry| entry.record.is_some()).count() as u64,
        first_link: first.and_then(|leaf| leaf.org_prev),
        last_link: bundle.entries.last().map(|entry| Leaf::link(&entry.leaf)),
        vkeys: bundle.vkeys,
    })
}

/// The keys and the checkpoint that they signed. Every key of the bundle must have signed, and no other: what
/// stands in a bundle is checked or is a fault.
fn head(bundle: &Bundle) -> Result<(Vec<VerifierKey>, Checkpoint), Vec<Fault>> {
    let mut keys: Vec<VerifierKey> = Vec::new();
    for text in &bundle.vkeys {
        let key: VerifierKey = text.parse().map_err(|error| vec![Fault::Key(error)])?;
        if keys.contains(&key) {
            return Err(vec![Fault::RepeatedKey(text.clone())]);
        }
        keys.push(key);
    }
    let Some(log_key) = keys.first() else {
        return Err(vec![Fault::NoKey]);
    };
    let note = Note::parse(&bundle.checkpoint).map_err(|error| vec![Fault::Checkpoint(error)])?;
    let checkpoint = Checkpoint::verified(&note, log_key).map_err(|error| vec![Fault::Checkpoint(error)])?;
    let faults: Vec<Fault> = keys[1..].iter().filter_map(|key| note.check(key).err()).map(Fault::Checkpoint).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    if note.signature_count() != keys.len() {
        return Err(vec![Fault::UnlistedSignature]);
    }
    Ok((keys, checkpoint))
}

/// Which of the `trusted` witnesses signed a note and when, in seconds after 1970, and what is wrong with others' lines.
#[must_use]
pub fn witnessed(note: &Note, trusted: &[VerifierKey]) -> (Vec<(String, u64)>, Vec<Fault>) {
    let (mut signed, mut faults) = (Vec::new(), Vec::new());
    for key in trusted {
        match note.check(key) {
            Ok(()) => signed.extend(note.cosigned_at(key).map(|at| (key.name().to_string(), at))),
            Err(NoteError::Unsigned(_)) => {}
            Err(error) => faults.push(Fault::Witness(error)),
        }
    }
    (signed, faults)
}

/// The bundle's hashes, and which of them a proof has named: one that no proof names is checked by nothing.
struct Hashes<'a> {
    all: &'a [Hash],
    used: Vec<bool>,
}

impl Hashes<'_> {
    fn at(&mut self, position: usize) -> Option<Hash> {
        *self.used.get_mut(position)? = true;
        self.all.get(position).copied()
    }

    fn proof(&mut self, positions: &[usize]) -> Option<Vec<Hash>> {
        positions.iter().map(|&position| self.at(position)).collect()
    }
}

/// Whether the earlier root and the checkpoint's are of one log. Both roots are computed from the proof, so the
/// earlier one is checked even for a reader who has nothing to compare it with.
fn is_consistent(consistency: &Consistency, checkpoint: &Checkpoint, hashes: &mut Hashes<'_>) -> bool {
    hashes
        .proof(&consistency.proof)
        .and_then(|proof| roots_from_consistency(consistency.size, checkpoint.size, consistency.root, &proof))
        .is_some_and(|roots| roots == (consistency.root, checkpoint.root))
}

/// Checks that the log continues the checkpoint that the reader kept, and returns that one's size.
fn continued(
    kept: &str,
    key: &VerifierKey,
    checkpoint: &Checkpoint,
    consistency: Option<&Consistency>,
) -> Result<u64, Fault> {
    let kept = Note::parse(kept).and_then(|note| Checkpoint::verified(&note, key)).map_err(Fault::KeptCheckpoint)?;
    let size = kept.size;
    if size > checkpoint.size {
        return Err(Fault::Older { kept: size, size: checkpoint.size });
    }
    let root = if size == checkpoint.size {
        checkpoint.root
    } else if size == 0 {
        Hash::empty_root()
    } else {
        // Whether the proof holds is a fault of its own.
        consistency.filter(|proof| proof.size == size).ok_or(Fault::NoConsistencyProof { size })?.root
    };
    if root == kept.root { Ok(size) } else { Err(Fault::Forked { size }) }
}
