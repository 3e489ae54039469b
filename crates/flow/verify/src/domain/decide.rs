//! From what the tiers say to one verdict (STRICT, fail closed).

use std::time::Duration;

use super::classify::{Class, Classified, Phase, classify_asked};
use super::dialogue::{Ended, Findings};
use super::operator::{Acceptance, Operator};
use super::reason::Reason;
use super::reply::Reply;
use super::retry::Again;
use super::retry_after::retry_after;
use super::verdict::{Policy, Tri, Verdict};
use super::wording::Asked;

#[cfg(test)]
mod tests;

/// What one dialogue says about the mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeAnswer {
    /// What it says by itself.
    pub reason: Reason,
    /// Whether the domain takes every address.
    pub catch_all: Tri,
    /// Whether asking again may tell more.
    pub again: Again,
    /// When the server itself asked us to come back, if it named a time.
    pub retry_after: Option<Duration>,
    /// The reply that decided: about the address, or the refusal before it.
    pub reply: Option<(Phase, Reply, Classified)>,
    /// The reply about the control address.
    pub control: Option<(Reply, Classified)>,
}

impl ProbeAnswer {
    /// The same answer of a host that is known to take invented addresses, and was not asked about one: what it accepts
    /// proves nothing, and what it refuses is refused.
    #[must_use]
    pub fn where_all_is_taken(self) -> Self {
        let is_accepted = matches!(&self.reply, Some((Phase::Rcpt, _, said)) if said.class == Class::Accepted);
        if !is_accepted || self.reason != Reason::ProbeInconclusive || self.control.is_some() {
            return self;
        }
        let (reason, catch_all) = (Reason::CatchAll, Tri::Yes);
        Self { reason, catch_all, again: Again::for_reason(reason, false), ..self }
    }
}

/// Reads the findings of a dialogue about `asked.target`; `control` is the address that was asked about beside it.
#[must_use]
pub fn read_probe(findings: &Findings, operator: &Operator, asked: &Asked<'_>, control: &str) -> ProbeAnswer {
    let Some(target) = &findings.target else { return without_an_answer(&findings.ended, operator, asked) };
    let classified = classify_asked(Phase::Rcpt, target, operator, asked);
    let of_control = Asked { target: control, ..*asked };
    let control = findings
        .control
        .as_ref()
        .map(|reply| (reply.clone(), classify_asked(Phase::Control, reply, operator, &of_control)));
    let (reason, catch_all) = match classified.class.reason() {
        Some(refused) => (refused, Tri::Unknown),
        None => accepted(operator.acceptance, control.as_ref().map(|(_, classified)| classified.class)),
    };
    let temporary = target.is_temporary() || control.as_ref().is_some_and(|(reply, _)| reply.is_temporary());
    let named = |reply: &Reply| reply.is_temporary().then(|| retry_after(&reply.text())).flatten();
    let retry_after = named(target).max(control.as_ref().and_then(|(reply, _)| named(reply)));
    ProbeAnswer {
        reason,
        catch_all,
        again: Again::for_reason(reason, temporary),
        retry_after,
        reply: Some((Phase::Rcpt, target.clone(), classified)),
        control,
    }
}

/// The target was accepted: what that is worth depends on the control, and on who says it.
fn accepted(acceptance: Acceptance, control: Option<Class>) -> (Reason, Tri) {
    match (acceptance, control) {
        (Acceptance::Never, _) | (Acceptance::WithRefusedControlElseSilent, Some(Class::Accepted)) => {
            (Reason::RcptNotInformative, Tri::Unknown)
        }
        (_, Some(Class::AddressUnknown)) => (Reason::MailboxConfirmed, Tri::No),
        (_, Some(Class::Accepted)) => (Reason::CatchAll, Tri::Yes),
        // A failed or odd control proves nothing. An invented address that is "disabled" or "full" is odd.
        _ => (Reason::ProbeInconclusive, Tri::Unknown),
    }
}

fn without_an_answer(ended: &Ended, operator: &Operator, asked: &Asked<'_>) -> ProbeAnswer {
    let mut reply = None;
    let mut named = None;
    let mut temporary = false;
    let reason = match ended {
        Ended::TimedOut(_) => Reason::Timeout,
        Ended::Dropped(_) | Ended::Completed => Reason::Dropped,
        Ended::Refused(phase, refusal) => {
            let classified = classify_asked(*phase, refusal, operator, asked);
            // A refusal before RCPT speaks of us, whatever it says. That `classify` keeps to this is tested; that a
            // demand for TLS at RCPT cannot slip through is held here.
            let reason =
                classified.class.reason().filter(|reason| reason.verdict(Policy::Strict) == Verdict::Unverified);
            temporary = refusal.is_temporary();
            named = temporary.then(|| retry_after(&refusal.text())).flatten();
            reply = Some((*phase, refusal.clone(), classified));
            reason.unwrap_or(Reason::UnclassifiedReply)
        }
        Ended::Garbled(_) | Ended::NoSmtpUtf8 => Reason::ProtocolError,
        Ended::HandshakeFailed => Reason::TlsRequired,
    };
    ProbeAnswer {
        reason,
        catch_all: Tri::Unknown,
        again: Again::for_reason(reason, temporary),
        retry_after: named,
        reply,
        control: None,
    }
}

/// What the tiers said, each by itself; `None` for a tier that did not run or found nothing against the address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Syntax, opt-outs and DNS: what decides without asking anybody about the mailbox.
    pub local: Option<Reason>,
    /// The domain is on a list of throw-away mailboxes.
    pub disposable: bool,
    /// The verification provider.
    pub provider: Option<Reason>,
    /// The mailbox's own server.
    pub smtp: Option<(Reason, Tri)>,
}

/// One verdict out of all answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The verdict under the policy.
    pub verdict: Verdict,
    /// Its reason.
    pub reason: Reason,
    /// Whether the domain takes every address.
    pub catch_all: Tri,
}

/// What an answer says about the mailbox, for telling whether two contradict each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stance {
    Exists,
    Missing,
    AcceptsAll,
}

const fn stance(reason: Reason) -> Option<Stance> {
    match reason {
        Reason::MailboxConfirmed | Reason::ProviderValid | Reason::MailboxFull => Some(Stance::Exists),
        Reason::MailboxUnknown | Reason::MailboxDisabled | Reason::ProviderInvalid => Some(Stance::Missing),
        Reason::CatchAll => Some(Stance::AcceptsAll),
        _ => None,
    }
}

/// Combines the answers. Nothing here makes an answer stronger than the tier gave it.
#[must_use]
pub fn decide(policy: Policy, answers: Answers) -> Decision {
    let smtp = answers.smtp.map(|(reason, _)| reason);
    let catch_all = match (answers.smtp, answers.provider) {
        (Some((_, known @ (Tri::Yes | Tri::No))), _) => known,
        (_, Some(Reason::CatchAll)) => Tri::Yes,
        _ => Tri::Unknown,
    };
    let reason = combined(answers, smtp);
    Decision { verdict: reason.verdict(policy), reason, catch_all }
}

fn combined(answers: Answers, smtp: Option<Reason>) -> Reason {
    if let (Some(one), Some(other)) = (answers.provider.and_then(stance), smtp.and_then(stance))
        && one != other
    {
        return Reason::Conflict;
    }
    let given = [answers.local, answers.disposable.then_some(Reason::Disposable), smtp, answers.provider];
    let find = |wanted: &dyn Fn(Reason) -> bool| given.iter().flatten().copied().find(|reason| wanted(*reason));
    let of = |verdict| move |reason: Reason| reason.verdict(Policy::Strict) == verdict;
    find(&of(Verdict::Undeliverable))
        // An opt-out, a form that is not for lists or a failed DNS end the cascade: no later tier ran.
        .or(answers.local)
        .or_else(|| find(&|reason| reason == Reason::SpamTrap))
        .or_else(|| find(&|reason| reason == Reason::Disposable))
        .or_else(|| find(&|reason| reason == Reason::MailboxFull))
        .or_else(|| find(&of(Verdict::Risky)))
        .or_else(|| find(&of(Verdict::Verified)))
        .or_else(|| find(&|reason| reason == Reason::CatchAll))
        .or(smtp)
        .or(answers.provider)
        .unwrap_or(Reason::TierDisabled)
}
