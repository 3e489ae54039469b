//! The entries of a bundle, each by itself and as a chain.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::path::Paths;
use super::{Fault, Hashes};
use crate::bundle::{Bundle, Disclosed};
use serde::de::IgnoredAny;

use crate::hash::Hash;
use crate::leaf::{Leaf, NONCE_BYTES, OrgSalt, Record};
use crate::note::Checkpoint;

/// Checks every entry and adds what is wrong to `faults`.
pub(super) fn check_all(bundle: &Bundle, checkpoint: &Checkpoint, hashes: &mut Hashes<'_>, faults: &mut Vec<Fault>) {
    let org_tag = bundle.org_salt.tag(bundle.org);
    let mut before: Option<Before> = None;
    let mut paths = Paths::to(checkpoint);
    for (nth, entry) in bundle.entries.iter().enumerate() {
        if !paths.leads_to_root(Hash::leaf(entry.leaf.as_bytes()), entry, hashes) {
            faults.push(Fault::NotIncluded { entry: nth });
        }
        let leaf = match Leaf::from_text(&entry.leaf) {
            Ok(leaf) => leaf,
            Err(error) => {
                faults.push(Fault::Leaf { entry: nth, error });
                before = None;
                continue;
            }
        };
        if leaf.org_tag != org_tag {
            faults.push(Fault::ForeignLeaf { entry: nth });
        }
        let follows = match &before {
            Some(before) => {
                before.seq.checked_add(1) == Some(leaf.org_seq)
                    && leaf.org_prev == Some(before.link)
                    && entry.index > before.index
            }
            None => (leaf.org_seq == 0) == leaf.org_prev.is_none(),
        };
        if !follows {
            faults.push(Fault::Gap { entry: nth });
        }
        if let Some(disclosed) = &entry.record {
            faults.extend(check_record(disclosed, &leaf, Some(&bundle.org_salt), nth));
        }
        before = Some(Before { seq: leaf.org_seq, link: Leaf::link(&entry.leaf), index: entry.index });
    }
}

struct Before {
    seq: u64,
    link: Hash,
    index: u64,
}

/// What is wrong with a record. Without the organisation's salt, whether it names those that the leaf names is not
/// checked: the leaf's commitment to the whole text is.
pub(crate) fn check_record(disclosed: &Disclosed, leaf: &Leaf, salt: Option<&OrgSalt>, entry: usize) -> Option<Fault> {
    let nonce = STANDARD.decode(&disclosed.nonce).ok().and_then(|nonce| <[u8; NONCE_BYTES]>::try_from(nonce).ok());
    if nonce.map(|nonce| Record::commitment(&nonce, &disclosed.text)) != Some(leaf.payload_commit) {
        return Some(Fault::Commitment { entry });
    }
    let agrees = Record::<IgnoredAny>::from_text(&disclosed.text).is_ok_and(|record| {
        salt.is_none_or(|salt| {
            salt.reference(&record.actor) == leaf.actor_ref
                && record.object.as_ref().map(|object| salt.reference(object)) == leaf.object_ref
        })
    });
    (!agrees).then_some(Fault::Record { entry })
}
