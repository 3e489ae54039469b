//! What a mailbox's answers mean: types and rules, no I/O.

pub mod classify;
pub mod decide;
pub mod dialogue;
pub mod dictionary;
pub mod enhanced;
pub mod evidence;
pub mod operator;
pub mod reason;
pub mod reply;
pub mod retry;
pub mod retry_after;
pub mod verdict;
pub mod wording;
