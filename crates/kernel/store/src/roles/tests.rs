use plumb_vault::Keys;

use super::ensure;
use crate::testing::Db;

/// Roles belong to the whole server: a second installation would change the first one's passwords, and its logins would
/// be good for the first one's database.
#[tokio::test]
async fn the_roles_of_another_installation_are_left_alone() {
    let db = Db::new().await;
    let ours = db.store().keys().clone();
    let password = async || -> String {
        sqlx::query_scalar("select rolpassword from pg_authid where rolname = 'plumb_app'")
            .fetch_one(&mut db.admin_conn().await)
            .await
            .unwrap()
    };
    let before = password().await;
    let refused = ensure(&mut db.admin_conn().await, &Keys::generate()).await.unwrap_err().to_string();
    assert!(refused.contains("another installation"), "{refused}");
    assert_eq!(password().await, before);
    ensure(&mut db.admin_conn().await, &ours).await.unwrap();
}
