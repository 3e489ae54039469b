//! The whole product on one machine, with a throwaway internet of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use plumb_base::Clock;
use plumb_egress::OwnServer;
use plumb_store::embedded::{EmbeddedConfig, discard};
use plumb_testworld::World;
use plumb_testworld::demo::{PROBE_HELO, PROBE_SENDER, demo_opt_outs};
use plumb_verify::{Deadlines, RetrySchedule, VerifyConfig};
use serde_json::{Value, json};

use super::{Listen, remote, say, summary, up};
use crate::config::Config;
use crate::server::Server;

/// Imports a messy list, cleans it, verifies its addresses against a throwaway internet on loopback, and serves the
/// result.
#[derive(Debug, Args)]
pub(super) struct Demo {
    #[command(flatten)]
    listen: Listen,
    /// Throw away what an earlier demo left and start over
    #[arg(long)]
    fresh: bool,
    /// The list; the one that comes with plumb when not given
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Stop after the summary instead of serving
    #[arg(long)]
    once: bool,
}

const OWNER: &str = "owner@example.com";
/// The list that comes with plumb, so that the binary alone can show itself.
const LIST: &[u8] = include_bytes!("../../../../../demo/leads.csv");

pub(super) async fn run(command: Demo, mut config: Config, json: bool) -> anyhow::Result<()> {
    command.listen.apply(&mut config);
    // Apart from real data, whatever the configuration says.
    let dir = config.demo_dir()?;
    if command.fresh {
        discard(EmbeddedConfig { data_dir: dir.clone(), durable: true, max_connections: 20 }).await?;
    }
    config.data_dir = Some(dir);
    config.master_key_file = None;
    config.database_url = None;

    let world = World::demo().await.context("the throwaway internet cannot be started")?;
    point_at(&world, &mut config);
    let server = Server::start(&config, patience(), Clock::System).await?;
    say(format_args!(
        "Database, server and a throwaway internet of {} mail domains are up.",
        plumb_testworld::demo::sites().len()
    ));
    let again = !plumb_identity::first_run_needed(&server.store).await?;
    if !again {
        let (org, user) =
            plumb_identity::create_org_with_owner(&server.store, "Demo organisation", OWNER, "", None).await?;
        remote::keep_local_key(&config, &server, org, user).await?;
    }
    let worked = tokio::select! {
        worked = work(&config, &command, again, json) => worked,
        stopped = up::until_told_to_stop(&server) => stopped.map(|()| false),
    };
    if matches!(worked, Ok(true)) && !command.once {
        let owner = plumb_identity::user_by_email(&server.store, OWNER)
            .await?
            .context("the demo's owner is gone: start over with --fresh")?;
        let link = plumb_identity::sign_in_link(&server.store, owner, &config.public_url()).await?;
        say(format_args!(
            "The result is at {}. Sign in as {OWNER}, once, within 10 minutes:\n\n  {link}\n",
            config.public_url()
        ));
        say("Ctrl-C stops everything; the next run continues with what is there (--fresh starts over).");
        up::until_told_to_stop(&server).await?;
    }
    say("Stopping …");
    let stopped = server.stop().await;
    world.shutdown().await;
    worked.and(stopped)
}

/// Imports unless that was done before, waits for the verdicts, and says what became of the list. True at its end.
async fn work(config: &Config, command: &Demo, again: bool, json: bool) -> anyhow::Result<bool> {
    let api = remote::server(config)?;
    let import = match latest_import(&api).await? {
        Some(import) if again => {
            say("Continuing with what an earlier demo brought in.");
            import
        }
        _ => {
            for address in demo_opt_outs() {
                let _: Value = api.post_json("/api/leads/opt-out", &json!({ "email": address })).await?;
            }
            say(format_args!("{} people opted out through the public endpoint.", demo_opt_outs().len()));
            bring_in(&api, command.list.as_deref()).await?
        }
    };
    let id = import["id"].as_str().unwrap_or_default().to_owned();
    let import = super::lists::follow_import(&api, &id).await?;
    let counts = follow_verdicts(&api).await?;
    if json {
        super::print(json!({ "import": import, "leads": counts }));
    } else {
        summary::journey(&import, &counts);
    }
    Ok(true)
}

async fn latest_import(api: &OwnServer) -> anyhow::Result<Option<Value>> {
    let page: Value = api.get_json("/api/v1/imports?limit=1").await?;
    Ok(page["imports"].as_array().and_then(|imports| imports.first()).cloned())
}

async fn bring_in(api: &OwnServer, list: Option<&Path>) -> anyhow::Result<Value> {
    let draft = if let Some(path) = list {
        super::lists::upload(api, path, None).await?
    } else {
        let length = Some(LIST.len() as u64);
        api.upload_multipart("/api/v1/imports", &[], "leads.csv", std::io::Cursor::new(LIST), length).await?
    };
    let id = draft["id"].as_str().unwrap_or_default();
    Ok(api.post_json(&format!("/api/v1/imports/{id}/start"), &json!({ "mapping": draft["mapping"] })).await?)
}

/// Waits until every address was asked once; greylisted ones are asked again while the server runs.
async fn follow_verdicts(api: &OwnServer) -> anyhow::Result<Value> {
    let mut line = summary::ProgressLine::new();
    loop {
        let counts: Value = api.get_json("/api/v1/leads/counts").await?;
        let waiting: i64 = counts["verdicts"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|entry| entry["verdict"].is_null())
            .filter_map(|entry| entry["leads"].as_i64())
            .sum();
        let all = counts["leads"].as_i64().unwrap_or(0) - counts["no_email"].as_i64().unwrap_or(0);
        line.show(&format!(
            "verifying  {:>3} %  {} of {all} addresses",
            if all == 0 { 100 } else { 100 * (all - waiting) / all },
            all - waiting
        ));
        if waiting == 0 {
            line.end();
            return Ok(counts);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Everything that leaves goes to the throwaway internet.
fn point_at(world: &World, config: &mut Config) {
    config.ask_mail_servers = true;
    config.resolver = Some(world.dns_addr());
    config.smtp_port = world.smtp_port();
    config.allow_private = true;
    PROBE_HELO.clone_into(&mut config.helo);
    PROBE_SENDER.clone_into(&mut config.mail_from);
    config.workers = config.workers.max(64);
}

/// Shorter waits than the real internet needs: the demo's slow servers are slow on purpose.
fn patience() -> VerifyConfig {
    let seconds = Duration::from_secs;
    let step = seconds(4);
    VerifyConfig {
        deadlines: Deadlines {
            connect: step,
            banner: step,
            ehlo: step,
            start_tls: step,
            mail: step,
            rcpt: step,
            closing: seconds(1),
        },
        retries: RetrySchedule {
            later: vec![seconds(35), seconds(60)],
            unreachable: vec![seconds(60)],
            rate_limited: vec![seconds(60)],
            blocked: vec![],
            dns: vec![seconds(45)],
        },
        ..VerifyConfig::default()
    }
}
