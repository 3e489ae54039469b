use plumb_log::receipt::verify_receipt;
use plumb_store::Actor;
use plumb_store::testing::Db;

use crate::sequencer::tests::{commit, ledger};

#[tokio::test]
async fn a_receipt_is_checked_with_nothing_but_the_key() {
    let db = Db::new().await;
    let (ours, theirs) = (db.org("ours").await, db.org("theirs").await);
    commit(&db, theirs, 5).await;
    commit(&db, ours, 3).await;
    ledger(&db).sequence_once().await.unwrap();
    // Before it is sequenced, an entry has no receipt.
    commit(&db, ours, 1).await;

    let ledger = ledger(&db);
    let mut tx = db.store().org(ours, Actor::SYSTEM).await.unwrap();
    for seq in 0..3 {
        let receipt = ledger.receipt(&mut tx, seq).await.unwrap().unwrap();
        let shown = verify_receipt(&receipt.to_string(), &ledger.vkey(), &[]).unwrap();
        assert_eq!((shown.leaf.org_seq, shown.checkpoint.size), (seq, 8));
        assert!(shown.record.is_some());
        let text = String::from_utf8(receipt.extra.unwrap()).unwrap();
        assert!(text.contains(&ours.to_string()) && !text.contains(&theirs.to_string()));
    }
    assert!(ledger.receipt(&mut tx, 3).await.unwrap().is_none());
    assert!(ledger.receipt(&mut tx, u64::MAX).await.unwrap().is_none());
    tx.done_reading().await.unwrap();
}
