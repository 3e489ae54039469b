//! The question to a mail server, as a state machine without I/O: bytes in, steps out, deadlines as data.
//!
//! Banner, EHLO (HELO when that is refused), STARTTLS when offered or demanded, MAIL, RCPT of each target, RCPT of a
//! random control address unless all were refused, RSET, QUIT. Never DATA.
//!
//! Where that is allowed, a server that offers PIPELINING (RFC 2920) gets MAIL and the targets in one go, and in a second
//! one all that follows from their replies, QUIT included. Replies come in the order of the commands; that none was missing and none too many
//! shows at RSET and QUIT, whose replies are no answer to anything else. Otherwise no answer counts. Any other server
//! gets no command before the reply to the one before.
//!
//! Of several targets, one that was refused is asked about again before the control, and one that was accepted after
//! it: a server that counts, and refuses for that, is found out by answering one question in two ways.

use std::collections::VecDeque;
use std::time::Duration;

use super::classify::{Class, Phase, classify};
use super::operator::OTHER;
use super::reply::{Reply, ReplyReader};

#[cfg(test)]
mod tests;
mod twice;

/// How long each step of the dialogue may take, from its command to the end of its reply. Shorter than the minutes of
/// RFC 5321 §4.5.3.2, which is safe because silence is never counted against a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Making the connection: 10 s.
    pub connect: Duration,
    /// The greeting: 30 s.
    pub banner: Duration,
    /// EHLO and HELO: 15 s each.
    pub ehlo: Duration,
    /// STARTTLS, and the handshake: 15 s each.
    pub start_tls: Duration,
    /// MAIL FROM: 30 s.
    pub mail: Duration,
    /// RCPT TO: 60 s each.
    pub rcpt: Duration,
    /// RSET and QUIT: 5 s each.
    pub closing: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let secs = Duration::from_secs;
        Self {
            connect: secs(10),
            banner: secs(30),
            ehlo: secs(15),
            start_tls: secs(15),
            mail: secs(30),
            rcpt: secs(60),
            closing: secs(5),
        }
    }
}

impl Deadlines {
    /// The deadline of a step.
    #[must_use]
    pub const fn of(&self, phase: Phase) -> Duration {
        match phase {
            Phase::Connect => self.connect,
            Phase::Banner => self.banner,
            Phase::Ehlo => self.ehlo,
            Phase::StartTls => self.start_tls,
            Phase::Mail => self.mail,
            Phase::Rcpt | Phase::Control => self.rcpt,
            Phase::Rset | Phase::Quit => self.closing,
        }
    }
}

/// What is to be asked. Every text is free of line breaks: they come from parsed addresses and names.
#[derive(Clone, Debug)]
pub struct Question {
    /// The name that EHLO gives.
    pub helo: String,
    /// The envelope sender; empty for the null sender.
    pub mail_from: String,
    /// The addresses in question, all at one domain.
    pub targets: Vec<String>,
    /// Whether one of them needs SMTPUTF8 (RFC 6531).
    pub is_international: bool,
    /// A random address at the same domain, to be asked about after them when one was accepted.
    pub control: Option<String>,
    /// Whether to use STARTTLS when it is offered. Off after a failed handshake.
    pub use_tls: bool,
    /// Whether several commands may be written at once where PIPELINING is offered.
    pub at_once: bool,
}

/// What happened outside.
#[derive(Debug)]
pub enum Input<'a> {
    /// These bytes arrived.
    Bytes(&'a [u8]),
    /// These bytes had arrived before the command that the last step asked for was written.
    Unasked(&'a [u8]),
    /// More bytes arrived than a reply may have.
    TooManyBytes,
    /// The TLS handshake succeeded.
    Secured,
    /// The TLS handshake failed; the connection is of no more use.
    HandshakeFailed,
    /// The deadline of the step passed.
    TimedOut,
    /// The other side closed or reset the connection.
    Closed,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Write this line and its end, and read until the deadline of this phase, which starts now.
    Send(Phase, String),
    /// Write these lines at once, and read until the deadline of this phase, which starts now: replies to all will come.
    SendAll(Phase, Vec<String>),
    /// Read the reply to the next of the lines that were written at once, until the deadline of this phase, which starts
    /// now.
    Next(Phase),
    /// Go on reading in this phase. For the banner its deadline starts with the first of these steps.
    Read(Phase),
    /// Make the TLS handshake.
    Handshake,
    /// Write this line and close: nothing hangs on the reply.
    Leave(String),
    /// Close the connection.
    Close,
}

/// How the dialogue came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every question was asked and answered.
    Completed,
    /// Silence in this phase.
    TimedOut(Phase),
    /// The connection was lost in this phase.
    Dropped(Phase),
    /// A refusal before any address was asked about.
    Refused(Phase, Reply),
    /// Bytes that are no reply, a reply that does not belong to the command, or more replies than commands.
    Garbled(Phase),
    /// No TLS although both sides began it.
    HandshakeFailed,
    /// The address needs SMTPUTF8, and the server does not offer it.
    NoSmtpUtf8,
}

/// What was found out about all addresses of a dialogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupFindings {
    /// The replies about the addresses in question, in their order; fewer when the dialogue ended before.
    pub targets: Vec<Reply>,
    /// The reply about the control address.
    pub control: Option<Reply>,
    /// Whether an address that was asked about twice was answered in two ways.
    pub contradicted: bool,
    /// How the dialogue ended.
    pub ended: Ended,
    /// Whether TLS was in use at the end.
    pub secured: bool,
}

impl GroupFindings {
    /// What was found out about the address at this place.
    #[must_use]
    pub fn of(&self, at: usize) -> Findings {
        Findings {
            target: self.targets.get(at).cloned(),
            control: self.control.clone(),
            ended: self.ended.clone(),
            secured: self.secured,
        }
    }
}

/// What was found out about one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// The reply about the address in question.
    pub target: Option<Reply>,
    /// The reply about the control address.
    pub control: Option<Reply>,
    /// How the dialogue ended.
    pub ended: Ended,
    /// Whether TLS was in use at the end.
    pub secured: bool,
}

/// Whom a RCPT is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Targets,
    /// The target at this place, which was refused.
    RefusedAgain(usize),
    Control,
    /// The target at this place, which was accepted.
    AcceptedAgain(usize),
}

/// A command, and whom it is about.
#[derive(Debug)]
struct Command {
    phase: Phase,
    about: About,
    line: String,
}

impl Command {
    fn rcpt(phase: Phase, about: About, address: &str) -> Self {
        Self { phase, about, line: format!("RCPT TO:<{address}>") }
    }
}

/// The dialogue with one server over one connection.
#[derive(Debug)]
pub struct Dialogue {
    question: Question,
    reader: ReplyReader,
    phase: Phase,
    said_helo: bool,
    secured: bool,
    /// The refusal that made us try STARTTLS unasked.
    tls_demand: Option<(Phase, Reply)>,
    about: About,
    /// Whether the server offered PIPELINING.
    pipelines: bool,
    /// What is to be written yet before it is seen what follows.
    left: VecDeque<Command>,
    /// What was written at once with the command of this phase, and is not answered yet.
    due: VecDeque<(Phase, About)>,
    targets: Vec<Reply>,
    control: Option<Reply>,
    contradicted: bool,
    /// RSET was not understood, so that it did not show whether replies and commands are in step.
    in_doubt: bool,
    ended: Option<Ended>,
}

impl Dialogue {
    /// A dialogue on a fresh connection: the first step is always to read the banner.
    #[must_use]
    pub fn new(question: Question) -> Self {
        Self {
            question,
            reader: ReplyReader::default(),
            phase: Phase::Banner,
            said_helo: false,
            secured: false,
            tls_demand: None,
            about: About::Targets,
            pipelines: false,
            left: VecDeque::new(),
            due: VecDeque::new(),
            targets: Vec::new(),
            control: None,
            contradicted: false,
            in_doubt: false,
            ended: None,
        }
    }

    /// Takes in what happened and says what to do next.
    pub fn take(&mut self, input: &Input<'_>) -> Step {
        match input {
            Input::Bytes(bytes) => {
                self.reader.push(bytes);
                let mut step = Step::Read(self.phase);
                loop {
                    match self.reader.next_reply() {
                        Ok(None) => return step,
                        Ok(Some(reply)) => step = self.answered(reply),
                        Err(_) => return self.stop(Ended::Garbled(self.phase)),
                    }
                    if !matches!(step, Step::Next(_)) {
                        return step;
                    }
                }
            }
            Input::Unasked(bytes) => self.spoke_unasked(bytes),
            Input::TooManyBytes => self.stop(Ended::Garbled(self.phase)),
            Input::Secured => {
                self.secured = true;
                // Nothing said in clear text counts any more (RFC 3207 §4.2).
                self.reader.clear();
                self.said_helo = false;
                self.ehlo()
            }
            Input::HandshakeFailed => self.stop(Ended::HandshakeFailed),
            Input::TimedOut => self.stop(Ended::TimedOut(self.phase)),
            Input::Closed => self.stop(Ended::Dropped(self.phase)),
        }
    }

    /// What was found out. Before the last step, the dialogue counts as dropped.
    #[must_use]
    pub fn findings(self) -> GroupFindings {
        let ended = self.ended.unwrap_or(Ended::Dropped(self.phase));
        let Self { targets, control, contradicted, secured, .. } = self;
        GroupFindings { targets, control, contradicted, ended, secured }
    }

    fn answered(&mut self, reply: Reply) -> Step {
        if !self.reader.is_empty() && self.due.is_empty() && !matches!(self.phase, Phase::Rset | Phase::Quit) {
            return self.spoke_out_of_turn(reply);
        }
        if self.tls_demand.is_some() && self.phase != Phase::StartTls {
            return self.start_tls_when_answered(); // The demand was the answer to what was written along with it too.
        }
        match self.phase {
            Phase::Banner => match reply.code {
                220 => self.ehlo(),
                _ => self.refused_or_garbled(reply),
            },
            Phase::Ehlo => match reply.code {
                250 => self.greeted(&reply),
                500..=599 if !self.said_helo => {
                    self.said_helo = true;
                    self.send(Phase::Ehlo, format!("HELO {}", self.question.helo))
                }
                _ => self.refused_or_garbled(reply),
            },
            Phase::StartTls => match (reply.code, self.tls_demand.take()) {
                (220, _) => Step::Handshake,
                // Demanded and not to be had: the demand is the answer.
                (_, Some((phase, demand))) => self.quit(Ended::Refused(phase, demand)),
                // Offered and not to be had: go on in clear text, as mail would.
                (_, None) => self.mail(),
            },
            Phase::Mail => match reply.code {
                250 => self.go_on(),
                _ if self.demands_tls(&reply) => self.start_tls_on_demand(reply),
                _ => self.refused_or_garbled(reply),
            },
            Phase::Rcpt if self.demands_tls(&reply) => self.start_tls_on_demand(reply),
            Phase::Rcpt => {
                let is_goodbye = reply.code == 421;
                match self.about {
                    About::RefusedAgain(at) | About::AcceptedAgain(at) => {
                        self.contradicted |= !self.targets.get(at).is_some_and(|first| twice::agree(first, &reply));
                    }
                    About::Targets | About::Control => self.targets.push(reply),
                }
                if is_goodbye { self.reset() } else { self.go_on() }
            }
            Phase::Control => {
                let is_goodbye = reply.code == 421;
                self.control = Some(reply);
                if is_goodbye { self.reset() } else { self.go_on() }
            }
            Phase::Rset => {
                // RSET is never refused except as unknown. Any other answer belongs to an earlier command, and then
                // so did the ones about the addresses. Of "unknown" that shows at the next command.
                self.in_doubt = matches!(reply.code, 500 | 502);
                if !self.due.is_empty() {
                    // QUIT was written along. Its own reply may not have come before the one to RSET.
                    if matches!(reply.code, 250 | 421 | 500 | 502) {
                        self.ended = Some(Ended::Completed);
                        return self.go_on();
                    }
                    self.disbelieve();
                    self.ended = Some(Ended::Garbled(Phase::Rset));
                    return Step::Close;
                }
                if reply.is_positive() || self.in_doubt || reply.code == 421 {
                    self.quit(Ended::Completed)
                } else {
                    self.disbelieve();
                    self.quit(Ended::Garbled(Phase::Rset))
                }
            }
            Phase::Quit
                if self.pipelines && !matches!(reply.code, 221 | 421)
                    || self.in_doubt && reply.is_positive() && reply.code != 221 =>
            {
                self.disbelieve();
                self.ended = Some(Ended::Garbled(Phase::Rset));
                Step::Close
            }
            Phase::Quit | Phase::Connect => Step::Close,
        }
    }

    /// Bytes that nobody had asked for. A goodbye (421) may come at any time and is the answer to whatever would have
    /// been asked next (RFC 5321 §3.8); of anything else it is not known what it answers.
    fn spoke_unasked(&mut self, bytes: &[u8]) -> Step {
        self.reader.push(bytes);
        match self.reader.next_reply() {
            Ok(Some(reply)) if reply.code == 421 => self.answered(reply),
            _ => {
                self.disbelieve();
                self.stop(Ended::Garbled(self.phase))
            }
        }
    }

    /// More bytes than the one reply that was due. A server that refuses and says goodbye in one breath (421) has
    /// answered; of any other it is not known which reply is to what.
    fn spoke_out_of_turn(&mut self, reply: Reply) -> Step {
        let goodbye = matches!(self.reader.next_reply(), Ok(Some(Reply { code: 421, .. })));
        let phase = self.phase;
        match phase {
            Phase::Rcpt if goodbye => self.targets.push(reply),
            Phase::Control if goodbye => self.control = Some(reply),
            _ => {
                self.disbelieve();
                return self.stop(Ended::Garbled(phase));
            }
        }
        self.stop(Ended::Dropped(phase))
    }

    fn disbelieve(&mut self) {
        self.targets.clear();
        self.control = None;
    }

    /// Waits for the reply to the next command that was written, or writes the next, or as many as may go at once.
    fn go_on(&mut self) -> Step {
        if let Some((phase, about)) = self.due.pop_front() {
            (self.phase, self.about) = (phase, about);
            return Step::Next(phase);
        }
        if self.left.is_empty() {
            self.left = self.what_follows();
        }
        let Some(Command { phase, about, line }) = self.left.pop_front() else { return self.quit(Ended::Completed) };
        (self.phase, self.about) = (phase, about);
        if !self.pipelines || self.left.is_empty() {
            return Step::Send(phase, line);
        }
        let mut lines = vec![line];
        for Command { phase, about, line } in self.left.drain(..) {
            self.due.push_back((phase, about));
            lines.push(line);
        }
        Step::SendAll(phase, lines)
    }

    /// What is asked when all targets were: the control, unless all were refused for good. Greylisting counts each
    /// recipient by itself, so that a control that is asked about with a target that is put off has waited as long when
    /// both are asked again.
    fn what_follows(&self) -> VecDeque<Command> {
        let (targets, asked) = (&self.question.targets, self.targets.len());
        let again = |at: usize, about| targets.get(at).map(|target| Command::rcpt(Phase::Rcpt, about, target));
        let is_group = asked > 1 && self.targets.iter().any(twice::is_accepted);
        let wants_control = |reply: &Reply| twice::is_accepted(reply) || reply.is_temporary();
        let control = self.question.control.as_ref().filter(|_| self.targets.iter().any(wants_control));
        let refused = twice::refused(&self.targets, asked).filter(|_| is_group);
        let accepted = twice::accepted(&self.targets, asked + 2).filter(|_| is_group && control.is_some());
        let plain = |phase, line: &str| Command { phase, about: About::Targets, line: line.to_owned() };
        let rcpts = [
            refused.and_then(|at| again(at, About::RefusedAgain(at))),
            control.map(|control| Command::rcpt(Phase::Control, About::Control, control)),
            accepted.and_then(|at| again(at, About::AcceptedAgain(at))),
        ];
        let farewell = self.pipelines.then(|| plain(Phase::Quit, "QUIT"));
        rcpts.into_iter().flatten().chain([plain(Phase::Rset, "RSET")]).chain(farewell).collect()
    }

    /// After a goodbye: what else was written along is answered by it.
    fn reset(&mut self) -> Step {
        self.left.clear();
        if self.pipelines {
            return self.quit(Ended::Completed);
        }
        self.send(Phase::Rset, "RSET".to_owned())
    }

    fn demands_tls(&self, reply: &Reply) -> bool {
        !self.secured && self.question.use_tls && classify(self.phase, reply, OTHER).class == Class::TlsRequired
    }

    fn start_tls_on_demand(&mut self, reply: Reply) -> Step {
        self.tls_demand = Some((self.phase, reply));
        self.left.clear();
        self.start_tls_when_answered()
    }

    fn start_tls_when_answered(&mut self) -> Step {
        if self.due.is_empty() { self.send(Phase::StartTls, "STARTTLS".to_owned()) } else { self.go_on() }
    }

    fn greeted(&mut self, reply: &Reply) -> Step {
        if reply.offers("STARTTLS") && !self.secured && self.question.use_tls {
            return self.send(Phase::StartTls, "STARTTLS".to_owned());
        }
        if self.question.is_international && !reply.offers("SMTPUTF8") {
            return self.quit(Ended::NoSmtpUtf8);
        }
        self.pipelines = self.question.at_once && reply.offers("PIPELINING");
        self.mail()
    }

    fn ehlo(&mut self) -> Step {
        self.send(Phase::Ehlo, format!("EHLO {}", self.question.helo))
    }

    fn mail(&mut self) -> Step {
        let utf8 = if self.question.is_international { " SMTPUTF8" } else { "" };
        let line = format!("MAIL FROM:<{}>{utf8}", self.question.mail_from);
        let mail = Command { phase: Phase::Mail, about: About::Targets, line };
        let target = |target: &String| Command::rcpt(Phase::Rcpt, About::Targets, target);
        let targets = self.question.targets.iter().skip(self.targets.len()).map(target);
        self.left = std::iter::once(mail).chain(targets).collect();
        self.go_on()
    }

    fn refused_or_garbled(&mut self, reply: Reply) -> Step {
        let phase = self.phase;
        self.quit(if reply.code >= 400 { Ended::Refused(phase, reply) } else { Ended::Garbled(phase) })
    }

    fn quit(&mut self, ended: Ended) -> Step {
        self.ended = Some(ended);
        if self.due.iter().any(|(phase, _)| *phase == Phase::Quit) {
            return Step::Close; // It was said already.
        }
        if self.in_doubt {
            return self.send(Phase::Quit, "QUIT".to_owned());
        }
        self.phase = Phase::Quit;
        Step::Leave("QUIT".to_owned())
    }

    /// Ends without another word. What was answered before still counts, and once both answers are in, how the
    /// connection ends does not matter.
    fn stop(&mut self, ended: Ended) -> Step {
        let answered = matches!(self.phase, Phase::Rset | Phase::Quit) && !self.targets.is_empty();
        self.ended.get_or_insert(if answered { Ended::Completed } else { ended });
        Step::Close
    }

    fn send(&mut self, phase: Phase, line: String) -> Step {
        self.phase = phase;
        Step::Send(phase, line)
    }
}
