//! Verification providers on loopback: the API shapes of NeverBounce v4.2, ZeroBounce v2 and Hunter v2, with the ways
//! in which each says that something is wrong: errors inside HTTP 200, flags that no document names, answers that are not
//! ready yet, HTML, silence.

mod http;
mod hunter;
mod neverbounce;
mod zerobounce;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

/// The key that every provider knows.
pub const KEY: &str = "key-of-the-test-world";

/// A provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Vendor {
    NeverBounce,
    ZeroBounce,
    Hunter,
}

/// What a provider knows of an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Known {
    /// It can be mailed.
    Valid,
    /// It can be mailed, as anything at its domain.
    AcceptsAll,
    /// There is no such mailbox.
    Invalid,
    /// The mailbox is full.
    Full,
    /// It may be mistyped.
    Typo,
    /// It belongs to a domain of throw-away mailboxes.
    Disposable,
    /// It is there to catch senders.
    SpamTrap,
    /// It is a function, not a person.
    Role,
    /// A free-mail address, of which nothing is said (Hunter's `webmail`).
    Webmail,
    /// The person has asked not to be in the data (Hunter's 451).
    OptedOut,
    /// The answer is ready after so many calls (Hunter's 202); then it is valid.
    ReadyAfter(u32),
    /// Nothing.
    #[default]
    Unknown,
}

/// How a provider is at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// It answers.
    #[default]
    Well,
    /// It answers, with flags and members that no document names.
    Talkative,
    /// The key counts no longer.
    KeyRevoked,
    /// The account is empty.
    OutOfCredits,
    /// Too many calls.
    Throttled,
    /// Not now.
    Unavailable,
    /// A list is too long (HTTP 413).
    TooLarge,
    /// A page for people, with HTTP 200.
    Html,
    /// A page for people, with HTTP 502.
    HtmlError,
    /// JSON that is cut off in the middle.
    CutOff,
    /// No answer, on an open connection.
    Silent,
    /// The connection is closed without an answer.
    HangsUp,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Whom.
    pub vendor: Vendor,
    /// The path, without the query.
    pub path: String,
    /// The addresses that were sent.
    pub emails: Vec<String>,
}

/// Running providers; dropping it closes them.
pub struct Providers {
    address: SocketAddr,
    state: Arc<State>,
    _server: AbortOnDropHandle<()>,
}

/// What the providers share.
#[derive(Debug, Default)]
struct State {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    moods: BTreeMap<Vendor, Mood>,
    known: HashMap<String, Known>,
    calls: Vec<Call>,
    /// How often each address was asked about at Hunter.
    asked: HashMap<String, u32>,
    /// The lists of NeverBounce, by their number less one.
    jobs: Vec<neverbounce::Job>,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn mood(&self, vendor: Vendor) -> Mood {
        self.moods.get(&vendor).copied().unwrap_or_default()
    }

    fn known(&self, email: &str) -> Known {
        self.known.get(&email.to_lowercase()).copied().unwrap_or_default()
    }
}

impl Providers {
    /// Opens the socket and starts to answer.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (address, state) = (listener.local_addr()?, Arc::<State>::default());
        let server = tokio::spawn(http::serve(listener, Arc::clone(&state)));
        Ok(Self { address, state, _server: AbortOnDropHandle::new(server) })
    }

    /// What stands before the path, for every provider.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Says what all providers know of an address.
    pub fn knows(&self, email: &str, known: Known) {
        self.state.lock().known.insert(email.to_lowercase(), known);
    }

    /// Says how a provider is from now on.
    pub fn is(&self, vendor: Vendor, mood: Mood) {
        self.state.lock().moods.insert(vendor, mood);
    }

    /// The calls so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.state.lock().calls.clone()
    }
}

#[cfg(test)]
mod tests;
