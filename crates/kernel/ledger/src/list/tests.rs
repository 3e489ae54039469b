use plumb_base::UserId;
use plumb_store::testing::Db;
use plumb_store::{Actor, audit};

use super::*;
use crate::sequencer::tests::{commit, ledger};

#[tokio::test]
async fn an_organisation_looks_through_its_own_log() {
    let db = Db::new().await;
    let (ours, theirs) = (db.org("ours").await, db.org("theirs").await);
    commit(&db, ours, 5).await;
    commit(&db, theirs, 3).await;
    let (someone, key) = (UserId::fresh(), Uuid::from_u128(99));
    let tx = db.store().org(ours, Actor::user(someone, None)).await.unwrap();
    tx.commit(audit::Entry::of("key.revoked").on("api_key", key).refused()).await.unwrap();
    ledger(&db).sequence_once().await.unwrap();

    let mut tx = db.store().org(ours, Actor::SYSTEM).await.unwrap();
    let mut find = async |filter: AuditFilter| list(&mut tx, &filter).await.unwrap();
    let all = find(AuditFilter::default()).await;
    assert_eq!(all.items.iter().map(|item| item.seq).collect::<Vec<_>>(), [5, 4, 3, 2, 1, 0]);
    assert_eq!(all.next, None);
    let newest = &all.items[0];
    assert_eq!((newest.action.as_str(), newest.outcome.as_str()), ("key.revoked", "refused"));

    let first = find(AuditFilter { limit: Some(4), ..AuditFilter::default() }).await;
    assert_eq!((first.items.len(), first.next), (4, Some(2)));
    let second = find(AuditFilter { limit: Some(4), before_seq: first.next, ..AuditFilter::default() }).await;
    assert_eq!(second.items.iter().map(|item| item.seq).collect::<Vec<_>>(), [1, 0]);

    let filters = [
        (AuditFilter { action: Some("key.revoked".to_owned()), ..AuditFilter::default() }, 1),
        (AuditFilter { action: Some("lead.".to_owned()), ..AuditFilter::default() }, 5),
        (AuditFilter { action: Some("lead".to_owned()), ..AuditFilter::default() }, 0),
        (AuditFilter { actor_id: Some(someone.0), ..AuditFilter::default() }, 1),
        (AuditFilter { object_kind: Some("api_key".to_owned()), ..AuditFilter::default() }, 1),
        (AuditFilter { object_id: Some(key), ..AuditFilter::default() }, 1),
        (AuditFilter { from: Some(newest.at), ..AuditFilter::default() }, 1),
        (AuditFilter { until: Some(newest.at), ..AuditFilter::default() }, 5),
    ];
    for (filter, count) in filters {
        assert_eq!(find(filter.clone()).await.items.len(), count, "{filter:?}");
    }
}
