use plumb_store::testing::Db;

use super::*;
use crate::password::PasswordRefused;
use crate::testing::{EMAIL, PASSWORD, World};

#[tokio::test]
async fn the_first_account_ends_the_first_run() {
    let db = Db::new().await;
    assert!(first_run_needed(db.store()).await.unwrap());
    let made = create_org_with_owner(db.store(), "Engines", EMAIL, "Ada", None).await.unwrap();
    assert!(!first_run_needed(db.store()).await.unwrap());
    assert_eq!(user_by_email(db.store(), "ada@EXAMPLE.com").await.unwrap(), Some(made.1));
    assert_eq!(user_by_email(db.store(), "nobody@example.com").await.unwrap(), None);
}

#[tokio::test]
async fn making_it_again_changes_nothing() {
    let world = World::new().await;
    let audit = world.audit().await;
    let again =
        create_org_with_owner(world.store(), "Engines", "ada@example.com", "Other", Some("another password here"))
            .await;
    assert_eq!(again.unwrap(), (world.org, world.user));
    assert_eq!(world.audit().await, audit);
    world.sign_in().await;
}

#[tokio::test]
async fn a_second_organisation_of_the_same_owner_is_another_one() {
    let world = World::new().await;
    let (org, user) = create_org_with_owner(world.store(), "Looms", EMAIL, "Ada", None).await.unwrap();
    assert_eq!(user, world.user);
    assert_ne!(org, world.org);
}

#[tokio::test]
async fn a_password_comes_later_where_there_is_none() {
    let db = Db::new().await;
    let first = create_org_with_owner(db.store(), "Engines", EMAIL, "Ada", None).await.unwrap();
    let second = create_org_with_owner(db.store(), "Engines", EMAIL, "Ada", Some(PASSWORD)).await.unwrap();
    assert_eq!(first, second);
    let mut tx = db.store().auth().await.unwrap();
    let phc = by_norm(&mut tx, "ada@example.com").await.unwrap().unwrap().password_phc.unwrap();
    assert!(phc.starts_with("$argon2id$"));
}

#[tokio::test]
async fn what_cannot_be_accepted_makes_nothing() {
    let db = Db::new().await;
    let make = async |org: &str, email: &str, password: &str| {
        create_org_with_owner(db.store(), org, email, "Ada", Some(password)).await.unwrap_err()
    };
    assert!(matches!(make(" ", EMAIL, PASSWORD).await, IdentityError::Name));
    assert!(matches!(make("Engines", "ada", PASSWORD).await, IdentityError::Email(_)));
    let refused = make("Engines", EMAIL, "Ada@example1").await;
    assert!(matches!(refused, IdentityError::Password(PasswordRefused::Guessable)), "{refused:?}");
    assert!(first_run_needed(db.store()).await.unwrap());
}
