//! Many domains that are all alike, for lists of any length.

use std::time::Duration;

use crate::script::Script;

/// Mailboxes of this name with a number behind it exist, at every domain; nobody else does.
pub const KNOWN: &str = "ada";

/// The name of a domain, by its number.
#[must_use]
pub fn domain(number: usize) -> String {
    format!("d{number}.example")
}

/// So many domains, each with a mail server of its own that waits before each reply.
#[must_use]
pub fn scripts(count: usize, delay: Duration) -> Vec<Script> {
    let script = |number| {
        let mut script = Script { target_is_numbered: true, ..Script::new(&domain(number), KNOWN) };
        script.hosts.iter_mut().for_each(|host| host.delay = delay);
        script
    };
    (0..count).map(script).collect()
}
