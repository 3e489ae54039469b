//! One SMTP conversation from the server's side, as a state machine without I/O.

use std::net::IpAddr;
use std::sync::PoisonError;
use std::time::Duration;

use super::reply::{Reply, Saying};
use crate::site::{Behaviour, Mailbox, Nonsense, Phase, Site, Voice};
use crate::world::Internet;

/// What the server does next.
pub(super) enum Act {
    /// Sends these bytes and waits for a command.
    Say(Vec<u8>),
    /// Sends these bytes and closes.
    SayAndClose(Vec<u8>),
    /// Sends these bytes, then both sides start TLS.
    StartTls(Vec<u8>),
    /// Closes without a word.
    Close,
    /// Says nothing more.
    Mute,
}

/// The state of a conversation.
pub(super) struct Dialogue<'a> {
    internet: &'a Internet,
    host: &'a str,
    client: IpAddr,
    greeted: bool,
    secure: bool,
    sender: Option<String>,
    rcpts: u32,
}

impl<'a> Dialogue<'a> {
    pub(super) fn new(internet: &'a Internet, host: &'a str, client: IpAddr) -> Self {
        Self { internet, host, client, greeted: false, secure: false, sender: None, rcpts: 0 }
    }

    /// The site whose server this is, as it behaves now.
    fn site(&self) -> Site {
        self.internet.site(self.host).unwrap_or_else(|| Site::new(self.host))
    }

    /// How long the server waits before each reply.
    pub(super) fn delay(&self) -> Option<Duration> {
        if let Behaviour::Tarpits { delay } = self.site().behaviour { Some(delay) } else { None }
    }

    pub(super) fn banner(&self) -> Act {
        let site = self.site();
        if let Some(act) = interruption(&site, Phase::Banner) {
            return act;
        }
        if site.behaviour == Behaviour::Nonsense(Nonsense::NotSmtp) {
            return Act::SayAndClose(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".to_vec());
        }
        let protocol = if site.voice.helo_only { "SMTP" } else { "ESMTP" };
        Act::Say(format!("220 mx.{} {protocol} ready\r\n", self.host).into_bytes())
    }

    /// Starts again inside TLS: the client has to greet anew (RFC 3207 §4.2).
    pub(super) fn secured(&mut self) {
        self.secure = true;
        self.greeted = false;
        self.sender = None;
    }

    pub(super) fn line_too_long(&self) -> Act {
        self.internet.log.host(self.host, |log| log.lines_too_long += 1);
        Act::SayAndClose(b"500 5.5.6 Line too long\r\n".to_vec())
    }

    pub(super) fn too_many_commands(&self) -> Act {
        self.internet.log.command(self.host, "(limit of commands)");
        Act::SayAndClose(b"421 4.7.0 Too many commands\r\n".to_vec())
    }

    pub(super) fn command(&mut self, line: &str) -> Act {
        self.internet.log.command(self.host, line);
        let site = self.site();
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => self.ehlo(&site),
            "HELO" => self.helo(&site),
            "STARTTLS" if site.voice.starttls && !self.secure => {
                Act::StartTls(Reply::new(220, "2.0.0", "Go ahead").bytes(site.voice))
            }
            "MAIL" => self.mail(&site, rest),
            "RCPT" => self.rcpt(&site, rest),
            "RSET" => {
                self.sender = None;
                Act::Say(Reply::new(250, "2.0.0", "Reset").bytes(site.voice))
            }
            "NOOP" => Act::Say(Reply::new(250, "2.0.0", "OK").bytes(site.voice)),
            "HELP" => Act::Say(Reply::new(214, "2.0.0", "See RFC 5321").bytes(site.voice)),
            "VRFY" => Act::Say(Reply::new(252, "2.5.2", "Send some mail, I will try").bytes(site.voice)),
            "QUIT" => Act::SayAndClose(Reply::new(221, "2.0.0", "Bye").bytes(site.voice)),
            "DATA" | "BDAT" => {
                self.internet.log.host(self.host, |log| log.data_asked += 1);
                Act::Say(Reply::new(554, "5.5.1", "This server takes no messages").bytes(site.voice))
            }
            _ => Act::Say(Reply::new(502, "5.5.1", "Command not known").bytes(site.voice)),
        }
    }

    fn ehlo(&mut self, site: &Site) -> Act {
        if let Some(act) = interruption(site, Phase::Ehlo) {
            return act;
        }
        if site.voice.helo_only {
            return Act::Say(b"502 Command not known\r\n".to_vec());
        }
        self.greeted = true;
        let mut lines = vec![format!("mx.{}", self.host), "SIZE 10485760".to_owned(), "8BITMIME".to_owned()];
        if site.voice.enhanced {
            lines.push("ENHANCEDSTATUSCODES".to_owned());
        }
        if site.voice.smtputf8 {
            lines.push("SMTPUTF8".to_owned());
        }
        if site.voice.starttls && !self.secure {
            lines.push("STARTTLS".to_owned());
        }
        let mut text: String = lines.iter().flat_map(|line| ["250-", line, "\r\n"]).collect();
        text.push_str("250 HELP\r\n");
        Act::Say(text.into_bytes())
    }

    fn helo(&mut self, site: &Site) -> Act {
        if let Some(act) = interruption(site, Phase::Ehlo) {
            return act;
        }
        self.greeted = true;
        Act::Say(format!("250 mx.{}\r\n", self.host).into_bytes())
    }

    fn mail(&mut self, site: &Site, rest: &str) -> Act {
        if let Some(act) = interruption(site, Phase::Mail) {
            return act;
        }
        if !self.greeted {
            return Act::Say(Reply::new(503, "5.5.1", "Greet first").bytes(site.voice));
        }
        if site.behaviour == Behaviour::RequiresTls && !self.secure {
            return Act::Say(Reply::new(530, "5.7.0", "Must issue a STARTTLS command first").bytes(site.voice));
        }
        let Some(sender) = path(rest, "FROM:") else {
            return Act::Say(Reply::new(501, "5.5.4", "Syntax: MAIL FROM:<address>").bytes(site.voice));
        };
        if rest.to_ascii_uppercase().contains(" SMTPUTF8") && !site.voice.smtputf8 {
            return Act::Say(Reply::new(555, "5.5.4", "SMTPUTF8 is not offered").bytes(site.voice));
        }
        self.sender = Some(sender.to_owned());
        Act::Say(Reply::new(250, "2.1.0", "Sender OK").bytes(site.voice))
    }

    fn rcpt(&mut self, host: &Site, rest: &str) -> Act {
        let Some(sender) = self.sender.clone() else {
            return Act::Say(Reply::new(503, "5.5.1", "Say MAIL first").bytes(host.voice));
        };
        let Some(address) = path(rest, "TO:") else {
            return Act::Say(Reply::new(501, "5.5.4", "Syntax: RCPT TO:<address>").bytes(host.voice));
        };
        self.internet.log.rcpt(self.host, address);
        self.rcpts += 1;
        let phase = if self.rcpts == 1 { Phase::Rcpt } else { Phase::SecondRcpt };
        if let Some(act) = interruption(host, phase) {
            return act;
        }
        // The domain decides, not the server: two domains on one server may behave differently.
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let Some(site) = self.internet.site_served_by(domain, self.host) else {
            return Act::Say(Reply::new(550, "5.7.1", "Relaying denied").bytes(host.voice));
        };
        self.recipient(&site, &sender, local, address)
    }

    fn recipient(&self, site: &Site, sender: &str, local: &str, address: &str) -> Act {
        let voice = site.voice;
        let honest = |local: &str| match site.state_of(local) {
            Mailbox::Exists => Reply::new(250, "2.1.5", "Recipient OK").bytes(voice),
            Mailbox::Unknown => Reply::saying(Saying::Unknown, voice.language).bytes(voice),
            Mailbox::Full => Reply::saying(Saying::Full, voice.language).bytes(voice),
            Mailbox::Disabled => Reply::saying(Saying::Disabled, voice.language).bytes(voice),
        };
        Act::Say(match &site.behaviour {
            Behaviour::CatchAll => Reply::new(250, "2.1.5", "Recipient OK").bytes(voice),
            Behaviour::RefusesAll => Reply::saying(Saying::Unknown, voice.language).bytes(voice),
            Behaviour::Greylists { after, says_so } => {
                if self.internet.has_waited(self.client, sender, address, *after) {
                    honest(local)
                } else {
                    greylisted(*says_so, voice)
                }
            }
            Behaviour::Blocks { at: Phase::Rcpt } => Reply::saying(Saying::Blocked, voice.language).bytes(voice),
            Behaviour::BlocksAsUnknown => Reply::new(
                550,
                "5.1.1",
                "Recipient rejected: client host blocked using bl.dnsbl.example, see http://dnsbl.example/lookup",
            )
            .bytes(voice),
            Behaviour::RateLimits { rcpts } if self.rcpts > *rcpts => {
                return Act::SayAndClose(Reply::new(421, "4.7.0", "Too many recipients, come back later").bytes(voice));
            }
            Behaviour::TempFail => Reply::saying(Saying::TempFail, voice.language).bytes(voice),
            Behaviour::OutOfStorage => Reply::new(452, "4.3.1", "Insufficient system storage").bytes(voice),
            Behaviour::RefusesSender => {
                Reply::new(550, "5.1.8", "Sender address rejected: domain not acceptable").bytes(voice)
            }
            Behaviour::OneRecipient if self.rcpts > 1 => {
                Reply::new(452, "4.5.3", "One recipient for each message, please").bytes(voice)
            }
            Behaviour::Sours { rcpts, reply } if self.rcpts > *rcpts => format!("{reply}\r\n").into_bytes(),
            Behaviour::ByCount { replies, cycles } => {
                let before = self.rcpts.saturating_sub(1) as usize;
                let at = if *cycles { before % replies.len().max(1) } else { before.min(replies.len().max(1) - 1) };
                format!("{}\r\n", replies.get(at).unwrap_or(&"451 4.3.0 No script")).into_bytes()
            }
            Behaviour::WillNotSay => {
                Reply::new(252, "2.1.5", "Cannot check the recipient, will accept and try").bytes(voice)
            }
            Behaviour::Unclear => b"550 Message refused (code 4711)\r\n".to_vec(),
            Behaviour::Nonsense(Nonsense::LongLine) => {
                let mut line = b"250 ".to_vec();
                line.resize(64 * 1024, b'x');
                line.extend_from_slice(b"\r\n");
                line
            }
            Behaviour::Nonsense(Nonsense::EndlessReply) => {
                let mut lines = b"250-and another thing\r\n".repeat(2000);
                lines.extend_from_slice(b"250 that was all\r\n");
                lines
            }
            Behaviour::Nonsense(Nonsense::CodesDisagree) => b"250-Recipient\r\n550 not OK\r\n".to_vec(),
            _ => honest(local),
        })
    }
}

fn greylisted(says_so: bool, voice: Voice) -> Vec<u8> {
    let saying = if says_so { Saying::Greylisted } else { Saying::TryLater };
    Reply::saying(saying, voice.language).bytes(voice)
}

/// What a behaviour does at a phase in place of an answer.
fn interruption(site: &Site, phase: Phase) -> Option<Act> {
    match site.behaviour {
        Behaviour::Drops { at } if at == phase => Some(Act::Close),
        Behaviour::Silent { at } if at == phase => Some(Act::Mute),
        Behaviour::Blocks { at } if at == phase => {
            let reply = Reply::saying(Saying::Blocked, site.voice.language);
            Some(match phase {
                Phase::Banner => Act::SayAndClose(reply.with_code(554).bytes(site.voice)),
                _ => Act::Say(reply.bytes(site.voice)),
            })
        }
        _ => None,
    }
}

/// The address in `FROM:<a@b> …` or `TO:<a@b> …`; empty for the null sender.
pub(crate) fn path<'a>(rest: &'a str, keyword: &str) -> Option<&'a str> {
    let head = rest.get(..keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (address, _) = rest[keyword.len()..].trim_start().strip_prefix('<')?.split_once('>')?;
    Some(address)
}

impl Internet {
    /// Whether this triple was first seen at least `after` ago; its first time is noted now.
    fn has_waited(&self, client: IpAddr, sender: &str, address: &str, after: Duration) -> bool {
        /// Most triples that are remembered.
        const TRIPLES_MAX: usize = 100_000;
        let now = self.clock.now();
        let mut seen = self.greylist.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= TRIPLES_MAX {
            seen.clear();
        }
        let first = *seen.entry((client, sender.to_lowercase(), address.to_lowercase())).or_insert(now);
        // The clock may have been set back: then no time has passed.
        after.is_zero() || (now - first).to_std().is_ok_and(|waited| waited >= after)
    }
}
