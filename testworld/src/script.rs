//! Mail servers that say, turn by turn, exactly the bytes that they are told to say.
//!
//! A [`crate::Site`] behaves by rule and words its replies itself; a [`Script`] is for replies that must come letter
//! for letter, in any encoding, broken anywhere, and different from one connection to the next.

pub(crate) mod naming;
pub(crate) mod server;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

/// One domain with mail servers that follow a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The domain, in A-label form and lower case.
    pub domain: String,
    /// What DNS says about it.
    pub naming: Naming,
    /// The local part whose RCPT is answered by [`Turn::Target`]; every other one is answered by [`Turn::Control`].
    pub target: String,
    /// Whether the target with any number behind it counts as the target: for servers with many mailboxes.
    pub target_is_numbered: bool,
    /// Its mail hosts.
    pub hosts: Vec<Host>,
}

impl Script {
    /// A domain with one honest server: the target is accepted, everybody else is unknown.
    #[must_use]
    pub fn new(domain: &str, target: &str) -> Self {
        Self {
            domain: domain.to_ascii_lowercase(),
            naming: Naming::Hosts,
            target: target.to_lowercase(),
            target_is_numbered: false,
            hosts: vec![Host::new(&format!("mx.{domain}"), 10)],
        }
    }

    pub(crate) fn is_target(&self, local: &str) -> bool {
        let local = local.to_lowercase();
        match local.strip_prefix(&self.target) {
            Some("") => true,
            Some(number) => self.target_is_numbered && number.bytes().all(|octet| octet.is_ascii_digit()),
            None => false,
        }
    }
}

/// One mail host of a scripted domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its full name.
    pub name: String,
    /// Its preference in the MX record.
    pub preference: u16,
    /// Where its address record points.
    pub place: Place,
    /// How long it waits before it answers what came at once: as long as the way to it and back takes.
    pub delay: Duration,
    /// Whether MAIL is refused (530 5.7.0) until TLS is on.
    pub tls_required: bool,
    /// What it does at each turn: on the first connection the first entry, on the second the second, and from then on
    /// the last.
    pub turns: BTreeMap<Turn, Vec<Vec<Doing>>>,
}

impl Host {
    /// An honest host that is up.
    #[must_use]
    pub fn new(name: &str, preference: u16) -> Self {
        Self {
            name: name.to_ascii_lowercase(),
            preference,
            place: Place::Here,
            delay: Duration::ZERO,
            tls_required: false,
            turns: BTreeMap::new(),
        }
    }

    /// What is done at `turn` of the connection with this number, from 0.
    pub(crate) fn doings(&self, turn: Turn, connection: usize) -> Option<&[Doing]> {
        let entries = self.turns.get(&turn)?;
        entries.get(connection).or_else(|| entries.last()).map(Vec::as_slice)
    }

    /// Whether any turn ends in a reset, for which the socket has to be prepared.
    pub(crate) fn resets(&self) -> bool {
        self.turns.values().flatten().flatten().any(|doing| *doing == Doing::Reset)
    }
}

/// Where a mail host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On an address of its own, up.
    Here,
    /// On an address where nobody listens.
    Dead,
    /// On this address, whoever that is.
    At(Ipv4Addr),
}

/// The moments of a conversation at which a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the commands of RFC 5321 and RFC 3207; target and control are RCPT")]
pub enum Turn {
    Banner,
    Ehlo,
    Helo,
    StartTls,
    Mail,
    Target,
    Control,
    Rset,
    Quit,
}

/// One thing that a server does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Sends these bytes, with `{rcpt}`, `{from}`, `{helo}` and `{ip}` filled in.
    Say(Vec<u8>),
    /// Waits.
    Wait(Duration),
    /// Waits until the client has sent something.
    Hear,
    /// Sends these bytes again and again, up to this many in all.
    Flood {
        /// What is repeated.
        piece: Vec<u8>,
        /// How many bytes at most.
        bytes: usize,
    },
    /// Starts TLS.
    Tls,
    /// Says nothing more, until the client gives up.
    Silence,
    /// Closes in order.
    Close,
    /// Closes with a reset.
    Reset,
}

/// What DNS says about a scripted domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// An MX record for each host.
    #[default]
    Hosts,
    /// The domain does not exist.
    NxDomain,
    /// SERVFAIL for everything.
    ServFail,
    /// SERVFAIL for MX; everything else is answered.
    ServFailForMx,
    /// REFUSED.
    Refused,
    /// No answer.
    Silent,
    /// A null MX (RFC 7505).
    NullMx,
    /// A null MX beside the hosts.
    NullMxBeside,
    /// Neither MX nor address.
    Nothing,
    /// No MX; the address of the first host stands at the domain itself.
    Implicit,
    /// The domain is an alias of one that has the MX records.
    Alias,
    /// The MX names an alias of the first host.
    MxToAlias,
    /// The domain is an alias of an alias of itself.
    AliasLoop,
    /// The MX names an alias without an end.
    MxToAliasLoop,
    /// Five hundred MX records, the first host among them with the lowest preference.
    Many,
    /// Over UDP every answer is truncated.
    Truncated,
    /// Truncated over UDP; over TCP the announced length is never reached.
    TcpLies,
    /// The last record runs over the end of the message.
    LengthLies,
    /// Bytes that are no message.
    Garbage,
    /// Answers under another identifier.
    WrongId,
    /// Answers to another question.
    WrongQuestion,
    /// The MX is an address in figures.
    MxLiteral,
    /// The MX host does not exist.
    MxMissing,
    /// The MX host's own name servers fail.
    MxServFail,
    /// A preferred MX host that does not exist, before the hosts.
    MxMissingThenHosts,
    /// The MX is `localhost`.
    MxLocalhost,
}
