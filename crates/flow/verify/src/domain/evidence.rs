//! What a verdict rests on: one record for each tier, also for those that did not run.

use plumb_base::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::classify::{Class, Classified, Phase};
use super::reason::Reason;
use super::reply::Reply;

/// The steps of a verification, in the order in which they run: a malformed address or a dead domain must not cost
/// a credit or leave for a third party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// The form of the address.
    Syntax,
    /// The opt-outs of this installation.
    Suppression,
    /// MX and address records.
    Dns,
    /// A verification provider.
    Provider,
    /// The mailbox's own server.
    Smtp,
}

/// What became of a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierResult {
    /// It found nothing against the address.
    Passed,
    /// It gave the reason that stands beside it.
    Answered,
    /// It did not run, because an earlier tier had decided.
    SkippedDecided,
    /// It did not run, because it is not set up.
    SkippedDisabled,
    /// It did not run yet: the operator of the mail host is left alone for a while.
    PutOff,
}

/// One reply of a mail server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplyRecord {
    /// The step of the dialogue that it answered.
    pub phase: Phase,
    /// The basic code of RFC 5321.
    pub smtp_code: u16,
    /// The enhanced code of RFC 3463, when there was one that agrees with the basic code.
    pub enhanced_code: Option<String>,
    /// What it was taken to mean.
    pub reply_class: Class,
    /// Which entries of the dictionaries were found in it.
    pub dictionary_hits: Vec<String>,
    /// Its text, cut to 512 octets. Personal: servers like to repeat the address.
    pub reply_text: String,
}

impl ReplyRecord {
    /// Longest text that is kept, in octets.
    pub const TEXT_OCTETS_MAX: usize = 512;

    /// Records a reply with what it was taken to mean.
    #[must_use]
    pub fn of(phase: Phase, reply: &Reply, classified: &Classified) -> Self {
        let mut reply_text = reply.text();
        reply_text.truncate(reply_text.floor_char_boundary(Self::TEXT_OCTETS_MAX));
        // Postgres holds no NUL in text.
        reply_text.retain(|c| c != '\0');
        Self {
            phase,
            smtp_code: reply.code,
            enhanced_code: reply.enhanced.map(|code| code.to_string()),
            reply_class: classified.class,
            dictionary_hits: classified.hits.iter().map(|id| (*id).to_owned()).collect(),
            reply_text,
        }
    }
}

/// What one tier, or one mail host of the SMTP tier, had to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Which tier.
    pub tier: Tier,
    /// What became of it.
    pub result: TierResult,
    /// What it says by itself, when it says something.
    pub reason: Option<Reason>,
    /// Particulars in words, without the address.
    pub note: Option<String>,
    /// The mail host that was asked.
    pub mx_host: Option<String>,
    /// The operator that the host belongs to, when it is in the operator table.
    pub operator: Option<String>,
    /// The reply about the address, or the one that ended the dialogue before.
    pub reply: Option<ReplyRecord>,
    /// The reply about the random control address.
    pub control_reply: Option<ReplyRecord>,
    /// After how many seconds the server asked us to come back, when it named a time.
    #[serde(default)]
    pub retry_after_secs: Option<u64>,
    /// When the tier had its answer.
    pub probed_at: Timestamp,
}

impl Evidence {
    /// A record of a tier without a dialogue.
    #[must_use]
    pub fn of(tier: Tier, result: TierResult, reason: Option<Reason>, probed_at: Timestamp) -> Self {
        Self {
            tier,
            result,
            reason,
            note: None,
            mx_host: None,
            operator: None,
            reply: None,
            control_reply: None,
            retry_after_secs: None,
            probed_at,
        }
    }

    /// With particulars in words.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}
