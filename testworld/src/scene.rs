//! Scenes: a scripted domain, the address that is asked about, and what is true of it, as text.
//!
//! A file of scenes is a list of `key: value` lines; `scene:` begins a new one, `#` a comment.
//!
//! | Key | Value |
//! |---|---|
//! | `scene` | the name; the domain is `<name>.example` |
//! | `lang`, `because` | the language of the replies; which standard decides |
//! | `truth`, `later` | `verdict reason reason…`, alternatives after `\|`; `later` holds when the address is asked again |
//! | `catch_all` | `yes`, `no` or `unknown` |
//! | `ask` | the local part; `ada` unless said |
//! | `dns` | what DNS says, see [`naming`] |
//! | `host` | `preference name [dead \| at address]`; the turns below belong to it. A name without a dot lies in the domain |
//! | `banner` `ehlo` `helo` `starttls` `mail` `target` `control` `rset` `quit` | what is said then; `target@2` from the second connection on |
//!
//! In what is said, `\n` ends a line, `\xHH` is an octet, `{rcpt}` and its like are filled in, and `[[…]]` does
//! something else than to speak: `wait MS`, `hear`, `close`, `reset`, `silence`, `tls`, `flood BYTES TEXT`, `bare` (no end of
//! line at the end), `as ENCODING`.

mod speech;

use std::net::Ipv4Addr;
use std::str::FromStr as _;

use crate::script::{Host, Naming, Place, Script, Turn};

/// One scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// Its name.
    pub name: String,
    /// The language of the replies, as in BCP 47.
    pub language: String,
    /// Which rule decides what is true.
    pub because: String,
    /// The address that is asked about.
    pub address: String,
    /// What is true after the first question; the first is the best answer, the others are no mistakes.
    pub truth: Vec<Truth>,
    /// What is true after the address was asked again, where that differs.
    pub later: Option<Vec<Truth>>,
    /// What is true about the whole domain, where it can be known.
    pub catch_all: Option<String>,
    /// The servers.
    pub script: Script,
}

/// A verdict with the reasons that may stand beside it; none listed means any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// The verdict's code.
    pub verdict: String,
    /// The codes of the reasons.
    pub reasons: Vec<String>,
}

impl Truth {
    /// Whether an answer agrees.
    #[must_use]
    pub fn allows(&self, verdict: &str, reason: &str) -> bool {
        self.verdict == verdict && (self.reasons.is_empty() || self.reasons.iter().any(|one| one == reason))
    }
}

/// Why a text is no list of scenes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct SceneError {
    /// Where, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

/// Reads a file of scenes.
pub fn parse(text: &str) -> Result<Vec<Scene>, SceneError> {
    let mut scenes: Vec<Draft> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let fault = |what: String| SceneError { line: number + 1, what };
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once(':').ok_or_else(|| fault("no key".to_owned()))?;
        let value = value.trim_start();
        if key == "scene" {
            scenes.push(Draft::new(value));
            continue;
        }
        let draft = scenes.last_mut().ok_or_else(|| fault("no scene has begun".to_owned()))?;
        draft.take(key, value).map_err(fault)?;
    }
    Ok(scenes.into_iter().map(Draft::finished).collect())
}

/// What DNS says, by the word of a scene.
#[must_use]
pub fn naming(word: &str) -> Option<Naming> {
    Some(match word {
        "nxdomain" => Naming::NxDomain,
        "servfail" => Naming::ServFail,
        "servfail-mx" => Naming::ServFailForMx,
        "refused" => Naming::Refused,
        "silent" => Naming::Silent,
        "null-mx" => Naming::NullMx,
        "null-mx-beside" => Naming::NullMxBeside,
        "nothing" => Naming::Nothing,
        "implicit" => Naming::Implicit,
        "cname" => Naming::Alias,
        "mx-cname" => Naming::MxToAlias,
        "loop" => Naming::AliasLoop,
        "mx-loop" => Naming::MxToAliasLoop,
        "many" => Naming::Many,
        "truncated" => Naming::Truncated,
        "tcp-lies" => Naming::TcpLies,
        "length-lies" => Naming::LengthLies,
        "garbage" => Naming::Garbage,
        "wrong-id" => Naming::WrongId,
        "wrong-question" => Naming::WrongQuestion,
        "mx-literal" => Naming::MxLiteral,
        "mx-nx" => Naming::MxMissing,
        "mx-servfail" => Naming::MxServFail,
        "mx-nx-then-good" => Naming::MxMissingThenHosts,
        "mx-localhost" => Naming::MxLocalhost,
        _ => return None,
    })
}

/// A scene whose lines are being read.
struct Draft {
    scene: Scene,
    /// Whether the scene has named a host; until then the usual one stands.
    named: bool,
}

impl Draft {
    fn new(name: &str) -> Self {
        let script = Script::new(&format!("{name}.example"), "ada");
        let scene = Scene {
            name: name.to_owned(),
            language: String::new(),
            because: String::new(),
            address: String::new(),
            truth: Vec::new(),
            later: None,
            catch_all: None,
            script,
        };
        Self { scene, named: false }
    }

    fn take(&mut self, key: &str, value: &str) -> Result<(), String> {
        let scene = &mut self.scene;
        match key {
            "lang" => value.clone_into(&mut scene.language),
            "because" => value.clone_into(&mut scene.because),
            "truth" => scene.truth = truths(value)?,
            "later" => scene.later = Some(truths(value)?),
            "catch_all" => scene.catch_all = Some(value.to_owned()),
            "ask" => scene.script.target = value.to_lowercase(),
            "dns" => scene.script.naming = naming(value).ok_or_else(|| format!("DNS knows no {value}"))?,
            "host" => {
                let host = host(value, &scene.script.domain)?;
                if !self.named {
                    scene.script.hosts.clear();
                    self.named = true;
                }
                scene.script.hosts.push(host);
            }
            "tls-required" => self.host()?.tls_required = value == "yes",
            said => self.says(said, value)?,
        }
        Ok(())
    }

    fn host(&mut self) -> Result<&mut Host, String> {
        self.scene.script.hosts.last_mut().ok_or_else(|| "there is no host".to_owned())
    }

    fn says(&mut self, key: &str, value: &str) -> Result<(), String> {
        let (turn, connection) = match key.split_once('@') {
            Some((turn, number)) => (turn, number.parse::<usize>().map_err(|error| error.to_string())?),
            None => (key, 1),
        };
        let turn = turn_of(turn).ok_or_else(|| format!("no such key: {key}"))?;
        let domain = self.scene.script.domain.clone();
        let host = self.host()?;
        let said = speech::parse(&value.replace("{host}", &host.name).replace("{domain}", &domain))?;
        let entries = host.turns.entry(turn).or_default();
        if connection == 2 && entries.is_empty() {
            return Err(format!("{key} without {turn:?} of the first connection"));
        }
        entries.truncate(connection.saturating_sub(1));
        entries.push(said);
        Ok(())
    }

    fn finished(mut self) -> Scene {
        self.scene.address = format!("{}@{}", self.scene.script.target, self.scene.script.domain);
        self.scene
    }
}

fn turn_of(word: &str) -> Option<Turn> {
    Some(match word {
        "banner" => Turn::Banner,
        "ehlo" => Turn::Ehlo,
        "helo" => Turn::Helo,
        "starttls" => Turn::StartTls,
        "mail" => Turn::Mail,
        "target" => Turn::Target,
        "control" => Turn::Control,
        "rset" => Turn::Rset,
        "quit" => Turn::Quit,
        _ => return None,
    })
}

fn truths(value: &str) -> Result<Vec<Truth>, String> {
    value
        .split('|')
        .map(|one| {
            let mut words = one.split_whitespace().map(str::to_owned);
            let verdict = words.next().ok_or_else(|| "no verdict".to_owned())?;
            if !["verified", "undeliverable", "risky", "unverified"].contains(&verdict.as_str()) {
                return Err(format!("{verdict} is no verdict"));
            }
            Ok(Truth { verdict, reasons: words.collect() })
        })
        .collect()
}

fn host(value: &str, domain: &str) -> Result<Host, String> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let (Some(preference), Some(name)) = (words.first(), words.get(1)) else {
        return Err("a host has a preference and a name".to_owned());
    };
    let preference = preference.parse().map_err(|_| format!("{preference} is no preference"))?;
    let name = if name.contains('.') { (*name).to_owned() } else { format!("{name}.{domain}") };
    let place = match words.get(2..).unwrap_or_default() {
        [] => Place::Here,
        ["dead"] => Place::Dead,
        ["at", address] => Place::At(Ipv4Addr::from_str(address).map_err(|error| error.to_string())?),
        other => return Err(format!("no such place: {}", other.join(" "))),
    };
    Ok(Host { place, ..Host::new(&name, preference) })
}
