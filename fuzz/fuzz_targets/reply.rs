//! Bytes of a server as replies. The first byte says where they are cut in two.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_fuzz::smtp;
use plumb_fuzz::verify::domain::reply::{LINE_OCTETS_MAX, LINES_MAX};

fuzz_target!(|data: &[u8]| {
    let [cut, bytes @ ..] = data else { return };
    let whole = smtp::replies(bytes, 0);
    assert_eq!(whole, smtp::replies(bytes, usize::from(*cut)), "pieces do not matter");
    for reply in &whole.0 {
        assert!((200..600).contains(&reply.code) && (1..=LINES_MAX).contains(&reply.lines.len()));
        assert!(reply.enhanced.is_none_or(|enhanced| u16::from(enhanced.0) == reply.code / 100));
        // A byte of another encoding is at most three of UTF-8.
        assert!(reply.lines.iter().all(|line| line.len() <= 3 * LINE_OCTETS_MAX && !line.contains('\n')));
    }
});
