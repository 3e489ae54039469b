//! What one reply says, and of whom (design: enhanced code before basic code before text; policy before address).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dictionary::{Hits, Topic, look_up};
use super::enhanced::{Subject, registered};
use super::operator::Operator;
use super::reason::Reason;
use super::reply::{Enhanced, Reply};
use super::wording::Asked;

#[cfg(test)]
mod holdout;
#[cfg(test)]
mod replies;
#[cfg(test)]
mod servers;
#[cfg(test)]
mod tests;

/// The steps of the dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Making the connection.
    Connect,
    /// The server's greeting.
    Banner,
    /// EHLO or HELO.
    Ehlo,
    /// STARTTLS and the handshake.
    StartTls,
    /// MAIL FROM.
    Mail,
    /// RCPT TO of the address in question.
    Rcpt,
    /// RCPT TO of the random control address.
    Control,
    /// RSET.
    Rset,
    /// QUIT.
    Quit,
}

impl Phase {
    /// The step in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Connect => "the connection",
            Self::Banner => "the greeting",
            Self::Ehlo => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Mail => "MAIL FROM",
            Self::Rcpt => "RCPT TO",
            Self::Control => "RCPT TO of the control address",
            Self::Rset => "RSET",
            Self::Quit => "QUIT",
        }
    }

    /// Whether the reply speaks about an address. Nothing said before is evidence about the mailbox.
    const fn is_about_an_address(self) -> bool {
        matches!(self, Self::Rcpt | Self::Control)
    }
}

/// What a reply was taken to mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// 250 or 251 to RCPT, or success in another step.
    Accepted,
    /// There is no such address.
    AddressUnknown,
    /// The mailbox was closed.
    MailboxDisabled,
    /// The mailbox is full.
    MailboxFull,
    /// Come back later, we do not know you yet.
    Greylisted,
    /// Come back later.
    TempFail,
    /// Too much at once.
    RateLimited,
    /// Our address is not welcome.
    IpBlocked,
    /// A rule of the server.
    Policy,
    /// Our MAIL FROM is not welcome.
    SenderRejected,
    /// Encryption first.
    TlsRequired,
    /// The server's disk.
    ServerStorage,
    /// The dialogue broke a rule.
    ProtocolError,
    /// No rule knows it.
    Unclassified,
}

impl Class {
    /// The reason that a reply to RCPT gives; `None` for an acceptance, which needs the control beside it.
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        Some(match self {
            Self::Accepted => return None,
            Self::AddressUnknown => Reason::MailboxUnknown,
            Self::MailboxDisabled => Reason::MailboxDisabled,
            Self::MailboxFull => Reason::MailboxFull,
            Self::Greylisted => Reason::Greylisted,
            Self::TempFail => Reason::TempFail,
            Self::RateLimited => Reason::RateLimited,
            Self::IpBlocked => Reason::IpBlocked,
            Self::Policy => Reason::Policy,
            Self::SenderRejected => Reason::SenderRejected,
            Self::TlsRequired => Reason::TlsRequired,
            Self::ServerStorage => Reason::ServerStorage,
            Self::ProtocolError => Reason::ProtocolError,
            Self::Unclassified => Reason::UnclassifiedReply,
        })
    }
}

/// A reply with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classified {
    /// What it was taken to mean.
    pub class: Class,
    /// Which entries of the dictionary were found in it, whether or not they decided.
    pub hits: Vec<&'static str>,
}

/// Sorts a reply, without knowing whose addresses may stand in it. Never panics, whatever the server wrote.
#[must_use]
pub fn classify(phase: Phase, reply: &Reply, operator: &Operator) -> Classified {
    classify_asked(phase, reply, operator, &Asked::default())
}

/// Sorts a reply to a question that is known. Never panics, whatever the server wrote.
#[must_use]
pub fn classify_asked(phase: Phase, reply: &Reply, operator: &Operator, asked: &Asked<'_>) -> Classified {
    let hits = look_up(&reply.text(), asked);
    let class = if phase.is_about_an_address() {
        match reply.code / 100 {
            2 if matches!(reply.code, 250 | 251) => Class::Accepted,
            2 => Class::Unclassified,
            4 => temporary(reply, &hits),
            5 => match reply.enhanced {
                Some(enhanced) => permanent_enhanced(enhanced, &hits, operator),
                None => permanent_plain(reply.code, &hits),
            },
            _ => Class::ProtocolError,
        }
    } else {
        before_rcpt(phase, reply, &hits)
    };
    Classified { class, hits: hits.ids() }
}

/// A refusal that speaks of us: of our address, our sender, our manners.
fn before_rcpt(phase: Phase, reply: &Reply, hits: &Hits) -> Class {
    let registered = reply.enhanced.map_or(Subject::Open, |code| registered(code.1, code.2));
    let subject = reply.enhanced.map(|Enhanced(_, subject, _)| subject);
    match reply.code / 100 {
        2 => Class::Accepted,
        4 | 5 if hits.has(Topic::Blocklist) => Class::IpBlocked,
        4 | 5 if hits.has(Topic::Tls) || reply.code == 523 => Class::TlsRequired,
        4 if hits.has(Topic::Greylist) => Class::Greylisted,
        4 | 5
            if let Subject::OfUs(class) = registered
                && class != Class::Policy =>
        {
            class
        }
        4 | 5 if hits.has(Topic::Rate) => Class::RateLimited,
        // RFC 7504: no mail service here, or none for us.
        5 if matches!(reply.code, 521 | 556) => Class::Policy,
        4 if hits.says_no_storage() || registered == Subject::OfStorage => Class::ServerStorage,
        4 if subject == Some(7) || hits.has(Topic::Policy) => Class::Policy,
        4 => Class::TempFail,
        5 if matches!(reply.code, 500..=504) && subject != Some(7) => Class::ProtocolError,
        5 if subject == Some(5) => Class::ProtocolError,
        5 if phase == Phase::Mail && (hits.has(Topic::Sender) || hits.has(Topic::Place) || subject == Some(1)) => {
            Class::SenderRejected
        }
        5 if subject == Some(7) || hits.has(Topic::Policy) => Class::Policy,
        5 if phase == Phase::Mail => Class::SenderRejected,
        5 => Class::Policy,
        _ => Class::ProtocolError,
    }
}

/// 4xx to RCPT: never a proof that the mailbox is missing.
fn temporary(reply: &Reply, hits: &Hits) -> Class {
    let registered = reply.enhanced.map_or(Subject::Open, |code| registered(code.1, code.2));
    let subject = reply.enhanced.map(|Enhanced(_, subject, _)| subject);
    match reply.enhanced {
        Some(Enhanced(_, 2, 2)) => Class::MailboxFull,
        Some(Enhanced(_, 3, 1)) => Class::ServerStorage,
        _ if reply.code == 452 && hits.says_full() && !hits.says_no_storage() => Class::MailboxFull,
        // A code of policy speaks of us, whatever word of storage its text has.
        _ if hits.says_no_storage() && subject != Some(7) => Class::ServerStorage,
        _ if hits.has(Topic::Greylist) => Class::Greylisted,
        Some(Enhanced(_, 2, 1)) => Class::RateLimited,
        _ if let Subject::OfUs(class) = registered
            && class != Class::Policy =>
        {
            class
        }
        _ if hits.has(Topic::Rate) => Class::RateLimited,
        _ if hits.has(Topic::Blocklist) => Class::IpBlocked,
        _ if hits.has(Topic::Tls) => Class::TlsRequired,
        Some(Enhanced(_, 7, _)) => Class::Policy,
        _ if hits.has(Topic::Policy) => Class::Policy,
        _ => Class::TempFail,
    }
}

/// 5xx to RCPT with an enhanced code.
fn permanent_enhanced(Enhanced(_, subject, detail): Enhanced, hits: &Hits, operator: &Operator) -> Class {
    let meaning = registered(subject, detail);
    let no_route = (subject, detail) == (4, 1) && operator.no_route_means_unknown;
    if (matches!(meaning, Subject::OfMailbox(_)) || no_route)
        && let Some(other) = about_something_else((subject, detail), hits)
    {
        return other;
    }
    match meaning {
        _ if no_route => Class::AddressUnknown,
        // 5.1.0 is used loosely: here any word of policy turns it away from the mailbox.
        Subject::OfMailbox(_) if (subject, detail) == (1, 0) && hits.has(Topic::Policy) => Class::Policy,
        Subject::OfUs(Class::Policy) => refused_by_policy(hits),
        Subject::OfMailbox(class) | Subject::OfUs(class) => class,
        Subject::OfStorage => Class::ServerStorage,
        Subject::OfSystem if hits.says_no_storage() => Class::ServerStorage,
        Subject::OfSystem => Class::TempFail,
        Subject::OfDialogue => Class::ProtocolError,
        Subject::Open => Class::Unclassified,
    }
}

/// What the text says when it contradicts a code that says "no such mailbox": servers put such codes on refusals of
/// every kind, and a confident wrong answer costs more than a missing one.
fn about_something_else(code: (u16, u16), hits: &Hits) -> Option<Class> {
    // "User unknown, see our policy" names the mailbox and agrees with the code.
    let agrees = hits.says_unknown() || hits.says_disabled();
    [
        (hits.has(Topic::Blocklist), Class::IpBlocked),
        (hits.has(Topic::Tls), Class::TlsRequired),
        (hits.has(Topic::Sender), Class::SenderRejected),
        (hits.has(Topic::Greylist), Class::Greylisted),
        // A mailbox that is written to too often is a live one, and so is a full one.
        (hits.has(Topic::Rate), Class::RateLimited),
        (hits.has(Topic::Temporary) || hits.quotes_code(4, None), Class::TempFail),
        (hits.says_no_storage(), Class::ServerStorage),
        (hits.says_full(), Class::MailboxFull),
        (hits.quotes_code(5, Some(7)), Class::Policy),
        (hits.has(Topic::Policy) && !agrees, Class::Policy),
        // "Bad destination system" does speak of a host: of theirs.
        (hits.speaks_of_something_else() && !agrees && code != (1, 2), Class::Policy),
    ]
    .into_iter()
    .find_map(|(says, class)| says.then_some(class))
}

/// 5xx to RCPT without an enhanced code.
fn permanent_plain(code: u16, hits: &Hits) -> Class {
    let about_us =
        [Topic::Blocklist, Topic::Sender, Topic::Tls, Topic::Rate, Topic::Policy].iter().any(|topic| hits.has(*topic))
            || hits.quotes_code(5, Some(7));
    match code {
        500..=504 => Class::ProtocolError,
        521 | 556 => Class::Policy,
        523 => Class::TlsRequired,
        _ if hits.has(Topic::Greylist) => Class::Greylisted,
        550 if about_us => refused_by_policy(hits),
        // A code of the other class contradicts the basic one.
        550 | 552 if hits.has(Topic::Temporary) || hits.quotes_code(4, None) => Class::TempFail,
        550 | 552 if hits.says_no_storage() => Class::ServerStorage,
        550 | 552 if hits.says_full() => Class::MailboxFull,
        550 if hits.says_disabled() => Class::MailboxDisabled,
        550 if hits.says_unknown() => Class::AddressUnknown,
        // 551, 553, 554 and the rest are used for anything: never a proof.
        _ if about_us => refused_by_policy(hits),
        _ => Class::Unclassified,
    }
}

/// A refusal by policy, told apart by its text.
fn refused_by_policy(hits: &Hits) -> Class {
    if hits.has(Topic::Blocklist) {
        Class::IpBlocked
    } else if hits.has(Topic::Tls) {
        Class::TlsRequired
    } else if hits.has(Topic::Sender) {
        Class::SenderRejected
    } else if hits.has(Topic::Rate) {
        Class::RateLimited
    } else {
        Class::Policy
    }
}
