use chrono::{TimeZone as _, Utc};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::canonical;

fn leaf() -> Leaf {
    Leaf {
        actor_ref: "system".to_owned(),
        object_ref: None,
        org_prev: Some(Hash::of(&[b"before"])),
        org_seq: 4,
        org_tag: Hash::of(&[b"tag"]),
        outcome: "success".to_owned(),
        payload_commit: Hash::of(&[b"payload"]),
        t: Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap(),
        action: "lead.edited".to_owned(),
        v: LEAF_VERSION,
    }
}

#[test]
fn a_leaf_has_one_canonical_text() {
    let text = leaf().to_text().unwrap();
    assert!(text.contains(r#""t":"2026-03-01T12:00:00.000000Z","type":"lead.edited","v":1}"#), "{text}");
    assert_eq!(text, canonical::to_text(&serde_json::from_str(&text).unwrap()));
    assert_eq!(Leaf::from_text(&text).unwrap(), leaf());
    let others = [
        text.replace("{\"", "{ \""),
        text.replace("12:00:00.000000Z", "12:00:00Z"),
        text.replace("12:00:00.000000Z", "13:00:00.000000+01:00"),
        text.replace("\"v\":1", "\"v\":2"),
        text.replace("\"v\":1", "\"v\":1,\"w\":1"),
        text.replace("\"v\":1", "\"v\":1,\"v\":1"),
        text.replace("lead.edited", "l\\u0065ad.edited"),
        text.replace("\"object_ref\":null,", ""),
    ];
    for other in others {
        assert_ne!(other, text);
        assert!(Leaf::from_text(&other).is_err(), "{other}");
    }
}

/// Neither the organisation nor who acted can be read out of a leaf, nor compared between organisations.
#[test]
fn tags_and_references_say_nothing_without_the_salt() {
    let org = Uuid::from_u128(1);
    let (salt, other) = (OrgSalt(Hash::of(&[b"one"])), OrgSalt(Hash::of(&[b"two"])));
    let user = Party { id: Some(Uuid::from_u128(7)), kind: "user".to_owned() };
    assert_ne!(salt.reference(&user), other.reference(&user));
    assert_ne!(salt.tag(org), other.tag(org));
    assert!(!salt.reference(&user).contains("0000-"));
    assert_eq!(salt.reference(&Party { id: None, kind: "system".to_owned() }), "system");
}

#[test]
fn a_commitment_needs_its_nonce() {
    let record = Record {
        actor: Party { id: None, kind: "system".to_owned() },
        data: json!({"z": 1, "a": [true, null, 0.5, "\u{1}\"\u{e9}"]}),
        id: Uuid::from_u128(1),
        object: None,
        request_id: None,
    };
    let text = record.to_text().unwrap();
    assert!(text.starts_with(r#"{"actor":{"id":null,"kind":"system"},"data":{"a":[true,null,0.5,"\u0001\""#), "{text}");
    assert_eq!(Record::from_text(&text).unwrap(), record);
    assert_ne!(Record::commitment(&[0; NONCE_BYTES], &text), Record::commitment(&[1; NONCE_BYTES], &text));
}

/// As in the examples of RFC 8785, appendix B, and at the borders between the forms.
#[test]
fn numbers_have_one_text() {
    let numbers = [
        ("-0.0", "0"),
        ("1.0", "1"),
        ("1.50", "1.5"),
        ("5e-324", "5e-324"),
        ("-1.7976931348623157e308", "-1.7976931348623157e+308"),
        ("9.007199254740992e15", "9007199254740992"),
        ("295147905179352825856.0", "295147905179352830000"),
        ("9.999999999999997e22", "9.999999999999997e+22"),
        ("1e20", "100000000000000000000"),
        ("1e21", "1e+21"),
        ("333333333.33333329", "333333333.3333333"),
        ("-0.0000033333333333333333", "-0.0000033333333333333333"),
        ("0.000001", "0.000001"),
        ("0.0000001", "1e-7"),
        ("18446744073709551615", "18446744073709551615"),
        ("-9223372036854775808", "-9223372036854775808"),
    ];
    for (number, text) in numbers {
        assert_eq!(canonical::to_text(&serde_json::from_str(number).unwrap()), text);
    }
}

proptest! {
    /// Needs a parser that is exact (`float_roundtrip`).
    #[test]
    fn a_number_read_again_has_the_same_text(number in any::<f64>().prop_filter("JSON", |number| number.is_finite())) {
        let text = canonical::to_text(&json!(number));
        // Adding zero makes -0 plain: it has the text of 0.
        prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), (number + 0.0).to_bits());
        prop_assert_eq!(canonical::to_text(&serde_json::from_str(&text).unwrap()), text);
    }
}

#[test]
fn keys_are_sorted_by_utf16_as_rfc_8785_has_it() {
    // U+1F600 is written with surrogates (D83D…), which sort before U+FB33.
    let value = json!({"\u{fb33}": 1, "\u{1f600}": 2, "b": 3, "a": 4});
    assert_eq!(canonical::to_text(&value), "{\"a\":4,\"b\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}");
}
