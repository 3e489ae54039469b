//! The audit log on the command line.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use plumb_ledger::EXPORT_ENTRIES_MAX;
use plumb_log::{Known, verify_bundle};
use serde_json::{Value, json};

use super::{Failed, print, remote, say};
use crate::config::Config;

/// Works with the audit log.
#[derive(Debug, Args)]
pub(super) struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check an exported bundle, offline and without any server
    Verify {
        /// The bundle
        bundle: PathBuf,
        /// The log's public key, as you got it by another way than the bundle
        #[arg(long, value_name = "VKEY")]
        key: Option<String>,
        /// A checkpoint that you kept from an earlier bundle: the log must continue it
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
    /// Print the public key of the log on this machine: give it to whoever will check bundles
    Key,
    /// Export the organisation's log with its proofs
    Export {
        /// Where to write the bundle
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Number of the first entry
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// The size of a checkpoint that you kept
        #[arg(long)]
        since: Option<u64>,
        /// Also write the checkpoint, to keep: a later bundle must continue it
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
}

pub(super) async fn run(command: Audit, config: &Config, json: bool) -> anyhow::Result<()> {
    match command.command {
        Command::Verify { bundle, key, checkpoint } => {
            let read = |path: &PathBuf| {
                std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
            };
            let text = read(&bundle)?;
            let kept = checkpoint.as_ref().map(read).transpose()?;
            verify(&text, key.as_deref(), kept.as_deref(), json)
        }
        Command::Key => {
            let store = remote::beside_running_server(config).await?;
            print(crate::server::ledger(config, &store)?.vkey());
            store.close().await;
            Ok(())
        }
        Command::Export { output, from, since, checkpoint } => {
            export(config, &output, from, since, checkpoint.as_deref()).await
        }
    }
}

/// Writes the log as one bundle, or as several where it is longer than one bundle can be.
async fn export(
    config: &Config,
    output: &Path,
    from: u64,
    since: Option<u64>,
    checkpoint: Option<&Path>,
) -> anyhow::Result<()> {
    let server = remote::server(config)?;
    let (mut from, mut part) = (from, 1);
    let since = since.map(|since| format!("&since={since}")).unwrap_or_default();
    loop {
        let bundle: Value = server.get_json(&format!("/api/v1/audit/export?from_seq={from}{since}")).await?;
        let path = if part == 1 { output.to_owned() } else { output.with_extension(format!("part{part}.json")) };
        std::fs::write(&path, serde_json::to_vec(&bundle)?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        say(format_args!("Wrote {0}. `plumb audit verify {0}` checks it anywhere.", path.display()));
        if let Some(kept) = checkpoint {
            let note = bundle["checkpoint"].as_str().unwrap_or_default();
            std::fs::write(kept, note).with_context(|| format!("{} cannot be written", kept.display()))?;
        }
        let entries = bundle["entries"].as_array().map_or(0, Vec::len);
        if entries < EXPORT_ENTRIES_MAX {
            return Ok(());
        }
        (from, part) = (from + entries as u64, part + 1);
    }
}

fn verify(text: &str, vkey: Option<&str>, checkpoint: Option<&str>, json: bool) -> anyhow::Result<()> {
    match verify_bundle(text, Known { vkey, checkpoint }) {
        Ok(verified) if json => print(json!({
            "good": true, "size": verified.checkpoint.size, "entries": verified.entries, "first_seq": verified.first_seq,
            "key_was_known": verified.key_was_known, "vkeys": verified.vkeys, "continues": verified.continues,
        })),
        Ok(verified) => {
            print(format_args!(
                "Good: {} entries in a log of {}, without a gap, each in its place.",
                verified.entries, verified.checkpoint.size
            ));
            print(format_args!("Signed by {}", verified.vkeys.join(", ")));
            if !verified.key_was_known {
                print("The key came with the bundle: give --key to check that it is the one you know.");
            }
            match verified.continues {
                Some(size) => print(format_args!("It continues the log of {size} entries that you kept.")),
                None => print(
                    "Unwitnessed: without a checkpoint that somebody kept, the operator could have rewritten history. Keep one with `plumb audit export --checkpoint FILE`.",
                ),
            }
        }
        Err(faults) => {
            for fault in &faults {
                if json {
                    print(json!({ "good": false, "fault": fault.to_string() }));
                } else {
                    print(format_args!("FAULT  {fault}"));
                }
            }
            return Err(Failed::Partly(format!("the bundle has {} fault(s): do not rely on it", faults.len())).into());
        }
    }
    Ok(())
}
