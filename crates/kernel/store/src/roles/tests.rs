use plumb_vault::Keys;
use sqlx::ConnectOptions as _;

use super::ensure;
use crate::testing::Db;

/// Roles belong to the whole server: a second installation would change the first one's passwords, and its logins would
/// be good for the first one's database.
#[tokio::test]
async fn the_roles_of_another_installation_are_left_alone() {
    let db = Db::new().await;
    let ours = db.store().keys().clone();
    let refused = ensure(&mut db.admin_conn().await, &Keys::generate()).await.unwrap_err().to_string();
    assert!(refused.contains("another installation"), "{refused}");
    // The first one's password still opens the door. Not compared as stored: its salt changes with each start.
    let login = db.admin().clone().username("plumb_app").password(&ours.role_password("plumb_app"));
    login.connect().await.unwrap();
    ensure(&mut db.admin_conn().await, &ours).await.unwrap();
}
