use super::*;

#[test]
fn lengths_have_bounds() {
    assert_eq!(check("k7#mVq!x9Tz", &[]), Err(PasswordRefused::TooShort));
    assert_eq!(check("k7#mVq!x9TzP", &[]), Ok(()));
    let long: String = "k7#mVq!x9TzPw2Lb".repeat(16);
    assert_eq!(check(&long, &[]), Ok(()));
    assert_eq!(check(&format!("{long}y"), &[]), Err(PasswordRefused::TooLong));
}

#[test]
fn what_everybody_tries_is_refused() {
    for common in [
        "password1234",
        "Password!2026",
        "1234567890123",
        "qwertyuiop12",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "Plumbline-2026",
    ] {
        assert_eq!(check(common, &[]), Err(PasswordRefused::Guessable), "{common}");
    }
    assert_eq!(check("correct horse battery staple", &[]), Ok(()));
}

#[test]
fn the_accounts_own_names_do_not_count() {
    let context = ["ada.lovelace@example.com", "Ada Lovelace", "Difference Engines"];
    assert_eq!(check("Lovelace-Engines1", &context), Err(PasswordRefused::Guessable));
    assert_eq!(check("Lovelace-Engines1", &[]), Ok(()));
}

#[tokio::test]
async fn a_password_is_kept_in_the_promised_parameters() {
    let hasher = Hasher::new();
    let phc = hasher.hash("tapestry of quiet rivers".to_owned()).await.unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    let right = hasher.compare("tapestry of quiet rivers".to_owned(), Some(phc.clone())).await.unwrap();
    assert_eq!(right, Compared::Matches { rehashed: None });
    assert_eq!(hasher.compare("tapestry of quiet River".to_owned(), Some(phc)).await, Ok(Compared::Differs));
}

#[test]
fn older_parameters_are_replaced_when_the_password_is_known() {
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
    let kept: PasswordHash = weak.hash_password_with_salt(b"tapestry of quiet rivers", &[7; 16]).unwrap();
    let kept = kept.to_string();
    let Ok(Compared::Matches { rehashed: Some(phc) }) = compare("tapestry of quiet rivers", Some(&kept)) else {
        panic!("the password matches and its hash is old");
    };
    assert!(is_current(&phc));
    assert_eq!(compare("tapestry of quiet rivers", Some(&phc)), Ok(Compared::Matches { rehashed: None }));
}

#[test]
fn without_an_account_nothing_matches_and_the_work_is_done_all_the_same() {
    assert!(is_current(NOBODYS));
    assert_eq!(PasswordHash::new(NOBODYS).unwrap().hash.unwrap().len(), 32, "as long as a real one");
    assert_eq!(compare("", None), Ok(Compared::Differs));
    assert_eq!(compare("tapestry of quiet rivers", None), Ok(Compared::Differs));
}

#[test]
fn one_password_in_two_encodings_is_one_password() {
    let kept = hash("caf\u{e9} au lait, deux sucres").unwrap();
    assert!(matches!(compare("cafe\u{301} au lait, deux sucres", Some(&kept)), Ok(Compared::Matches { .. })));
}

#[tokio::test]
async fn a_full_queue_sends_away() {
    let hasher = Hasher::with(1, 0);
    let held = Arc::clone(&hasher.admitted).try_acquire_owned().unwrap();
    assert_eq!(hasher.hash("tapestry of quiet rivers".to_owned()).await, Err(HashError::Busy));
    drop(held);
    hasher.hash("tapestry of quiet rivers".to_owned()).await.unwrap();
}
