//! Drives the dialogue over a real connection, and goes from one mail host to the next.

use std::net::IpAddr;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use plumb_base::{Clock, Email, Timestamp};
use plumb_egress::{CallContext, Egress, EgressError, Pause, SmtpError, SmtpStream, TlsFacts};
use tokio::time::{Instant, timeout};

use crate::catch_alls::CatchAlls;
use crate::domain::classify::Phase;
use crate::domain::decide::{ProbeAnswer, read_probe};
use crate::domain::dialogue::{Deadlines, Dialogue, Ended, Findings, GroupFindings, Input, Question, Step};
use crate::domain::evidence::{Evidence, ReplyRecord, Tier, TierResult};
use crate::domain::operator::operator_of;
use crate::domain::reason::Reason;
use crate::domain::reply::Reply;
use crate::domain::retry::Again;
use crate::domain::verdict::Tri;
use crate::domain::wording::Asked;

mod group;
mod manners;
#[cfg(test)]
mod tests;

/// Most mail hosts of one domain that are asked.
pub(crate) const HOSTS_MAX: usize = 3;
/// Most addresses of one mail host that are tried.
const ADDRESSES_MAX: usize = 2;
/// How long a host may be silent before the next one is tried beside it.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the next of several replies that are under way may take. Who needs longer is asked one by one, and then has
/// the whole time of each step.
const NEXT_REPLY_WAIT: Duration = Duration::from_secs(20);
/// Longer than any connection takes: every attempt has a deadline of its own.
const NO_END: Duration = Duration::from_hours(1);

/// A mail host with the addresses that egress will connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MailHost {
    pub(crate) name: String,
    pub(crate) addresses: Vec<IpAddr>,
}

/// What the mail hosts of a domain said.
#[derive(Clone)]
pub(crate) struct Probed {
    pub(crate) reason: Reason,
    pub(crate) catch_all: Tri,
    pub(crate) again: Again,
    /// When the server asked us to come back, if it named a time.
    pub(crate) retry_after: Option<Duration>,
    /// One record for each host that was asked.
    pub(crate) evidence: Vec<Evidence>,
}

impl Probed {
    fn of(answer: &ProbeAnswer, evidence: Vec<Evidence>) -> Self {
        let ProbeAnswer { reason, catch_all, again, retry_after, .. } = *answer;
        Self { reason, catch_all, again, retry_after, evidence }
    }
}

/// One call for the addresses of one domain.
pub(crate) struct Probe<'a> {
    pub(crate) egress: &'a Egress,
    pub(crate) ctx: &'a CallContext,
    pub(crate) clock: &'a Clock,
    pub(crate) deadlines: Deadlines,
    /// The addresses in question, at one domain; [`Probe::run`] asks about the first.
    pub(crate) emails: &'a [Email],
    /// The local part of the random control address; the same for every host and every retry.
    pub(crate) control_local: &'a str,
    /// Which hosts need not be asked about it.
    pub(crate) catch_alls: &'a CatchAlls,
}

/// What became of the attempts to connect.
struct Reached<'h> {
    /// The hosts that could not be reached, with what went wrong.
    failed: Vec<(&'h str, SmtpError)>,
    /// The place of the host that answered, with its address.
    connected: Option<(usize, IpAddr, SmtpStream)>,
}

/// What one host said.
enum HostAnswer {
    /// No connection to any of its addresses.
    NoConnection(SmtpError),
    Spoke {
        findings: GroupFindings,
        tls: Option<TlsFacts>,
        cleartext_after: Option<String>,
        /// Since when the host is known to take invented addresses, so that none was asked about.
        catch_all_since: Option<Timestamp>,
    },
}

impl Probe<'_> {
    /// Asks the hosts in order, until one has an answer that another could not better.
    pub(crate) async fn run(&self, hosts: &[MailHost]) -> Result<Probed, EgressError> {
        let Some(email) = self.emails.first() else {
            return Ok(Probed::of(&no_connection(&SmtpError::Unreachable), Vec::new()));
        };
        let hosts = &hosts[..hosts.len().min(HOSTS_MAX)];
        let mut evidence = Vec::new();
        let mut best: Option<ProbeAnswer> = None;
        let mut next = 0;
        while next < hosts.len() {
            let Reached { failed, connected } = self.reach(&hosts[next..]).await?;
            for (host, fault) in failed {
                let (answer, record, _) = self.read(host, &HostAnswer::NoConnection(fault), (0, email));
                evidence.push(record);
                best.get_or_insert(answer);
            }
            let Some((at, address, stream)) = connected else { break };
            let host = &hosts[next + at];
            next += at + 1;
            let answer = self.talk(host, address, stream, std::slice::from_ref(email)).await?;
            let (answer, record, settled) = self.read(&host.name, &answer, (0, email));
            evidence.push(record);
            let is_better =
                best.as_ref().is_none_or(|best| settled || (is_silence(best.reason) && !is_silence(answer.reason)));
            if is_better {
                best = Some(answer);
            }
            if settled {
                break;
            }
        }
        Ok(Probed::of(&best.unwrap_or_else(|| no_connection(&SmtpError::Unreachable)), evidence))
    }

    /// Connects to the first of these hosts that can be reached. The next one is tried when one has failed, and beside
    /// it when one has been silent for [`PATIENCE`]; whoever answers first is talked to.
    async fn reach<'h>(&self, hosts: &'h [MailHost]) -> Result<Reached<'h>, EgressError> {
        let mut to_try = hosts.iter().enumerate();
        let mut trying = FuturesUnordered::new();
        let mut pending = Vec::new();
        let mut failed = Vec::new();
        loop {
            if let Some((at, host)) = to_try.next() {
                pending.push(at);
                trying.push(async move { (at, self.connect_to(host).await) });
            } else if trying.is_empty() {
                return Ok(Reached { failed, connected: None });
            }
            let patience = if to_try.len() == 0 { NO_END } else { PATIENCE };
            match timeout(patience, trying.next()).await {
                Err(_) | Ok(None) => {}
                Ok(Some((at, Ok((address, stream))))) => {
                    let silent = pending.iter().filter(|other| **other < at);
                    failed.extend(silent.map(|other| (hosts[*other].name.as_str(), SmtpError::ConnectTimeout)));
                    return Ok(Reached { failed, connected: Some((at, address, stream)) });
                }
                Ok(Some((_, Err(SmtpError::Egress(refused))))) => return Err(refused),
                Ok(Some((at, Err(fault)))) => {
                    pending.retain(|other| *other != at);
                    failed.push((hosts[at].name.as_str(), fault));
                }
            }
        }
    }

    /// Connects to a host: to an address of each family that it has, since one of the two may lead nowhere.
    async fn connect_to(&self, host: &MailHost) -> Result<(IpAddr, SmtpStream), SmtpError> {
        let mut fault = SmtpError::Unreachable;
        for address in addresses_to_try(&host.addresses) {
            match self.connect(host, address).await {
                Ok(stream) => return Ok((address, stream)),
                Err(SmtpError::Egress(refused)) => return Err(refused.into()),
                Err(error) => fault = error,
            }
        }
        Err(fault)
    }

    /// The random control address.
    fn control(&self) -> String {
        let domain = self.emails.first().map_or("", |email| email.domain().as_str());
        format!("{}@{domain}", self.control_local)
    }

    async fn connect(&self, host: &MailHost, address: IpAddr) -> Result<SmtpStream, SmtpError> {
        let Some(about) = self.emails.first() else { return Err(SmtpError::Unreachable) };
        self.egress.smtp().connect(self.ctx, about, &host.name, address, self.deadlines.connect).await
    }

    async fn talk(
        &self,
        host: &MailHost,
        address: IpAddr,
        mut stream: SmtpStream,
        emails: &[Email],
    ) -> Result<HostAnswer, EgressError> {
        let operator = operator_of(&host.name);
        let catch_all_since = self.catch_all_since(&host.name, emails);
        let wants_control = operator.is_informative() && catch_all_since.is_none();
        let question = Question {
            helo: stream.helo().to_owned(),
            mail_from: self.egress.config().mail_from.clone(),
            targets: emails.iter().map(Email::expose).collect(),
            is_international: emails.iter().any(Email::is_international),
            control: wants_control.then(|| self.control()),
            use_tls: true,
            at_once: emails.len() > 1,
        };
        let (findings, fault) = self.converse(&mut stream, question.clone()).await?;
        self.note_manners(&stream, &findings.of(0)).await;
        let tls = stream.tls().cloned();
        stream.close_behind();
        if findings.ended != Ended::HandshakeFailed {
            return Ok(HostAnswer::Spoke { findings, tls, cleartext_after: None, catch_all_since });
        }
        // Mail would go in clear text then, and a probe carries less than mail does.
        let mut stream = match self.connect(host, address).await {
            Ok(stream) => stream,
            Err(SmtpError::Egress(refused)) => return Err(refused),
            Err(_) => return Ok(HostAnswer::Spoke { findings, tls: None, cleartext_after: fault, catch_all_since }),
        };
        let (findings, _) = self.converse(&mut stream, Question { use_tls: false, ..question }).await?;
        stream.close_behind();
        Ok(HostAnswer::Spoke { findings, tls: None, cleartext_after: fault, catch_all_since })
    }

    /// Since when a host is known to take invented addresses of the domain. A group asks all the same: its control holds
    /// for many.
    fn catch_all_since(&self, host: &str, emails: &[Email]) -> Option<Timestamp> {
        let [email] = emails else { return None };
        self.catch_alls.since(self.ctx.org, email.domain(), host, self.clock.now())
    }

    /// Keeps in mind whether a host takes invented addresses. What is said at the end of a group may be for its number.
    fn note_catch_all(&self, host: &str, email: &Email, answer: &ProbeAnswer, was_known: bool) {
        if self.emails.len() != 1 {
            return;
        }
        let org = self.ctx.org;
        if answer.catch_all == Tri::Yes && !was_known {
            self.catch_alls.found(org, email.domain(), host, self.clock.now());
        } else if was_known && answer.reason == Reason::MailboxUnknown {
            self.catch_alls.refuted(org, email.domain(), host);
        }
    }

    /// Drives one dialogue to its end. The error of a failed handshake is returned beside the findings.
    async fn converse(
        &self,
        stream: &mut SmtpStream,
        question: Question,
    ) -> Result<(GroupFindings, Option<String>), EgressError> {
        let mut dialogue = Dialogue::new(question);
        let mut step = Step::Read(Phase::Banner);
        let mut until = Instant::now() + self.deadlines.of(Phase::Banner);
        let mut tls_fault = None;
        loop {
            let event = match step {
                Step::Close => return Ok((dialogue.findings(), tls_fault)),
                Step::Leave(line) => {
                    // A server that is gone already has heard it too.
                    let _ = stream.write_line(line.as_bytes(), self.deadlines.closing).await;
                    return Ok((dialogue.findings(), tls_fault));
                }
                Step::Read(_) => read(stream, until).await,
                Step::Next(phase) => {
                    until = Instant::now() + self.deadlines.of(phase).min(NEXT_REPLY_WAIT);
                    read(stream, until).await
                }
                Step::Send(phase, _) | Step::SendAll(phase, _) => {
                    let unasked = stream.take_arrived().await;
                    if !unasked.is_empty() {
                        step = dialogue.take(&Input::Unasked(&unasked));
                        continue;
                    }
                    let lines = match step {
                        Step::SendAll(_, lines) => lines,
                        Step::Send(_, line) => vec![line],
                        _ => Vec::new(),
                    };
                    until = Instant::now() + self.deadlines.of(phase);
                    match stream.write_lines(&lines, self.deadlines.of(phase)).await {
                        Ok(()) => read(stream, until).await,
                        Err(error) => Err(error),
                    }
                }
                Step::Handshake => match stream.start_tls(self.deadlines.of(Phase::StartTls)).await {
                    Ok(_) => {
                        step = dialogue.take(&Input::Secured);
                        continue;
                    }
                    Err(SmtpError::Egress(refused)) => return Err(refused),
                    Err(SmtpError::PlainTextBeforeTls) => Err(SmtpError::PlainTextBeforeTls),
                    Err(error) => {
                        tls_fault = Some(error.to_string());
                        step = dialogue.take(&Input::HandshakeFailed);
                        continue;
                    }
                },
            };
            step = match event {
                Ok(bytes) => dialogue.take(&Input::Bytes(&bytes)),
                Err(SmtpError::Egress(refused)) => return Err(refused),
                Err(SmtpError::Timeout(_) | SmtpError::ConnectTimeout) => dialogue.take(&Input::TimedOut),
                Err(SmtpError::ReplyTooLong(_) | SmtpError::PlainTextBeforeTls | SmtpError::LineRefused(_)) => {
                    dialogue.take(&Input::TooManyBytes)
                }
                Err(_) => dialogue.take(&Input::Closed),
            };
        }
    }

    /// What the host's answer means, its record, and whether asking another host could not better it.
    fn read(&self, host: &str, answer: &HostAnswer, (at, email): (usize, &Email)) -> (ProbeAnswer, Evidence, bool) {
        let operator = operator_of(host);
        let config = self.egress.config();
        let (target, control) = (email.expose(), self.control());
        let result = match answer {
            HostAnswer::NoConnection(SmtpError::Paused { .. }) => TierResult::PutOff,
            _ => TierResult::Answered,
        };
        let asked = Asked { target: &target, mail_from: &config.mail_from, helo: &config.helo };
        let (answer, note, settled) = match answer {
            HostAnswer::NoConnection(error) => (no_connection(error), Some(error.to_string()), false),
            HostAnswer::Spoke { findings, tls, cleartext_after, catch_all_since } => {
                let findings = findings.of(at);
                let since = *catch_all_since;
                let note = note_on(&findings.ended, tls.as_ref(), cleartext_after.as_deref(), since);
                let answer = read_probe(&findings, operator, &asked, &control);
                let answer = if since.is_some() { answer.where_all_is_taken() } else { answer };
                self.note_catch_all(host, email, &answer, since.is_some());
                (answer, note, !is_worth_another_host(&findings))
            }
        };
        let mut record = Evidence::of(Tier::Smtp, result, Some(answer.reason), self.clock.now());
        record.note = note;
        // A pause of ours is no word of the server's.
        let named = answer.retry_after.filter(|_| answer.reply.is_some());
        record.retry_after_secs = named.map(|wait| wait.as_secs());
        record.mx_host = Some(host.to_owned());
        record.operator = Some(operator.name.to_owned());
        record.reply =
            answer.reply.as_ref().map(|(phase, reply, classified)| ReplyRecord::of(*phase, reply, classified));
        record.control_reply =
            answer.control.as_ref().map(|(reply, classified)| ReplyRecord::of(Phase::Control, reply, classified));
        (answer, record, settled)
    }
}

fn no_connection(fault: &SmtpError) -> ProbeAnswer {
    let (reason, again) = match fault {
        SmtpError::Paused { pause: Pause::Blocked, .. } => (Reason::IpBlocked, Again::Blocked),
        SmtpError::Paused { pause: Pause::Goodbye | Pause::Day, .. } => (Reason::RateLimited, Again::RateLimited),
        _ => (Reason::ConnectFailed, Again::Unreachable),
    };
    let retry_after = match fault {
        SmtpError::Paused { retry_after, .. } => Some(*retry_after),
        _ => None,
    };
    ProbeAnswer { reason, catch_all: Tri::Unknown, again, retry_after, reply: None, control: None }
}

/// The first address, and beside it one of the other family if there is one.
fn addresses_to_try(addresses: &[IpAddr]) -> impl Iterator<Item = IpAddr> {
    let first = addresses.first().copied();
    let other_family = addresses.iter().copied().find(|address| Some(address.is_ipv4()) != first.map(|a| a.is_ipv4()));
    let second = other_family.or_else(|| addresses.get(1).copied());
    first.into_iter().chain(second).take(ADDRESSES_MAX)
}

const fn is_silence(reason: Reason) -> bool {
    matches!(reason, Reason::ConnectFailed | Reason::Timeout | Reason::Dropped)
}

/// Whether another host of the domain may know more: when this one went away, or refused us, before it was asked
/// about the address.
fn is_worth_another_host(findings: &Findings) -> bool {
    let goodbye = |reply: &Option<Reply>| reply.as_ref().is_some_and(|reply| reply.code == 421);
    match &findings.target {
        // It said goodbye in place of an answer, or left with the other half of the answer.
        Some(target) => {
            goodbye(&findings.target)
                || matches!(target.code, 250 | 251)
                    && (goodbye(&findings.control) || matches!(findings.ended, Ended::Dropped(Phase::Control)))
        }
        None => match &findings.ended {
            Ended::Refused(phase, reply) => reply.code == 421 || matches!(phase, Phase::Banner | Phase::Ehlo),
            Ended::TimedOut(phase) | Ended::Dropped(phase) | Ended::Garbled(phase) => *phase != Phase::Rset,
            Ended::HandshakeFailed => true,
            Ended::Completed | Ended::NoSmtpUtf8 => false,
        },
    }
}

fn note_on(
    ended: &Ended,
    tls: Option<&TlsFacts>,
    cleartext_after: Option<&str>,
    catch_all_since: Option<Timestamp>,
) -> Option<String> {
    let mut notes = Vec::new();
    match ended {
        Ended::TimedOut(phase) => notes.push(format!("silent at {}", phase.words())),
        Ended::Dropped(phase) => notes.push(format!("dropped at {}", phase.words())),
        Ended::Garbled(phase) => notes.push(format!("not understood at {}", phase.words())),
        Ended::NoSmtpUtf8 => notes.push("the address needs SMTPUTF8, which the server does not offer".to_owned()),
        Ended::HandshakeFailed => notes.push("the TLS handshake failed".to_owned()),
        Ended::Completed | Ended::Refused(..) => {}
    }
    if let Some(fault) = tls.and_then(|tls| tls.certificate_fault) {
        notes.push(format!("TLS with a faulty certificate ({fault:?})"));
    }
    if let Some(fault) = cleartext_after {
        notes.push(format!("asked in clear text after TLS failed: {fault}"));
    }
    if let Some(since) = catch_all_since {
        let since = since.format("%Y-%m-%d %H:%M UTC");
        notes.push(format!("no invented address was asked about: this host took one on {since}"));
    }
    (!notes.is_empty()).then(|| notes.join("; "))
}

async fn read(stream: &mut SmtpStream, until: Instant) -> Result<Vec<u8>, SmtpError> {
    let left = until.saturating_duration_since(Instant::now());
    let mut bytes = stream.read_reply_bytes(left.max(Duration::from_millis(1))).await?;
    // The dialogue must see what came unasked: only so does it know that replies and commands are in step.
    bytes.append(&mut stream.take_unread());
    Ok(bytes)
}
