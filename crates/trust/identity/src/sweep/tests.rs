use super::*;
use crate::testing::World;

#[tokio::test]
async fn what_is_over_is_deleted() {
    let world = World::new().await;
    world.link().await;
    world.sign_in().await;
    world.minutes_pass(29);
    assert_eq!(sweep(world.store()).await.unwrap(), Swept { sessions: 0, links: 0 });
    world.minutes_pass(1);
    assert_eq!(sweep(world.store()).await.unwrap(), Swept { sessions: 0, links: 1 });
    world.minutes_pass(30);
    assert_eq!(sweep(world.store()).await.unwrap(), Swept { sessions: 1, links: 0 });
}

#[tokio::test]
async fn the_sweep_runs_as_a_job_of_the_installation() {
    let world = World::new().await;
    world.link().await;
    world.minutes_pass(30);
    let mut tx = world.store().system(plumb_store::SystemTask::RunJobs).await.unwrap();
    plumb_store::job::enqueue_system(&mut tx, &SweepIdentity {}, "test").await.unwrap();
    tx.commit_unaudited().await.unwrap();
    let (ran, failed) = plumb_store::job::drain(world.store(), &jobs().unwrap()).await.unwrap();
    assert_eq!((ran, failed.len()), (1, 0), "{failed:?}");
    assert_eq!(sweep(world.store()).await.unwrap(), Swept { sessions: 0, links: 0 });
}
