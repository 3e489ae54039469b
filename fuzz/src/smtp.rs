//! Replies of servers.

use crate::verify::domain::reply::{Reply, ReplyError, ReplyReader};

/// Every reply in the bytes, which come in two pieces, up to the first that is none.
pub fn replies(bytes: &[u8], cut: usize) -> (Vec<Reply>, Option<ReplyError>) {
    let mut reader = ReplyReader::default();
    let mut found = Vec::new();
    let (head, tail) = bytes.split_at(cut.min(bytes.len()));
    for piece in [head, tail] {
        reader.push(piece);
        loop {
            match reader.next_reply() {
                Ok(Some(reply)) => found.push(reply),
                Ok(None) => break,
                Err(error) => return (found, Some(error)),
            }
        }
    }
    (found, None)
}
