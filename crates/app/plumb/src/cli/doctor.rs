//! What is there, what is missing, and the command that mends it.

use std::net::ToSocketAddrs as _;

use clap::Args;
use plumb_store::{Store, embedded, job};
use serde::Serialize;

use super::{Failed, print, remote};
use crate::config::Config;

mod operators;

/// Examines the installation.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Also look into the running database: schema, roles, row-level security, and the mail operators that are left alone
    #[arg(long)]
    database: bool,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    /// Works, and could do more.
    Note,
    Mend,
}

impl Finding {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, state: State::Good, found: found.into(), mend: None }
    }

    fn bad(what: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what, state: State::Mend, found: found.into(), mend: Some(mend.into()) }
    }
}

pub(super) async fn run(command: &Doctor, config: &Config, json: bool) -> anyhow::Result<()> {
    let mut findings = vec![
        database(config),
        data_dir(config),
        master_key(config),
        lists(config).await,
        mail(config),
        transport(config),
    ];
    if command.database {
        findings.extend(catalogue(config).await);
    }
    for finding in &findings {
        if json {
            print(serde_json::to_string(finding)?);
        } else {
            let mark = match finding.state {
                State::Good => "ok  ",
                State::Note => "note",
                State::Mend => "MEND",
            };
            print(format_args!("{mark}  {:<16} {}", finding.what, finding.found));
            if let Some(mend) = &finding.mend {
                print(format_args!("      {:<16} → {mend}", ""));
            }
        }
    }
    let bad = findings.iter().filter(|finding| finding.state == State::Mend).count();
    if bad > 0 {
        return Err(Failed::Partly(format!("{bad} of {} findings need mending", findings.len())).into());
    }
    Ok(())
}

fn database(config: &Config) -> Finding {
    if config.database_url.is_some() {
        return Finding::good("database", "given by its URL; --database looks into it");
    }
    match embedded::find_binaries() {
        Ok(binaries) => {
            Finding::good("database", format!("PostgreSQL {} in {}", binaries.version, binaries.dir.display()))
        }
        Err(error) => Finding::bad(
            "database",
            error.to_string(),
            "apt-get install postgresql  (Debian, Ubuntu) · dnf install postgresql-server  (Fedora) · brew install postgresql@17  (macOS)",
        ),
    }
}

fn data_dir(config: &Config) -> Finding {
    match config.data_dir() {
        Ok(dir) if dir.exists() => Finding::good("data", format!("{} exists", dir.display())),
        Ok(dir) => Finding::good("data", format!("{} will be made by `plumb up`", dir.display())),
        Err(error) => {
            Finding::bad("data", error.to_string(), "set data_dir in plumb.toml, PLUMB_DATA_DIR or --data-dir")
        }
    }
}

fn master_key(config: &Config) -> Finding {
    let Ok(path) = config.master_key_file() else {
        return Finding::bad("master key", "there is no data directory", "set data_dir");
    };
    if !path.exists() {
        return Finding::good(
            "master key",
            format!("{} will be made by `plumb up`; keep a copy elsewhere", path.display()),
        );
    }
    match crate::keys::load_or_create(&path) {
        Ok(_) => Finding::good("master key", format!("{} (a file, no KMS); keep a copy elsewhere", path.display())),
        Err(error) => Finding::bad(
            "master key",
            error.to_string(),
            format!("chmod 600 {0}, or restore {0} from your copy", path.display()),
        ),
    }
}

/// claim 127: whether the process that reads lists can be closed in.
async fn lists(config: &Config) -> Finding {
    const WHAT: &str = "lists";
    let worker = match crate::server::worker(config) {
        Ok(worker) => worker,
        Err(error) => return Finding::bad(WHAT, error.to_string(), "start the program by its path"),
    };
    match worker.prove().await {
        Ok(Some(closed)) => {
            let refused = closed.refused.join(", ");
            Finding::good(WHAT, format!("are read by a process that cannot {refused} (kernel {})", closed.kernel))
        }
        Ok(None) => {
            let mend = "run on Linux 5.19 or newer with Landlock and seccomp, and take unsafe_no_sandbox out";
            let found = "are read by a process that is not closed in: unsafe_no_sandbox is set";
            Finding { state: State::Note, ..Finding::bad(WHAT, found, mend) }
        }
        Err(error) => Finding::bad(
            WHAT,
            format!("are refused: {error}. Kernel {}, security modules {}", kernel(), modules()),
            "allow Landlock and seccomp to the container, or run on a newer kernel",
        ),
    }
}

fn kernel() -> String {
    std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_else(|_| "unknown".to_owned()).trim().to_owned()
}

fn modules() -> String {
    let listed = std::fs::read_to_string("/sys/kernel/security/lsm");
    listed
        .map_or_else(|_| "unknown (/sys/kernel/security is not mounted)".to_owned(), |listed| listed.trim().to_owned())
}

fn mail(config: &Config) -> Finding {
    if !config.ask_mail_servers {
        let more = "on a machine whose port 25 is open outwards, set ask_mail_servers = true, helo and mail_from in plumb.toml";
        let finding = Finding::bad("mail servers", "are not asked, only DNS: no address becomes verified", more);
        return Finding { state: State::Note, ..finding };
    }
    let resolves =
        (config.helo.as_str(), config.smtp_port).to_socket_addrs().is_ok_and(|mut found| found.next().is_some());
    if resolves || config.resolver.is_some() {
        Finding::good("mail servers", format!("are asked as {} from {}", config.helo, config.mail_from))
    } else {
        Finding::bad(
            "mail servers",
            format!("helo {} does not resolve", config.helo),
            "add an A record for it and a PTR record back, or set another helo",
        )
    }
}

fn transport(config: &Config) -> Finding {
    match (&config.tls_certificate, config.listen.ip().is_loopback()) {
        (Some(_), _) => Finding::good("transport", "TLS 1.3 with the given certificate"),
        (None, true) => Finding::good("transport", format!("plain HTTP on {} (this machine only)", config.listen)),
        (None, false) => Finding::bad(
            "transport",
            format!("plain HTTP on {}, which others can reach", config.listen),
            "set tls_certificate and tls_key, or listen on 127.0.0.1 behind a proxy that speaks TLS",
        ),
    }
}

async fn catalogue(config: &Config) -> Vec<Finding> {
    let store = match remote::beside_running_server(config).await {
        Ok(store) => store,
        Err(error) => {
            return vec![Finding::bad(
                "catalogue",
                format!("{error:#}"),
                "start the server with `plumb up`, then look again",
            )];
        }
    };
    let mut findings = match (store.catalogue_defects().await, store.server_version().await) {
        (Ok(defects), Ok(version)) if defects.is_empty() => {
            vec![Finding::good(
                "catalogue",
                format!("PostgreSQL {version}; no table, role or policy lets one organisation reach another"),
            )]
        }
        (Ok(defects), Ok(_)) => defects
            .iter()
            .map(|defect| {
                Finding::bad(
                    "catalogue",
                    defect.to_string(),
                    "undo the change that made it, or restore the schema; the server will not start with it",
                )
            })
            .collect(),
        (Err(error), _) | (_, Err(error)) => {
            vec![Finding::bad("catalogue", error.to_string(), "start the server with `plumb up`, then look again")]
        }
    };
    findings.push(work(&store).await);
    if config.ask_mail_servers {
        findings.extend(operators::operators(&store, config).await);
    }
    store.close().await;
    findings
}

/// Work that does not go on by itself.
async fn work(store: &Store) -> Finding {
    const WHAT: &str = "work";
    let standing = match job::standing(store).await {
        Ok(standing) => standing,
        Err(error) => {
            return Finding::bad(WHAT, error.to_string(), "start the server with `plumb up`, then look again");
        }
    };
    if standing.is_empty() {
        return Finding::good(WHAT, "none was put aside");
    }
    let counted = |word: &str, count: fn(&job::Standing) -> i64| {
        let kinds: Vec<String> = standing
            .iter()
            .filter(|of_kind| count(of_kind) > 0)
            .map(|of_kind| format!("{} {}", count(of_kind), of_kind.kind))
            .collect();
        (!kinds.is_empty()).then(|| format!("{word}: {}", kinds.join(", ")))
    };
    let put_aside = counted("put aside", |of_kind| of_kind.put_aside);
    let unknown = counted("known to no server so far", |of_kind| of_kind.unknown);
    Finding::bad(
        WHAT,
        put_aside.into_iter().chain(unknown).collect::<Vec<_>>().join("; "),
        "as an admin, look at GET /api/v1/jobs/dead and try again when the cause is mended; what no server knows needs the program that queued it",
    )
}
