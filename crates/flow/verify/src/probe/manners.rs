//! What an answer says of us, for how the operator is asked next.

use plumb_egress::{Heard, SmtpStream};

use super::Probe;
use crate::domain::classify::{Class, Phase, classify};
use crate::domain::dialogue::{Ended, Findings};
use crate::domain::operator::operator_of;

impl Probe<'_> {
    /// Tells egress what the operator thinks of us.
    pub(super) async fn note_manners(&self, stream: &SmtpStream, findings: &Findings) {
        let refusal = match &findings.ended {
            Ended::Refused(phase, reply) => Some((*phase, reply)),
            _ => findings.target.as_ref().map(|reply| (Phase::Rcpt, reply)),
        };
        let Some((phase, reply)) = refusal else { return };
        let replies = [Some((phase, reply)), findings.control.as_ref().map(|reply| (Phase::Control, reply))];
        let heard = replies.into_iter().flatten().map(|(phase, reply)| {
            let class = classify(phase, reply, operator_of(stream.host())).class;
            match class {
                Class::IpBlocked if phase != Phase::Control => Heard::Blocked,
                _ if reply.code == 421 => Heard::Goodbye,
                Class::IpBlocked | Class::Policy | Class::RateLimited if reply.is_temporary() => Heard::Slower,
                _ => Heard::Answer,
            }
        });
        if let Some(heard) = heard.max_by_key(|heard| severity(*heard)) {
            self.egress.smtp().heard(stream, heard).await;
        }
    }
}

/// What weighs more of two things heard on one connection.
const fn severity(heard: Heard) -> u8 {
    match heard {
        Heard::Answer => 0,
        Heard::Slower => 1,
        Heard::Goodbye => 2,
        Heard::Blocked => 3,
    }
}
