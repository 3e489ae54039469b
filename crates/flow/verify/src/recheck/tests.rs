use plumb_store::job::enqueue_system;

use super::*;
use crate::job::tests::{Scene, found, site};

async fn look(scene: &Scene) {
    let mut tx = scene.db.store().system(SystemTask::RunJobs).await.unwrap();
    enqueue_system(&mut tx, &Recheck {}, "test").await.unwrap();
    tx.commit_unaudited().await.unwrap();
    scene.work().await;
}

async fn run_out(scene: &Scene) {
    for sql in ["update lead set verdict_expires_at = now() - interval '1 minute' where verdict is not null"] {
        sqlx::query(sql).execute(&mut scene.db.admin_conn().await).await.unwrap();
    }
}

#[tokio::test]
async fn what_ran_out_is_asked_again_and_not_for_ever() {
    let scene = Scene::new(vec![site("firm.example")]).await;
    let leads = scene.import(&["ada@firm.example"]).await;
    scene.work().await;
    look(&scene).await;
    assert_eq!(scene.answers(leads[0]).await.len(), 1, "it still holds");
    for rounds in 2..=3 {
        run_out(&scene).await;
        look(&scene).await;
        assert_eq!(scene.answers(leads[0]).await.len(), rounds);
        assert_eq!(scene.lead(leads[0]).await, found("verified", "mailbox_confirmed"));
    }
    run_out(&scene).await;
    look(&scene).await;
    assert_eq!(scene.answers(leads[0]).await.len(), 3, "enough for a quarter of a year");
    assert_eq!(scene.count("select count(*) from job").await, 0);
}

#[tokio::test]
async fn requests_are_kept_for_thirty_days() {
    let scene = Scene::new(vec![]).await;
    for (days, key) in [(29, "young"), (31, "old")] {
        sqlx::query("insert into verification_run (org_id, id, idempotency_key, request_mac, addresses, created_at) values ($1, $2, $3, '', 1, now() - make_interval(days => $4))")
            .bind(scene.org.0)
            .bind(VerificationRunId::fresh().0)
            .bind(key)
            .bind(days)
            .execute(&mut scene.db.admin_conn().await)
            .await
            .unwrap();
    }
    look(&scene).await;
    assert_eq!(scene.count("select count(*) from verification_run where idempotency_key = 'young'").await, 1);
    assert_eq!(scene.count("select count(*) from verification_run").await, 1);
}
