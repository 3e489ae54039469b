//! How an installation verifies.

use plumb_egress::ProbeIdentity;

use crate::catch_alls::CatchAlls;
use crate::domain::dialogue::Deadlines;
use crate::domain::retry::RetrySchedule;
use crate::domain::verdict::Policy;
use crate::provider::Sites;

/// How an installation verifies. What it calls itself towards mail servers (HELO, MAIL FROM) and how many
/// connections it makes at once is in the configuration of `plumb_egress`.
#[derive(Clone, Debug)]
pub struct VerifyConfig {
    /// How borderline results are marked.
    pub policy: Policy,
    /// Whether mail servers are asked at all. Off where port 25 is closed: results are then `tier_disabled`.
    pub ask_mail_servers: bool,
    /// How long each step of the dialogue with a mail server may take.
    pub deadlines: Deadlines,
    /// When to ask again.
    pub retries: RetrySchedule,
    /// Who we are towards mail servers, to be audited before the first question and daily. None where the servers are
    /// one's own.
    pub identity: Option<ProbeIdentity>,
    /// Where verification providers are.
    pub providers: Sites,
    /// Which mail hosts are known to take invented addresses: shared by all that run with this configuration.
    pub catch_alls: CatchAlls,
}

impl Default for VerifyConfig {
    fn default() -> Self {
        Self {
            policy: Policy::Strict,
            ask_mail_servers: true,
            deadlines: Deadlines::default(),
            retries: RetrySchedule::default(),
            identity: None,
            providers: Sites::default(),
            catch_alls: CatchAlls::default(),
        }
    }
}
