//! One address, checked without a database.

use std::net::SocketAddr;

use clap::Args;
use plumb_egress::{Egress, Recorder};
use plumb_verify::{Policy, Verdict, verify_one};
use serde_json::to_string_pretty;

use super::print;
use crate::cleaning::lists;
use crate::config::Config;
use crate::server::egress_config;

/// Checks one address: syntax, DNS, and the mailbox's own server.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The address
    address: String,
    /// DNS server to ask instead of the system's
    #[arg(long, value_name = "ADDRESS:PORT")]
    resolver: Option<SocketAddr>,
    /// Port of mail servers
    #[arg(long)]
    smtp_port: Option<u16>,
    /// Also ask servers at loopback and private addresses
    #[arg(long)]
    allow_private: bool,
    /// The name to greet mail servers with; it must resolve to this machine and back
    #[arg(long, value_name = "NAME")]
    helo: Option<String>,
    /// The sender to name
    #[arg(long, value_name = "EMAIL")]
    mail_from: Option<String>,
    /// Mark catch-all domains as risky instead of unverified
    #[arg(long)]
    lenient: bool,
}

pub(super) async fn run(command: Verify, mut config: Config, json: bool) -> anyhow::Result<()> {
    config.resolver = command.resolver.or(config.resolver);
    config.smtp_port = command.smtp_port.unwrap_or(config.smtp_port);
    config.allow_private |= command.allow_private;
    config.helo = command.helo.unwrap_or(config.helo);
    config.mail_from = command.mail_from.unwrap_or(config.mail_from);
    if config.helo.is_empty() || config.mail_from.is_empty() {
        let missing =
            "mail servers are greeted by name: give --helo and --mail-from (or set helo and mail_from in plumb.toml)";
        return Err(super::Failed::Usage(missing.to_owned()).into());
    }
    let policy = if command.lenient { Policy::Lenient } else { Policy::Strict };
    let egress = Egress::new(egress_config(&config), Recorder::memory())?;
    let outcome = verify_one(&egress, &command.address, policy, lists(&command.address)).await?;
    if json {
        print(to_string_pretty(&outcome)?);
        return Ok(());
    }
    print(format_args!("{}  {}", outcome.verdict.code(), outcome.reason.code()));
    print(outcome.reason.explain());
    if outcome.verdict == Verdict::Verified {
        print(format_args!("Holds until {}.", outcome.expires_at.format("%Y-%m-%d")));
    }
    Ok(())
}
