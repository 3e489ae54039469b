//! Why a verdict is what it is: a closed list, each with the words that a person reads beside it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::verdict::{Policy, Verdict};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $code:literal $verdict:ident $words:literal;)*) => {
        /// The reason of a verdict. The codes are stable; new ones may be added at the end of a group.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// Every reason, in the order of the groups.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// One or two sentences for people: what was found and what would change it.
            #[must_use]
            pub const fn explain(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            /// The verdict that goes with the reason in STRICT.
            const fn strict(self) -> Verdict {
                match self { $(Self::$name => Verdict::$verdict,)* }
            }
        }
    };
}

reasons! {
    /// The server took the address and refused a random one at the same domain, on one connection.
    MailboxConfirmed "mailbox_confirmed" Verified "The mailbox's own server accepts this address and refuses an invented one at the same domain.";
    /// A provider says valid, and not "accepts all".
    ProviderValid "provider_valid" Verified "The verification provider says that the mailbox exists and that its domain does not accept everything.";
    /// No standard lets this text be mailed.
    Syntax "syntax" Undeliverable "This is not an e-mail address. Correct the spelling.";
    /// NXDOMAIN.
    DomainMissing "domain_missing" Undeliverable "The domain does not exist.";
    /// RFC 7505.
    NullMx "null_mx" Undeliverable "The domain's owner has declared that it receives no mail.";
    /// Neither MX nor A nor AAAA.
    NoMailHost "no_mail_host" Undeliverable "The domain exists, but names no server that could receive mail.";
    /// The server named the address as unknown.
    MailboxUnknown "mailbox_unknown" Undeliverable "The mail server says that there is no such mailbox.";
    /// 5.2.1.
    MailboxDisabled "mailbox_disabled" Undeliverable "The mail server says that this mailbox has been closed.";
    /// A provider says invalid.
    ProviderInvalid "provider_invalid" Undeliverable "The verification provider says that the mailbox does not exist.";
    /// The domain gives away mailboxes for minutes.
    Disposable "disposable" Risky "The domain hands out throw-away mailboxes. Ask for a lasting address.";
    /// 4.2.2, 5.2.2 and their texts.
    MailboxFull "mailbox_full" Risky "The mailbox exists but is full. It may take mail again later.";
    /// From the provider tier only.
    SpamTrap "spam_trap" Risky "The verification provider knows this address as a trap for unsolicited mail. Do not write to it.";
    /// From the provider tier only.
    ProviderDoNotMail "provider_do_not_mail" Risky "The verification provider advises against writing to this address.";
    /// The domain takes every address.
    CatchAll "catch_all" Unverified "The domain accepts every address, so its answer does not show whether this mailbox exists. Only a reply or another source can.";
    /// The operator's answers do not tell (operator table).
    RcptNotInformative "rcpt_not_informative" Unverified "This mail operator accepts addresses before it knows whether they exist, so its answer proves nothing.";
    /// The target was accepted, but the control gave no clear answer.
    ProbeInconclusive "probe_inconclusive" Unverified "The server accepted the address, but it was not possible to establish that it would have refused an invented one.";
    /// Asked to come back later.
    Greylisted "greylisted" Unverified "The server asks unknown senders to come back later. The address is asked again after a while.";
    /// 4xx without a known cause.
    TempFail "temp_fail" Unverified "The server could not answer for the moment. The address is asked again after a while.";
    /// Too many questions.
    RateLimited "rate_limited" Unverified "The server answers only so many questions in a time. The address is asked again later.";
    /// Nothing said in time.
    Timeout "timeout" Unverified "The mail server did not answer in time. That says nothing about the mailbox.";
    /// No connection to any MX.
    ConnectFailed "connect_failed" Unverified "No connection to the domain's mail servers could be made. That says nothing about the mailbox.";
    /// The connection ended before the answer.
    Dropped "dropped" Unverified "The mail server ended the connection before it answered. That says nothing about the mailbox.";
    /// The refusal is about our address, not theirs.
    IpBlocked "ip_blocked" Unverified "The mail server refuses to talk to the address this installation asks from. That says nothing about the mailbox.";
    /// 5.7.x and policy texts.
    Policy "policy" Unverified "The server refused by a policy of its own. That says nothing about the mailbox.";
    /// The refusal is about our MAIL FROM.
    SenderRejected "sender_rejected" Unverified "The server refused the address that the question was sent from, not the one it was about.";
    /// The server wants TLS that could not be had.
    TlsRequired "tls_required" Unverified "The server wants an encrypted connection that could not be established.";
    /// The server's own disk.
    ServerStorage "server_storage" Unverified "The server is short of storage of its own. The address is asked again after a while.";
    /// The dialogue broke a rule.
    ProtocolError "protocol_error" Unverified "The server and this installation did not understand each other.";
    /// A reply that no rule knows.
    UnclassifiedReply "unclassified_reply" Unverified "The server's reply has no agreed meaning, and is not counted against the mailbox.";
    /// SERVFAIL, timeout, refused, bogus.
    DnsError "dns_error" Unverified "The domain name system gave no answer about the domain. It is asked again after a while.";
    /// MX records that lead nowhere we may go.
    MxUnusable "mx_unusable" Unverified "The domain names mail servers that cannot be reached: without an address, or with one that is not public.";
    /// Mailable by the standard, but no contact.
    NotListable "not_listable" Unverified "The address is allowed by the standard, but has a form that no list of contacts holds (quoted, literal or a single label).";
    /// The provider does not know either.
    ProviderUnknown "provider_unknown" Unverified "The verification provider could not establish whether the mailbox exists.";
    /// The provider failed.
    ProviderError "provider_error" Unverified "The verification provider gave no answer. It is asked again later.";
    /// A tier is switched off or not set up.
    TierDisabled "tier_disabled" Unverified "This check is not set up, so nothing was asked.";
    /// Two tiers contradict each other.
    Conflict "conflict" Unverified "Two checks contradict each other, so neither is believed.";
    /// The person opted out: nothing is asked about them any more.
    Suppressed "suppressed" Unverified "This person has opted out. Nothing is asked about the address, and nothing may be sent to it.";
}

impl Reason {
    /// The verdict that goes with the reason. LENIENT changes one thing: catch-all becomes Risky.
    #[must_use]
    pub const fn verdict(self, policy: Policy) -> Verdict {
        match (self, policy) {
            (Self::CatchAll, Policy::Lenient) => Verdict::Risky,
            _ => self.strict(),
        }
    }
}
