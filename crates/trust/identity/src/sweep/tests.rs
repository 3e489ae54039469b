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
    plumb_store::job::enqueue_system(world.store(), &SweepIdentity {}).await.unwrap();
    plumb_store::job::drain(world.store(), &jobs().unwrap()).await.unwrap();
    assert_eq!(sweep(world.store()).await.unwrap(), Swept { sessions: 0, links: 0 });
}
