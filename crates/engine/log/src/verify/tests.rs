use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{TimeZone as _, Utc};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::bundle::{BundleEntry, Disclosed};
use crate::leaf::{LEAF_VERSION, OrgSalt, Party, Record};
use crate::note::Signer;
use crate::tree::{Edge, TileMap, consistency_spans, inclusion_spans};

/// A log of two organisations, made without the sequencer's code; ours has every third entry.
struct Log {
    seed: [u8; 32],
    org: Uuid,
    leaves: Vec<String>,
    ours: Vec<(u64, Disclosed)>,
}

impl Log {
    fn new(size: u64) -> Self {
        let mut log = Self { seed: [0; 32], org: Uuid::from_u128(0xfeed), leaves: Vec::new(), ours: Vec::new() };
        for nth in 0..size {
            if nth % 3 == 1 {
                log.push(|_| {});
            } else {
                log.leaves.push(format!("another's leaf {nth}"));
            }
        }
        log
    }

    fn salt() -> OrgSalt {
        OrgSalt(Hash::of(&[b"a salt"]))
    }

    fn signer(&self) -> Signer {
        Signer::log("log.example.com/audit".parse().unwrap(), &self.seed)
    }

    /// Adds an entry of ours, bent by `bend` before it is hashed.
    fn push(&mut self, bend: impl Fn(&mut Leaf)) {
        let nth = self.leaves.len() as u64;
        let user = Party { id: Some(Uuid::from_u128(7)), kind: "user".to_owned() };
        let lead = Party { id: Some(Uuid::from_u128(8)), kind: "lead".to_owned() };
        let record = Record {
            actor: user.clone(),
            data: json!({"fields": ["title"], "n": nth}),
            id: Uuid::from_u128(u128::from(nth) << 64),
            object: Some(lead.clone()),
            request_id: None,
        };
        let (nonce, text) = ([nth as u8; 16], record.to_text().unwrap());
        let mut leaf = Leaf {
            actor_ref: Self::salt().reference(&user),
            object_ref: Some(Self::salt().reference(&lead)),
            org_prev: self.ours.last().map(|(index, _)| Leaf::link(&self.leaves[*index as usize])),
            org_seq: self.ours.len() as u64,
            org_tag: Self::salt().tag(self.org),
            outcome: "success".to_owned(),
            payload_commit: Record::commitment(&nonce, &text),
            t: Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, nth as u32 % 60).unwrap(),
            action: "lead.edited".to_owned(),
            v: LEAF_VERSION,
        };
        bend(&mut leaf);
        self.ours.push((nth, Disclosed { nonce: STANDARD.encode(nonce), text }));
        self.leaves.push(leaf.to_text().unwrap());
    }

    fn checkpoint(&self, size: usize) -> String {
        let mut edge = Edge::default();
        edge.append(&self.leaves[..size].iter().map(|leaf| Hash::leaf(leaf.as_bytes())).collect::<Vec<_>>());
        let signer = self.signer();
        let checkpoint = Checkpoint { origin: signer.verifier().name().clone(), size: size as u64, root: edge.root() };
        checkpoint.signed_by(&signer).unwrap().to_string()
    }

    fn bundle(&self, since: Option<u64>) -> Bundle {
        let size = self.leaves.len() as u64;
        let mut tiles = TileMap::default();
        let leaves: Vec<Hash> = self.leaves.iter().map(|leaf| Hash::leaf(leaf.as_bytes())).collect();
        for (id, hashes) in Edge::default().append(&leaves) {
            tiles.insert(id, hashes);
        }
        let mut hashes: Vec<Hash> = Vec::new();
        let mut resolve = |spans: Vec<crate::tree::Span>| -> Vec<usize> {
            let of = |span| {
                let hash = tiles.hash(span).unwrap();
                hashes.iter().position(|known| *known == hash).unwrap_or_else(|| {
                    hashes.push(hash);
                    hashes.len() - 1
                })
            };
            spans.into_iter().map(of).collect()
        };
        let consistency = since.map(|since| Consistency {
            size: since,
            root: tiles.root(since).unwrap(),
            proof: resolve(consistency_spans(since, size).unwrap()),
        });
        let entries = self.ours.iter().map(|(index, disclosed)| BundleEntry {
            index: *index,
            leaf: self.leaves[*index as usize].clone(),
            record: Some(disclosed.clone()),
            proof: resolve(inclusion_spans(*index, size).unwrap()),
        });
        let entries = entries.collect();
        Bundle {
            format: FORMAT.to_owned(),
            org: self.org,
            org_salt: Self::salt(),
            vkeys: vec![self.signer().verifier().to_string()],
            checkpoint: self.checkpoint(self.leaves.len()),
            consistency,
            entries,
            hashes,
        }
    }
}

fn check(bundle: &Bundle, known: Known<'_>) -> Result<Verified, Vec<Fault>> {
    verify_bundle(&serde_json::to_string(bundle).unwrap(), known)
}

fn faults(bundle: &Bundle) -> Vec<Fault> {
    check(bundle, Known::default()).expect_err("it must not be accepted")
}

#[test]
fn a_good_bundle_says_what_it_has_shown() {
    let log = Log::new(20);
    let (vkey, kept) = (log.signer().verifier().to_string(), log.checkpoint(13));
    let mut bundle = log.bundle(Some(13));
    bundle.entries[2].record = None;
    let shown = check(&bundle, Known { vkey: Some(&vkey), checkpoint: Some(&kept) }).unwrap();
    assert_eq!((shown.org, shown.checkpoint.size, shown.first_seq), (log.org, 20, Some(0)));
    assert_eq!((shown.entries, shown.disclosed, shown.continues), (7, 6, Some(13)));
    assert!(shown.key_was_known);
    assert_eq!(shown.first_link, None);

    // A later part is good by itself and says which link it begins with.
    let mut part = log.bundle(None);
    part.entries.drain(..3);
    let used: Vec<Hash> = part.hashes.clone();
    part.hashes.clear();
    for position in part.entries.iter_mut().flat_map(|entry| &mut entry.proof) {
        let hash = used[*position];
        *position = part.hashes.iter().position(|known| *known == hash).unwrap_or_else(|| {
            part.hashes.push(hash);
            part.hashes.len() - 1
        });
    }
    let shown = check(&part, Known::default()).unwrap();
    assert_eq!((shown.first_seq, shown.entries, shown.key_was_known), (Some(3), 4, false));
    assert_eq!(shown.first_link, Some(Leaf::link(&bundle.entries[2].leaf)));
}

/// The example that stands beside `docs/develop/audit-bundle.md` is this log, so that it cannot go out of date.
#[test]
fn the_published_example_is_what_we_write() {
    let log = Log::new(8);
    let mut bundle = log.bundle(Some(3));
    bundle.entries[1].record = None;
    let example = include_str!("../../vectors/bundle.json");
    assert_eq!(example, serde_json::to_string_pretty(&bundle).unwrap() + "\n");
    let kept = include_str!("../../vectors/kept-checkpoint.txt");
    assert_eq!(kept, log.checkpoint(3));
    let shown = verify_bundle(example, Known { vkey: Some(&bundle.vkeys[0]), checkpoint: Some(kept) }).unwrap();
    assert_eq!((shown.entries, shown.disclosed, shown.continues), (3, 2, Some(3)));
}

#[test]
fn an_empty_log_is_a_log() {
    let mut bundle = Log::new(1).bundle(None);
    bundle.hashes.clear();
    let shown = check(&bundle, Known::default()).unwrap();
    assert_eq!((shown.entries, shown.first_seq, shown.last_link), (0, None, None));
}

/// No byte can be changed so that the bundle is still accepted with another content.
#[test]
fn every_altered_byte_is_found() {
    let log = Log::new(8);
    let mut bundle = log.bundle(Some(3));
    bundle.entries[1].record = None;
    let text = serde_json::to_string(&bundle).unwrap();
    assert!(verify_bundle(&text, Known::default()).is_ok());
    let mut equal = 0;
    for at in 0..text.len() {
        // One bit of each byte, and not always the same: some turn a letter into its other case.
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= [0x01, 0x20, 0x02, 0x10, 0x04][at % 5];
        let altered = String::from_utf8(bytes);
        // What is not UTF-8 is not read at all; what means the same is the same bundle.
        if let Ok(altered) = altered
            && verify_bundle(&altered, Known::default()).is_ok()
        {
            assert_eq!(serde_json::from_str::<Bundle>(&altered).unwrap(), bundle, "byte {at}: {altered}");
            equal += 1;
        }
    }
    assert!(equal < 10, "{equal} bytes without a meaning");
}

#[test]
fn a_missing_or_moved_entry_is_a_gap() {
    let mut bundle = Log::new(20).bundle(None);
    bundle.entries.remove(2);
    assert!(faults(&bundle).contains(&Fault::Gap { entry: 2 }));
    let mut bundle = Log::new(20).bundle(None);
    bundle.entries.swap(2, 3);
    assert!(faults(&bundle).contains(&Fault::Gap { entry: 2 }));
    let mut bundle = Log::new(20).bundle(None);
    bundle.entries[1] = bundle.entries[0].clone();
    assert!(faults(&bundle).contains(&Fault::Gap { entry: 1 }));
}

/// The operator holds the key, so a bent leaf may well be in the tree: the chain and the record tell.
#[test]
fn what_the_operator_signed_must_still_make_sense() {
    type Bend = fn(&mut Leaf);
    let bends: [(Bend, Fault); 6] = [
        (|leaf| leaf.org_seq += 1, Fault::Gap { entry: 2 }),
        (|leaf| leaf.org_seq = u64::MAX, Fault::Gap { entry: 2 }),
        (|leaf| leaf.org_prev = None, Fault::Gap { entry: 2 }),
        (|leaf| leaf.org_tag = Hash::of(&[b"another"]), Fault::ForeignLeaf { entry: 2 }),
        (|leaf| leaf.payload_commit = Hash::of(&[b"another"]), Fault::Commitment { entry: 2 }),
        (|leaf| leaf.actor_ref = "system".to_owned(), Fault::Record { entry: 2 }),
    ];
    for (bend, fault) in bends {
        let mut log = Log::new(7);
        log.push(bend);
        log.push(|_| {});
        assert!(faults(&log.bundle(None)).contains(&fault), "{fault}");
    }
    let mut bundle = Log::new(7).bundle(None);
    bundle.org = Uuid::from_u128(1);
    assert!(faults(&bundle).contains(&Fault::ForeignLeaf { entry: 0 }));
}

#[test]
fn records_must_open_their_commitments() {
    let good = Log::new(7).bundle(None);
    let mut bundle = good.clone();
    bundle.entries[1].record.as_mut().unwrap().text = good.entries[0].record.as_ref().unwrap().text.clone();
    assert_eq!(faults(&bundle), [Fault::Commitment { entry: 1 }]);
    let mut bundle = good.clone();
    bundle.entries[1].record.as_mut().unwrap().nonce = STANDARD.encode([1; 15]);
    assert_eq!(faults(&bundle), [Fault::Commitment { entry: 1 }]);
}

#[test]
fn signatures_are_all_checked() {
    let log = Log::new(7);
    let good = log.bundle(None);
    let stranger = Signer::log("witness.example.com".parse().unwrap(), &[1; 32]);
    let key = stranger.verifier().to_string();

    let mut unsigned = good.clone();
    unsigned.vkeys.push(key.clone());
    assert!(matches!(faults(&unsigned)[..], [Fault::Checkpoint(_)]));
    let mut note = Note::parse(&good.checkpoint).unwrap();
    note.sign(&stranger);
    let mut unlisted = good.clone();
    unlisted.checkpoint = note.to_string();
    assert_eq!(faults(&unlisted), [Fault::UnlistedSignature]);
    unlisted.vkeys.push(key.clone());
    assert!(check(&unlisted, Known::default()).is_ok(), "a witness that is named is checked and welcome");
    unlisted.vkeys.push(key);
    assert!(matches!(faults(&unlisted)[..], [Fault::RepeatedKey(_)]));
    let mut none = good.clone();
    none.vkeys.clear();
    assert_eq!(faults(&none), [Fault::NoKey]);

    // Someone else's log under the same name agrees with itself; only a reader who knows the key can tell.
    let forged = Log { seed: [1; 32], ..Log::new(0) };
    let vkey = log.signer().verifier().to_string();
    let known = Known { vkey: Some(&vkey), checkpoint: None };
    assert!(matches!(check(&forged.bundle(None), known).unwrap_err()[..], [Fault::UnknownKey(_)]));
}

#[test]
fn a_rewritten_past_is_found_by_whoever_kept_a_checkpoint() {
    let log = Log::new(20);
    let kept = log.checkpoint(13);
    let known = Known { vkey: None, checkpoint: Some(&kept) };
    assert_eq!(check(&log.bundle(Some(13)), known).unwrap().continues, Some(13));
    assert_eq!(check(&log.bundle(None), known).unwrap_err(), [Fault::NoConsistencyProof { size: 13 }]);
    assert_eq!(check(&log.bundle(Some(12)), known).unwrap_err(), [Fault::NoConsistencyProof { size: 13 }]);
    assert_eq!(check(&Log::new(10).bundle(None), known).unwrap_err(), [Fault::Older { kept: 13, size: 10 }]);

    let mut rewritten = Log::new(20);
    rewritten.leaves[3] = "what should never have been".to_owned();
    assert_eq!(check(&rewritten.bundle(Some(13)), known).unwrap_err(), [Fault::Forked { size: 13 }]);
    let mut lying = rewritten.bundle(Some(13));
    lying.consistency.as_mut().unwrap().root =
        Checkpoint::verified(&Note::parse(&kept).unwrap(), &log.signer().verifier()).unwrap().root;
    assert!(check(&lying, known).unwrap_err().contains(&Fault::Consistency { size: 13 }));
    let latest = log.checkpoint(20);
    let known = Known { vkey: None, checkpoint: Some(&latest) };
    assert_eq!(check(&log.bundle(None), known).unwrap().continues, Some(20));
    assert_eq!(check(&rewritten.bundle(None), known).unwrap_err(), [Fault::Forked { size: 20 }]);
    let foreign = Log { seed: [1; 32], ..Log::new(0) }.checkpoint(0);
    let known = Known { vkey: None, checkpoint: Some(&foreign) };
    assert!(matches!(check(&log.bundle(None), known).unwrap_err()[..], [Fault::KeptCheckpoint(_)]));
}

#[test]
fn a_hash_that_nothing_checks_is_refused() {
    let mut bundle = Log::new(7).bundle(None);
    bundle.hashes.push(Hash::of(&[b"contraband"]));
    assert_eq!(faults(&bundle), [Fault::UnusedHash { position: bundle.hashes.len() - 1 }]);
    bundle.hashes.clear();
    assert!(faults(&bundle).contains(&Fault::NotIncluded { entry: 0 }));
}

/// A made-up log of the greatest size, properly signed by its maker: refused, without a panic or a long wait.
#[test]
fn absurd_numbers_are_refused() {
    let log = Log::new(7);
    let signer = log.signer();
    let mut bundle = log.bundle(Some(3));
    let huge = Checkpoint { origin: signer.verifier().name().clone(), size: u64::MAX, root: Hash::empty_root() };
    bundle.checkpoint = huge.signed_by(&signer).unwrap().to_string();
    bundle.entries[0].index = u64::MAX;
    bundle.entries[1].index = u64::MAX - 1;
    bundle.entries[1].proof = vec![0; 64];
    bundle.consistency.as_mut().unwrap().size = u64::MAX;
    let found = faults(&bundle);
    assert!(found.contains(&Fault::NotIncluded { entry: 0 }) && found.contains(&Fault::NotIncluded { entry: 1 }));
    assert!(found.contains(&Fault::Consistency { size: u64::MAX }));
    bundle.consistency.as_mut().unwrap().size = 0;
    assert!(faults(&bundle).contains(&Fault::Consistency { size: 0 }));
}

proptest! {
    #[test]
    fn no_text_makes_the_verifier_panic(text in ".{0,200}") {
        prop_assert!(verify_bundle(&text, Known::default()).is_err());
    }
}
