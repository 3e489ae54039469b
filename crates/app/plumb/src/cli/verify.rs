//! Addresses, checked without a database.

use std::io::{ErrorKind, IsTerminal as _, Read as _};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use plumb_base::Email;
use plumb_egress::{Egress, EgressConfig, Recorder, audit};
use plumb_verify::{ListRun, Policy, Repeats, VerifyConfig, verify_list};

use super::{Failed, print, say};
use crate::cleaning::lists;
use crate::config::Config;
use crate::server::{egress_config, probe_identity};

mod input;
mod show;
#[cfg(test)]
mod tests;

use input::List;
use show::Shown;

/// Addresses under way at once, where the mail servers are other people's.
const CONCURRENCY_PUBLIC: usize = 64;
/// The same for servers of one's own.
const CONCURRENCY_PRIVATE: usize = 256;
/// Connections at once to one mail server of other people.
const PER_HOST_PUBLIC: usize = 2;
/// The first and the longest pause before an address is asked again, at other people's servers.
const PAUSES_PUBLIC: (Duration, Duration) = (Duration::from_mins(1), Duration::from_mins(15));
/// The same at servers of one's own.
const PAUSES_PRIVATE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(4));
/// Who asks, where nobody but the asker's own servers hear it (RFC 2606: this name exists nowhere).
const HELO_PRIVATE: &str = "probe.invalid";
/// In whose name, there.
const MAIL_FROM_PRIVATE: &str = "postmaster@probe.invalid";
/// Largest list on standard input, in bytes: it is read whole, since it can be read only once.
const STDIN_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Checks addresses: their form, the DNS, and the mailboxes' own servers. No message is ever sent
#[derive(Debug, Args)]
#[command(after_help = "\
A list is CSV (the column `email`, or the first that holds addresses) or has an address on each line; packed by gzip it \
is unpacked. With --json each \
address is one line of JSON, in the order of the list: email, verdict, reason, explanation, catch_all, flags, evidence, \
policy, checked_at, expires_at, retry_at. An address that comes again is not asked again.

Verdicts: verified, undeliverable, risky, unverified (not established, and counted as neither).

Mail servers of other people are asked over at most two connections each. With --allow-private that bound falls away: \
the servers are taken to be your own. While --wait-greylist lasts, an address is asked again when its server said, or else \
after one minute and then ever later; servers of your own after one second and then every four.

Without --helo and --mail-from only forms and the DNS are looked at, unless the servers are your own.

Exit codes: 0 every address has its verdict, whatever that is; 1 nothing could be asked, or --audit found something \
wrong; 2 asked wrongly; 3 the list changed meanwhile, and a part of it was done; 4 there is no such file.")]
pub(super) struct Verify {
    /// An address, several, a file with a list, or `-` for a list on standard input
    #[arg(required_unless_present = "audit", value_name = "ADDRESS|FILE|-")]
    what: Vec<String>,
    /// Say what each check found, in words
    #[arg(long)]
    explain: bool,
    /// DNS server to ask instead of the system's
    #[arg(long, value_name = "IP:PORT")]
    resolver: Option<SocketAddr>,
    /// Port of mail servers [default: 25]
    #[arg(long, value_name = "N")]
    smtp_port: Option<u16>,
    /// Also ask servers at loopback and private addresses, without the limits that other people's servers get
    #[arg(long)]
    allow_private: bool,
    /// The name to greet mail servers with; it must resolve to this machine and back. With --allow-private and
    /// --resolver: probe.invalid unless given
    #[arg(long, value_name = "NAME")]
    helo: Option<String>,
    /// The sender to name: a real mailbox of a domain with MX and SPF. With --allow-private and --resolver:
    /// postmaster@probe.invalid unless given
    #[arg(long, value_name = "EMAIL")]
    mail_from: Option<String>,
    /// Questions under way at once: an address, or with --allow-private up to fifty of one domain over one connection
    /// [default: 64; with --allow-private 256]
    #[arg(long, value_name = "N")]
    concurrency: Option<NonZeroUsize>,
    /// Keep asking an address whose server says "come back later" for this long, such as 30s, 10m or 2h
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration)]
    wait_greylist: Duration,
    /// Look at what mail servers look at before they answer (names of this machine's address and back, MX and SPF of
    /// the sender's domain), and ask nobody about any mailbox
    #[arg(long, conflicts_with = "what")]
    audit: bool,
    /// Mark catch-all domains as risky instead of unverified
    #[arg(long)]
    lenient: bool,
}

pub(super) async fn run(command: Verify, mut config: Config, json: bool) -> anyhow::Result<()> {
    config.resolver = command.resolver.or(config.resolver);
    config.smtp_port = command.smtp_port.unwrap_or(config.smtp_port);
    config.allow_private |= command.allow_private;
    config.helo = command.helo.clone().unwrap_or(config.helo);
    config.mail_from = command.mail_from.clone().unwrap_or(config.mail_from);
    if let Some(resolver) = config.resolver.filter(|resolver| resolver.ip().is_loopback() && !config.allow_private) {
        return Err(usage(&format!("the DNS server {resolver} is at a loopback address, which takes --allow-private")));
    }
    let has_name = name_the_asker(&mut config)?;
    if command.audit {
        if !has_name {
            return Err(usage(&format!("there is nobody to look at: {NAMELESS}")));
        }
        return audit_identity(&config, json).await;
    }
    if !has_name {
        say(format_args!("Only forms and the DNS are looked at. {NAMELESS}"));
    }
    let what = what(&command.what)?;
    let (run, egress) = limits(&command, &config);
    let verify = VerifyConfig {
        policy: if command.lenient { Policy::Lenient } else { Policy::Strict },
        ask_mail_servers: has_name,
        ..VerifyConfig::default()
    };
    let is_list = !matches!(&what, What::Addresses(some) if some.len() == 1);
    let mut shown = Shown::new(json, command.explain, is_list);
    match what {
        What::Addresses(addresses) => {
            ask(egress, &verify, &run, || Ok(addresses.clone().into_iter().map(Ok)), &mut shown).await?;
        }
        What::List(list) => ask(egress, &verify, &run, || list.addresses(), &mut shown).await?,
    }
    shown.end();
    Ok(())
}

/// Says how this machine looks to mail servers.
async fn audit_identity(config: &Config, json: bool) -> anyhow::Result<()> {
    let egress = Egress::new(egress_config(config), Recorder::memory())?;
    let report = audit(&egress, &probe_identity(config)).await?;
    if json {
        print(serde_json::to_string(&report)?);
    } else {
        for item in &report.items {
            let word = match item.ok {
                Some(true) => "good",
                Some(false) => "WRONG",
                None => "not looked at",
            };
            print(format_args!("{word:<14} {:<12} {}: {}", item.name, item.subject, item.found));
            if !item.remedy.is_empty() {
                print(format_args!("               {}", item.remedy));
            }
        }
    }
    if report.passes() {
        return Ok(());
    }
    anyhow::bail!("mail servers would not trust this machine: mend what is wrong before asking them")
}

/// What is to be checked.
enum What {
    Addresses(Vec<String>),
    List(List),
}

fn what(given: &[String]) -> anyhow::Result<What> {
    let [one] = given else { return Ok(What::Addresses(given.to_vec())) };
    if one == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(STDIN_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > STDIN_BYTES_MAX {
            return Err(usage("the list on standard input is over 512 MiB: give it as a file"));
        }
        return Ok(What::List(List::of_bytes(bytes)?));
    }
    let path = Path::new(one);
    if path.is_file() {
        return Ok(What::List(List::of_file(path)?));
    }
    if !one.contains('@') && (path.exists() || path.extension().is_some() || one.contains('/')) {
        let bytes = match std::fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Failed::Missing(format!("there is no file {one}")).into());
            }
            read => read.with_context(|| format!("{one} cannot be read"))?,
        };
        return Ok(What::List(List::of_bytes(bytes)?));
    }
    Ok(What::Addresses(vec![one.clone()]))
}

/// What somebody is told who gave no name.
const NAMELESS: &str = "Mail servers are greeted by name: give --helo (a name that resolves to this machine and back) and --mail-from (a real mailbox of yours), or set helo and mail_from in plumb.toml. For servers of your own, --allow-private with --resolver needs neither";

/// Mail servers are greeted by name; `false` when there is none. Only where nobody else hears it may it be invented.
fn name_the_asker(config: &mut Config) -> anyhow::Result<bool> {
    if config.allow_private && config.resolver.is_some() {
        if config.helo.is_empty() {
            HELO_PRIVATE.clone_into(&mut config.helo);
        }
        if config.mail_from.is_empty() {
            MAIL_FROM_PRIVATE.clone_into(&mut config.mail_from);
        }
    }
    if config.helo.is_empty() && config.mail_from.is_empty() {
        return Ok(false);
    }
    if config.helo.is_empty() || config.mail_from.is_empty() {
        return Err(usage(
            "--helo and --mail-from (helo and mail_from in plumb.toml) belong together: give both or none",
        ));
    }
    if Email::parse(&config.mail_from).is_err() {
        return Err(usage("--mail-from is not an e-mail address"));
    }
    Ok(true)
}

fn usage(text: &str) -> anyhow::Error {
    Failed::Usage(text.to_owned()).into()
}

/// How many at once, and how soon again. Other people's servers are asked little at a time; one's own as much as they
/// take.
fn limits(command: &Verify, config: &Config) -> (ListRun, EgressConfig) {
    let usual = if config.allow_private { CONCURRENCY_PRIVATE } else { CONCURRENCY_PUBLIC };
    let concurrency = command.concurrency.map_or(usual, NonZeroUsize::get);
    let per_host = if config.allow_private { concurrency } else { PER_HOST_PUBLIC };
    let (pause, pause_max) = if config.allow_private { PAUSES_PRIVATE } else { PAUSES_PUBLIC };
    let run = ListRun { concurrency, per_domain: per_host, wait_greylist: command.wait_greylist, pause, pause_max };
    let egress = EgressConfig {
        smtp_connections_max: concurrency,
        smtp_connections_per_host_max: per_host,
        ..egress_config(config)
    };
    (run, egress)
}

/// Counts the list, then goes through it.
async fn ask<I>(
    egress: EgressConfig,
    verify: &VerifyConfig,
    run: &ListRun,
    read: impl Fn() -> anyhow::Result<I>,
    shown: &mut Shown,
) -> anyhow::Result<()>
where
    I: Iterator<Item = std::io::Result<String>>,
{
    let mut total = 0_u64;
    let mut failed = None;
    let counted = read()?.map_while(|address| address.map_err(|error| failed = Some(error)).ok());
    let repeats = Repeats::count(counted.inspect(|_| total += 1));
    if let Some(error) = failed {
        return Err(error).context("the list cannot be read");
    }
    shown.expect(total);
    let egress = Egress::new(egress, Recorder::memory())?;
    let addresses = read()?.map_while(Result::ok);
    verify_list(&egress, verify, run, repeats, addresses, lists(), |address, outcome| {
        shown.one(address, outcome);
        ControlFlow::Continue(())
    })
    .await?;
    if shown.count() < total {
        return Err(Failed::Partly(format!(
            "the list changed, or could not be read again, while it was worked on: {} of {total} addresses were checked",
            shown.count()
        ))
        .into());
    }
    Ok(())
}

/// A duration such as `30s`, `10m`, `2h`, `1h30m`; a bare number is in seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no duration: write it as 30s, 10m or 2h");
    if let Ok(seconds) = text.parse() {
        return Ok(Duration::from_secs(seconds));
    }
    let (mut whole, mut rest) = (Duration::ZERO, text);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, after) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let unit = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let milliseconds = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" | "min" => 60 * 1000,
            "h" => 60 * 60 * 1000,
            "d" => 24 * 60 * 60 * 1000,
            _ => return Err(wrong()),
        };
        let part = number.checked_mul(milliseconds).map(Duration::from_millis).ok_or_else(wrong)?;
        whole = whole.checked_add(part).ok_or_else(wrong)?;
        rest = after;
    }
    // A year is longer than anybody waits, and far from where clocks end.
    if text.is_empty() || whole > Duration::from_hours(24 * 366) {
        return Err(wrong());
    }
    Ok(whole)
}

/// Whether somebody watches standard error while standard output goes elsewhere.
fn is_watched() -> bool {
    std::io::stderr().is_terminal() && !std::io::stdout().is_terminal()
}
