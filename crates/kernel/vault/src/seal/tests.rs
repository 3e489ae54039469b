use plumb_base::OrgId;

use super::{Context, SealError};
use crate::{Keys, Purpose};

fn context(org: OrgId, row: &[u8]) -> Context<'_> {
    Context { org, place: "import_chunk.sealed", row }
}

#[test]
fn a_sealed_value_opens_in_its_place_only() {
    let (keys, org) = (Keys::generate(), OrgId::fresh());
    let sealed = keys.seal(Purpose::Personal, context(org, b"row 1"), b"ada@example.com");
    assert_eq!(keys.open(Purpose::Personal, context(org, b"row 1"), &sealed).unwrap(), b"ada@example.com");

    let refused = Err(SealError::Refused);
    assert_eq!(keys.open(Purpose::Personal, context(org, b"row 2"), &sealed), refused, "another row");
    assert_eq!(
        keys.open(Purpose::Personal, context(OrgId::fresh(), b"row 1"), &sealed),
        refused,
        "another organisation"
    );
    assert_eq!(keys.open(Purpose::Credentials, context(org, b"row 1"), &sealed), refused, "another purpose");
    assert_eq!(Keys::generate().open(Purpose::Personal, context(org, b"row 1"), &sealed), refused, "another key");
}

#[test]
fn every_changed_byte_is_noticed() {
    let (keys, org) = (Keys::generate(), OrgId::fresh());
    let sealed = keys.seal(Purpose::Personal, context(org, b"1"), b"value");
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(keys.open(Purpose::Personal, context(org, b"1"), &changed).is_err(), "byte {at}");
    }
    for len in 0..sealed.len() {
        assert!(keys.open(Purpose::Personal, context(org, b"1"), &sealed[..len]).is_err(), "cut to {len}");
    }
}

#[test]
fn the_same_value_never_looks_the_same() {
    let (keys, org) = (Keys::generate(), OrgId::fresh());
    let seal = || keys.seal(Purpose::Personal, context(org, b"1"), b"value");
    assert_ne!(seal(), seal());
}

#[test]
fn a_key_survives_its_file() {
    let keys = Keys::generate();
    let again = Keys::from_text(&format!("{}\n", *keys.to_text())).unwrap();
    assert_eq!(*keys.role_password("plumb_app"), *again.role_password("plumb_app"));
    assert!(Keys::from_text("short").is_err());
}
