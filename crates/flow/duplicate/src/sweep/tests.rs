use super::*;
use crate::testing::World;

#[tokio::test]
async fn lines_go_after_90_days_and_what_stopped_says_so() {
    let world = World::new().await;
    world.import(&["Ada Quillfeather | ada@optics.example | New Optics GmbH | | | Leeds"]).await;
    let scans = "select count(*) from duplicate_scan";
    let before = world.count(scans).await;
    assert!(before > 0);
    world.change("update duplicate_scan set finished_at = now() - interval '89 days 23 hours'").await;
    assert_eq!(sweep(world.db.store()).await.unwrap(), Swept::default());
    world.post("/api/v1/duplicates/scan").await.ok();
    assert_eq!(sweep(world.db.store()).await.unwrap(), Swept::default(), "its job waits");
    world.change("update duplicate_scan set finished_at = finished_at - interval '1 hour' where state = 'done'").await;
    let lines = before.unsigned_abs();
    assert_eq!(sweep(world.db.store()).await.unwrap(), Swept { stopped: 0, lines });
    world.change("update job set state = 'dead' where kind = 'duplicate.scan'").await;
    assert_eq!(sweep(world.db.store()).await.unwrap(), Swept { stopped: 1, lines: 0 });
    assert_eq!(world.count("select count(*) from duplicate_scan where state = 'failed'").await, 1);
    assert_eq!(world.post("/api/v1/duplicates/scan").await.status, 202, "another one may begin");
}
