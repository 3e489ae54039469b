use chrono::{TimeZone as _, Utc};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::leaf::{LEAF_VERSION, Leaf, NONCE_BYTES, Party, Record};
use crate::note::{Checkpoint, Signer, VerifierKey};
use crate::tree::{Edge, TileMap, inclusion_spans};
use crate::verify::Fault;

fn log() -> Signer {
    Signer::log("log.example.com/audit".parse().unwrap(), &[0; 32])
}

fn witness() -> Signer {
    Signer::witness("witness.example.com/w1".parse().unwrap(), &[1; 32])
}

fn statement() -> Statement {
    let salt = OrgSalt(Hash::of(&[b"a salt"]));
    let org = Uuid::from_u128(0xfeed);
    let lead = Party { id: Some(Uuid::from_u128(8)), kind: "lead".to_owned() };
    let record = Record {
        actor: Party { id: None, kind: "system".to_owned() },
        data: json!({"tables": {"lead": 1}}),
        id: Uuid::from_u128(1),
        object: Some(lead.clone()),
        request_id: None,
    };
    let (nonce, text) = ([7; NONCE_BYTES], record.to_text().unwrap());
    let leaf = Leaf {
        actor_ref: "system".to_owned(),
        object_ref: Some(salt.reference(&lead)),
        org_prev: None,
        org_seq: 0,
        org_tag: salt.tag(org),
        outcome: "success".to_owned(),
        payload_commit: Record::commitment(&nonce, &text),
        t: Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap(),
        action: "lead.erased".to_owned(),
        v: LEAF_VERSION,
    };
    Statement {
        format: Statement::FORMAT.to_owned(),
        leaf: leaf.to_text().unwrap(),
        record: Some(Disclosed { nonce: STANDARD.encode(nonce), text }),
        org: Some(Opening { id: org, salt }),
    }
}

/// A receipt for `statement` in a log of `size` entries.
fn receipt(statement: &Statement, index: u64, size: u64) -> Receipt {
    let hashes: Vec<Hash> = (0..size)
        .map(|nth| if nth == index { Hash::leaf(statement.leaf.as_bytes()) } else { Hash::leaf(&nth.to_be_bytes()) })
        .collect();
    let (mut edge, mut tiles) = (Edge::default(), TileMap::default());
    for (id, hashes) in edge.append(&hashes) {
        tiles.insert(id, hashes);
    }
    let proof = inclusion_spans(index, size).unwrap().into_iter().map(|span| tiles.hash(span).unwrap()).collect();
    let checkpoint = Checkpoint { origin: log().verifier().name().clone(), size, root: edge.root() };
    let mut checkpoint = checkpoint.signed_by(&log()).unwrap();
    checkpoint.cosign(&witness(), 1_700_000_000);
    Receipt { extra: Some(serde_json::to_vec(statement).unwrap()), index, proof, checkpoint }
}

fn check(receipt: &Receipt) -> Result<Shown, Vec<Fault>> {
    verify_receipt(&receipt.to_string(), &log().verifier(), &[witness().verifier()])
}

#[test]
fn a_receipt_shows_its_entry_offline() {
    for (index, size) in [(0, 1), (3, 5), (299, 300), (70, 300)] {
        let receipt = receipt(&statement(), index, size);
        assert_eq!(Receipt::parse(&receipt.to_string()).unwrap(), receipt);
        let shown = check(&receipt).unwrap();
        assert_eq!((shown.index, shown.checkpoint.size, shown.leaf.action.as_str()), (index, size, "lead.erased"));
        assert_eq!(shown.record.unwrap().data, json!({"tables": {"lead": 1}}));
        assert_eq!(shown.witnesses, [("witness.example.com/w1".to_owned(), 1_700_000_000)]);
    }
}

#[test]
fn a_reader_without_the_record_still_has_the_entry() {
    let statement = Statement { record: None, org: None, ..statement() };
    let shown = check(&receipt(&statement, 3, 5)).unwrap();
    assert_eq!((shown.record, shown.leaf.org_seq), (None, 0));
}

#[test]
fn what_does_not_belong_together_is_found() {
    let good = statement();
    let faults = |statement: &Statement| check(&receipt(statement, 3, 5)).unwrap_err();
    let with_text = |text: String| Statement {
        record: good.record.clone().map(|record| Disclosed { text, ..record }),
        ..good.clone()
    };
    assert_eq!(faults(&with_text("{}".to_owned())), [Fault::Commitment { entry: 0 }]);
    let other = Opening { id: Uuid::from_u128(1), salt: good.org.unwrap().salt };
    assert_eq!(faults(&Statement { org: Some(other), ..good.clone() }), [Fault::ForeignLeaf { entry: 0 }]);
    assert!(matches!(faults(&Statement { format: "another".to_owned(), ..good.clone() })[..], [Fault::Format(_)]));
    assert!(matches!(faults(&Statement { leaf: "{}".to_owned(), ..good.clone() })[..], [Fault::Leaf { .. }]));

    let mut moved = receipt(&good, 3, 5);
    moved.index = 2;
    assert_eq!(check(&moved).unwrap_err(), [Fault::NotIncluded { entry: 0 }]);
    let mut bare = receipt(&good, 3, 5);
    bare.extra = None;
    assert!(matches!(check(&bare).unwrap_err()[..], [Fault::Statement(_)]));
    let stranger = Signer::log("log.example.com/audit".parse().unwrap(), &[9; 32]).verifier();
    let text = receipt(&good, 3, 5).to_string();
    assert!(matches!(verify_receipt(&text, &stranger, &[]).unwrap_err()[..], [Fault::Checkpoint(_)]));
    let other: VerifierKey = Signer::witness("other.example.com".parse().unwrap(), &[2; 32]).verifier();
    assert_eq!(verify_receipt(&text, &log().verifier(), &[other]).unwrap().witnesses, []);
}

/// No byte can be changed so that the receipt is still accepted with another content.
#[test]
fn every_altered_byte_is_found() {
    let good = receipt(&statement(), 3, 5);
    let text = good.to_string();
    let shown = check(&good).unwrap();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let Ok(altered) = String::from_utf8(bytes) else { continue };
            if let Ok(other) = verify_receipt(&altered, &log().verifier(), &[witness().verifier()]) {
                // The name of a witness may be altered, whose line then is a stranger's; white space in JSON is free.
                let same = Shown { witnesses: shown.witnesses.clone(), ..other };
                assert_eq!(same, shown, "byte {at}, bit {bit}: {altered}");
            }
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(c2sp.org/tlog-proof@v1\n)?(extra .*\n)?(index [0-9]{0,25}\n)?([A-Za-z0-9+/=]{0,50}\n){0,4}.*") {
        let _ = verify_receipt(&text, &log().verifier(), &[]);
    }
}
