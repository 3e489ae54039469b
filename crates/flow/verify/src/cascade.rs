//! One address through all tiers: syntax, opt-outs, DNS, provider, the mailbox's own server.

use std::time::Duration;

use plumb_base::email::{EmailError, Host};
use plumb_base::{Email, OrgId, random};
use plumb_egress::{CallContext, Egress, EgressError};

use crate::config::VerifyConfig;
use crate::domain::decide::{Answers, decide};
use crate::domain::evidence::{Evidence, Tier, TierResult};
use crate::domain::reason::Reason;
use crate::domain::retry::Again;
use crate::domain::verdict::{Flag, Outcome, Policy, Verdict, expires_at};
use crate::probe::{MailHost, Probe, Probed};
use crate::provider::ProviderSaid;
use crate::route::{Route, route};

#[cfg(test)]
mod tests;

/// What other stages know of the address from their lists. They inform the flags; only `disposable` has a say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// A function, not a person.
    pub role: bool,
    /// A free-mail domain.
    pub free: bool,
    /// A domain of throw-away mailboxes.
    pub disposable: bool,
}

/// One address to be checked.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The address as it stands in the list.
    pub address: &'a str,
    /// What the lists say.
    pub lists: Lists,
    /// Whether its owner opted out; `None` where there is no list of opt-outs to ask.
    pub suppressed: Option<bool>,
    /// Which attempt this is, from 1.
    pub attempt: u16,
    /// The local part of the control address, the same in every attempt: a new one would be greylisted afresh.
    pub control_local: &'a str,
}

/// A fresh local part that nobody has: 20 letters and digits, about 100 bits.
#[must_use]
pub fn fresh_control_local() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    random::bytes::<20>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// Takes one address through all tiers.
///
/// # Errors
/// Only when egress itself would not or could not go out (too many connections, a disclosure that could not be
/// recorded): nothing was established then, and the caller tries again. What servers do wrong is in the outcome.
pub async fn check(
    egress: &Egress,
    config: &VerifyConfig,
    ctx: &CallContext,
    request: &Request<'_>,
) -> Result<Outcome, EgressError> {
    let provider = ProviderTier::NotAsked("no verification provider is set up".to_owned());
    check_with(egress, config, ctx, request, &provider).await
}

/// What became of the provider tier before the mailbox's own server is asked.
#[derive(Clone, Debug)]
pub(crate) enum ProviderTier {
    /// It was not asked, and why.
    NotAsked(String),
    /// It was asked.
    Said(ProviderSaid),
}

/// Whether the address comes as far as the provider tier: a malformed one, one whose owner opted out, or one of a dead
/// domain costs no credit and leaves for nobody.
pub(crate) async fn reaches_provider(
    egress: &Egress,
    config: &VerifyConfig,
    ctx: &CallContext,
    request: &Request<'_>,
) -> Result<Option<Email>, EgressError> {
    let mut run = Run::new(egress, config, request);
    let Some(email) = run.syntax(request.address).filter(|_| run.opt_outs(request.suppressed)) else { return Ok(None) };
    Ok(run.dns(ctx, &email).await?.map(|_| email))
}

/// As [`check`], with what became of the provider tier.
pub(crate) async fn check_with(
    egress: &Egress,
    config: &VerifyConfig,
    ctx: &CallContext,
    request: &Request<'_>,
    provider: &ProviderTier,
) -> Result<Outcome, EgressError> {
    let mut run = Run::new(egress, config, request);
    if let Some((email, hosts)) = run.before_smtp(ctx, request, provider).await? {
        let probe = run.probe(ctx, std::slice::from_ref(&email), request);
        let probed = probe.run(&hosts).await?;
        run.probed(probed);
    }
    Ok(run.outcome(request.attempt))
}

/// Takes addresses of one domain through all tiers, and asks their mail server about all of them over one connection.
/// The control address is that of the first request. Outcomes come in the order of the requests, and are what
/// [`check`] would say of each; `None` where an answer may be the doing of the others: then ask about each by itself,
/// and of that domain about no group again.
///
/// The disclosure is recorded once for all: not for the leads of an organisation.
///
/// # Errors
/// As [`check`], of all together.
pub async fn check_group(
    egress: &Egress,
    config: &VerifyConfig,
    ctx: &CallContext,
    requests: &[Request<'_>],
) -> Result<Vec<Option<Outcome>>, EgressError> {
    let provider = ProviderTier::NotAsked("no verification provider is set up".to_owned());
    let mut runs = Vec::with_capacity(requests.len());
    let mut emails: Vec<Email> = Vec::new();
    let mut way = Vec::new();
    for request in requests {
        let mut run = Run::new(egress, config, request);
        let mut wants = Wants::Nothing;
        if let Some((email, hosts)) = run.before_smtp(ctx, request, &provider).await? {
            let fits = emails.first().is_none_or(|first: &Email| {
                first.domain() == email.domain() && first.is_international() == email.is_international()
            });
            wants = if fits { Wants::Group } else { Wants::Itself };
            if fits {
                emails.push(email);
                way = hosts;
            }
        }
        runs.push((run, wants, request));
    }
    let asked = match runs.iter().find(|(_, wants, _)| *wants == Wants::Group) {
        None => None,
        Some((run, _, request)) => {
            let probe = run.probe(ctx, &emails, request);
            match emails.len() {
                1 => Some(vec![probe.run(&way).await?]),
                _ => probe.run_group(&way).await?,
            }
        }
    };
    let mut asked = asked.map(Vec::into_iter);
    let outcomes = runs.into_iter().map(|(mut run, wants, request)| {
        match wants {
            Wants::Nothing => {}
            Wants::Group => run.probed(asked.as_mut()?.next()?),
            Wants::Itself => return None,
        }
        Some(run.outcome(request.attempt))
    });
    Ok(outcomes.collect())
}

/// What an address of a group still needs when DNS has answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    Nothing,
    Group,
    /// It needs another dialogue than the others.
    Itself,
}

/// Checks one address without a database: for the command line.
///
/// # Errors
/// As [`check`].
pub async fn verify_one(egress: &Egress, address: &str, policy: Policy, lists: Lists) -> Result<Outcome, EgressError> {
    let config = VerifyConfig { policy, ..VerifyConfig::default() };
    let control_local = fresh_control_local();
    let request = Request { address, lists, suppressed: None, attempt: 1, control_local: &control_local };
    let ctx = CallContext::new(OrgId::PLATFORM, PURPOSE);
    let mut outcome = check(egress, &config, &ctx, &request).await?;
    // Nobody waits here to ask again.
    outcome.retry_at = None;
    outcome.expires_at = expires_at(outcome.verdict, outcome.reason, outcome.checked_at, None);
    Ok(outcome)
}

/// Why the address leaves the installation, as the record of disclosures names it.
pub(crate) const PURPOSE: &str = "verify the mailbox";

/// The cascade's state: what was said so far.
struct Run<'a> {
    egress: &'a Egress,
    config: &'a VerifyConfig,
    answers: Answers,
    again: Again,
    retry_after: Option<Duration>,
    flags: Vec<Flag>,
    evidence: Vec<Evidence>,
}

impl<'a> Run<'a> {
    fn new(egress: &'a Egress, config: &'a VerifyConfig, request: &Request<'_>) -> Self {
        let Lists { role, free, disposable } = request.lists;
        let listed = [(role, Flag::Role), (free, Flag::Free), (disposable, Flag::Disposable)];
        Self {
            egress,
            config,
            answers: Answers { disposable, ..Answers::default() },
            again: Again::No,
            retry_after: None,
            flags: listed.into_iter().filter_map(|(is, flag)| is.then_some(flag)).collect(),
            evidence: Vec::with_capacity(5),
        }
    }

    /// All tiers before the mailbox's own server; the address and its mail hosts when that is to be asked.
    async fn before_smtp(
        &mut self,
        ctx: &CallContext,
        request: &Request<'_>,
        provider: &ProviderTier,
    ) -> Result<Option<(Email, Vec<MailHost>)>, EgressError> {
        let Some(email) = self.syntax(request.address).filter(|_| self.opt_outs(request.suppressed)) else {
            return Ok(None);
        };
        let Some(hosts) = self.dns(ctx, &email).await? else { return Ok(None) };
        self.provider(provider);
        if !self.config.ask_mail_servers {
            self.note(Tier::Smtp, TierResult::SkippedDisabled, Some(Reason::TierDisabled));
            return Ok(None);
        }
        Ok(Some((email, hosts)))
    }

    fn probe<'p>(&self, ctx: &'p CallContext, emails: &'p [Email], request: &Request<'p>) -> Probe<'p>
    where
        'a: 'p,
    {
        Probe {
            egress: self.egress,
            ctx,
            clock: &self.egress.config().clock,
            deadlines: self.config.deadlines,
            emails,
            control_local: request.control_local,
            catch_alls: &self.config.catch_alls,
        }
    }

    fn probed(&mut self, probed: Probed) {
        self.answers.smtp = Some((probed.reason, probed.catch_all));
        self.again = probed.again;
        self.retry_after = probed.retry_after;
        self.evidence.extend(probed.evidence);
    }

    fn note(&mut self, tier: Tier, result: TierResult, reason: Option<Reason>) -> &mut Evidence {
        let now = self.egress.config().clock.now();
        self.evidence.push(Evidence::of(tier, result, reason, now));
        let last = self.evidence.len() - 1;
        &mut self.evidence[last]
    }

    /// A tier that decides: the later ones do not run.
    fn ends(&mut self, tier: Tier, reason: Reason, note: Option<String>) {
        self.answers.local = Some(reason);
        self.note(tier, TierResult::Answered, Some(reason)).note = note;
    }

    fn syntax(&mut self, address: &str) -> Option<Email> {
        match Email::parse(address) {
            Ok(email) => {
                let domain = email.domain();
                let noticed = [
                    (email.base_local() != email.local(), Flag::Alias),
                    (email.is_international(), Flag::Eai),
                    (domain.registrable().is_none(), Flag::TldOnly),
                    (!domain.has_known_suffix(), Flag::UnknownTld),
                ];
                self.flags.extend(noticed.into_iter().filter_map(|(is, flag)| is.then_some(flag)));
                self.note(Tier::Syntax, TierResult::Passed, None);
                Some(email)
            }
            Err(EmailError::NotListable) => {
                if let Ok(address) = Email::parse_rfc(address.trim()) {
                    let noticed = [
                        (address.is_quoted(), Flag::QuotedLocal),
                        (matches!(address.host(), Host::Literal(_)), Flag::AddressLiteral),
                        (address.is_tld_only(), Flag::TldOnly),
                    ];
                    self.flags.extend(noticed.into_iter().filter_map(|(is, flag)| is.then_some(flag)));
                }
                self.ends(Tier::Syntax, Reason::NotListable, None);
                None
            }
            Err(error) => {
                self.ends(Tier::Syntax, Reason::Syntax, Some(error.to_string()));
                None
            }
        }
    }

    /// Whether the address may be asked about.
    fn opt_outs(&mut self, suppressed: Option<bool>) -> bool {
        match suppressed {
            Some(true) => self.ends(Tier::Suppression, Reason::Suppressed, None),
            Some(false) => _ = self.note(Tier::Suppression, TierResult::Passed, None),
            None => {
                self.note(Tier::Suppression, TierResult::SkippedDisabled, None).note =
                    Some("there is no list of opt-outs here".to_owned());
            }
        }
        suppressed != Some(true)
    }

    async fn dns(&mut self, ctx: &CallContext, email: &Email) -> Result<Option<Vec<MailHost>>, EgressError> {
        match route(self.egress, ctx, email.domain()).await? {
            Route::Hosts { hosts, implicit } => {
                if implicit {
                    self.flags.push(Flag::ImplicitMx);
                }
                let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
                self.note(Tier::Dns, TierResult::Passed, None).note = Some(format!("mail hosts: {}", names.join(", ")));
                Ok(Some(hosts))
            }
            Route::Ends(reason, note) => {
                self.again = Again::for_reason(reason, false);
                self.ends(Tier::Dns, reason, note);
                Ok(None)
            }
        }
    }

    /// What the provider said, or that it was not asked: said, not left out.
    fn provider(&mut self, provider: &ProviderTier) {
        match provider {
            ProviderTier::NotAsked(why) => {
                self.note(Tier::Provider, TierResult::SkippedDisabled, Some(Reason::TierDisabled)).note =
                    Some(why.clone());
            }
            ProviderTier::Said(said) => {
                self.answers.provider = Some(said.reason);
                self.flags
                    .extend(said.flags.iter().filter(|flag| !self.flags.contains(flag)).copied().collect::<Vec<_>>());
                let record = self.note(Tier::Provider, TierResult::Answered, Some(said.reason));
                record.note = Some(said.words());
                record.probed_at = said.at;
            }
        }
    }

    fn outcome(mut self, attempt: u16) -> Outcome {
        for tier in [Tier::Syntax, Tier::Suppression, Tier::Dns, Tier::Provider, Tier::Smtp] {
            if !self.evidence.iter().any(|record| record.tier == tier) {
                self.note(tier, TierResult::SkippedDecided, None);
            }
        }
        let policy = self.config.policy;
        let decision = decide(policy, self.answers);
        let checked_at = self.egress.config().clock.now();
        let wait = self
            .config
            .retries
            .wait_as_asked(self.again, attempt, self.retry_after)
            .filter(|_| decision.verdict == Verdict::Unverified);
        let retry_at = wait.map(|wait| checked_at + wait);
        Outcome {
            verdict: decision.verdict,
            reason: decision.reason,
            explanation: decision.reason.explain().to_owned(),
            catch_all: decision.catch_all,
            flags: self.flags,
            evidence: self.evidence,
            policy,
            checked_at,
            expires_at: expires_at(decision.verdict, decision.reason, checked_at, retry_at),
            retry_at,
        }
    }
}
