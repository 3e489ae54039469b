//! Many domains that are all alike, for lists of any length.

use std::time::Duration;

use crate::script::{Doing, Script, Turn};

/// Mailboxes of this name with a number behind it exist, at every domain; nobody else does.
pub const KNOWN: &str = "ada";

/// The name of a domain, by its number.
#[must_use]
pub fn domain(number: usize) -> String {
    format!("d{number}.example")
}

/// So many domains, each with a mail server of its own that waits before it answers what it was written, whether one
/// command or several at once.
#[must_use]
pub fn scripts(count: usize, delay: Duration) -> Vec<Script> {
    let script = |number| {
        let mut script = Script { target_is_numbered: true, ..Script::new(&domain(number), KNOWN) };
        script.hosts.iter_mut().for_each(|host| host.delay = delay);
        script
    };
    (0..count).map(script).collect()
}

/// The same servers without PIPELINING: they are written to one command at a time.
#[must_use]
pub fn without_pipelining(mut scripts: Vec<Script>) -> Vec<Script> {
    for host in scripts.iter_mut().flat_map(|script| &mut script.hosts) {
        let greeting = format!("250-{}\r\n250-SIZE 52428800\r\n250 8BITMIME\r\n", host.name);
        host.turns.insert(Turn::Ehlo, vec![vec![Doing::Say(greeting.into_bytes())]]);
    }
    scripts
}
