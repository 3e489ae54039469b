//! An answer in words: what was found, what each check said, what would change it, and until when it holds.

use plumb_base::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::classify::Class;
use crate::domain::evidence::{Evidence, ReplyRecord, Tier, TierResult};
use crate::domain::reason::Reason;
use crate::domain::verdict::{Outcome, Policy, Tri, Verdict};

#[cfg(test)]
mod tests;

/// Most characters of a server's own words that are quoted.
const QUOTED_CHARS_MAX: usize = 200;

/// An answer for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Explained {
    /// What was found, in a sentence or two.
    pub found: String,
    /// What each check said, in the order in which they ran.
    pub steps: Vec<Step>,
    /// Whether the domain takes every address.
    pub catch_all: String,
    /// What would change the answer.
    pub what_would_change_it: String,
    /// Until when it holds.
    pub holds: String,
    /// What the answer is by each policy: the evidence is the same.
    pub policies: Vec<UnderPolicy>,
}

/// One check in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Step {
    /// The check.
    pub check: String,
    /// What it said.
    pub said: String,
    /// The mail server's own words, cut. Personal: servers repeat the address.
    pub quoted: Option<String>,
}

/// The verdict by one policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnderPolicy {
    /// The policy.
    pub policy: Policy,
    /// The verdict under it.
    pub verdict: Verdict,
}

/// Puts an answer into words.
#[must_use]
pub fn explain(outcome: &Outcome) -> Explained {
    let steps = outcome.evidence.iter().flat_map(steps).collect();
    Explained {
        found: outcome.reason.explain().to_owned(),
        steps,
        catch_all: catch_all(outcome.catch_all).to_owned(),
        what_would_change_it: what_would_change(outcome.reason, outcome.retry_at),
        holds: holds(outcome),
        policies: [Policy::Strict, Policy::Lenient]
            .map(|policy| UnderPolicy { policy, verdict: outcome.reason.verdict(policy) })
            .to_vec(),
    }
}

const fn catch_all(catch_all: Tri) -> &'static str {
    match catch_all {
        Tri::Yes => "The domain accepts every address.",
        Tri::No => "The domain refuses invented addresses.",
        Tri::Unknown => "Whether the domain accepts every address is not known.",
    }
}

const fn name(tier: Tier) -> &'static str {
    match tier {
        Tier::Syntax => "form",
        Tier::Suppression => "opt-outs",
        Tier::Dns => "domain",
        Tier::Provider => "provider",
        Tier::Smtp => "mail server",
    }
}

fn steps(record: &Evidence) -> Vec<Step> {
    let check = match &record.mx_host {
        Some(host) => format!("{} {host}", name(record.tier)),
        None => name(record.tier).to_owned(),
    };
    let mut steps =
        vec![Step { check: check.clone(), said: said(record), quoted: record.reply.as_ref().and_then(quoted) }];
    if let Some(control) = &record.control_reply {
        let said = format!("about an invented address at the same domain: {}", meaning(control));
        steps.push(Step { check, said, quoted: quoted(control) });
    }
    steps
}

fn said(record: &Evidence) -> String {
    let what = match (record.result, &record.reply, record.reason) {
        (TierResult::SkippedDecided, ..) => "not asked: an earlier check had decided".to_owned(),
        (TierResult::SkippedDisabled, ..) => "not asked: not set up here".to_owned(),
        (TierResult::PutOff, ..) => "not asked yet".to_owned(),
        (TierResult::Passed, ..) => match record.tier {
            Tier::Syntax => "it is an address".to_owned(),
            Tier::Suppression => "nobody opted out".to_owned(),
            Tier::Dns => "it receives mail".to_owned(),
            Tier::Provider | Tier::Smtp => "nothing against the address".to_owned(),
        },
        (TierResult::Answered, Some(reply), _) => meaning(reply),
        (TierResult::Answered, None, Some(reason)) => reason.explain().to_owned(),
        (TierResult::Answered, None, None) => "answered".to_owned(),
    };
    match &record.note {
        Some(note) if record.result == TierResult::SkippedDisabled => format!("not asked: {note}"),
        Some(note) if record.result == TierResult::PutOff => format!("not asked yet: {note}"),
        Some(note) => format!("{what} ({note})"),
        None => what,
    }
}

/// What a reply was taken to mean, with its codes and the step that it answered.
fn meaning(reply: &ReplyRecord) -> String {
    let enhanced = reply.enhanced_code.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
    format!(
        "{} to {}: {}",
        format_args!("{}{enhanced}", reply.smtp_code),
        reply.phase.words(),
        class(reply.reply_class)
    )
}

const fn class(class: Class) -> &'static str {
    match class {
        Class::Accepted => "accepted",
        Class::AddressUnknown => "there is no such address",
        Class::MailboxDisabled => "the mailbox was closed",
        Class::MailboxFull => "the mailbox is full",
        Class::Greylisted => "come back later; it says so to every stranger, and nothing about the address",
        Class::TempFail => "not now; that says nothing about the address",
        Class::RateLimited => "too many questions; that is about us, not the address",
        Class::IpBlocked => "their server refused us, not the address: we do not know",
        Class::Policy => "their server refused by a rule of its own, not because of the address: we do not know",
        Class::SenderRejected => "their server refused the sender that we named, not the address: we do not know",
        Class::TlsRequired => "their server wants encryption first; that says nothing about the address",
        Class::ServerStorage => "their server is short of storage; that says nothing about the address",
        Class::ProtocolError => "their server did not understand us; that says nothing about the address",
        Class::Unclassified => "an answer without an agreed meaning; it is not counted against the address",
    }
}

/// The server's words, cut, without what a terminal or a page would obey.
fn quoted(reply: &ReplyRecord) -> Option<String> {
    let text: String = reply.reply_text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let cut: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    Some(if cut.len() < text.len() { format!("{cut} …") } else { cut })
}

fn what_would_change(reason: Reason, retry_at: Option<Timestamp>) -> String {
    let what = match reason {
        Reason::MailboxConfirmed | Reason::ProviderValid => {
            "Time: people change jobs. A bounce, or an opt-out, ends it at once."
        }
        Reason::Syntax | Reason::NotListable => "Another spelling of the address.",
        Reason::DomainMissing | Reason::NullMx | Reason::NoMailHost | Reason::MxUnusable => {
            "A change of the domain's records by its owner, or another spelling of the domain."
        }
        Reason::MailboxUnknown | Reason::MailboxDisabled | Reason::ProviderInvalid => {
            "The mailbox being set up again, or another address of the same person."
        }
        Reason::Disposable => "A lasting address of the same person.",
        Reason::MailboxFull => "Its owner making room.",
        Reason::SpamTrap | Reason::ProviderDoNotMail => "Nothing that we could ask. Leave it out.",
        Reason::CatchAll | Reason::RcptNotInformative | Reason::ProbeInconclusive => {
            "A reply from the person, or a verification provider that knows the mailbox."
        }
        Reason::Greylisted
        | Reason::TempFail
        | Reason::RateLimited
        | Reason::Timeout
        | Reason::ConnectFailed
        | Reason::Dropped
        | Reason::ServerStorage
        | Reason::DnsError
        | Reason::ProviderError => "Asking again later.",
        Reason::IpBlocked | Reason::Policy | Reason::SenderRejected => {
            "Asking from an address, or in the name of a sender, that their server trusts; or a verification provider."
        }
        Reason::TlsRequired | Reason::ProtocolError | Reason::UnclassifiedReply => {
            "Another answer of their server, or a verification provider."
        }
        Reason::ProviderUnknown => "The mailbox's own server being asked.",
        Reason::TierDisabled => "Setting up the check that is missing.",
        Reason::Conflict => "Both checks coming to one answer when they are asked again.",
        Reason::Suppressed => "Only the person, by taking the opt-out back.",
    };
    match retry_at {
        Some(at) => format!("{what} The address is asked again on {}.", moment(at)),
        None => what.to_owned(),
    }
}

fn holds(outcome: &Outcome) -> String {
    const FOREVER_YEAR: &str = "9999";
    let until = moment(outcome.expires_at);
    if until.starts_with(FOREVER_YEAR) {
        return "It does not run out.".to_owned();
    }
    match outcome.verdict {
        Verdict::Unverified => format!("Nothing was established. It is worth asking again from {until}."),
        _ => format!("It holds until {until}; after that it is a guess, and nothing is sent on guesses."),
    }
}

fn moment(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
