//! What the enhanced status codes of a permanent refusal mean (RFC 3463, and the registry of RFC 5248 with what RFC 4954,
//! 6531, 7293, 7372, 7489, 7504 and 7505, 8616 and 8689 added to it). Data: one row for each code that is registered.

use super::classify::Class;

#[cfg(test)]
mod tests;

/// Of what a code speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Of the mailbox, and against it or for its being full.
    OfMailbox(Class),
    /// Of whoever asks: address, sender, rules, encryption, rate.
    OfUs(Class),
    /// Of the server's own room.
    OfStorage,
    /// Of the server's state.
    OfSystem,
    /// Of the dialogue, or of a message that was not sent.
    OfDialogue,
    /// Of something that decides nothing, or of nothing that is registered.
    Open,
}

/// The registered meanings by subject and detail, of the classes 4 and 5 alike. A code whose row is [`Subject::Open`]
/// is there to be seen: it is registered, and no evidence.
pub const REGISTRY: &[(u16, u16, Subject, &str)] = &[
    (0, 0, Subject::Open, "other undefined status"),
    (1, 0, Subject::OfMailbox(Class::AddressUnknown), "other address status"),
    (1, 1, Subject::OfMailbox(Class::AddressUnknown), "bad destination mailbox address"),
    (1, 2, Subject::OfMailbox(Class::AddressUnknown), "bad destination system address"),
    (1, 3, Subject::OfMailbox(Class::AddressUnknown), "bad destination mailbox address syntax"),
    (1, 4, Subject::Open, "destination mailbox address ambiguous"),
    (1, 5, Subject::Open, "destination address valid"),
    (1, 6, Subject::OfMailbox(Class::AddressUnknown), "destination mailbox has moved"),
    (1, 7, Subject::OfUs(Class::SenderRejected), "bad sender's mailbox address syntax"),
    (1, 8, Subject::OfUs(Class::SenderRejected), "bad sender's system address"),
    (1, 9, Subject::Open, "message relayed to non-compliant mailer"),
    (1, 10, Subject::OfMailbox(Class::AddressUnknown), "recipient address has null MX"),
    (2, 0, Subject::Open, "other or undefined mailbox status"),
    (2, 1, Subject::OfMailbox(Class::MailboxDisabled), "mailbox disabled, not accepting messages"),
    (2, 2, Subject::OfMailbox(Class::MailboxFull), "mailbox full"),
    (2, 3, Subject::Open, "message length exceeds administrative limit"),
    (2, 4, Subject::Open, "mailing list expansion problem"),
    (3, 0, Subject::OfSystem, "other or undefined mail system status"),
    (3, 1, Subject::OfStorage, "mail system full"),
    (3, 2, Subject::OfSystem, "system not accepting network messages"),
    (3, 3, Subject::OfSystem, "system not capable of selected features"),
    (3, 4, Subject::OfSystem, "message too big for system"),
    (3, 5, Subject::OfSystem, "system incorrectly configured"),
    (3, 6, Subject::OfSystem, "requested priority was changed"),
    (4, 0, Subject::Open, "other or undefined network or routing status"),
    (4, 1, Subject::Open, "no answer from host"),
    (4, 2, Subject::Open, "bad connection"),
    (4, 3, Subject::Open, "directory server failure"),
    (4, 4, Subject::Open, "unable to route"),
    (4, 5, Subject::Open, "mail system congestion"),
    (4, 6, Subject::Open, "routing loop detected"),
    (4, 7, Subject::Open, "delivery time expired"),
    (5, 0, Subject::OfDialogue, "other or undefined protocol status"),
    (5, 1, Subject::OfDialogue, "invalid command"),
    (5, 2, Subject::OfDialogue, "syntax error"),
    (5, 3, Subject::OfDialogue, "too many recipients"),
    (5, 4, Subject::OfDialogue, "invalid command arguments"),
    (5, 5, Subject::OfDialogue, "wrong protocol version"),
    (5, 6, Subject::OfDialogue, "authentication exchange line is too long"),
    (6, 0, Subject::OfDialogue, "other or undefined media error"),
    (6, 1, Subject::OfDialogue, "media not supported"),
    (6, 2, Subject::OfDialogue, "conversion required and prohibited"),
    (6, 3, Subject::OfDialogue, "conversion required but not supported"),
    (6, 4, Subject::OfDialogue, "conversion with loss performed"),
    (6, 5, Subject::OfDialogue, "conversion failed"),
    (6, 6, Subject::OfDialogue, "message content not available"),
    (6, 7, Subject::OfDialogue, "non-ASCII addresses not permitted for that sender/recipient"),
    (6, 8, Subject::OfDialogue, "UTF-8 string reply is required, but not permitted by the SMTP client"),
    (6, 9, Subject::OfDialogue, "UTF-8 header message cannot be transferred to one or more recipients"),
    (6, 10, Subject::OfDialogue, "UTF-8 header message cannot be transferred (duplicate of 6.9)"),
    (7, 0, Subject::OfUs(Class::Policy), "other or undefined security status"),
    (7, 1, Subject::OfUs(Class::Policy), "delivery not authorized, message refused"),
    (7, 2, Subject::OfUs(Class::Policy), "mailing list expansion prohibited"),
    (7, 3, Subject::OfUs(Class::Policy), "security conversion required but not possible"),
    (7, 4, Subject::OfUs(Class::Policy), "security features not supported"),
    (7, 5, Subject::OfUs(Class::Policy), "cryptographic failure"),
    (7, 6, Subject::OfUs(Class::Policy), "cryptographic algorithm not supported"),
    (7, 7, Subject::OfUs(Class::Policy), "message integrity failure"),
    (7, 8, Subject::OfUs(Class::Policy), "authentication credentials invalid"),
    (7, 9, Subject::OfUs(Class::Policy), "authentication mechanism is too weak"),
    (7, 10, Subject::OfUs(Class::TlsRequired), "encryption needed"),
    (7, 11, Subject::OfUs(Class::TlsRequired), "encryption required for requested authentication mechanism"),
    (7, 12, Subject::OfUs(Class::Policy), "a password transition is needed"),
    (7, 13, Subject::OfUs(Class::Policy), "user account disabled"),
    (7, 14, Subject::OfUs(Class::Policy), "trust relationship required"),
    (7, 15, Subject::OfUs(Class::Policy), "priority level is too low"),
    (7, 16, Subject::OfUs(Class::Policy), "message is too big for the specified priority"),
    (7, 17, Subject::OfUs(Class::Policy), "mailbox owner has changed"),
    (7, 18, Subject::OfUs(Class::Policy), "domain owner has changed"),
    (7, 19, Subject::OfUs(Class::Policy), "RRVS test cannot be completed"),
    (7, 20, Subject::OfUs(Class::Policy), "no passing DKIM signature found"),
    (7, 21, Subject::OfUs(Class::Policy), "no acceptable DKIM signature found"),
    (7, 22, Subject::OfUs(Class::Policy), "no valid author-matched DKIM signature found"),
    (7, 23, Subject::OfUs(Class::Policy), "SPF validation failed"),
    (7, 24, Subject::OfUs(Class::Policy), "SPF validation error"),
    (7, 25, Subject::OfUs(Class::IpBlocked), "reverse DNS validation failed"),
    (7, 26, Subject::OfUs(Class::Policy), "multiple authentication checks failed"),
    (7, 27, Subject::OfUs(Class::SenderRejected), "sender address has null MX"),
    (7, 28, Subject::OfUs(Class::RateLimited), "mail flood detected"),
    (7, 29, Subject::OfUs(Class::Policy), "ARC validation failure"),
    (7, 30, Subject::OfUs(Class::TlsRequired), "REQUIRETLS support required"),
];

/// What a code of this subject and detail speaks of. One that is not registered is read by its subject, as RFC 3463 §2
/// asks, but never as evidence against a mailbox.
#[must_use]
pub fn registered(subject: u16, detail: u16) -> Subject {
    let row = REGISTRY.iter().find(|row| (row.0, row.1) == (subject, detail));
    row.map_or_else(
        || match subject {
            3 => Subject::OfSystem,
            5 | 6 => Subject::OfDialogue,
            7 => Subject::OfUs(Class::Policy),
            _ => Subject::Open,
        },
        |row| row.2,
    )
}
