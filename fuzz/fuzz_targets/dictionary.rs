//! The words of a reply.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_fuzz::verify::domain::dictionary::look_up;
use plumb_fuzz::verify::domain::retry_after::{BELIEVED_SECS, retry_after};
use plumb_fuzz::verify::domain::wording::Asked;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let asked = Asked { target: "ada@firm.example", mail_from: "probe@ours.example", helo: "mx.ours.example" };
    for asked in [Asked::default(), asked] {
        let hits = look_up(&text, &asked);
        let loud = look_up(&text.to_ascii_uppercase(), &asked);
        assert_eq!(hits.ids(), loud.ids(), "case does not matter");
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(hits, look_up(&words.join(" \t"), &asked), "blanks do not matter");
        let _ = (hits.says_disabled(), hits.says_full(), hits.says_no_storage(), hits.speaks_of_something_else());
        assert!(!hits.says_unknown() || !hits.ids().is_empty(), "nothing is said without words");
    }
    assert!(retry_after(&text).is_none_or(|wait| BELIEVED_SECS.contains(&wait.as_secs())));
});
