//! The command line.

mod audit;
mod clean;
mod dedupe;
mod demo;
mod dnc;
mod doctor;
mod file_worker;
mod listfile;
mod lists;
mod remote;
mod summary;
mod up;
mod verify;

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use plumb_egress::OwnServerError;
use plumb_store::embedded::EmbeddedError;

use crate::config::Config;

/// Plumbline imports, cleans and verifies lists of business leads, and keeps its promises about people's data.
#[derive(Debug, Parser)]
#[command(name = "plumb", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
struct Global {
    /// Configuration file; `plumb.toml` in the working directory when there is one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where everything is kept
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Print JSON on standard output
    #[arg(long, global = true)]
    json: bool,
}

/// A command without words here says them where it is, with more of them for `--help`.
#[derive(Debug, Subcommand)]
enum Command {
    /// Show it working: a throwaway internet, a messy list, a usable one
    Demo(demo::Demo),
    /// Run the server on your own data
    Up(up::Up),
    /// Say what is there, what is missing, and how to mend it
    Doctor(doctor::Doctor),
    /// Bring a list into a running server
    Import(lists::Import),
    /// Show leads of a running server
    Leads(lists::Leads),
    /// Take leads out of a running server as CSV
    Export(lists::Export),
    Clean(clean::Clean),
    Dedupe(dedupe::Dedupe),
    Dnc(dnc::Dnc),
    /// Check addresses, without a database
    Verify(verify::Verify),
    /// Export and check the audit log
    Audit(audit::Audit),
    #[command(hide = true)]
    FileWorker(file_worker::FileWorker),
    /// Print the API's OpenAPI 3.1 document
    Openapi,
    /// Print a link that signs a person in once
    SignInLink(up::SignInLink),
}

/// Where a server listens.
#[derive(Clone, Debug, Default, Args)]
struct Listen {
    /// Address of the server [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Address of /livez, /readyz and /metrics [default: 127.0.0.1:8081]
    #[arg(long, value_name = "ADDRESS:PORT")]
    admin_listen: Option<SocketAddr>,
}

/// How a command failed, for its exit code.
#[derive(Debug, thiserror::Error)]
enum Failed {
    /// 2: it was asked wrongly.
    #[error("{0}")]
    Usage(String),
    /// 3: a part of it was done.
    #[error("{0}")]
    Partly(String),
    /// 4: what it is about is not there.
    #[error("{0}")]
    Missing(String),
    /// 75: another time it may go.
    #[error("{0}")]
    Later(String),
}

/// Runs the command. Exit codes: 0 done, 1 failed, 2 asked wrongly, 3 done in part, 4 not found, 5 not allowed, 75 try
/// again; the embedded database's own from 69 to 78.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    if let Command::FileWorker(command) = &cli.command {
        return file_worker::run(command);
    }
    // A server logs each request; a command says what it did itself.
    let usual = if matches!(cli.command, Command::Up(_)) { "warn,plumb=info" } else { "warn" };
    let filter = tracing_subscriber::EnvFilter::try_from_env("PLUMB_LOG").unwrap_or_else(|_| usual.into());
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(format_args!("error: the program cannot start its threads: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(dispatch(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(format_args!("error: {error:#}"));
            if let Some(OwnServerError::Http(_)) = error.downcast_ref() {
                say("Is the server running? Start it with `plumb up` or `plumb demo`.");
            }
            ExitCode::from(exit_code(&error))
        }
    }
}

async fn dispatch(cli: Cli) -> anyhow::Result<()> {
    let global = cli.global;
    // Work on files needs no configuration, so a faulty one does not keep anybody from it.
    let config = || {
        let mut config = Config::load(global.config.as_deref())?;
        if let Some(dir) = &global.data_dir {
            config.data_dir = Some(dir.clone());
        }
        anyhow::Ok(config)
    };
    match cli.command {
        Command::Demo(command) => demo::run(command, config()?, global.json).await,
        Command::Up(command) => up::run(command, config()?).await,
        Command::Doctor(command) => doctor::run(&command, &config()?, global.json).await,
        Command::Import(command) => lists::import(command, &config()?, global.json).await,
        Command::Leads(command) => lists::leads(command, &config()?, global.json).await,
        Command::Export(command) => lists::export(command, &config()?, global.json).await,
        Command::Clean(command) => clean::run(command, global.json).await,
        Command::Dedupe(command) => dedupe::run(command, global.json).await,
        Command::Dnc(command) => dnc::run(command, global.json).await,
        Command::Verify(command) => verify::run(command, config()?, global.json).await,
        Command::Audit(command) => audit::run(command, &config()?, global.json).await,
        Command::FileWorker(_) => unreachable!("it runs before there are threads"),
        Command::Openapi => up::openapi().await,
        Command::SignInLink(command) => up::sign_in_link(command, &config()?).await,
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    if let Some(failed) = error.downcast_ref::<Failed>() {
        return match failed {
            Failed::Usage(_) => 2,
            Failed::Partly(_) => 3,
            Failed::Missing(_) => 4,
            Failed::Later(_) => 75,
        };
    }
    if let Some(embedded) = error.downcast_ref::<EmbeddedError>() {
        return embedded.exit_code();
    }
    match error.downcast_ref::<OwnServerError>() {
        Some(OwnServerError::Problem { status: 404, .. }) => 4,
        Some(OwnServerError::Problem { status: 401 | 403, .. } | OwnServerError::Credential(_)) => 5,
        Some(OwnServerError::Problem { status: 429 | 503, .. } | OwnServerError::Http(_)) => 75,
        _ => 1,
    }
}

/// Prints a result on standard output. A reader that went away (`| head`) ends the program quietly.
fn print(text: impl std::fmt::Display) {
    use std::io::Write as _;
    if writeln!(std::io::stdout(), "{}", visible(text)).is_err() {
        std::process::exit(0);
    }
}

/// Says something to the person, on standard error.
fn say(text: impl std::fmt::Display) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{}", visible(text));
}

/// Without control characters: the names of a list's columns, say, are a stranger's, and a terminal obeys what it is
/// shown.
fn visible(text: impl std::fmt::Display) -> String {
    text.to_string().replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
}

#[cfg(test)]
mod tests;
