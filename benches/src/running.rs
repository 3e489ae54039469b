//! The real program, started as an operator starts it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use plumb_egress::{OwnServer, OwnServerError};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A running `plumb up`.
pub(crate) struct Running {
    child: Child,
    pub(crate) pid: u32,
    pub(crate) api: OwnServer,
    pub(crate) first_page: Duration,
    pub(crate) admin: PgConnectOptions,
    pub(crate) postmaster: u32,
}

#[derive(Deserialize)]
struct LocalKey {
    key: String,
}

impl Running {
    /// Starts the program on `dir`, waits for its first page and until it has said that it is up.
    pub(crate) async fn start(dir: &Path) -> anyhow::Result<Self> {
        let program = std::env::current_exe()?.with_file_name("plumb");
        if !program.exists() {
            bail!("{} is missing: build it with `cargo build --release -p plumb`", program.display());
        }
        let (listen, admin_listen) = (free_port()?, free_port()?);
        let url = format!("http://{listen}");
        let began = Instant::now();
        let mut child = Command::new(program)
            .args([
                "up",
                "--owner",
                "owner@example.com",
                "--listen",
                &listen.to_string(),
                "--admin-listen",
                &admin_listen.to_string(),
            ])
            .arg("--data-dir")
            .arg(dir)
            .env("PLUMB_ASK_MAIL_SERVERS", "false")
            .env("PLUMB_LOG", "error")
            .env_remove("DATABASE_URL")
            .current_dir(dir)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().context("the program has ended")?;
        let said = child.stderr.take().context("the program has no standard error")?;
        let up = tokio::spawn(until_up(said));
        first_page(&OwnServer::new(&url, None, None)?).await?;
        let first_page = began.elapsed();
        up.await??;
        let key: LocalKey = serde_json::from_str(&std::fs::read_to_string(dir.join("cli.json"))?)?;
        let api = OwnServer::new(&url, Some(&key.key), None)?;
        let admin = plumb_store::embedded::running_admin_options(dir, "plumb")?;
        Ok(Self { child, pid, api, first_page, admin, postmaster: postmaster(dir)? })
    }

    /// Ends it in order, so that the next one starts warm.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw).context("no process id")?;
        kill_process(pid, Signal::TERM)?;
        self.child.wait().await?;
        Ok(())
    }
}

/// Asks for the first page until it is answered. Before the program listens, it is refused.
async fn first_page(server: &OwnServer) -> anyhow::Result<()> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_mins(1) {
        match server.stream("/sign-in").await {
            Ok(mut page) => {
                while page.chunk().await?.is_some() {}
                return Ok(());
            }
            Err(OwnServerError::Http(_)) => tokio::time::sleep(Duration::from_millis(2)).await,
            Err(error) => return Err(error.into()),
        }
    }
    bail!("the program answered no page in a minute")
}

/// Reads what the program says until it says that it is up, then reads on, so that it is never held up.
async fn until_up(said: tokio::process::ChildStderr) -> anyhow::Result<()> {
    let mut lines = BufReader::new(said).lines();
    let mut before = String::new();
    while let Some(line) = lines.next_line().await? {
        if line.starts_with("Plumbline is at") {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(());
        }
        before = line;
    }
    bail!("the program ended: {before}")
}

fn postmaster(dir: &Path) -> anyhow::Result<u32> {
    for entry in std::fs::read_dir(dir.join("postgres"))? {
        if let Ok(text) = std::fs::read_to_string(entry?.path().join("postmaster.pid")) {
            return Ok(text.lines().next().unwrap_or_default().trim().parse()?);
        }
    }
    bail!("no database runs in {}", dir.display())
}

fn free_port() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
