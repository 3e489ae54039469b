use std::collections::BTreeSet;

use super::*;

#[test]
fn codes_are_stable_words_and_the_same_in_json() {
    let mut codes = BTreeSet::new();
    for flag in Flag::ALL {
        assert_eq!(serde_json::to_value(flag).unwrap(), flag.code());
        assert_eq!(serde_json::from_value::<Flag>(flag.code().into()).unwrap(), *flag);
        assert!(flag.explain().ends_with('.'));
        assert!(codes.insert(flag.code()));
    }
    for reason in RejectReason::ALL {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        assert!(codes.insert(reason.code()));
    }
    assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
}
