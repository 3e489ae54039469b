//! Whether this process may ask mail servers: its addresses and names are audited before the first question, daily, and
//! after a server would not talk to us. What fails stops the asking, and says so with every answer.

use chrono::TimeDelta;
use plumb_base::Timestamp;
use plumb_egress::{AuditReport, Egress, EgressError, ProbeIdentity, audit};
use tokio::sync::Mutex;

use crate::domain::evidence::{Tier, TierResult};
use crate::domain::reason::Reason;
use crate::domain::verdict::Outcome;

#[cfg(test)]
mod tests;

/// How long an audit holds.
const HOLDS: TimeDelta = TimeDelta::hours(24);
/// How long it holds once a server would not talk to us.
const HOLDS_IN_DOUBT: TimeDelta = TimeDelta::hours(1);

/// What the last audit found.
#[derive(Debug, Default)]
pub(super) struct Standing(Mutex<Option<Last>>);

#[derive(Debug)]
struct Last {
    at: Timestamp,
    /// What is wrong, in words.
    wrong: Option<String>,
    in_doubt: bool,
}

impl Last {
    fn holds(&self, now: Timestamp) -> bool {
        let holds = if self.in_doubt || self.wrong.is_some() { HOLDS_IN_DOUBT } else { HOLDS };
        now - self.at < holds
    }
}

impl Standing {
    /// What keeps us from asking; none when nothing does. Whoever comes while an audit runs waits for it.
    pub(super) async fn wrong(&self, egress: &Egress, identity: &ProbeIdentity) -> Result<Option<String>, EgressError> {
        let now = egress.config().clock.now();
        let mut last = self.0.lock().await;
        if let Some(last) = last.as_ref().filter(|last| last.holds(now)) {
            return Ok(last.wrong.clone());
        }
        let wrong = wrong(&audit(egress, identity).await?);
        if let Some(wrong) = &wrong {
            tracing::warn!(wrong, "mail servers are not asked");
        }
        *last = Some(Last { at: now, wrong: wrong.clone(), in_doubt: false });
        Ok(wrong)
    }

    /// A server would not talk to us: the audit is made again soon.
    pub(super) async fn doubt(&self) {
        if let Some(last) = self.0.lock().await.as_mut() {
            last.in_doubt = true;
        }
    }
}

/// What an audit found wrong, in words.
fn wrong(report: &AuditReport) -> Option<String> {
    let failed: Vec<String> = report
        .failed()
        .map(|item| format!("{} of {}: {}. {}", item.name, item.subject, item.found, item.remedy))
        .collect();
    (!failed.is_empty()).then(|| failed.join("; "))
}

/// Says with an answer why the mailbox's own server was not asked.
pub(super) fn say(outcome: &mut Outcome, wrong: &str) {
    let records = outcome.evidence.iter_mut();
    let skipped = records.filter(|record| record.tier == Tier::Smtp && record.result == TierResult::SkippedDisabled);
    for record in skipped {
        record.reason = Some(Reason::TierDisabled);
        record.note = Some(format!("the audit of this installation found: {wrong}"));
    }
}
