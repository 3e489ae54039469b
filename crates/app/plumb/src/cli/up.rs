//! The server on one's own data.

use anyhow::Context as _;
use clap::Args;
use plumb_base::Clock;
use plumb_verify::VerifyConfig;
use tokio::signal::unix::{SignalKind, signal};

use super::{Failed, Listen, print, remote, say};
use crate::config::Config;
use crate::server::{Server, probe_identity};

/// Runs the server.
#[derive(Debug, Args)]
pub(super) struct Up {
    #[command(flatten)]
    listen: Listen,
    /// On the first run: the owner's address
    #[arg(long, value_name = "EMAIL")]
    owner: Option<String>,
    /// On the first run: the name of the organisation
    #[arg(long, value_name = "NAME", default_value = "My organisation")]
    organisation: String,
}

impl Listen {
    pub(super) fn apply(&self, config: &mut Config) {
        config.listen = self.listen.unwrap_or(config.listen);
        config.admin_listen = self.admin_listen.unwrap_or(config.admin_listen);
    }
}

pub(super) async fn run(command: Up, mut config: Config) -> anyhow::Result<()> {
    command.listen.apply(&mut config);
    let verify = VerifyConfig {
        ask_mail_servers: config.ask_mail_servers,
        // Servers of one's own do not look at who asks.
        identity: (!config.allow_private).then(|| probe_identity(&config)),
        ..VerifyConfig::default()
    };
    let server = Server::start(&config, verify, Clock::System).await?;
    if plumb_identity::first_run_needed(&server.store).await? {
        let Some(owner) = &command.owner else {
            server.stop().await?;
            return Err(Failed::Usage(
                "this is the first run: name the owner, as in `plumb up --owner you@your-company.example`".to_owned(),
            )
            .into());
        };
        let (org, user) =
            plumb_identity::create_org_with_owner(&server.store, &command.organisation, owner, "", None).await?;
        remote::keep_local_key(&config, &server, org, user).await?;
        say(format_args!("Made the organisation {:?} with its owner {owner}.", command.organisation));
        let link = plumb_identity::sign_in_link(&server.store, user, &config.public_url()).await?;
        say(format_args!("Sign in once, within 10 minutes: {link}"));
    }
    if !config.ask_mail_servers {
        say(
            "Mail servers are not asked (ask_mail_servers is off), so no address becomes verified; DNS is. `plumb doctor` says what asking needs.",
        );
    }
    say(format_args!(
        "Plumbline is at {} (operator's endpoints at http://{}). Ctrl-C stops it.",
        config.public_url(),
        server.admin_address
    ));
    until_told_to_stop(&server).await?;
    say("Stopping …");
    server.stop().await
}

/// Waits for Ctrl-C, a termination signal, or the server's own end.
pub(super) async fn until_told_to_stop(server: &Server) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let stopping = server.stopping();
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
        () = stopping.cancelled() => {}
    }
    Ok(())
}

/// Prints the OpenAPI document. Needs no database: the routes are the same with none behind them.
pub(super) async fn openapi() -> anyhow::Result<()> {
    print(crate::server::openapi().await?);
    Ok(())
}

/// Prints a sign-in link.
#[derive(Debug, Args)]
pub(super) struct SignInLink {
    /// Address of the account
    email: String,
}

pub(super) async fn sign_in_link(command: SignInLink, config: &Config) -> anyhow::Result<()> {
    let store = remote::beside_running_server(config).await?;
    let user = plumb_identity::user_by_email(&store, &command.email).await?;
    let user = user.with_context(|| format!("there is no account {}", command.email))?;
    let url = remote::local_url(config).unwrap_or_else(|| config.public_url());
    print(plumb_identity::sign_in_link(&store, user, &url).await?);
    store.close().await;
    Ok(())
}
