//! The tree alone, and the offline verifier: no database, one thread.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hint::black_box;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta};
use plumb_ledger::BATCH_EVENTS_MAX;
use plumb_log::bundle::{Bundle, BundleEntry, Disclosed, FORMAT};
use plumb_log::hash::Hash;
use plumb_log::leaf::{LEAF_VERSION, Leaf, OrgSalt, Party, Record};
use plumb_log::note::{Checkpoint, Signer};
use plumb_log::tree::{Edge, Span, TileMap, inclusion_spans};
use plumb_log::{Known, verify_bundle};
use serde_json::json;
use uuid::Uuid;

use crate::figure::{figure, median};

const LEAVES: u64 = 10_000_000;
const PROOFS: u64 = 2_000;
/// Entries that the verifier is given, in bundles of the size that the server gives out.
const ENTRIES: u64 = 1_000_000;
const BUNDLE: usize = plumb_ledger::EXPORT_ENTRIES_MAX;

/// The tree alone, in memory.
pub(super) fn tree() -> anyhow::Result<()> {
    let leaves: Vec<Hash> = (0..LEAVES).map(|n| Hash::leaf(&n.to_be_bytes())).collect();
    let began = Instant::now();
    let (edge, tiles) = grown(&leaves);
    let appended = began.elapsed();
    black_box(edge.root());
    figure("appending to the tree, leaves/s", format_args!("{:.0}", LEAVES as f64 / appended.as_secs_f64()), "");

    let mut times = Vec::new();
    for n in 0..PROOFS {
        let index = n * (LEAVES / PROOFS) + n % 7;
        let began = Instant::now();
        let spans = inclusion_spans(index, LEAVES)?;
        let proof: Vec<Hash> = spans.iter().map(|span| tiles.hash(*span)).collect::<Result<_, _>>()?;
        times.push(began.elapsed().as_secs_f64() * 1e6);
        black_box(proof);
    }
    figure(
        format_args!("proof of inclusion among {LEAVES} leaves"),
        format_args!("{:.1} µs", median(&times)),
        "≤ 50 µs",
    );
    Ok(())
}

fn grown(leaves: &[Hash]) -> (Edge, TileMap) {
    let (mut edge, mut tiles) = (Edge::default(), TileMap::default());
    for batch in leaves.chunks(BATCH_EVENTS_MAX) {
        for (id, hashes) in edge.append(batch) {
            tiles.insert(id, hashes);
        }
    }
    (edge, tiles)
}

/// One organisation's log in bundles, checked as whoever got them checks it.
pub(super) fn verifier() -> anyhow::Result<()> {
    let signer = Signer::log("bench.example/audit".parse()?, &[7; 32]);
    let (org, salt) = (Uuid::from_u128(1), OrgSalt(Hash::of(&[b"bench"])));
    let (tag, user) = (salt.tag(org), Party { id: Some(Uuid::from_u128(7)), kind: "user".to_owned() });
    let began_at = DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default();
    let mut entries = Vec::with_capacity(ENTRIES as usize);
    let mut link = None;
    for nth in 0..ENTRIES {
        let lead = Party { id: Some(Uuid::from_u128(u128::from(nth))), kind: "lead".to_owned() };
        let record = Record {
            actor: user.clone(),
            data: json!({"fields": ["title", "phone"], "n": nth}),
            id: Uuid::from_u128(u128::from(nth) << 64),
            object: Some(lead.clone()),
            request_id: Some(Uuid::from_u128(u128::from(nth) << 32)),
        };
        let (nonce, text) = (u128::from(nth).to_be_bytes(), record.to_text()?);
        let leaf = Leaf {
            actor_ref: salt.reference(&user),
            object_ref: Some(salt.reference(&lead)),
            org_prev: link,
            org_seq: nth,
            org_tag: tag,
            outcome: "success".to_owned(),
            payload_commit: Record::commitment(&nonce, &text),
            t: began_at + TimeDelta::milliseconds(nth as i64),
            action: "lead.edited".to_owned(),
            v: LEAF_VERSION,
        };
        let leaf = leaf.to_text()?;
        link = Some(Leaf::link(&leaf));
        entries.push((leaf, Disclosed { nonce: STANDARD.encode(nonce), text }));
    }
    let leaves: Vec<Hash> = entries.iter().map(|(leaf, _)| Hash::leaf(leaf.as_bytes())).collect();
    let (edge, tiles) = grown(&leaves);
    let checkpoint = Checkpoint { origin: signer.verifier().name().clone(), size: ENTRIES, root: edge.root() };
    let note = checkpoint.signed_by(&signer)?.to_string();
    let vkey = signer.verifier().to_string();

    let (mut took, mut bytes) = (0.0, 0);
    for (part, entries) in entries.chunks(BUNDLE).enumerate() {
        let mut hashes = Vec::new();
        let mut positions: HashMap<Span, usize> = HashMap::new();
        let mut given = Vec::with_capacity(entries.len());
        for (nth, (leaf, record)) in entries.iter().enumerate() {
            let index = (part * BUNDLE + nth) as u64;
            let mut proof = Vec::new();
            for span in inclusion_spans(index, ENTRIES)? {
                proof.push(match positions.entry(span) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(place) => {
                        hashes.push(tiles.hash(span)?);
                        *place.insert(hashes.len() - 1)
                    }
                });
            }
            given.push(BundleEntry { index, leaf: leaf.clone(), record: Some(record.clone()), proof });
        }
        let bundle = Bundle {
            format: FORMAT.to_owned(),
            org,
            org_salt: salt,
            vkeys: vec![vkey.clone()],
            checkpoint: note.clone(),
            consistency: None,
            entries: given,
            hashes,
        };
        let text = serde_json::to_string(&bundle)?;
        bytes += text.len();
        let began = Instant::now();
        let verified = verify_bundle(&text, Known { vkey: Some(&vkey), checkpoint: None });
        took += began.elapsed().as_secs_f64();
        anyhow::ensure!(
            verified.is_ok_and(|verified| verified.entries == entries.len() as u64),
            "a good bundle is good"
        );
    }
    figure(
        format_args!("the offline verifier, {ENTRIES} entries ({} MB)", bytes / 1_000_000),
        format_args!("{took:.2} s"),
        "≤ 5 s",
    );
    Ok(())
}
