//! The provider tier of a mailbox's state machine: budget, question, and what is kept of it.

use std::time::Duration;

use chrono::TimeDelta;
use plumb_base::random;
use plumb_egress::CallContext;
use plumb_privacy::suppress;
use plumb_store::Actor;
use plumb_store::audit::Entry;
use plumb_store::job::{Done, JobContext, When};

use super::{CheckMailbox, Subject, Trouble, Verifier, request};
use crate::cascade::{ProviderTier, reaches_provider};
use crate::domain::reason::Reason;
use crate::provider::account::{self, Account, Leave, back_off};
use crate::provider::{self, ProviderSaid, Read};

/// Longest pause of the provider that an address waits for; beyond it the mailbox's own server is asked without.
const PAUSE_WAITED_FOR: TimeDelta = TimeDelta::hours(1);

/// How the provider tier went.
pub(super) enum Step {
    /// It is done with, one way or the other: on to the mailbox's own server.
    Tier(ProviderTier),
    /// The job goes on later.
    Done(Done),
}

impl Verifier {
    /// Asks the organisation's provider, once its address has passed what costs nothing. Its answer is committed before
    /// the mailbox's own server is asked.
    pub(super) async fn ask_provider(
        &self,
        job: &CheckMailbox,
        subject: &Subject,
        account: &Account,
        ctx: &CallContext,
        cx: &JobContext,
    ) -> Result<Step, Trouble> {
        let now = cx.store().clock().now();
        match account.leave(now) {
            Leave::Granted => {}
            Leave::Refused(why) => return Ok(Step::Tier(ProviderTier::NotAsked(why))),
            Leave::Paused(until) if until - now > PAUSE_WAITED_FOR => {
                let why = format!("{} asked for a pause until {}", account.vendor, until.format("%Y-%m-%d %H:%M UTC"));
                return Ok(Step::Tier(ProviderTier::NotAsked(why)));
            }
            Leave::Paused(until) => {
                let wait = (until - now).to_std().unwrap_or_default() + Duration::from_millis(random::below(5000));
                return self.later(job, account, wait, "it asked for a pause", false, cx).await;
            }
        }
        let Some(email) = reaches_provider(&self.egress, &self.config, ctx, &request(job, subject)).await? else {
            return Ok(Step::Tier(ProviderTier::NotAsked("an earlier check decided".to_owned())));
        };
        let mut tx = cx.org_tx().await?;
        let Some(key) = account.key(&tx, cx.store().keys()) else {
            let why = "its key cannot be opened: set it again";
            account::switch_off(&mut tx, why).await?;
            tx.commit(Entry::of("verify.provider_off").with("provider", account.vendor.code())).await?;
            return Ok(Step::Tier(ProviderTier::NotAsked(format!("{} is switched off: {why}", account.vendor))));
        };
        if !account::spend(&mut tx, 1).await? {
            // The last credit went, or a pause began, since we looked.
            return Ok(Step::Done(Done::Later(Duration::from_secs(1))));
        }
        tx.commit(Entry::of("verify.provider_credit_spent").with("provider", account.vendor.code())).await?;

        let asked = provider::ask(&self.egress, &self.config.providers, account.vendor, &key, ctx, &email).await?;
        match asked {
            Ok(read) => self.keep(job, account, read, cx).await,
            Err(provider::Trouble::Later { why, after, everybody }) => match back_off(job.provider_tries + 1, after) {
                Some(wait) => self.later(job, account, wait, &why, everybody, cx).await,
                None => self.gave_no_answer(job, account, &why, cx).await,
            },
            Err(provider::Trouble::TooMany) => self.gave_no_answer(job, account, "more than it takes", cx).await,
            Err(provider::Trouble::Off(why)) => {
                let mut tx = cx.org_tx().await?;
                account::switch_off(&mut tx, &why).await?;
                tx.commit(Entry::of("verify.provider_off").with("provider", account.vendor.code())).await?;
                Ok(Step::Tier(ProviderTier::NotAsked(format!("{} is switched off: {why}", account.vendor))))
            }
            Err(provider::Trouble::OptedOut) => {
                suppress(cx.store(), &email, Actor::job(cx.job_id())).await?;
                // From the beginning: the opt-out now decides.
                Ok(Step::Done(Done::Later(Duration::ZERO)))
            }
        }
    }

    /// Keeps an answer with the job, and goes on at once.
    async fn keep(&self, job: &CheckMailbox, account: &Account, read: Read, cx: &JobContext) -> Result<Step, Trouble> {
        let Read { reason, said, flags } = read;
        let said = ProviderSaid { vendor: account.vendor, reason, said, flags, at: cx.store().clock().now() };
        let next = CheckMailbox { provider: Some(said), ..job.clone() };
        let entry =
            Entry::of("verify.provider_answered").with("provider", account.vendor.code()).with("reason", reason.code());
        let tx = cx.org_tx().await?;
        Ok(Step::Done(cx.again(tx, &next, When::Now, entry).await?))
    }

    async fn gave_no_answer(
        &self,
        job: &CheckMailbox,
        account: &Account,
        why: &str,
        cx: &JobContext,
    ) -> Result<Step, Trouble> {
        let read = Read { reason: Reason::ProviderError, said: format!("no answer: {why}"), flags: Vec::new() };
        self.keep(job, account, read, cx).await
    }

    /// Puts the job off after trouble; where the trouble is everybody's, nobody else asks meanwhile either.
    async fn later(
        &self,
        job: &CheckMailbox,
        account: &Account,
        wait: Duration,
        why: &str,
        everybody: bool,
        cx: &JobContext,
    ) -> Result<Step, Trouble> {
        if back_off(job.provider_tries + 1, None).is_none() {
            return self.gave_no_answer(job, account, why, cx).await;
        }
        let mut tx = cx.org_tx().await?;
        if everybody {
            let until = tx.now() + TimeDelta::from_std(wait).unwrap_or(PAUSE_WAITED_FOR);
            account::pause(&mut tx, until).await?;
        }
        let next = CheckMailbox { provider_tries: job.provider_tries + 1, ..job.clone() };
        let entry = Entry::of("verify.provider_later")
            .with("provider", account.vendor.code())
            .with("tries", next.provider_tries);
        Ok(Step::Done(cx.again(tx, &next, When::After(wait), entry).await?))
    }
}
