//! What one domain of the test world is like: its DNS, its mail server, its mailboxes.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use crate::demo::people;

/// One domain with everything that the outside can learn about it.
#[derive(Clone, Debug)]
pub struct Site {
    /// The domain, in A-label form and lower case.
    pub domain: String,
    /// What DNS says about it.
    pub dns: Dns,
    /// How its mail server behaves.
    pub behaviour: Behaviour,
    /// How its mail server words its replies.
    pub voice: Voice,
    /// Which mailboxes it has.
    pub mailboxes: Mailboxes,
}

impl Site {
    /// An ordinary domain: one MX host, honest answers in English, the mailboxes of its staff.
    #[must_use]
    pub fn new(domain: &str) -> Self {
        Self {
            domain: domain.to_ascii_lowercase(),
            dns: Dns::Mx,
            behaviour: Behaviour::Accepts,
            voice: Voice::default(),
            mailboxes: Mailboxes::new(Rule::Nobody),
        }
    }

    /// The same domain with another DNS.
    #[must_use]
    pub fn dns(mut self, dns: Dns) -> Self {
        self.dns = dns;
        self
    }

    /// The same domain with another behaviour of its mail server.
    #[must_use]
    pub fn behaves(mut self, behaviour: Behaviour) -> Self {
        self.behaviour = behaviour;
        self
    }

    /// The same domain with another wording.
    #[must_use]
    pub fn speaks(mut self, voice: Voice) -> Self {
        self.voice = voice;
        self
    }

    /// The same domain with the mailboxes that `rule` derives.
    #[must_use]
    pub fn staffed(mut self, rule: Rule) -> Self {
        self.mailboxes.rule = rule;
        self
    }

    /// The same domain with this mailbox in this state, whatever the rule says.
    #[must_use]
    pub fn mailbox(mut self, local: &str, state: Mailbox) -> Self {
        self.mailboxes.named.insert(local.to_lowercase(), state);
        self
    }

    /// The state of a mailbox, by its local part. Case and a plus tag make no difference.
    #[must_use]
    pub fn state_of(&self, local: &str) -> Mailbox {
        self.mailboxes.state_of(&self.domain, local)
    }
}

/// What DNS says about a domain (RFC 5321 §5.1, RFC 7505).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dns {
    /// One MX host, `mx.<domain>`, that is up.
    Mx,
    /// One MX host under this name, that is up: for operators known by the name of their hosts.
    MxNamed(String),
    /// The MX host of another site: two domains on one server.
    MxOf(String),
    /// Two MX hosts; on the address of the preferred one nobody listens.
    DeadThenLive,
    /// An MX host with an IPv6 address only. One site of a world, since there is one IPv6 loopback address; the same holds
    /// for the next.
    OnV6,
    /// An MX host with an address of each family; nobody listens on the IPv4 one.
    DeadV4LiveV6,
    /// An MX host with an address of each family; nobody listens on the IPv6 one.
    DeadV6LiveV4,
    /// As [`Dns::Mx`], but over UDP every answer is truncated: the client has to come back over TCP.
    Truncated,
    /// No MX, but an address on which a mail server listens (implicit MX).
    ImplicitMx,
    /// A null MX beside a real one, which RFC 7505 forbids and people publish.
    NullMxBesideReal,
    /// An MX host on whose address nobody listens.
    Dead,
    /// A null MX: the domain takes no mail (RFC 7505).
    NullMx,
    /// The domain exists, without MX and without address.
    NoMailHost,
    /// An MX whose host does not exist.
    MxUnresolvable,
    /// An MX that is an address in figures.
    MxLiteral,
    /// An MX host with this address, which a careful client will not connect to.
    MxAt(Ipv4Addr),
    /// The domain does not exist.
    NxDomain,
    /// Its name servers fail.
    ServFail,
    /// Its name servers refuse to answer.
    Refused,
    /// Its name servers do not answer at all.
    Silent,
}

impl Dns {
    /// Whether the site has a mail server of its own that is up.
    pub(crate) fn has_server(&self) -> bool {
        matches!(
            self,
            Self::Mx
                | Self::MxNamed(_)
                | Self::DeadThenLive
                | Self::OnV6
                | Self::DeadV4LiveV6
                | Self::DeadV6LiveV4
                | Self::Truncated
                | Self::ImplicitMx
                | Self::NullMxBesideReal
        )
    }

    /// Whether that server listens on the IPv6 loopback address.
    pub(crate) fn is_on_v6(&self) -> bool {
        matches!(self, Self::OnV6 | Self::DeadV4LiveV6)
    }
}

/// A moment of an SMTP dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Right after the connection.
    Banner,
    /// At EHLO or HELO.
    Ehlo,
    /// At MAIL FROM.
    Mail,
    /// At the first RCPT TO.
    Rcpt,
    /// At the second RCPT TO of a connection, when the first is answered.
    SecondRcpt,
}

/// How a mail server behaves. Where a behaviour says nothing about a mailbox, the answer is honest: 250 for
/// those that exist, 550 5.1.1 for others, 550 5.2.1 for disabled and 552 5.2.2 for full ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Honest about every mailbox.
    Accepts,
    /// Takes every recipient.
    CatchAll,
    /// Knows no recipient at all.
    RefusesAll,
    /// Puts off every new triple of client, sender and recipient until `after` has passed since its first try.
    Greylists {
        /// How long a triple must wait.
        after: Duration,
        /// Whether the reply uses the word (450 4.7.1), or only says "try later" (450 4.2.0).
        says_so: bool,
    },
    /// Waits before every reply.
    Tarpits {
        /// How long.
        delay: Duration,
    },
    /// Closes the connection without a word.
    Drops {
        /// When.
        at: Phase,
    },
    /// Stays silent, with the connection open.
    Silent {
        /// From when on.
        at: Phase,
    },
    /// Refuses the client as listed in a blocklist: 554 at the banner, else 550 5.7.1.
    Blocks {
        /// When.
        at: Phase,
    },
    /// Refuses the client at RCPT with the code of an unknown mailbox and the text of a blocklist.
    BlocksAsUnknown,
    /// Answers 421 4.7.0 and closes once a connection has asked for this many recipients.
    RateLimits {
        /// Recipients that are answered honestly first.
        rcpts: u32,
    },
    /// Answers 451 4.3.0 to every recipient.
    TempFail,
    /// Answers 452 4.3.1, its disk is full, to every recipient.
    OutOfStorage,
    /// Refuses MAIL before STARTTLS with 530 5.7.0.
    RequiresTls,
    /// Refuses the sender at RCPT with 550 5.1.8.
    RefusesSender,
    /// Honest about the first recipient of a connection, 452 4.5.3 for all others.
    OneRecipient,
    /// Honest about so many recipients of a connection, and says this to all others.
    Sours {
        /// Recipients that are answered honestly first.
        rcpts: u32,
        /// The whole reply to the others, without its end of line.
        reply: &'static str,
    },
    /// Answers by how many recipients the connection has asked about, whoever they are.
    ByCount {
        /// The whole replies to the first, second, … recipient, without their end of line.
        replies: &'static [&'static str],
        /// Whether they start again after the last; otherwise that one stays.
        cycles: bool,
    },
    /// Answers 252 to every recipient: neither yes nor no.
    WillNotSay,
    /// Answers 550 with a text that says nothing, and no enhanced code.
    Unclear,
    /// Breaks the protocol.
    Nonsense(Nonsense),
}

/// Ways to break the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nonsense {
    /// The banner is that of another protocol.
    NotSmtp,
    /// The reply to RCPT is one line of 64 KiB.
    LongLine,
    /// The reply to RCPT has 2,000 lines.
    EndlessReply,
    /// The lines of the reply to RCPT have different codes.
    CodesDisagree,
}

/// The language of a server's replies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Language {
    #[default]
    English,
    German,
    French,
    Spanish,
    Italian,
    Portuguese,
}

/// How a server words its replies, and what it offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice {
    /// The language of refusals.
    pub language: Language,
    /// Whether replies carry enhanced status codes (RFC 3463).
    pub enhanced: bool,
    /// Whether refusals run over several lines.
    pub many_lines: bool,
    /// Whether texts are sent in Latin-1 instead of UTF-8.
    pub latin1: bool,
    /// Whether STARTTLS is offered, with a self-signed certificate.
    pub starttls: bool,
    /// Whether SMTPUTF8 is offered (RFC 6531).
    pub smtputf8: bool,
    /// Whether the server knows HELO only.
    pub helo_only: bool,
}

impl Default for Voice {
    fn default() -> Self {
        Self {
            language: Language::English,
            enhanced: true,
            many_lines: false,
            latin1: false,
            starttls: false,
            smtputf8: false,
            helo_only: false,
        }
    }
}

impl Voice {
    /// The usual voice in another language, without enhanced codes: then only the text tells.
    #[must_use]
    pub fn plain(language: Language) -> Self {
        Self { language, enhanced: false, ..Self::default() }
    }
}

/// The state of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mailbox {
    /// Takes mail.
    Exists,
    /// Does not exist.
    Unknown,
    /// Exists, over its quota.
    Full,
    /// Exists, switched off.
    Disabled,
}

/// Which mailboxes a domain has: a rule, and exceptions by name.
#[derive(Clone, Debug)]
pub struct Mailboxes {
    /// What holds for mailboxes that are not named.
    pub rule: Rule,
    /// Mailboxes with a state of their own, by lower-case local part without plus tag.
    pub named: BTreeMap<String, Mailbox>,
}

/// From what the existence of a mailbox follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Only named mailboxes exist.
    Nobody,
    /// The local part is made of a first and last name of the demo's word lists, joined as [`Pattern`] says, or
    /// is one of [`ROLES`]; and the person has not left. Random letters are no name, so they are unknown.
    Staff {
        /// How addresses are formed here.
        pattern: Pattern,
        /// How many people of a hundred have left: whose address hashes below it does not exist.
        left_of_hundred: u8,
    },
}

/// How a company forms its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// `ada.lanternford`
    FirstDotLast,
    /// `alanternford`
    InitialLast,
    /// `ada_lanternford`
    FirstUnderscoreLast,
    /// `adalanternford`, with dots anywhere: free mail.
    FirstLast,
}

/// Local parts of departments, which exist wherever there is staff.
pub const ROLES: [&str; 8] = ["info", "sales", "office", "contact", "kontakt", "support", "marketing", "postmaster"];

impl Mailboxes {
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, named: BTreeMap::new() }
    }

    /// The state of a mailbox of `domain`.
    #[must_use]
    pub fn state_of(&self, domain: &str, local: &str) -> Mailbox {
        let local = local.to_lowercase();
        let base = local.split_once('+').map_or(local.as_str(), |(base, _)| base);
        if let Some(state) = self.named.get(base) {
            return *state;
        }
        let exists = match self.rule {
            Rule::Nobody => base == "postmaster",
            Rule::Staff { pattern, left_of_hundred } => {
                ROLES.contains(&base)
                    || pattern.person(base).is_some_and(|person| !has_left(domain, &person, left_of_hundred))
            }
        };
        if exists { Mailbox::Exists } else { Mailbox::Unknown }
    }
}

impl Pattern {
    /// The local part of a person with these names, in the letters of mail addresses.
    #[must_use]
    pub fn local(self, first: &str, last: &str) -> String {
        match self {
            Self::FirstDotLast => format!("{first}.{last}"),
            Self::InitialLast => format!("{}{last}", first.chars().next().unwrap_or('x')),
            Self::FirstUnderscoreLast => format!("{first}_{last}"),
            Self::FirstLast => format!("{first}{last}"),
        }
    }

    /// What stands for the person behind a local part, if it is formed this way from known names.
    fn person(self, local: &str) -> Option<String> {
        let joined = |mark: char| {
            let (first, last) = local.split_once(mark)?;
            (people::is_first(first) && people::is_last(last)).then(|| local.to_owned())
        };
        match self {
            Self::FirstDotLast => joined('.'),
            Self::FirstUnderscoreLast => joined('_'),
            Self::InitialLast => {
                let initial = local.chars().next()?;
                people::is_last(&local[initial.len_utf8()..]).then(|| local.to_owned())
            }
            Self::FirstLast => {
                let plain = local.replace('.', "");
                let known = (1..plain.len()).filter(|&at| plain.is_char_boundary(at)).any(|at| {
                    let (first, last) = plain.split_at(at);
                    people::is_first(first) && people::is_last(last)
                });
                known.then_some(plain)
            }
        }
    }
}

/// Whether the person is among those who have left: decided by the address alone, so everybody who asks gets
/// the same answer.
fn has_left(domain: &str, person: &str, of_hundred: u8) -> bool {
    // FNV-1a, finished so that its low digits depend on all of it.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in person.bytes().chain([b'@']).chain(domain.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ (hash >> 32)) % 100 < u64::from(of_hundred)
}
