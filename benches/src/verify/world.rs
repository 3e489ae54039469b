//! The scripted internet in a process of its own, so that its time and memory are not counted with ours.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use plumb_testworld::script::Script;
use plumb_testworld::{World, WorldConfig, heldout};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::VerifyArgs;
use crate::figure::say;

/// The port of the scripted name server in a network of its own: where the system's resolver looks.
const DNS_PORT: u16 = 53;
/// The seconds for which DNS answers hold.
const TTL_SECS: u32 = 300;

/// Where the servers are.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Ports {
    pub(super) dns: SocketAddr,
    pub(super) smtp_port: u16,
}

/// A world in another process; it ends with the handle.
pub(super) struct Running {
    pub(super) ports: Ports,
    _child: Child,
}

/// The mailboxes of a long list: those that begin with this word exist.
pub(super) const KNOWN: &str = "ada";

pub(super) fn domain(number: usize) -> String {
    format!("d{number}.example")
}

impl Running {
    /// Starts the servers of the scenes.
    pub(super) async fn of_scenes(own_network: bool) -> anyhow::Result<Self> {
        Self::start(own_network, &["--scenes"]).await
    }

    /// Starts as many servers as there are domains.
    pub(super) async fn of_domains(own_network: bool, domains: usize, delay_ms: u64) -> anyhow::Result<Self> {
        Self::start(own_network, &["--domains", &domains.to_string(), "--delay-ms", &delay_ms.to_string()]).await
    }

    async fn start(own_network: bool, args: &[&str]) -> anyhow::Result<Self> {
        let port = if own_network { DNS_PORT } else { 0 };
        let mut child = Command::new(std::env::current_exe()?)
            .arg("mail-world")
            .args(args)
            .args(["--dns-port", &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut said = BufReader::new(child.stdout.take().context("the world has no output")?).lines();
        let line = said.next_line().await?.context("the world ended before it began")?;
        Ok(Self { ports: serde_json::from_str(&line)?, _child: child })
    }
}

/// Serves until standard input ends: the other process's part.
pub(crate) async fn serve(args: &VerifyArgs) -> anyhow::Result<()> {
    let scripts = if args.scenes {
        heldout::scenes()?.into_iter().map(|scene| scene.script).collect()
    } else {
        (0..args.domains).map(|number| script(number, Duration::from_millis(args.delay_ms))).collect()
    };
    // The scenes change from one question to the next.
    let ttl_secs = if args.scenes { 0 } else { TTL_SECS };
    let config = WorldConfig { scripts, dns_port: args.dns_port, ttl_secs, ..WorldConfig::default() };
    let world = World::start(config).await?;
    say(serde_json::to_string(&Ports { dns: world.dns_addr(), smtp_port: world.smtp_port() })?);
    let mut until_closed = Vec::new();
    tokio::io::stdin().read_to_end(&mut until_closed).await?;
    Ok(())
}

fn script(number: usize, delay: Duration) -> Script {
    let mut script = Script { target_is_prefix: true, ..Script::new(&domain(number), KNOWN) };
    for host in &mut script.hosts {
        host.delay = delay;
    }
    script
}
