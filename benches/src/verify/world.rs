//! The scripted internet in a process of its own, so that its time and memory are not counted with ours.

use std::net::SocketAddr;
use std::process::Stdio;

use anyhow::Context as _;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::beside;
use super::list::Size;

/// The port of the scripted name server in a network of its own: where the system's resolver looks.
const DNS_PORT: u16 = 53;

/// Where the servers are.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Ports {
    pub(super) dns: SocketAddr,
    pub(super) smtp_port: u16,
}

/// A world in another process; it ends with the handle.
pub(super) struct Running {
    pub(super) ports: Ports,
    child: Child,
}

impl Running {
    /// Starts the servers of the scenes.
    pub(super) async fn of_scenes(own_network: bool) -> anyhow::Result<Self> {
        Self::start(own_network, &["scenes"]).await
    }

    /// Starts as many servers as there are domains.
    pub(super) async fn of_domains(own_network: bool, size: &Size) -> anyhow::Result<Self> {
        let kind = if size.plain { "plain-domains" } else { "domains" };
        Self::start(own_network, &[kind, &size.domains.to_string(), &size.delay_ms.to_string()]).await
    }

    /// Ends it, and waits until its ports are free.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    async fn start(own_network: bool, args: &[&str]) -> anyhow::Result<Self> {
        let port = if own_network { DNS_PORT } else { 0 };
        let mut child = Command::new(beside("mail-world")?)
            .args(args)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut said = BufReader::new(child.stdout.take().context("the world has no output")?).lines();
        let line = said.next_line().await?.context("the world ended before it began")?;
        Ok(Self { ports: serde_json::from_str(&line)?, child })
    }
}
