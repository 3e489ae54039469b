//! The real binary on a data directory of its own, and the ways to do it harm.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use plumb_egress::{OwnServer, OwnServerError};
use plumb_log::{Known, Verified, verify_bundle};
use plumb_store::embedded;
use plumb_testworld::World;
use plumb_testworld::demo::{PROBE_HELO, PROBE_SENDER};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, PgConnection};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::flow::{Dir, eventually};

/// How many times each thing is killed: `PLUMB_FAULTS`, 3 when not set.
pub(super) fn rounds() -> usize {
    std::env::var("PLUMB_FAULTS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

/// A number below `n`, another in each run.
pub(super) fn random_below(n: u64) -> u64 {
    u64::from_le_bytes(plumb_base::random::bytes()) % n
}

/// Longest start and longest stop.
const READY: Duration = Duration::from_mins(1);

/// A data directory and the server that runs on it.
pub(super) struct Installation {
    data_dir: PathBuf,
    pub(super) address: SocketAddr,
    admin_address: SocketAddr,
    environment: Vec<(&'static str, String)>,
    server: Option<Running>,
    _dir: Option<Dir>,
}

struct Running {
    child: Child,
    said: Said,
}

/// What a process wrote to its standard error so far.
#[derive(Clone)]
pub(super) struct Said {
    text: Arc<Mutex<String>>,
    news: watch::Receiver<()>,
}

impl Said {
    fn of(child: &mut Child) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let (sender, news) = watch::channel(());
        let mut lines = BufReader::new(child.stderr.take().expect("standard error is a pipe")).lines();
        let into = Arc::clone(&text);
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let mut text = into.lock().unwrap_or_else(PoisonError::into_inner);
                text.push_str(&line);
                text.push('\n');
                drop(text);
                let _ = sender.send(());
            }
        });
        Self { text, news }
    }

    pub(super) fn so_far(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All that it said, when it has ended.
    async fn whole(&mut self) -> String {
        while self.news.changed().await.is_ok() {}
        self.so_far()
    }

    /// Waits for a word; false when the process ends without it.
    async fn until(&mut self, word: &str) -> bool {
        while !self.so_far().contains(word) {
            if self.news.changed().await.is_err() {
                return self.so_far().contains(word);
            }
        }
        true
    }
}

fn free_port() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    listener.local_addr().expect("it has an address")
}

impl Installation {
    /// Starts a server on a new directory. Mail servers are asked only when `asks`; names are looked up in `world`.
    pub(super) async fn new(name: &str, world: &World, asks: bool) -> Self {
        let dir = Dir::new(name);
        let mut installation = Self::at(dir.0.join("data"), Some(dir), world, asks);
        installation.start().await;
        installation
    }

    /// The same on a directory that is given, and removed with it when it is in `dir`; not started.
    pub(super) fn at(data_dir: PathBuf, dir: Option<Dir>, world: &World, asks: bool) -> Self {
        let environment = vec![
            ("PLUMB_RESOLVER", world.dns_addr().to_string()),
            ("PLUMB_SMTP_PORT", world.smtp_port().to_string()),
            ("PLUMB_ALLOW_PRIVATE", "true".to_owned()),
            ("PLUMB_ASK_MAIL_SERVERS", asks.to_string()),
            ("PLUMB_HELO", PROBE_HELO.to_owned()),
            ("PLUMB_MAIL_FROM", PROBE_SENDER.to_owned()),
        ];
        Self { data_dir, address: free_port(), admin_address: free_port(), environment, server: None, _dir: dir }
    }

    /// `plumb up` on this directory, on these ports.
    fn up(&self, listen: SocketAddr, admin: SocketAddr) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PLUMB_") && name != "PLUMB_PG_BIN") {
            command.env_remove(name);
        }
        command
            .env_remove("DATABASE_URL")
            .envs(self.environment.iter().map(|(name, value)| (*name, value.as_str())))
            .current_dir(std::env::temp_dir())
            .args(["up", "--owner", "owner@example.com", "--data-dir"])
            .arg(&self.data_dir)
            .args(["--listen", &listen.to_string(), "--admin-listen", &admin.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts")
    }

    /// Starts the server and waits until it says that it serves.
    pub(super) async fn start(&mut self) {
        let mut child = self.up(self.address, self.admin_address);
        let mut said = Said::of(&mut child);
        let serves = tokio::time::timeout(READY, said.until("Plumbline is at")).await;
        assert_eq!(serves, Ok(true), "the server does not start:\n{}", said.so_far());
        self.server = Some(Running { child, said });
    }

    /// Starts another server on the same directory, and waits for its end: its exit code and what it said.
    pub(super) async fn second(&self) -> (Option<i32>, String) {
        let mut child = self.up(free_port(), free_port());
        let mut said = Said::of(&mut child);
        let ended =
            tokio::time::timeout(READY, child.wait()).await.expect("a second server does not stay").expect("it ends");
        (ended.code(), said.whole().await)
    }

    /// The server's process.
    pub(super) fn pid(&self) -> u32 {
        self.server.as_ref().and_then(|server| server.child.id()).expect("the server runs")
    }

    pub(super) fn said(&self) -> String {
        self.server.as_ref().map(|server| server.said.so_far()).unwrap_or_default()
    }

    /// Kills the server: no warning, no cleaning up.
    pub(super) async fn kill(&mut self) {
        let mut server = self.server.take().expect("the server runs");
        server.child.kill().await.expect("it is killed");
    }

    /// Asks the server to stop, and waits.
    pub(super) async fn stop(mut self) {
        let mut server = self.server.take().expect("the server runs");
        let pid = server.child.id().expect("it has not ended");
        signal(pid, Signal::TERM);
        let ended = tokio::time::timeout(READY, server.child.wait()).await.expect("it stops").expect("it ends");
        assert!(ended.success(), "{ended}:\n{}", server.said.so_far());
        assert!(self.postmaster().is_none(), "its database stopped with it");
    }

    /// The main process of its database.
    pub(super) fn postmaster(&self) -> Option<u32> {
        let versions = std::fs::read_dir(self.data_dir.join("postgres")).ok()?;
        let found =
            versions.filter_map(Result::ok).find_map(|version| read_pid(&version.path().join("postmaster.pid")));
        found.filter(|pid| Path::new(&format!("/proc/{pid}")).exists())
    }

    /// The API, with the key that the program left for its own command line.
    pub(super) fn api(&self) -> OwnServer {
        let text = std::fs::read_to_string(self.data_dir.join("cli.json")).expect("the key of the command line");
        let known: Value = serde_json::from_str(&text).expect("JSON");
        OwnServer::new(&format!("http://{}", self.address), known["key"].as_str(), None).expect("a client")
    }

    /// The key of the command line.
    pub(super) fn key(&self) -> String {
        let text = std::fs::read_to_string(self.data_dir.join("cli.json")).expect("the key of the command line");
        let known: Value = serde_json::from_str(&text).expect("JSON");
        known["key"].as_str().expect("a key").to_owned()
    }

    /// The database, past the program.
    pub(super) async fn database(&self) -> PgConnection {
        let options = embedded::running_admin_options(&self.data_dir, "plumb").expect("the database runs");
        options.connect().await.expect("it answers")
    }

    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut self.database().await).await.expect("a count")
    }

    /// Uploads a list and starts its import.
    pub(super) async fn import(&self, list: &str) -> String {
        let draft = upload(&self.api(), list).await.expect("an upload");
        let id = draft["id"].as_str().expect("an id").to_owned();
        let _: Value = self.api().post_json(&format!("api/v1/imports/{id}/start"), &json!({})).await.expect("a start");
        id
    }

    /// One import, if the server answers.
    pub(super) async fn look(&self, id: &str) -> Option<Value> {
        self.api().get_json(&format!("api/v1/imports/{id}")).await.ok()
    }

    /// Waits for an import to be done.
    pub(super) async fn done(&self, id: &str, within: Duration) -> Value {
        let import = eventually(&format!("import {id} ends"), within, async || {
            self.look(id)
                .await
                .filter(|import| matches!(import["state"].as_str(), Some("done" | "failed" | "cancelled")))
        })
        .await;
        assert_eq!(import["state"], "done", "{import}\n{}", self.said());
        import
    }

    /// The organisation's whole log, proved page by page and each page a continuation of the one before; the number of
    /// entries. Waits until the outbox is empty.
    pub(super) async fn proved_log(&self, kept: Option<&str>) -> (u64, Value) {
        eventually("everything is in the log", Duration::from_secs(20), async || {
            (self.count("select count(*) from audit_pending").await == 0).then_some(())
        })
        .await;
        let (mut entries, mut last): (u64, Option<Verified>) = (0, None);
        let mut newest = Value::Null;
        loop {
            let bundle: Value =
                self.api().get_json(&format!("api/v1/audit/export?from_seq={entries}")).await.expect("a bundle");
            let verified =
                verify_bundle(&bundle.to_string(), Known::default()).unwrap_or_else(|faults| panic!("{faults:?}"));
            if verified.entries == 0 {
                break;
            }
            assert_eq!(verified.first_seq, Some(entries), "no gap");
            if let Some(last) = &last {
                assert_eq!(verified.first_link, last.last_link, "the page continues the one before");
                assert_eq!(verified.vkeys, last.vkeys, "one key");
            }
            entries += verified.entries;
            newest = bundle;
            if verified.entries < plumb_ledger::EXPORT_ENTRIES_MAX as u64 {
                break;
            }
            last = Some(verified);
        }
        if let Some(kept) = kept {
            let size: u64 = kept.lines().nth(1).and_then(|line| line.parse().ok()).expect("a checkpoint says its size");
            let bundle: Value =
                self.api().get_json(&format!("api/v1/audit/export?since={size}")).await.expect("a bundle");
            let known = Known { checkpoint: Some(kept), ..Known::default() };
            let verified = verify_bundle(&bundle.to_string(), known).unwrap_or_else(|faults| panic!("{faults:?}"));
            assert_eq!(verified.continues, Some(size), "the log from before the kill goes on");
        }
        let doubled = "select count(*) - count(distinct id) from audit_entry";
        assert_eq!(self.count(doubled).await, 0, "no event twice");
        let gaps = "select count(*) from (select org_seq - row_number() over (partition by org_id order by org_seq) as d from audit_entry) x where d <> -1";
        assert_eq!(self.count(gaps).await, 0, "no number left out");
        (entries, newest)
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        // A test that failed leaves nothing running; the server first, or it would start its database again.
        if let Some(server) = &mut self.server {
            let _ = server.child.start_kill();
        }
        if let Some(pid) = self.postmaster() {
            signal(pid, Signal::QUIT);
        }
    }
}

/// Uploads a list as a draft.
pub(super) async fn upload(api: &OwnServer, list: &str) -> Result<Value, OwnServerError> {
    let length = Some(list.len() as u64);
    api.upload_multipart("api/v1/imports", &[], "list.csv", std::io::Cursor::new(list.to_owned().into_bytes()), length)
        .await
}

pub(super) fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process id");
    let _ = kill_process(pid, signal);
}

fn read_pid(path: &Path) -> Option<u32> {
    std::fs::read_to_string(path).ok()?.lines().next()?.trim().parse().ok()
}
