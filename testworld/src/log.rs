//! What the world was asked, so that a test can look at a client from the outside.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

/// Most entries kept of each list; what comes after is counted and not kept.
const ENTRIES_MAX: usize = 100_000;

/// The transport of a DNS question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Transport {
    Udp,
    Tcp,
}

/// One DNS question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name, lower case, without the last dot.
    pub name: String,
    /// The record type, as in a zone file (`MX`).
    pub kind: String,
    /// How it came.
    pub over: Transport,
}

/// What one mail server was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostLog {
    /// Connections taken.
    pub connections: u64,
    /// Connections open now.
    pub open: u64,
    /// Most connections that were open at one time.
    pub peak_open: u64,
    /// Connections turned away because too many were open.
    pub turned_away: u64,
    /// Connections that went over to TLS.
    pub tls: u64,
    /// Times that DATA or BDAT was asked for; it is never granted.
    pub data_asked: u64,
    /// Lines over the limit.
    pub lines_too_long: u64,
    /// Commands in the order of their arrival, as sent.
    pub commands: Vec<String>,
    /// Addresses of RCPT TO, in the order of their arrival.
    pub rcpts: Vec<String>,
}

/// Everything that was asked so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// DNS questions, in the order of their arrival.
    pub dns: Vec<Question>,
    /// Mail servers, by the domain of the site that runs them.
    pub hosts: BTreeMap<String, HostLog>,
    /// Entries that were not kept, because a list was full.
    pub not_kept: u64,
}

impl Log {
    /// What the server of this site was asked; nothing, if it was not asked.
    #[must_use]
    pub fn host(&self, domain: &str) -> HostLog {
        self.hosts.get(domain).cloned().unwrap_or_default()
    }

    /// How often DATA or BDAT was asked for anywhere.
    #[must_use]
    pub fn data_asked(&self) -> u64 {
        self.hosts.values().map(|host| host.data_asked).sum()
    }

    /// All addresses of RCPT TO anywhere.
    pub fn rcpts(&self) -> impl Iterator<Item = &str> {
        self.hosts.values().flat_map(|host| host.rcpts.iter().map(String::as_str))
    }
}

/// Where the servers write, and readers wait for news.
#[derive(Debug)]
pub(crate) struct LogBook {
    log: Mutex<Log>,
    news: watch::Sender<u64>,
}

impl LogBook {
    pub(crate) fn new() -> Self {
        Self { log: Mutex::default(), news: watch::Sender::new(0) }
    }

    pub(crate) fn snapshot(&self) -> Log {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn holds(&self, wanted: impl Fn(&Log) -> bool) -> bool {
        wanted(&self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    pub(crate) fn question(&self, question: Question) {
        self.write(|log| keep(&mut log.dns, question, &mut log.not_kept));
    }

    pub(crate) fn command(&self, host: &str, command: &str) {
        self.write(|log| {
            let entry = log.hosts.entry(host.to_owned()).or_default();
            keep(&mut entry.commands, command.to_owned(), &mut log.not_kept);
        });
    }

    pub(crate) fn rcpt(&self, host: &str, address: &str) {
        self.write(|log| {
            let entry = log.hosts.entry(host.to_owned()).or_default();
            keep(&mut entry.rcpts, address.to_owned(), &mut log.not_kept);
        });
    }

    pub(crate) fn host(&self, host: &str, change: impl FnOnce(&mut HostLog)) {
        self.write(|log| change(log.hosts.entry(host.to_owned()).or_default()));
    }

    fn write(&self, change: impl FnOnce(&mut Log)) {
        change(&mut self.log.lock().unwrap_or_else(PoisonError::into_inner));
        self.news.send_modify(|count| *count += 1);
    }
}

fn keep<T>(list: &mut Vec<T>, entry: T, not_kept: &mut u64) {
    if list.len() < ENTRIES_MAX {
        list.push(entry);
    } else {
        *not_kept += 1;
    }
}
