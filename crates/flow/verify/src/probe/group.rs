//! Many addresses of one domain over one connection.

use plumb_egress::{EgressError, SmtpError};

use super::{HostAnswer, MailHost, Probe, Probed};
use crate::catch_alls::CatchAlls;
use crate::domain::decide::ProbeAnswer;
use crate::domain::dialogue::{Ended, GroupFindings};
use crate::domain::reason::Reason;
use crate::domain::reply::Reply;

/// So many refusals in a row before the control may be for what was asked before them.
const REFUSED_IN_A_ROW: usize = 4;

impl Probe<'_> {
    /// Asks about all addresses over one connection, with one control at the end, which holds for each of them: what
    /// was accepted before it was refused is no catch-all (STRICT asks for the same connection). `None` when an answer
    /// may be the doing of the others: then each is to be asked about by itself.
    ///
    /// The disclosure is recorded once: for runs that are nobody's data in this installation.
    pub(crate) async fn run_group(&self, hosts: &[MailHost]) -> Result<Option<Vec<Probed>>, EgressError> {
        let Some(host) = hosts.first() else { return Ok(None) };
        let answer = match self.connect_to(host).await {
            Ok((address, stream)) => self.talk(host, address, stream, self.emails).await?,
            Err(SmtpError::Egress(refused)) => return Err(refused),
            // The way to other hosts is that of a single address.
            Err(_) => return Ok(None),
        };
        let HostAnswer::Spoke { findings, .. } = &answer else { return Ok(None) };
        if !answers_by_address(findings) {
            return Ok(None);
        }
        let note = format!("one of {} of its domain over one connection", self.emails.len());
        let mut asked = Vec::with_capacity(self.emails.len());
        for (at, email) in self.emails.iter().enumerate() {
            let (answer, mut record, settled) = self.read(&host.name, &answer, (at, email));
            if !settled || !stands_in_a_group(&answer) {
                return Ok(None);
            }
            record.note = Some(record.note.map_or_else(|| note.clone(), |before| format!("{before}; {note}")));
            asked.push(Probed::of(&answer, vec![record]));
        }
        let taken_as_any = asked.iter().filter(|probed| takes_all(probed.reason)).count();
        if taken_as_any != 0 && taken_as_any != asked.len() {
            // Where invented addresses are taken, nobody is refused for himself.
            return Ok(None);
        }
        Ok(self.is_told_alone_too(hosts, findings, &asked).await?.then_some(asked))
    }

    /// Whether the last is told the same when nobody was asked about before it. That is asked where the answers may be
    /// for their number: many refusals in a row, or a catch-all. `true` where it was not asked.
    async fn is_told_alone_too(
        &self,
        hosts: &[MailHost],
        findings: &GroupFindings,
        asked: &[Probed],
    ) -> Result<bool, EgressError> {
        let in_a_row = findings.targets.iter().rev().take_while(|reply| reply.code >= 500).count();
        let (Some(email), Some(last)) = (self.emails.last(), asked.last()) else { return Ok(true) };
        if in_a_row < REFUSED_IN_A_ROW && !takes_all(last.reason) {
            return Ok(true);
        }
        // With a control of its own, whatever is known of the host.
        let nothing_known = CatchAlls::default();
        let alone = Probe { emails: std::slice::from_ref(email), catch_alls: &nothing_known, ..*self };
        let alone = alone.run(hosts).await?;
        Ok(alone.reason == last.reason)
    }
}

/// Whether a server answered by the address, as far as its replies tell: nothing odd happened, nobody was told to come
/// back while others were not, and somebody was accepted after all others were asked about. Where all were refused,
/// nothing tells whether it was for themselves.
fn answers_by_address(findings: &GroupFindings) -> bool {
    let GroupFindings { targets, control, contradicted, ended, secured: _ } = findings;
    let is_for_too_many = |code: u16| matches!(code, 421 | 452);
    let temporary = targets.iter().filter(|reply| reply.is_temporary()).count();
    *ended == Ended::Completed
        && !contradicted
        && !targets.iter().chain(control).any(|reply| is_for_too_many(reply.code))
        && (temporary == targets.len() || temporary == 0 && targets.iter().any(Reply::is_positive))
}

/// Whether an answer among others says of the address what it would say by itself. Refusals of us may be for the ones
/// before.
const fn stands_in_a_group(answer: &ProbeAnswer) -> bool {
    matches!(
        answer.reason,
        Reason::MailboxConfirmed
            | Reason::MailboxUnknown
            | Reason::MailboxDisabled
            | Reason::MailboxFull
            | Reason::CatchAll
            | Reason::RcptNotInformative
            | Reason::Greylisted
            | Reason::TempFail
    )
}

const fn takes_all(reason: Reason) -> bool {
    matches!(reason, Reason::CatchAll | Reason::RcptNotInformative)
}
